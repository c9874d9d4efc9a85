import type * as pulumi from "@pulumi/pulumi";
import type { ClaimVolume } from "../volumes/claim-plan";

/** A port the container listens on, and both Services offer. */
export interface WorkloadPort {
    /** Up to 15 small letters, digits and "-": `postgres`. */
    name: string;
    /** 1024 to 65535: without privileges a process can't listen below. */
    port: number;
}

/** A volume of every member, kept by a claim of its own. */
export interface WorkloadVolume extends ClaimVolume {
    /** Where the container finds it. */
    mountPath: string;
}

/** Room to write that is empty whenever the pod starts: the image itself is read-only. */
export interface ScratchVolume {
    name: string;
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

/** How the container is asked whether it works: by a command in it, or by HTTP. Exactly one of `command` and `path`. */
export interface WorkloadProbe {
    /**
     * Exit code 0 is yes.
     * @default none: `path` is asked
     */
    command?: string[];
    /**
     * An HTTP path; 200 to 399 is yes. Needs `port`.
     * @default none: `command` is run
     */
    path?: string;
    /**
     * Name of the port that answers `path`.
     * @default none
     */
    port?: string;
    /** @default 10 */
    periodSeconds?: number;
    /** @default 5 */
    timeoutSeconds?: number;
    /**
     * How often in a row it may fail.
     * @default 3
     */
    failureThreshold?: number;
}

/** What one member gets of its node, as Kubernetes quantities. */
export interface WorkloadResources {
    /** Requested cores: `100m`. */
    cpu: string;
    /** Requested memory: `256Mi`. */
    memory: string;
    /**
     * The container is throttled above it.
     * @default no limit: idle cores are used
     */
    cpuLimit?: string;
    /**
     * The container is killed above it.
     * @default the requested memory
     */
    memoryLimit?: string;
}

/** A Secret that exists already, as files. */
export interface SecretFiles {
    /** Name of the Secret, in the workload's namespace. */
    secret: pulumi.Input<string>;
    mountPath: string;
}

/** What a {@link StatefulWorkload} is made from. */
export interface StatefulWorkloadArgs {
    /**
     * Name of the StatefulSet, the client Service and, with a suffix, of everything else. Never changed once there is data.
     * @default the component's name
     */
    app?: string;
    /** The namespace, which exists already. */
    namespace: pulumi.Input<string>;
    /** The image, with a tag or digest. */
    image: pulumi.Input<string>;
    /**
     * Numeric user the image runs as; never 0.
     * @default 65532
     */
    runAsUser?: number;
    /**
     * Its group, which the volumes are made writable for.
     * @default as runAsUser
     */
    runAsGroup?: number;
    /** What listens, one at least: `[{ name: "http", port: 8080 }]`. */
    ports: WorkloadPort[];
    /** What is kept, one volume at least. */
    volumes: WorkloadVolume[];
    /** The StorageClass of the volumes. */
    storageClass: pulumi.Input<string>;
    /** @default 1 */
    replicas?: number;
    /**
     * How many members' claims are kept, whether they run or not.
     * @default as many as there are replicas
     */
    keepClaims?: number;
    /**
     * Permissions to delete: `["delete data-ledger-2"]`.
     * @default none
     */
    allow?: string[];
    /**
     * Requests and limits.
     * @default 100m, 256Mi
     */
    resources?: WorkloadResources;
    /** @default the image's entrypoint */
    command?: string[];
    /** @default the image's */
    args?: string[];
    /** @default none */
    env?: { [name: string]: pulumi.Input<string> };
    /**
     * Files by name, as a ConfigMap. A change rolls the pods.
     * @default none
     */
    config?: { [file: string]: pulumi.Input<string> };
    /** @default /etc/holdfast/config */
    configPath?: string;
    /**
     * Files by name, as a Secret. A change rolls the pods.
     * @default none
     */
    secrets?: { [file: string]: pulumi.Input<string> };
    /** @default /etc/holdfast/secrets */
    secretsPath?: string;
    /**
     * Secrets made elsewhere.
     * @default none
     */
    secretFiles?: SecretFiles[];
    /** @default /tmp alone */
    scratch?: ScratchVolume[];
    /**
     * Asked until it says yes once; the other probes wait for it.
     * @default none
     */
    startupProbe?: WorkloadProbe;
    /**
     * Clients are sent to the member while it says yes.
     * @default none: ready when started
     */
    readinessProbe?: WorkloadProbe;
    /**
     * The container is killed when it says no. Leave it out where a restart mends nothing, as with a database in recovery.
     * @default none
     */
    livenessProbe?: WorkloadProbe;
    /**
     * Run in the container before it is told to stop.
     * @default none
     */
    stopCommand?: string[];
    /**
     * How long a member may take to stop before it is killed.
     * @default 60
     */
    terminationGracePeriodSeconds?: number;
    /**
     * All members start and stop at once, instead of one after the other. It can't be changed without replacing the StatefulSet.
     * @default false
     */
    startsInParallel?: boolean;
    /**
     * How long a member's node may be unreachable before the member is given up, in seconds.
     * @default 30
     */
    lostNodeSeconds?: number;
    /**
     * Label of the nodes that members are spread over.
     * @default kubernetes.io/hostname
     */
    spreadOver?: string;
    /**
     * A member that can't be spread is not started at all.
     * @default false
     */
    spreadIsRequired?: boolean;
    /**
     * Labels a pod must carry to be let in.
     * @default { "holdfast.dev/client-of-<app>": "true" }
     */
    clientLabels?: { [name: string]: string };
    /**
     * Other namespaces whose pods with those labels are let in.
     * @default none: the workload's own only
     */
    clientNamespaces?: string[];
}
