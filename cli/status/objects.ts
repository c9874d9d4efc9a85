/** As much of Kubernetes' objects as a status is made from, and what one reading of a cluster holds. */

export interface Metadata {
    name: string;
    namespace?: string;
    uid?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
    generation?: number;
}

export interface Condition {
    type: string;
    status: string;
    reason?: string;
    message?: string;
    lastTransitionTime?: string;
    lastHeartbeatTime?: string;
}

interface Quantities {
    [resource: string]: string | undefined;
}

export interface StatefulSet {
    metadata: Metadata;
    spec: {
        replicas?: number;
        podManagementPolicy?: string;
        minReadySeconds?: number;
        ordinals?: { start?: number };
        updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } };
        volumeClaimTemplates?: { metadata: { name: string } }[];
    };
    status?: { observedGeneration?: number; readyReplicas?: number; updateRevision?: string };
}

export interface Deployment {
    metadata: Metadata;
    spec: {
        replicas?: number;
        selector: { matchLabels?: Record<string, string> };
        template: { spec: Pick<Pod["spec"], "volumes"> };
    };
    status?: { observedGeneration?: number; readyReplicas?: number; updatedReplicas?: number; conditions?: Condition[] };
}

/** A Cluster of CloudNativePG: a PostgreSQL with its standbys. */
export interface DatabaseCluster {
    metadata: Metadata;
    spec: { instances: number; postgresql?: { synchronous?: { number: number; dataDurability?: string } } };
    status?: {
        phase?: string;
        phaseReason?: string;
        currentPrimary?: string;
        targetPrimary?: string;
        currentPrimaryFailingSinceTimestamp?: string;
        readyInstances?: number;
        conditions?: Condition[];
    };
}

export interface ContainerStatus {
    name: string;
    ready: boolean;
    started?: boolean;
    restartCount: number;
    state?: {
        waiting?: { reason?: string; message?: string };
        running?: { startedAt?: string };
        terminated?: Terminated;
    };
    lastState?: { terminated?: Terminated };
}

export interface Terminated {
    exitCode: number;
    reason?: string;
    message?: string;
    finishedAt?: string;
}

export interface Container {
    name: string;
    image: string;
    startupProbe?: object;
    readinessProbe?: object;
    resources?: { requests?: Quantities; limits?: Quantities };
}

export interface Toleration {
    key?: string;
    operator?: string;
    value?: string;
    effect?: string;
}

export interface Pod {
    metadata: Metadata;
    spec: {
        nodeName?: string;
        containers: Container[];
        initContainers?: Container[];
        tolerations?: Toleration[];
        volumes?: { name: string; persistentVolumeClaim?: { claimName: string } }[];
    };
    status: {
        phase?: string;
        reason?: string;
        message?: string;
        conditions?: Condition[];
        containerStatuses?: ContainerStatus[];
        initContainerStatuses?: ContainerStatus[];
    };
}

export interface Claim {
    metadata: Metadata;
    spec: {
        storageClassName?: string;
        volumeName?: string;
        volumeAttributesClassName?: string;
        resources?: { requests?: Quantities };
        dataSource?: { kind: string; name: string };
    };
    status?: {
        phase?: string;
        capacity?: Quantities;
        conditions?: Condition[];
        allocatedResourceStatuses?: { storage?: string };
        currentVolumeAttributesClassName?: string;
        modifyVolumeStatus?: { targetVolumeAttributesClassName?: string; status?: string };
    };
}

export interface Volume {
    metadata: Metadata;
    spec: {
        capacity?: Quantities;
        claimRef?: { namespace?: string; name?: string; uid?: string };
        storageClassName?: string;
        persistentVolumeReclaimPolicy?: string;
        hostPath?: object;
        nodeAffinity?: {
            required?: { nodeSelectorTerms?: { matchExpressions?: { key: string; operator: string; values?: string[] }[] }[] };
        };
    };
    status?: { phase?: string; message?: string; reason?: string; lastPhaseTransitionTime?: string };
}

export interface StorageClass {
    metadata: Metadata;
    provisioner: string;
    volumeBindingMode?: string;
    allowVolumeExpansion?: boolean;
}

export interface ClusterNode {
    metadata: Metadata;
    spec?: { unschedulable?: boolean; taints?: { key: string; value?: string; effect: string }[] };
    status?: { conditions?: Condition[] };
}

export interface ClusterEvent {
    metadata: Metadata;
    involvedObject: { kind?: string; namespace?: string; name?: string; uid?: string };
    reason?: string;
    message?: string;
    lastTimestamp?: string | null;
    eventTime?: string | null;
    series?: { lastObservedTime?: string } | null;
}

export interface Snapshot {
    metadata: Metadata;
    spec: { source: { persistentVolumeClaimName?: string } };
    status?: { readyToUse?: boolean; creationTime?: string; error?: { message?: string } };
}

export interface Namespace {
    metadata: Metadata;
}

/** What a node's kubelet says about the volumes of its pods. */
export interface NodeStats {
    pods?: {
        volume?: {
            pvcRef?: { name: string; namespace: string };
            usedBytes?: number;
            capacityBytes?: number;
            time?: string;
        }[];
    }[];
}

/** The kinds of objects that are read; each may fail on its own. */
export interface ObjectLists {
    statefulsets: StatefulSet[];
    deployments: Deployment[];
    databases: DatabaseCluster[];
    pods: Pod[];
    claims: Claim[];
    namespaces: Namespace[];
    volumes: Volume[];
    classes: StorageClass[];
    nodes: ClusterNode[];
    events: ClusterEvent[];
    snapshots: Snapshot[];
}

/** One reading of a cluster. */
export interface Reading extends ObjectLists {
    /** What could not be read, with the reason in words. A kind that isn't here was read, and an empty list means that there is none. */
    notRead: Partial<Record<keyof ObjectLists, string>>;
    /** False where the cluster has no VolumeSnapshots. */
    hasSnapshots: boolean;
    /** By name of the node: what its kubelet says, or why it could not be asked. */
    stats: Record<string, NodeStats | { reason: string }>;
    /** By namespace and name of the StatefulSet: the member that leads, `""` where nobody does. Those that nobody could ask aren't here. */
    leaders?: Record<string, string>;
    /** The moment of the reading, in milliseconds. */
    now: number;
}

export const conditionOf = (object: { status?: { conditions?: Condition[] } }, type: string): Condition | undefined =>
    object.status?.conditions?.find((condition) => condition.type === type);

/** True where the condition is there and holds. */
export const holds = (object: { status?: { conditions?: Condition[] } }, type: string): boolean =>
    conditionOf(object, type)?.status === "True";

/** When an event was last seen, in milliseconds; 0 where it doesn't say. */
export function seenAt({ series, lastTimestamp, eventTime, metadata }: ClusterEvent): number {
    return Date.parse(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "") || 0;
}

/** The latest event about exactly this object (not one of an earlier object with its name) with one of these reasons. */
export function latestEvent(events: readonly ClusterEvent[], about: Metadata, ...reasons: string[]): ClusterEvent | undefined {
    return events
        .filter(({ involvedObject, reason }) => involvedObject.uid === about.uid && reasons.includes(reason ?? ""))
        .reduce<ClusterEvent | undefined>((latest, event) => (latest && seenAt(latest) >= seenAt(event) ? latest : event), undefined);
}
