import type * as pulumi from "@pulumi/pulumi";
import type { ContainerProcess, WorkloadContainer, WorkloadPort } from "./container-args";

/** Room to write that is empty whenever the pod starts: the image itself is read-only. */
export interface ScratchVolume {
    /** Small letters, digits and "-"; no other volume of the pod has it. */
    name: string;
    /** Where the container finds it. */
    mountPath: string;
    /**
     * Kept in memory, and counted as the container's memory.
     * @default false
     */
    isInMemory?: boolean;
    /**
     * The pod is evicted above it: a quantity, `64Mi`.
     * @default the node's room
     */
    sizeLimit?: string;
}

/** A Secret that exists already, as files. */
export interface SecretFiles {
    /** Name of the Secret, in the workload's namespace. */
    secret: pulumi.Input<string>;
    /** Where the container finds it. */
    mountPath: string;
}

/** A ConfigMap that exists already, as files. */
export interface ConfigFiles {
    /** Name of the ConfigMap, in the workload's namespace. */
    configMap: pulumi.Input<string>;
    /** Where the container finds it. */
    mountPath: string;
}

/** A taint of nodes that members may stand on all the same. */
export interface WorkloadToleration {
    /**
     * Key of the taint.
     * @default every taint
     */
    key?: string;
    /**
     * Its value.
     * @default any value
     */
    value?: string;
    /**
     * `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
     * @default every effect
     */
    effect?: string;
}

/** What every member of a workload is, whatever its image's name and its volumes' sizes. */
export interface WorkloadDescription extends ContainerProcess {
    /** What listens, one at least: `[{ name: "http", port: 8080 }]`. */
    ports: WorkloadPort[];
    /**
     * Files by name, as a ConfigMap. A change rolls the pods.
     * @default none
     */
    config?: { [file: string]: pulumi.Input<string> };
    /**
     * Where the container finds the files of `config`.
     * @default /etc/holdfast/config
     */
    configPath?: string;
    /**
     * The files of `config` may be run.
     * @default false
     */
    isConfigExecutable?: boolean;
    /**
     * Files by name, as a Secret. A change rolls the pods.
     * @default none
     */
    secrets?: { [file: string]: pulumi.Input<string> };
    /**
     * Where it finds those of `secrets`.
     * @default /etc/holdfast/secrets
     */
    secretsPath?: string;
    /**
     * Secrets made elsewhere. Pods aren't rolled by their changes: say in `rollOn` what changes with them.
     * @default none
     */
    secretFiles?: SecretFiles[];
    /**
     * ConfigMaps made elsewhere, as `secretFiles`.
     * @default none
     */
    configFiles?: ConfigFiles[];
    /**
     * What else rolls the pods when it changes: versions of Secrets made elsewhere, a date. Only a hash of the values is published.
     * @default none
     */
    rollOn?: { [name: string]: pulumi.Input<string> };
    /**
     * Room to write that is empty whenever a pod starts.
     * @default /tmp alone
     */
    scratch?: ScratchVolume[];
    /**
     * Containers that run as long as the main one: started before it, in this order, and stopped after it. Needs Kubernetes 1.29.
     * @default none
     */
    sidecars?: WorkloadContainer[];
    /**
     * Containers that end before the sidecars and the main one start, one after the other, whenever a pod starts.
     * @default none
     */
    initContainers?: WorkloadContainer[];
    /**
     * Run in the main container before a backup or snapshot of its volumes, so that the files are whole: published as annotations of the
     * pods, by names that Velero reads and by Holdfast's own (docs/quiesce.md).
     * @default none
     */
    quiesceCommand?: string[];
    /**
     * Run after the backup or snapshot, whether it succeeded or not. Needs `quiesceCommand`.
     * @default none
     */
    unquiesceCommand?: string[];
    /**
     * How long each of them may take, in seconds.
     * @default 30
     */
    quiesceTimeoutSeconds?: number;
    /**
     * Run in the main container before it is told to stop.
     * @default none
     */
    stopCommand?: string[];
    /**
     * How long a member may take to stop before it is killed, `stopCommand` included.
     * @default 60
     */
    terminationGracePeriodSeconds?: number;
    /**
     * All members start and stop at once, instead of one after the other. It can't be changed without replacing the StatefulSet.
     * @default false
     */
    startsInParallel?: boolean;
    /**
     * How long a member must have been ready before the next one is updated, in seconds.
     * @default 0
     */
    minReadySeconds?: number;
    /**
     * `RollingUpdate` updates members from the last to the first; with `OnDelete` a member is new when someone deletes its pod.
     * @default RollingUpdate
     */
    updateStrategy?: string;
    /**
     * Members below this ordinal stay as they are, so that an update can be tried on the last ones first. Files of `config` and `secrets`
     * belong to all: one that is held back finds the new ones when it starts again.
     * @default 0: all are updated
     */
    partition?: number;
    /**
     * How many members may be away at once during an update. Clusters whose MaxUnavailableStatefulSet feature is off, as it is by default
     * up to Kubernetes 1.36, ignore it.
     * @default 1
     */
    maxUnavailable?: number;
    /**
     * Labels a node must have: `{ "disktype": "ssd" }`.
     * @default any node
     */
    nodeSelector?: { [label: string]: string };
    /**
     * Taints of nodes that members may stand on all the same.
     * @default none
     */
    tolerations?: WorkloadToleration[];
    /**
     * Name of a PriorityClass.
     * @default the cluster's
     */
    priorityClass?: string;
    /**
     * Names of Secrets with the credentials of image registries.
     * @default none
     */
    imagePullSecrets?: string[];
    /**
     * Further labels of the pods.
     * @default none
     */
    labels?: { [name: string]: string };
    /**
     * Further annotations of the pods.
     * @default none
     */
    annotations?: { [name: string]: string };
    /**
     * Annotations of the client Service.
     * @default none
     */
    serviceAnnotations?: { [name: string]: string };
    /**
     * A ServiceAccount that exists already; none is made then.
     * @default one of its own, without permissions
     */
    serviceAccount?: string;
    /**
     * Annotations of the account that is made, such as a cloud role.
     * @default none
     */
    accountAnnotations?: { [name: string]: string };
    /**
     * The account's token is mounted, so that the process can call the Kubernetes API.
     * @default false
     */
    mountsAccountToken?: boolean;
    /**
     * Labels a pod must carry to be let in.
     * @default { "holdfast.dev/client-of-<app>": "true" }
     */
    clientLabels?: { [name: string]: string };
    /**
     * Address ranges that members may call: `["0.0.0.0/0"]` is everything.
     * @default none: each other and name look-ups only
     */
    egressCidrs?: string[];
    /**
     * Namespaces whose pods members may call.
     * @default none
     */
    egressNamespaces?: string[];
}
