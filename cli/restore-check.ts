import * as path from "node:path";
import type { Plan } from "../components/usecases/plan";
import { bytesOf } from "../components/usecases/quantities";
import { plannedClaims } from "../components/volumes/claim-plan";
import { dataSourceOf } from "../components/volumes/restore-source";
import type { Settings } from "../stacks/keys";
import type { KnownClaim } from "./claims-in-state";
import { userErrors } from "./errors";
import { stackFile } from "./stack";

/** As much of a snapshot or a claim as tells whether a new claim can be made from it. */
export interface SourceObject {
    spec?: { storageClassName?: string };
    status?: {
        readyToUse?: boolean;
        restoreSize?: string;
        error?: { message?: string };
        phase?: string;
        capacity?: { storage?: string };
    };
}

/** Looks up one object of a namespace: itself, null where there is none, undefined where the cluster doesn't say. */
export type FindSource = (resource: string, name: string) => SourceObject | null | undefined;

/** Bytes of a quantity as the API reports it, which may be a plain number. */
const bytes = (size: string): number => (/^\d+$/.test(size) ? Number(size) : (bytesOf(size) ?? 0));

/** What keeps new claims from being made from their sources, as far as the cluster tells. Claims that exist are not made again. */
export function sourceProblems(
    restoreFrom: Settings["restoreFrom"],
    plan: Pick<Plan, "app" | "replicas" | "volumes">,
    keepClaims: number | undefined,
    known: readonly KnownClaim[],
    find: FindSource,
): string[] {
    const { app, replicas } = plan;
    const existing = new Set(known.map(({ name }) => name));
    const volumes = plan.volumes.filter((volume) => !volume.shared);
    return plannedClaims({ app, replicas, keepClaims, volumes }).flatMap(({ name, volume }) => {
        const text = restoreFrom?.[name];
        const source = text === undefined || existing.has(name) ? undefined : dataSourceOf(text);
        if (!source) return [];
        const isSnapshot = source.kind === "VolumeSnapshot";
        const found = find(isSnapshot ? "volumesnapshots.snapshot.storage.k8s.io" : "persistentvolumeclaims", source.name);
        const told = `holdfast:restoreFrom: ${name} is to be made from ${text}`;
        if (found === undefined) return [];
        if (found === null) return [`${told}, and there is none in the namespace. Write one that is.`];
        const { status } = found;
        if (isSnapshot && status?.readyToUse !== true) {
            const why = status?.error?.message;
            return [`${told}, which is not ready to be restored${why ? `: ${why}` : " yet"}. Wait for it, or write another.`];
        }
        if (!isSnapshot && status?.phase !== "Bound") {
            return [`${told}, which has no volume (it is ${status?.phase ?? "new"}). Write a claim that holds data.`];
        }
        const least = isSnapshot ? status?.restoreSize : status?.capacity?.storage;
        return least !== undefined && bytes(volume.size) < bytes(least)
            ? [`${told}, which needs ${least}; ${volume.size} is asked for. Write holdfast:size: ${least} (or more).`]
            : [];
    });
}

/** Refuses to make claims from sources that can't be read, instead of waiting for volumes that never come. */
export function refuseMissingSources(stack: string, problems: readonly string[]): void {
    if (problems.length === 0) return;
    const file = path.relative(process.cwd(), stackFile(stack));
    throw userErrors(`Claims can't be made from what ${file} names; nothing was changed.`, problems);
}
