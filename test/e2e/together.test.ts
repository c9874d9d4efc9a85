/** Every use case's stack in one sandbox at the same time: that all of them fit is that any two do. */

import * as fs from "node:fs";
import { defineMonitoring, namedFigures, servedFigures } from "./support/figures";
import { measured, report } from "./support/measured";
import { waitUntil } from "./support/wait";
import { World } from "./support/world";

// In full runs alone: each stack comes up in a file of its own as well.
const isRun = process.env.HOLDFAST_E2E_FULL !== undefined;
const check = isRun ? test : test.skip;

const world = World.create("together");
const stacks = [
    "user-preferences",
    "session-store",
    "shopping-cart",
    "user-actions",
    "banking-ledger",
    "chat-history",
    "social-feed",
] as const;

interface Pod {
    metadata: { namespace: string; name: string };
    status: {
        phase: string;
        conditions?: { type: string; status: string }[];
        containerStatuses?: { restartCount: number; lastState: { terminated?: { reason?: string } } }[];
    };
}
/** Pods of applications: what the cluster itself runs is not meant. */
const pods = (): Pod[] =>
    (JSON.parse(world.kubectl("get", "pods", "--all-namespaces", "-o", "json")).items as Pod[]).filter(({ metadata }) =>
        (stacks as readonly string[]).includes(metadata.namespace),
    );
const isReady = ({ status: { phase, conditions } }: Pod) =>
    phase === "Succeeded" || conditions?.some(({ type, status }) => type === "Ready" && status === "True");
const waiting = () =>
    pods()
        .filter((pod) => !isReady(pod))
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);

/** GiB that the machine has left. */
const available = () => Number(/^MemAvailable: +(\d+) kB$/m.exec(fs.readFileSync("/proc/meminfo", "utf8"))?.[1]) / 2 ** 20;
let before: number;

beforeAll(() => {
    if (!isRun) return;
    before = available();
    world.holdfast("sandbox", "up");
    defineMonitoring(world);
    for (const stack of stacks) world.configure("monitoringNamespace", "monitoring", stack);
});
afterAll(() => {
    report();
    world.destroy();
});

check.each(stacks)("%s comes up beside those that are there, and all stay ready", (stack) => {
    const { seconds } = world.holdfast("up", stack);
    expect(measured(`${stack}: up`, seconds, 240)).toBeLessThanOrEqual(240);
    waitUntil(`every pod is ready, and not: ${waiting().join(", ")}`, 120, () => waiting().length === 0);
    expect(pods().filter(({ metadata }) => metadata.namespace === stack).length).toBeGreaterThan(0);
});

check("none of them was killed for its memory, and the machine has some left", () => {
    const all = pods();
    expect(new Set(all.map(({ metadata }) => metadata.namespace)).size).toBe(stacks.length);
    const killed = all.filter(({ status }) =>
        status.containerStatuses?.some(({ lastState }) => lastState.terminated?.reason === "OOMKilled"),
    );
    expect(killed.map(({ metadata }) => metadata.name)).toEqual([]);
    expect(measured("memory of the sandbox with all seven stacks", before - available(), 12, "GiB")).toBeLessThanOrEqual(12);
});

check.each(stacks)("%s: its pods serve every figure that an alert names", (stack) => {
    const named = namedFigures(world, stack);
    const served = servedFigures(world, stack);
    expect(named.filter((name) => !served.has(name))).toEqual([]);
    // A single PostgreSQL has alerts of its volume alone.
    expect(named.length >= 3).toBe(stack !== "user-preferences");
});
