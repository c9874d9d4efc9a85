/** A claim's successor: the same wish under the same name, for a volume of its own. Pure. */

import { apiBytes } from "../status/words";

interface ManagedFields {
    manager: string;
    operation?: string;
    subresource?: string;
    fieldsV1?: { "f:metadata"?: { "f:labels"?: object; "f:annotations"?: object } };
}

/** A claim as the API server has it. */
export interface LiveClaim {
    metadata: {
        name: string;
        namespace: string;
        uid: string;
        deletionTimestamp?: string;
        labels?: Record<string, string>;
        annotations?: Record<string, string>;
        managedFields?: ManagedFields[];
    };
    spec: {
        accessModes?: string[];
        storageClassName?: string;
        volumeMode?: string;
        volumeAttributesClassName?: string;
        resources?: { requests?: { storage?: string } };
        volumeName?: string;
        dataSource?: { kind: string; name: string };
        selector?: object;
    };
    status?: { phase?: string };
}

/** A claim's volume. */
export interface LiveVolume {
    metadata: { name: string };
    spec: { persistentVolumeReclaimPolicy?: string; claimRef?: { namespace?: string; name?: string } };
}

/** A template of a StatefulSet, from which Kubernetes makes a claim that is missing. */
export interface ClaimTemplate {
    metadata: { name: string };
    spec?: { accessModes?: string[]; storageClassName?: string; resources?: { requests?: { storage?: string } } };
}

/** What a claim is made anew from, and what it leaves. */
export interface ClaimCopy {
    name: string;
    /** Of the claim that goes. */
    uid: string;
    /** Its PersistentVolume, which stays. */
    volume: string;
    /** As it is applied. */
    manifest: object;
    /** In whose name; none where the claim was made by nobody who applies. */
    manager?: string;
    /** Labels and annotations that others had put there. */
    others: { labels: Record<string, string>; annotations: Record<string, string> };
}

/** Annotations that Kubernetes writes about the volume that goes. */
const ofVolume = /^(pv\.kubernetes\.io|volume\.(beta\.)?kubernetes\.io)\//;

/** Under such a name the program's provider makes and applies an object; each has one of its own. */
const isProgram = ({ manager, subresource }: ManagedFields) => subresource === undefined && manager.startsWith("pulumi-kubernetes-");

const keysOf = (fields: object | undefined): string[] =>
    Object.keys(fields ?? {}).flatMap((key) => (key.startsWith("f:") ? [key.slice("f:".length)] : []));

function split(all: Record<string, string> = {}, own: readonly string[] | undefined): [Record<string, string>, Record<string, string>] {
    const entries = Object.entries(all).filter(([key]) => !ofVolume.test(key));
    const isOwn = ([key]: [string, string]) => own === undefined || own.includes(key);
    return [Object.fromEntries(entries.filter(isOwn)), Object.fromEntries(entries.filter((entry) => !isOwn(entry)))];
}

/**
 * What the claim is made anew from. In the program's own name: its provider goes on with the object as with the one that it made, and finds
 * nothing to change.
 */
export function copyOf({ metadata, spec }: LiveClaim): ClaimCopy {
    const program = metadata.managedFields?.find(isProgram);
    const fields = program?.fieldsV1?.["f:metadata"];
    const [labels, otherLabels] = split(metadata.labels, program && keysOf(fields?.["f:labels"]));
    const [annotations, otherAnnotations] = split(metadata.annotations, program && keysOf(fields?.["f:annotations"]));
    const { accessModes, storageClassName, volumeMode, volumeAttributesClassName, resources } = spec;
    return {
        name: metadata.name,
        uid: metadata.uid,
        volume: spec.volumeName ?? "",
        manifest: {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata: {
                name: metadata.name,
                namespace: metadata.namespace,
                labels,
                ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
            },
            spec: {
                accessModes,
                storageClassName,
                ...(volumeMode === "Block" ? { volumeMode } : {}),
                ...(volumeAttributesClassName === undefined ? {} : { volumeAttributesClassName }),
                resources: { requests: { storage: resources?.requests?.storage } },
            },
        },
        ...(program ? { manager: program.manager } : {}),
        others: { labels: otherLabels, annotations: otherAnnotations },
    };
}

/** Why a claim's volume can't be given up; whatever `kubectl` begins with is how that command reaches the cluster. */
export function givingUpProblems(claim: LiveClaim, volume: LiveVolume | undefined, kubectl: string): string[] {
    const { name } = claim.metadata;
    if (volume === undefined) return [`the volume of ${name} can't be read: whether it would stay isn't known`];
    const policy = volume.spec.persistentVolumeReclaimPolicy;
    return policy === "Retain"
        ? []
        : [
              `the volume of ${name} (${volume.metadata.name}) would be deleted with the claim: its reclaim policy is ${policy}. Keep it first: ${kubectl} patch pv ${volume.metadata.name} -p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'`,
          ];
}

/** Why a claim of the stack's can't be made anew as it is. */
export function makingAnewProblems({ metadata: { name }, spec }: LiveClaim, template: ClaimTemplate | undefined): string[] {
    const problems: string[] = [];
    if (spec.dataSource !== undefined) {
        problems.push(
            `${name} was made from ${spec.dataSource.kind} ${spec.dataSource.name}: a fresh one would be filled from it again, and the stack's state says that it is there`,
        );
    }
    const made = template?.spec;
    const classes = [made?.storageClassName, spec.storageClassName];
    if (made && classes[0] !== classes[1]) {
        problems.push(
            `${name} is of class ${classes[1]}, and Kubernetes would make the missing claim of class ${classes[0]}, as the StatefulSet's template says`,
        );
    }
    const modes = [made?.accessModes, spec.accessModes].map((list) => [...(list ?? [])].sort().join(", "));
    if (made && modes[0] !== modes[1]) problems.push(`${name} is mounted as ${modes[1]}, and the StatefulSet's template says ${modes[0]}`);
    return problems;
}

/** How a replacement goes on, by what is in the cluster. */
export type NextStep = "give up" | "stop" | "wait" | "make" | "done";

/** What is there of a claim that is being made anew, and of the pod that uses it. */
export interface Seen {
    claim: LiveClaim | undefined;
    pod: { isStopping: boolean } | undefined;
}

/** True where a claim asks for what the copy says. */
function isCopy(claim: LiveClaim, copy: ClaimCopy): boolean {
    const { metadata, spec } = copy.manifest as LiveClaim;
    const has = (all: Record<string, string> | undefined, wanted: Record<string, string> | undefined) =>
        Object.entries(wanted ?? {}).every(([key, value]) => all?.[key] === value);
    const bytes = (of: LiveClaim["spec"]) => apiBytes(of.resources?.requests?.storage) ?? 0;
    return (
        (copy.manager === undefined || (claim.metadata.managedFields ?? []).some(({ manager }) => manager === copy.manager)) &&
        has(claim.metadata.labels, metadata.labels) &&
        has(claim.metadata.annotations, metadata.annotations) &&
        bytes(claim.spec) >= bytes(spec)
    );
}

/** What is to be done next for one claim. Whatever was interrupted, the same question gives the way on. */
export function nextStep({ claim, pod }: Seen, copy: ClaimCopy): NextStep {
    if (claim === undefined) return "make";
    if (claim.metadata.uid !== copy.uid) return isCopy(claim, copy) ? "done" : "make";
    if (claim.metadata.deletionTimestamp === undefined) return "give up";
    // It goes when no pod uses it any more.
    return pod && !pod.isStopping ? "stop" : "wait";
}

/** Where the data that was given up lies, and how it is removed. */
export function oldVolumeLines(volumes: readonly string[], kubectl: string): string[] {
    return volumes.flatMap((volume) => [
        `What the member had before still lies in PersistentVolume ${volume}. To remove it:`,
        `  ${kubectl} patch pv ${volume} -p '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}'`,
    ]);
}
