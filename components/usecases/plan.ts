/**
 * The shape of a plan: every decision for one application on one target, as plain data.
 *
 * `resolve` makes it; components turn it into resources; `holdfast plan --json` prints it. Quantities are Kubernetes quantities (`10Gi`,
 * `250m`), durations are a number with a unit (`1s`, `5m`, `1h`, `35d`, `7y`).
 */

/** What implements a volume: the node's own disk, storage over the network inside the cluster, or the cloud's. */
export type StorageKind = "local" | "network" | "cloud";

/** Where an application runs: the built-in disposable cluster, any cluster whose drivers are named, or AWS. */
export type TargetName = "sandbox" | "kubernetes" | "eks";

/** `production` keeps the promise or refuses; `development` accepts named rules and says what remains. */
export type Environment = "production" | "development";

/** What runs: one PostgreSQL server, PostgreSQL by CloudNativePG, Valkey with Sentinel, NATS JetStream, or the user's own image. */
export type EngineName = "postgres" | "postgres-cluster" | "valkey" | "jetstream" | "container";

/** What is lost with which event, and how long it takes to be back. */
export interface Objective {
    /** Recovery point: the most recent writes that may be lost, as a duration; `"0s"` is none. */
    rpo: string;
    /** Recovery time: how long until the application reads and writes again, as a duration. */
    rto: string;
}

/** The two promises: `failover` for a lost pod or node, `restore` for lost or wrong data. */
export interface Objectives {
    failover: Objective;
    /** Absent where nothing is restored; `restoreReason` then says why. */
    restore?: Objective & { retention: string };
    restoreReason?: string;
    /** What may be lost without losing the data. */
    survives: ("pod" | "node" | "zone" | "region")[];
}

/** Where a decision came from. */
export type DecisionSource = "use-case" | "target" | "environment" | "override";

/** One decision of a plan, in the order in which an engineer would ask for it. */
export interface Decision {
    /** Path of the field in the plan: `storage.driver`. */
    path: string;
    value: string;
    /** One sentence: why this, or what choosing it costs. */
    reason: string;
    from: DecisionSource;
}

/** One volume of every member. */
export interface PlannedVolume {
    /** Name of the volumeClaimTemplate: claims are called `<name>-<app>-<ordinal>`. */
    name: string;
    size: string;
    /** The size growth may reach before someone has to decide. */
    ceiling: string;
    accessMode: "ReadWriteOnce" | "ReadWriteOncePod" | "ReadWriteMany";
}

/** The StorageClass to make, or the existing one to use. */
export interface PlannedStorage {
    kind: StorageKind;
    /** Key of the driver in the table of drivers. */
    driver: string;
    /** CSI provisioner name, e.g. `ebs.csi.aws.com`. */
    provisioner: string;
    parameters: Record<string, string>;
    mountOptions: string[];
    /** `WaitForFirstConsumer` unless the driver can't delay. */
    bindingMode: "WaitForFirstConsumer" | "Immediate";
    allowExpansion: boolean;
    encrypted: boolean;
    /** Name of a class that exists already; nothing is created then. */
    existingClass?: string;
}

/** Requests and limits of one member's main container. */
export interface PlannedResources {
    requests: { cpu: string; memory: string };
    limits: { memory: string; cpu?: string };
}

export interface PlannedEngine {
    name: EngineName;
    version: string;
    image: string;
    /** User and group of the process in the image, for Pod Security "restricted" and the volume's group. */
    runAsUser: number;
    runAsGroup: number;
}

/** The backup policy by name, with what it means here. `policies/backup` holds the policies themselves. */
export interface PlannedBackup {
    policy: string;
    /** Absent for `none`. */
    method?: "stream" | "files" | "snapshot" | "archive";
    schedule?: string;
    reason: string;
    /** False while this version can plan the policy but has no component to carry it out. */
    carriedOut: boolean;
}

/** A rule that would have refused the plan and was accepted by its name. */
export interface AcceptedRule {
    rule: string;
    /** What is no longer promised, in one sentence. */
    lowers: string;
    /** `environment` when `development` accepted it, `override` when `holdfast:accept` did. */
    from: "environment" | "override";
}

export interface Plan {
    schema: "holdfast.plan/v1";
    app: string;
    useCase: string;
    target: TargetName;
    environment: Environment;
    engine: PlannedEngine;
    replicas: number;
    spread: { topologyKey: string; required: boolean };
    storage: PlannedStorage;
    volumes: PlannedVolume[];
    resources: PlannedResources;
    objectives: Objectives;
    backup: PlannedBackup;
    accepted: AcceptedRule[];
    decisions: Decision[];
}
