/** What every engine's members have in common: pods, of a StatefulSet or of an operator. */

import { type ClusterNode, conditionOf, holds, type Pod, type StatefulSet } from "../status/objects";
import { podWait } from "../status/pod-waits";
import { ordinalsOf } from "../status/workloads";
import type { Member } from "./view";

/** What a scheduler says for a moment while a claim is new; for longer it is meant. */
const settlingSeconds = 60;

/** A pod as a member of which only Kubernetes was asked. */
export function podMember(pod: Pod, nodes: readonly ClusterNode[] | undefined, now: number): Member {
    const wait = podWait(pod, { nodes, events: [], unbound: {}, now });
    const since = Date.parse(conditionOf(pod, "PodScheduled")?.lastTransitionTime ?? "") || now;
    const isLasting = wait?.code !== "unschedulable" || now - since > settlingSeconds * 1000;
    const statuses = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
    const claims = (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
    return {
        name: pod.metadata.name,
        uid: pod.metadata.uid,
        isPrimary: false,
        ...(wait ? { lacks: wait.text } : holds(pod, "Ready") ? {} : { lacks: "it is not ready" }),
        ...(wait?.severity === "problem" && isLasting ? { trouble: wait.text } : {}),
        restarts: statuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
        claims,
        onlyCopies: [],
    };
}

/** True where its containers can be asked something. */
export const isRunning = (pod: Pod): boolean =>
    pod.metadata.deletionTimestamp === undefined &&
    (pod.status.containerStatuses ?? []).length > 0 &&
    (pod.status.containerStatuses ?? []).every(({ state }) => state?.running !== undefined);

/** Names of the members that a StatefulSet is to have. */
export const namesOf = (set: StatefulSet): string[] => ordinalsOf(set).map((ordinal) => `${set.metadata.name}-${ordinal}`);

/** The members that a StatefulSet is to have, with or without a pod. */
export function setMembers(set: StatefulSet, pods: readonly Pod[], nodes: readonly ClusterNode[] | undefined, now: number): Member[] {
    return namesOf(set).map((name) => {
        const pod = pods.find(({ metadata }) => metadata.name === name);
        const claims = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => `${metadata.name}-${name}`);
        return pod
            ? { ...podMember(pod, nodes, now), claims }
            : { name, isPrimary: false, lacks: "its pod is not there yet", restarts: 0, claims, onlyCopies: [] };
    });
}

/** An update of a StatefulSet that Kubernetes is carrying out, in words. */
export function updateOf({ metadata, spec, status }: StatefulSet, pods: readonly Pod[]): string | undefined {
    if (spec.updateStrategy?.type === "OnDelete") return undefined;
    const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    const isBehind = (pod: Pod) =>
        pod.metadata.labels?.["controller-revision-hash"] !== status?.updateRevision &&
        Number(/(\d+)$/.exec(pod.metadata.name)?.[1] ?? 0) >= partition;
    const isUnseen = (status?.observedGeneration ?? 0) < (metadata.generation ?? 0);
    return isUnseen || pods.some(isBehind) ? "an update of its members is under way" : undefined;
}
