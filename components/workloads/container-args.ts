import type * as pulumi from "@pulumi/pulumi";

/** A port a container listens on, offered by both Services. */
export interface WorkloadPort {
    /** Up to 15 small letters, digits and "-", once in the whole workload: `postgres`. */
    name: string;
    /** 1024 to 65535: without privileges a process can't listen below. */
    port: number;
    /**
     * `TCP`, `UDP` or `SCTP`.
     * @default TCP
     */
    protocol?: string;
    /**
     * The port clients use, where it isn't the container's: 80 for a container on 8080.
     * @default as port
     */
    servicePort?: number;
    /**
     * Only members reach it, by the headless Service; clients don't.
     * @default false
     */
    isInternal?: boolean;
}

/**
 * How a container is asked whether it works, in exactly one of four ways: by `command`, by HTTP (`path` and `port`), by gRPC's health
 * protocol (`grpcService` and `port`), or by a TCP connection (`port` alone).
 */
export interface WorkloadProbe {
    /**
     * Run in the container, without a shell; exit code 0 is yes.
     * @default none: `port` is asked
     */
    command?: string[];
    /**
     * An HTTP path; 200 to 399 is yes. Needs `port`.
     * @default none
     */
    path?: string;
    /**
     * `path` is asked by HTTPS, whoever signed the certificate.
     * @default false
     */
    isHttps?: boolean;
    /**
     * A service of gRPC's health protocol, `""` for the server as a whole. Needs `port`.
     * @default none
     */
    grpcService?: string;
    /**
     * Name of the container's port that is asked.
     * @default none: `command` is run
     */
    port?: string;
    /**
     * Seconds before the first question. A startupProbe says the same without guessing.
     * @default 0
     */
    initialDelaySeconds?: number;
    /**
     * Seconds from one question to the next.
     * @default 10
     */
    periodSeconds?: number;
    /**
     * Seconds an answer may take.
     * @default 5
     */
    timeoutSeconds?: number;
    /**
     * How often in a row it may fail.
     * @default 3
     */
    failureThreshold?: number;
    /**
     * How often in a row a member that wasn't ready must say yes. Only for a readinessProbe.
     * @default 1
     */
    successThreshold?: number;
}

/** What a container gets of its node, as Kubernetes quantities. */
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

/**
 * Environment from a Secret or a ConfigMap that exists already: one `key` as one `variable`, or, without `variable`, all of its keys.
 * Pods read it when they start: say in `rollOn` what changes with it.
 */
export interface EnvSource {
    /**
     * Name of the Secret, in the workload's namespace. Exactly one of `secret` and `configMap`.
     * @default none
     */
    secret?: pulumi.Input<string>;
    /**
     * Name of the ConfigMap.
     * @default none
     */
    configMap?: pulumi.Input<string>;
    /**
     * The one variable to set.
     * @default every key is a variable
     */
    variable?: string;
    /**
     * The key whose value it is.
     * @default as the variable
     */
    key?: string;
    /**
     * Put in front of every key, where there is no `variable`.
     * @default nothing
     */
    prefix?: string;
    /**
     * The container starts without it too.
     * @default false
     */
    isOptional?: boolean;
}

/** One of the pod's volumes as a container sees it. */
export interface WorkloadMount {
    /**
     * Name of one of `volumes` or `scratch`; `holdfast-config` and `holdfast-secrets` are the files of `config` and `secrets`, `secret-files-0`
     * those of the first of `secretFiles`.
     */
    volume: string;
    /** Where the container finds it. */
    mountPath: string;
    /**
     * One folder or file of the volume instead of its root: `wiki.ini`.
     * @default all of it
     */
    subPath?: string;
    /**
     * The container can't write there.
     * @default false, but for config and secrets, which are never written
     */
    isReadOnly?: boolean;
}

/** What a container runs: the same for the main one and those beside it. */
export interface ContainerProcess {
    /**
     * What is run instead of the image's entrypoint.
     * @default the image's entrypoint
     */
    command?: string[];
    /**
     * Arguments of what is run.
     * @default the image's
     */
    args?: string[];
    /**
     * The folder it is run in.
     * @default the image's
     */
    workingDirectory?: string;
    /**
     * Variables and their values, which anyone who may read pods can read.
     * @default none
     */
    env?: { [name: string]: pulumi.Input<string> };
    /**
     * Variables from the files of `secrets`, by the file's name: `{ TOKEN: "token" }`. A change rolls the pods.
     * @default none
     */
    secretEnv?: { [name: string]: string };
    /**
     * Variables from Secrets and ConfigMaps made elsewhere.
     * @default none
     */
    envFrom?: EnvSource[];
    /**
     * Volumes by their names, beside what is mounted anyway: for the main container further views of them.
     * @default none
     */
    mounts?: WorkloadMount[];
    /**
     * The process may write beside its mounts; what it writes there is lost with the container.
     * @default false
     */
    isImageWritable?: boolean;
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
}

/** A container beside the main one. It sees no volume but those it mounts, and a `/tmp` of its own. */
export interface WorkloadContainer extends ContainerProcess {
    /** A DNS label, once in the workload; `main` is the main container. */
    name: string;
    /** The image, with a tag or digest. */
    image: pulumi.Input<string>;
    /**
     * What listens. A container that ends before the main one starts has none.
     * @default none
     */
    ports?: WorkloadPort[];
    /**
     * Requests and limits of this container.
     * @default 10m, 64Mi
     */
    resources?: WorkloadResources;
    /**
     * Numeric user, where it isn't the pod's; never 0. Its group is the pod's.
     * @default as the main container
     */
    runAsUser?: number;
}
