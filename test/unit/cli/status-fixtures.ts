/** A small cluster with one healthy application, to be spoiled in one place by each test. */

import type { ClusterEvent, Condition, Metadata, Pod, Reading, StatefulSet, Volume } from "../../../cli/status/objects";
import { type StatusRequest, statusOf } from "../../../cli/status/status";
import { labelsOf } from "../../../components/workloads/labels";

export const app = "ledger";
export const now = Date.parse("2026-11-22T12:00:00Z");
export const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();

export const metadata = (name: string, more: Partial<Metadata> = {}): Metadata => ({
    name,
    namespace: app,
    uid: `uid-${name}`,
    labels: labelsOf(app),
    creationTimestamp: ago(86_400),
    ...more,
});

export const condition = (type: string, status = "True", more: Partial<Condition> = {}): Condition => ({
    type,
    status,
    lastTransitionTime: ago(90),
    ...more,
});

export const event = (about: string, reason: string, message: string, secondsAgo = 60): ClusterEvent => ({
    metadata: { name: `${about}.${reason}` },
    involvedObject: { uid: `uid-${about}`, name: about, namespace: app },
    reason,
    message,
    lastTimestamp: ago(secondsAgo),
});

/** A ready member. */
export function pod(ordinal: number, node = "node-1"): Pod {
    return {
        metadata: metadata(`${app}-${ordinal}`, { labels: { ...labelsOf(app), "controller-revision-hash": "r2" } }),
        spec: {
            nodeName: node,
            containers: [{ name: "main", image: "registry.example.org/postgres:17", readinessProbe: {}, startupProbe: {} }],
            volumes: [{ name: "data", persistentVolumeClaim: { claimName: `data-${app}-${ordinal}` } }],
        },
        status: {
            phase: "Running",
            conditions: [condition("PodScheduled"), condition("Ready")],
            containerStatuses: [{ name: "main", ready: true, started: true, restartCount: 0, state: { running: { startedAt: ago(600) } } }],
        },
    };
}

/** A pod that runs on no node yet, with what the scheduler says. */
export function pending(ordinal: number, message: string, reason = "Unschedulable"): Pod {
    const made = pod(ordinal);
    delete made.spec.nodeName;
    made.status = { phase: "Pending", conditions: [condition("PodScheduled", "False", { reason, message })] };
    return made;
}

/** A bound claim of 10Gi. */
export const claim = (ordinal: number, className = "ledger-3f9c1a") => ({
    metadata: metadata(`data-${app}-${ordinal}`),
    spec: {
        storageClassName: className,
        volumeName: `pv-${ordinal}`,
        resources: { requests: { storage: "10Gi" } },
    } as Reading["claims"][0]["spec"],
    status: { phase: "Bound", capacity: { storage: "10Gi" } } as NonNullable<Reading["claims"][0]["status"]>,
});

/** A claim without a volume. */
export function unbound(ordinal: number) {
    const made = claim(ordinal);
    delete made.spec.volumeName;
    made.status = { phase: "Pending" };
    return made;
}

export const volume = (ordinal: number): Volume => ({
    metadata: { name: `pv-${ordinal}` },
    spec: {
        capacity: { storage: "10Gi" },
        claimRef: { namespace: app, name: `data-${app}-${ordinal}`, uid: `uid-data-${app}-${ordinal}` },
        storageClassName: "ledger-3f9c1a",
        persistentVolumeReclaimPolicy: "Retain",
    },
    status: { phase: "Bound" },
});

export const set = (replicas: number): StatefulSet => ({
    metadata: metadata(app, { generation: 3 }),
    spec: { replicas, updateStrategy: { type: "RollingUpdate" }, volumeClaimTemplates: [{ metadata: { name: "data" } }] },
    status: { observedGeneration: 3, readyReplicas: replicas, updateRevision: "r2" },
});

export const node = (name: string, ready: Condition = condition("Ready")) => ({
    metadata: { name },
    spec: {} as NonNullable<Reading["nodes"][0]["spec"]>,
    status: { conditions: [ready] },
});

export const storageClass = (name: string, more: Partial<Reading["classes"][0]> = {}) => ({
    metadata: { name, labels: { "app.kubernetes.io/managed-by": "holdfast" }, creationTimestamp: ago(86_400) },
    provisioner: "pool.csi.sandbox.holdfast",
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
    ...more,
});

/** What the kubelet of a node says about the claims there. */
export const stats = (...ordinals: number[]) => ({
    pods: [
        {
            volume: ordinals.map((ordinal) => ({
                pvcRef: { name: `data-${app}-${ordinal}`, namespace: app },
                usedBytes: 3 * 2 ** 30,
                capacityBytes: 10 * 2 ** 30,
                time: ago(20),
            })),
        },
    ],
});

/** A healthy application of so many members on one node. */
export function cluster(replicas = 1): Reading {
    const ordinals = Array.from({ length: replicas }, (_, ordinal) => ordinal);
    return {
        statefulsets: [set(replicas)],
        deployments: [],
        databases: [],
        pods: ordinals.map((ordinal) => pod(ordinal)),
        claims: ordinals.map((ordinal) => claim(ordinal)),
        namespaces: [{ metadata: { name: app, labels: labelsOf(app) } }],
        volumes: ordinals.map(volume),
        classes: [storageClass("ledger-3f9c1a")],
        nodes: [node("node-1")],
        events: [],
        snapshots: [],
        notRead: {},
        hasSnapshots: true,
        stats: { "node-1": stats(...ordinals) },
        now,
    };
}

/** The status of the cluster after one thing in it was spoiled. */
export function status(spoil: (reading: Reading) => void = () => {}, replicas = 1, request: Partial<StatusRequest> = {}) {
    const reading = cluster(replicas);
    spoil(reading);
    return statusOf(reading, { context: "test", ...request });
}
