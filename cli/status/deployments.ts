/** Deployments as a status shows them: members without an order or a name of their own, such as the web servers of shared files. */

import { type Finding, note, problem, type WorkloadStatus, waiting } from "./model";
import { conditionOf, type Deployment, type Pod, type Reading } from "./objects";
import type { Around } from "./pod-waits";
import { brief } from "./words";
import { aroundOf, podStatus } from "./workloads";

/** Names of the claims that its members mount. */
export const claimsMountedBy = ({ spec }: Deployment): string[] =>
    (spec.replicas ?? 1) === 0
        ? []
        : (spec.template.spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);

function findingsOf({ metadata, spec, status = {} }: Deployment, pods: number | undefined): Finding[] {
    const asked = spec.replicas ?? 1;
    if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
        return [waiting("update-unseen", "its last change has not been taken up by Kubernetes yet")];
    }
    if (asked === 0) return [waiting("stopped", "no member is asked for (replicas: 0): nothing runs")];
    const findings: Finding[] = [];
    const refused = conditionOf({ status }, "ReplicaFailure");
    if (refused?.status === "True") findings.push(problem("pod-refused", `a pod of it can't be made: ${brief(refused.message)}`));
    else if (pods !== undefined && pods < asked) {
        findings.push(waiting("members-missing", `${asked - pods} of ${asked} members are not there yet`));
    }
    const updated = status.updatedReplicas ?? 0;
    if (updated < asked) findings.push(waiting("updating", `an update is under way: ${updated} of ${asked} members run the new version`));
    return findings;
}

/** A Deployment with its pods, by their names. */
export function deploymentStatus(deployment: Deployment, unbound: Around["unbound"], reading: Reading): WorkloadStatus {
    const { metadata, spec, status } = deployment;
    const asked = spec.replicas ?? 1;
    const base = { kind: "Deployment", name: metadata.name, asked } as const;
    if (reading.notRead.pods !== undefined) {
        const ready = status?.readyReplicas ?? 0;
        const few = ready < asked ? [waiting("not-ready", `${ready} of ${asked} members are ready`)] : [];
        return {
            ...base,
            ready,
            members: [],
            findings: [...findingsOf(deployment, undefined), ...few, note("pods-unknown", "its pods could not be read")],
        };
    }
    const labels = Object.entries(spec.selector.matchLabels ?? {});
    const isOwn = (pod: Pod) =>
        pod.metadata.namespace === metadata.namespace && labels.every(([key, value]) => pod.metadata.labels?.[key] === value);
    const around = aroundOf(unbound, reading);
    const members = reading.pods
        .filter(isOwn)
        .map((pod) => podStatus(pod, around))
        .sort((a, b) => a.name.localeCompare(b.name));
    return { ...base, ready: members.filter(({ ready }) => ready).length, members, findings: findingsOf(deployment, members.length) };
}
