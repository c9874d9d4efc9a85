/** The same wish on each kind of storage, side by side. */

import type { Plan, StorageKind } from "../../components/usecases/plan";
import { type Resolution, resolve, type Wish } from "../../components/usecases/resolve";
import { type Target, targets } from "../../components/usecases/targets";
import { grid } from "./text";
import { chance, priceInWords } from "./words";

export const kinds: readonly StorageKind[] = ["local", "network", "cloud"];

/** Where the target has no driver of a kind standing ready: the one that is found most often. */
const usual: Record<StorageKind, string> = { local: "local-path", network: "ceph-rbd", cloud: "ebs-gp3" };

export interface Compared {
    kind: StorageKind;
    resolution: Resolution;
    /** The driver was taken for the comparison: neither the wish nor the target names one of this kind. */
    assumedDriver?: string;
}

/** Resolves the wish once for each kind; a driver that the wish names stays with its own kind. */
export function compareKinds(wish: Wish, asked: readonly StorageKind[]): Compared[] {
    const { storageDriver, "storage.driver": driver, storageKind: _, "storage.kind": __, ...overrides } = wish.overrides ?? {};
    const named = driver ?? storageDriver;
    const target: Target | undefined = Object.hasOwn(targets, wish.target) ? targets[wish.target as keyof typeof targets] : undefined;
    return asked.map((kind) => {
        const own =
            named === undefined
                ? undefined
                : resolve({ ...wish, overrides: { ...overrides, "storage.driver": named, "storage.kind": kind } });
        if (own && !("problems" in own && own.problems.some(({ rule }) => rule === "contradiction"))) {
            return { kind, resolution: own };
        }
        const ready = target === undefined || target.drivers[kind].length > 0;
        const assumedDriver = ready || target.excluded.includes(usual[kind]) ? undefined : usual[kind];
        const resolution = resolve({
            ...wish,
            overrides: { ...overrides, "storage.kind": kind, ...(assumedDriver ? { "storage.driver": assumedDriver } : {}) },
        });
        return { kind, resolution, ...(assumedDriver ? { assumedDriver } : {}) };
    });
}

type Row = [string, (plan: Plan) => string];

const rows: Row[] = [
    ["runs", ({ engine, replicas }) => `${replicas} × ${engine.name}`],
    ["on a lost member", ({ objectives: { failover } }) => `loses ${failover.rpo}, back in ${failover.rto}`],
    ["survives", ({ objectives }) => `a lost ${objectives.survives.at(-1) ?? "pod"}`],
    [
        "restore (planned)",
        ({ objectives: { restore } }) =>
            restore ? `to ${restore.rpo} before, in ${restore.rto}, from ${restore.retention} back` : "nothing",
    ],
    ["grows to", ({ volumes }) => volumes.map(({ name, size, ceiling }) => `${name} ${size} → ${ceiling}`).join("\n")],
    ["encrypted", ({ storage }) => (storage.encrypted ? "yes" : "no")],
    ["snapshots", ({ storage }) => (storage.snapshots ? "yes" : "no")],
    ["lost within a year", ({ durability }) => chance(durability.annualLoss)],
    ["price", ({ price }) => priceInWords(price)],
    ["accepted", ({ accepted }) => accepted.map(({ rule }) => rule).join("\n") || "nothing"],
];

const refused = (resolution: Resolution): string =>
    "problems" in resolution ? `refused:\n${resolution.problems.map(({ rule }) => rule).join("\n")}` : "";

function cells(compared: Compared[]): string[][] {
    const verdict = compared.map(({ resolution, assumedDriver }) =>
        "plan" in resolution
            ? `${resolution.plan.storage.driver}${assumedDriver ? " (taken for the comparison)" : ""}`
            : refused(resolution),
    );
    return [
        ["", ...compared.map(({ kind }) => kind)],
        ["driver", ...verdict],
        ...rows.map(([name, value]) => [name, ...compared.map(({ resolution }) => ("plan" in resolution ? value(resolution.plan) : "–"))]),
    ];
}

export function comparePage(compared: Compared[], width = 100): string {
    return `${grid(cells(compared), width)}\n`;
}

export function compareMarkdown(compared: Compared[]): string {
    const [head, ...body] = cells(compared).map((row) => row.map((text) => text.replace(/\|/g, "\\|").replace(/\n/g, "<br/>")));
    return `${[`| ${head.join(" | ")} |`, `|${head.map(() => "---").join("|")}|`, ...body.map((row) => `| ${row.join(" | ")} |`)].join("\n")}\n`;
}
