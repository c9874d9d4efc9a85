/** Members of a StatefulSet as Kubernetes shows them, to be spoiled in one place by each test. */

import type { SeenSet } from "../../../../cli/members/engines/set";
import type { Pod, StatefulSet } from "../../../../cli/status/objects";

export const now = Date.parse("2026-11-22T12:00:00Z");
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();

/** A ready pod with one container. */
export function readyPod(name: string, claim = `data-${name}`, labels: Record<string, string> = {}): Pod {
    return {
        metadata: { name, namespace: "carts", uid: `uid-${name}`, labels: { "controller-revision-hash": "r2", ...labels } },
        spec: {
            nodeName: "node-1",
            containers: [{ name: "main", image: "registry.example.org/image:1", readinessProbe: {} }],
            volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }],
        },
        status: {
            phase: "Running",
            conditions: [
                { type: "PodScheduled", status: "True", lastTransitionTime: ago(90) },
                { type: "Ready", status: "True", lastTransitionTime: ago(60) },
            ],
            containerStatuses: [{ name: "main", ready: true, restartCount: 0, state: { running: { startedAt: ago(90) } } }],
        },
    };
}

/** A pod that no node can take since so long. */
export function unschedulablePod(name: string, seconds: number): Pod {
    const pod = readyPod(name);
    delete pod.spec.nodeName;
    const said = { status: "False", reason: "Unschedulable", message: '0/1 nodes are available: persistentvolumeclaim "data" not found' };
    pod.status = { phase: "Pending", conditions: [{ type: "PodScheduled", ...said, lastTransitionTime: ago(seconds) }] };
    return pod;
}

export const statefulSet = (app: string, replicas: number): StatefulSet => ({
    metadata: { name: app, namespace: app, generation: 3 },
    spec: { replicas, volumeClaimTemplates: [{ metadata: { name: "data" } }] },
    status: { observedGeneration: 3, updateRevision: "r2" },
});

/** An application with so many ready members. */
export const seenSet = (app: string, replicas: number): SeenSet => ({
    set: statefulSet(app, replicas),
    pods: Array.from({ length: replicas }, (_, ordinal) => readyPod(`${app}-${ordinal}`)),
    nodes: undefined,
    now,
});
