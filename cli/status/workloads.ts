/** StatefulSets as a status shows them: each member, what it waits for, and what becomes of an update. */

import { setKey } from "./leaders";
import { type Finding, type MemberStatus, note, problem, type WorkloadStatus, waiting } from "./model";
import { conditionOf, latestEvent, type Pod, type Reading, type StatefulSet, seenAt } from "./objects";
import { type Around, isReady, podWait } from "./pod-waits";
import { agoIn, brief, listed, since } from "./words";

/** Ordinals of the members that are asked for. */
export function ordinalsOf({ spec }: StatefulSet): number[] {
    const start = spec.ordinals?.start ?? 0;
    return Array.from({ length: spec.replicas ?? 1 }, (_, index) => start + index);
}

/** Why a member has no pod. */
function missing(set: StatefulSet, name: string, earlier: MemberStatus[], reading: Reading): Finding {
    const failed = latestEvent(
        reading.events.filter(({ message }) => message?.includes(name)),
        set.metadata,
        "FailedCreate",
    );
    const blocker = set.spec.podManagementPolicy === "Parallel" ? undefined : earlier.find(({ ready }) => !ready);
    if (blocker) return waiting("waiting-for-member", `it waits for ${blocker.name}: members are started one after the other`);
    if (failed) {
        const why = brief(failed.message?.replace(/^create Pod \S+ in StatefulSet \S+ failed error: /, ""));
        return problem("pod-refused", `its pod can't be made${agoIn(seenAt(failed), reading.now)}: ${why}`);
    }
    return waiting("pod-missing", "its pod is not there yet");
}

const revisionOf = ({ metadata }: Pod) => metadata.labels?.["controller-revision-hash"];

/** What becomes of a change of the StatefulSet that its members don't all have yet. */
function updateFindings(set: StatefulSet, pods: Pod[], members: MemberStatus[]): Finding[] {
    const { metadata, spec, status } = set;
    if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
        return [waiting("update-unseen", "its last change has not been taken up by Kubernetes yet")];
    }
    const update = status?.updateRevision;
    const outdated = pods.filter((pod) => update !== undefined && revisionOf(pod) !== undefined && revisionOf(pod) !== update);
    if (outdated.length === 0) return [];
    const names = (some: Pod[]) => listed(some.map((pod) => pod.metadata.name));
    const has = (some: Pod[]) => `${names(some)} ${some.length === 1 ? "runs" : "run"} the earlier version`;
    if (spec.updateStrategy?.type === "OnDelete") {
        return [waiting("update-by-hand", `${has(outdated)} until deleted by hand: the update strategy is OnDelete`)];
    }
    const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    const ordinal = ({ metadata: { name } }: Pod) => Number(/(\d+)$/.exec(name)?.[1]);
    const held = outdated.filter((pod) => ordinal(pod) < partition);
    const rolling = outdated.filter((pod) => ordinal(pod) >= partition);
    const findings: Finding[] = [];
    if (rolling.length > 0) {
        // Members are replaced from the last to the first, each after the one before it is ready.
        const blocker = members.find(({ ready }) => !ready)?.name;
        const then = blocker ? `; the update goes on when ${blocker} is ready` : "";
        findings.push(waiting("updating", `an update is under way: ${has(rolling)}${then}`));
    }
    if (held.length > 0) {
        findings.push(waiting("held-back", `${has(held)}: an update is held back by the partition ${partition}, until that is lowered`));
    }
    return findings;
}

/** A StatefulSet with its members, in their order, and pods of members that are no longer asked for. */
export function workloadStatus(set: StatefulSet, unbound: Around["unbound"], reading: Reading): WorkloadStatus {
    const name = set.metadata.name;
    if (reading.notRead.pods !== undefined) return withoutPods(set);
    const around = aroundOf(unbound, reading);
    const own = reading.pods.filter((pod) => pod.metadata.namespace === set.metadata.namespace && ordinalIn(name, pod) !== undefined);
    const ordinals = ordinalsOf(set);
    const members: MemberStatus[] = [];
    for (const ordinal of ordinals) {
        const pod = own.find((candidate) => ordinalIn(name, candidate) === ordinal);
        members.push(
            pod
                ? memberStatus(pod, set, around)
                : {
                      name: `${name}-${ordinal}`,
                      ready: false,
                      restarts: 0,
                      findings: [missing(set, `${name}-${ordinal}`, members, reading)],
                  },
        );
    }
    const asked = ordinals.length;
    const ready = members.filter((member) => member.ready).length;
    const leader = reading.leaders?.[setKey(set.metadata.namespace, name)];
    if (leader) for (const member of members) member.role = member.name === leader ? "primary" : "replica";
    const leaving = own
        .filter((pod) => !ordinals.includes(ordinalIn(name, pod) ?? -1))
        .map((pod) => {
            const { findings, ...member } = memberStatus(pod, set, around);
            return { ...member, findings: [waiting("leaving", "it is no longer asked for, and is still there"), ...findings] };
        });
    const findings = updateFindings(set, own, members);
    if (leader === "" && asked > 0) findings.push(waiting("no-primary", "no member leads: nothing can be written until one does"));
    if (asked === 0) findings.unshift(waiting("stopped", "no member is asked for (replicas: 0): nothing runs"));
    return { kind: "StatefulSet", name, asked, ready, members: [...members, ...leaving], findings };
}

/** What the StatefulSet itself says, where its pods may not be read. */
function withoutPods(set: StatefulSet): WorkloadStatus {
    const asked = ordinalsOf(set).length;
    const ready = set.status?.readyReplicas ?? 0;
    const findings = [
        ...(ready < asked ? [waiting("not-ready", `${ready} of ${asked} members are ready`)] : []),
        note("pods-unknown", "its pods could not be read"),
    ];
    return { kind: "StatefulSet", name: set.metadata.name, asked, ready, members: [], findings };
}

/** The member's number, where the pod is one of this StatefulSet's. */
function ordinalIn(set: string, { metadata }: Pod): number | undefined {
    const digits = metadata.name.startsWith(`${set}-`) ? metadata.name.slice(set.length + 1) : "";
    return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

/** A member by its pod alone. */
export function podStatus(pod: Pod, around: Around): MemberStatus {
    const { metadata, spec, status } = pod;
    const wait = podWait(pod, around);
    return {
        name: metadata.name,
        ready: isReady(pod, around),
        ...(spec.nodeName ? { node: spec.nodeName } : {}),
        restarts: Math.max(0, ...(status.containerStatuses ?? []).map(({ restartCount }) => restartCount)),
        findings: wait ? [wait] : [],
    };
}

/** What is known beside a workload's pods. */
export const aroundOf = (unbound: Around["unbound"], reading: Reading): Around => ({
    nodes: reading.notRead.nodes === undefined ? reading.nodes : undefined,
    events: reading.events,
    unbound,
    now: reading.now,
});

function memberStatus(pod: Pod, set: StatefulSet, around: Around): MemberStatus {
    const member = podStatus(pod, around);
    const settling = set.spec.minReadySeconds ?? 0;
    const readySince = Date.parse(conditionOf(pod, "Ready")?.lastTransitionTime ?? "");
    if (member.ready && settling > 0 && around.now - readySince < settling * 1000) {
        const age = since(readySince, around.now);
        member.findings.push(waiting("settling", `it has been ready for ${age}, and is counted on after ${settling} seconds`));
    }
    return member;
}
