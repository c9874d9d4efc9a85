import type { Plan } from "../components/usecases/plan";
import { bytesOf } from "../components/usecases/quantities";
import { plannedClaims } from "../components/volumes/claim-plan";
import { dataSourceOf } from "../components/volumes/restore-source";
import type { Settings } from "../stacks/keys";
import type { KnownClaim } from "./claims-in-state";

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

/** A class that the configuration names and doesn't make. */
export interface ClassReference {
    /** The key that names it. */
    key: string;
    /** As kubectl calls its kind. */
    resource: "storageclasses" | "volumeattributesclasses";
    name: string;
}

/** Every class that a stack's configuration expects to be there. */
export function classReferences({ storageClass, attributesClass, workload }: Partial<Settings>): ClassReference[] {
    const named: [string, ClassReference["resource"], string | undefined][] = [
        ["storageClass", "storageclasses", storageClass],
        ["attributesClass", "volumeattributesclasses", attributesClass],
        ...(workload?.volumes ?? []).flatMap((volume, index): [string, ClassReference["resource"], string | undefined][] => [
            [`workload.volumes[${index}].storageClass`, "storageclasses", volume.storageClass],
            [`workload.volumes[${index}].attributesClass`, "volumeattributesclasses", volume.attributesClass],
        ]),
    ];
    return named.flatMap(([key, resource, name]) => (name === undefined ? [] : [{ key, resource, name }]));
}

/** Which of the classes aren't in the cluster, as far as it tells; `list` gives the names of a kind. */
export function missingClasses(references: readonly ClassReference[], list: (resource: string) => string[] | undefined): string[] {
    const names = new Map([...new Set(references.map(({ resource }) => resource))].map((resource) => [resource, list(resource)]));
    return references.flatMap(({ key, resource, name }) => {
        const there = names.get(resource);
        if (there === undefined || there.includes(name)) return [];
        const kind = resource === "storageclasses" ? "StorageClass" : "VolumeAttributesClass";
        const instead = there.length > 0 ? `It has ${there.join(", ")}.` : "It has none: make one first.";
        return [`holdfast:${key}: there is no ${kind} "${name}" in the cluster. ${instead}`];
    });
}
