/** Pods and claims of the kinds that run pods. */

import type { Thing } from "./guardrail";
import { namespaceOf, objectName } from "./names";
import { at, type Fields, isFields, isTrue, knownText, listAt, numberAt, unknown } from "./values";

export const claimType = "core/PersistentVolumeClaim";
export const statefulSet = "apps/StatefulSet";

/** Where a kind that runs pods keeps their spec. */
const podSpecPaths: Record<string, string> = {
    "core/Pod": "spec",
    "core/ReplicationController": "spec.template.spec",
    [statefulSet]: "spec.template.spec",
    "apps/Deployment": "spec.template.spec",
    "apps/DaemonSet": "spec.template.spec",
    "apps/ReplicaSet": "spec.template.spec",
    "batch/Job": "spec.template.spec",
    "batch/CronJob": "spec.jobTemplate.spec.template.spec",
};

export const podTypes: readonly string[] = Object.keys(podSpecPaths);

/** Kinds that run for as long as there is data. */
export const lastingTypes: readonly string[] = podTypes.filter((type) => !type.startsWith("batch/"));

/** The path of the pod's spec, and of what stands beside it. */
export const podSpecPath = (thing: Thing): string => podSpecPaths[thing.type] ?? "spec";

/** The pod's spec: undefined where there is none, unknown where it isn't known. */
export function podSpec(thing: Thing): Fields | undefined | typeof unknown {
    const value = at(thing.props, podSpecPath(thing));
    return value === unknown ? unknown : isFields(value) ? value : undefined;
}

/** volumeClaimTemplates of a StatefulSet. */
export const templatesOf = (thing: Thing): Fields[] =>
    thing.type === statefulSet ? listAt(thing.props, "spec.volumeClaimTemplates").filter(isFields) : [];

/** How many members there are: one where it isn't said. */
export function replicasOf(thing: Thing): number | typeof unknown {
    return numberAt(thing.props, "spec.replicas") ?? 1;
}

/** Names of the claims that a StatefulSet's template makes, one for each member. */
export function claimNames(thing: Thing, template: Fields): string[] | typeof unknown {
    const name = objectName(thing);
    const volume = at(template, "metadata.name");
    const replicas = replicasOf(thing);
    const start = numberAt(thing.props, "spec.ordinals.start") ?? 0;
    if (name === unknown || volume === unknown || replicas === unknown || start === unknown) return unknown;
    if (name === undefined || typeof volume !== "string") return [];
    // A thousand members are more than any StatefulSet has, and a mistyped number must not cost memory.
    return Array.from({ length: Math.min(Math.max(0, Math.floor(replicas)), 1000) }, (_, index) => `${volume}-${name}-${start + index}`);
}

/** Names of all the claims that a StatefulSet's templates make. */
export function everyClaimName(thing: Thing): string[] | typeof unknown {
    const names: string[] = [];
    for (const template of templatesOf(thing)) {
        const some = claimNames(thing, template);
        if (some === unknown) return unknown;
        names.push(...some);
    }
    return names;
}

/** Names of the claims that a pod mounts by name and may write to. */
export function mountedClaims(thing: Thing): (string | typeof unknown)[] {
    const spec = podSpec(thing);
    return listAt(spec, "volumes")
        .filter((volume) => at(volume, "persistentVolumeClaim") !== undefined && !isTrue(at(volume, "persistentVolumeClaim.readOnly")))
        .map((volume) => knownText(volume, "persistentVolumeClaim.claimName") ?? unknown);
}

/** Whether data of a workload lies on claims. */
export const keepsData = (thing: Thing): boolean =>
    lastingTypes.includes(thing.type) && (templatesOf(thing).length > 0 || mountedClaims(thing).length > 0);

/** The claim of that name beside a workload, where the stack has it. */
export function claimBeside(things: readonly Thing[], thing: Thing, name: string): Thing | undefined {
    const namespace = namespaceOf(thing);
    return things.find((each) => each.type === claimType && objectName(each) === name && namespaceOf(each) === namespace);
}
