/** Claims as a status shows them: sizes, what is used of them, where they are, their last snapshot. */

import { type ClaimView, claimFindings } from "./claim-conditions";
import { type ClaimStatus, type LastSnapshot, note } from "./model";
import type { Claim, Pod, Reading, Snapshot, Volume } from "./objects";
import { apiBytes, brief, size, span } from "./words";

const claimsOf = ({ spec }: Pod): string[] =>
    (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);

/** The pods of a claim's namespace that use it, and have not ended. */
export function podsUsing(claim: Claim, pods: readonly Pod[]): Pod[] {
    return pods.filter(
        (pod) =>
            pod.metadata.namespace === claim.metadata.namespace &&
            pod.status.phase !== "Failed" &&
            pod.status.phase !== "Succeeded" &&
            claimsOf(pod).includes(claim.metadata.name),
    );
}

/** Nodes whose kubelet can tell what is used of the claims' volumes. */
export function nodesToAsk(claims: readonly Claim[], pods: readonly Pod[]): string[] {
    const nodes = claims.flatMap((claim) => podsUsing(claim, pods).flatMap(({ spec }) => spec.nodeName ?? []));
    return [...new Set(nodes)].sort();
}

/** The one node a volume can be used on, or undefined where there are several or it doesn't say. */
function fixedNode(volume: Volume | undefined): string | undefined {
    const terms = volume?.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
    const values = terms.flatMap(({ matchExpressions }) =>
        (matchExpressions ?? [])
            .filter(({ key, operator }) => key === "kubernetes.io/hostname" && operator === "In")
            .flatMap(({ values }) => values ?? []),
    );
    return terms.length === 1 && values.length === 1 ? values[0] : undefined;
}

type Used = Pick<ClaimStatus, "usedBytes" | "usedOfBytes" | "usedAt" | "usedNote">;

const unknown = (usedNote: string): Used => ({ usedBytes: "unknown", usedOfBytes: "unknown", usedNote });

/** What the kubelets say is used of a claim's volume, or why they don't. */
function usedOf({ claim, volume }: ClaimView, pods: readonly Pod[], reading: Reading): Used {
    if (!claim.spec.volumeName) return unknown("it has no volume yet");
    const nodes = [...new Set(pods.flatMap(({ spec }) => spec.nodeName ?? []))];
    if (nodes.length === 0) {
        return unknown(
            reading.notRead.pods ? "its pods could not be read" : "no pod on a node uses it; the kubelet measures only what is mounted",
        );
    }
    let why = "";
    for (const node of nodes) {
        const stats = reading.stats[node];
        if (stats === undefined || "reason" in stats) {
            why = stats?.reason ?? `${node} was not asked`;
            continue;
        }
        const found = (stats.pods ?? [])
            .flatMap(({ volume }) => volume ?? [])
            .find(({ pvcRef }) => pvcRef?.name === claim.metadata.name && pvcRef.namespace === claim.metadata.namespace);
        if (found?.usedBytes !== undefined) {
            const { usedBytes, capacityBytes, time } = found;
            const own = apiBytes(claim.status?.capacity?.storage);
            const isShared = own !== undefined && capacityBytes !== undefined && capacityBytes > own * 1.1;
            return {
                usedBytes,
                usedOfBytes: capacityBytes ?? "unknown",
                ...(time ? { usedAt: new Date(time).toISOString() } : {}),
                ...(isShared ? { usedNote: `of the file system of ${size(capacityBytes)} that it shares with others` } : {}),
            };
        }
        why = volume?.spec.hostPath
            ? "its driver doesn't measure it (a folder of the node's own disk)"
            : `${node} has not measured it yet, or its driver doesn't tell`;
    }
    return unknown(why);
}

/** The newest snapshot of a claim that can be restored, and what to know about newer ones. */
function snapshotsOf(claim: Claim, snapshots: readonly Snapshot[], now: number): { last?: LastSnapshot; failed?: string } {
    const own = snapshots.filter(
        ({ metadata, spec }) =>
            metadata.namespace === claim.metadata.namespace && spec.source.persistentVolumeClaimName === claim.metadata.name,
    );
    const taken = ({ status, metadata }: Snapshot) => Date.parse(status?.creationTime ?? metadata.creationTimestamp ?? "") || 0;
    const newestFirst = [...own].sort((a, b) => taken(b) - taken(a));
    const last = newestFirst.find(({ status }) => status?.readyToUse === true);
    const newest = newestFirst[0];
    const failed =
        newest && newest !== last && newest.status?.error
            ? `the snapshot ${newest.metadata.name} failed: ${brief(newest.status.error.message)}`
            : undefined;
    if (!last) return { failed };
    const at = taken(last);
    return {
        last: { name: last.metadata.name, takenAt: new Date(at).toISOString(), ageSeconds: Math.max(0, Math.floor((now - at) / 1000)) },
        failed,
    };
}

/** A claim's age of last snapshot, for a person. */
export const snapshotWords = (last: ClaimStatus["lastSnapshot"]): string =>
    last === "none" ? "no snapshot" : last === "unknown" ? "snapshots unknown" : `last snapshot ${last.name}, ${span(last.ageSeconds)} ago`;

export function claimStatus(claim: Claim, isKept: boolean, reading: Reading): ClaimStatus {
    const users = podsUsing(claim, reading.pods);
    const view: ClaimView = {
        claim,
        class: reading.classes.find(({ metadata }) => metadata.name === claim.spec.storageClassName),
        volume: reading.volumes.find(({ metadata }) => metadata.name === claim.spec.volumeName),
        pods: users.map(({ metadata }) => metadata.name),
        isKept,
    };
    const findings = claimFindings(view, reading);
    const { last, failed } = snapshotsOf(claim, reading.snapshots, reading.now);
    if (failed) findings.push(note("snapshot-failed", failed));
    const node = users.find(({ spec }) => spec.nodeName !== undefined)?.spec.nodeName ?? fixedNode(view.volume);
    const { storageClassName, volumeName } = claim.spec;
    const capacity = claim.status?.capacity?.storage;
    return {
        name: claim.metadata.name,
        phase: claim.status?.phase ?? "Pending",
        ...(storageClassName ? { class: storageClassName } : {}),
        asked: claim.spec.resources?.requests?.storage ?? "0",
        ...(capacity ? { capacity } : {}),
        ...usedOf(view, users, reading),
        ...(volumeName ? { volume: volumeName } : {}),
        ...(node ? { node } : {}),
        usedBy: view.pods,
        isKept,
        lastSnapshot: last ?? (reading.notRead.snapshots === undefined ? "none" : "unknown"),
        findings,
    };
}
