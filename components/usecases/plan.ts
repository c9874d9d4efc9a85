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
    /** One claim that every member mounts, instead of one for each. */
    shared?: true;
    /** Its own storage, where it differs from the plan's. */
    storage?: PlannedStorage;
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
    /** What the volumes can do beyond reading and writing. */
    snapshots: boolean;
    clones: boolean;
    /** What a volume is bought with, where the driver sells it: operations and MiB a second. */
    iops?: number;
    throughputMiB?: number;
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
    /** How a write reaches the other members before it is acknowledged. */
    replication: "none" | "asynchronous" | "quorum";
    /** Settings of the engine that the promise rests on: `{ appendfsync: "everysec" }`. */
    settings: Record<string, string>;
}

/** The backup policy by name, with what it means here. `policies/backup` holds the policies themselves. */
export interface PlannedBackup {
    policy: string;
    /** Absent for `none`. */
    method?: "stream" | "files" | "snapshot" | "archive";
    schedule?: string;
    reason: string;
    /** Longest time between two recovery points. */
    interval?: string;
    /** How many of each are kept. */
    retention?: { last: number; hourly: number; daily: number; weekly: number; monthly: number; yearly: number };
    /** Any moment of this long can be restored. */
    pointInTime?: string;
    /** Where the copies lie, from the nearest to the live data to the farthest. */
    location?: "same-machine" | "same-cluster" | "outside-the-cluster" | "other-region";
    encrypted?: boolean;
    lock?: { mode: "governance" | "compliance"; days: number };
    drill?: PlannedDrill;
    /** How long the restore of a full volume takes by the method's rate, and that rate. */
    restoreTime?: { seconds: number; formula: string };
    /** False where the policy is planned only. */
    carriedOut: boolean;
    /** What is missing to carry it out. */
    missing?: string;
}

/** A real restore beside the live data, checked by a query. */
export interface PlannedDrill {
    schedule: string;
    every: string;
    query: string;
}

/** What is added in a month, and how the volume follows. */
export interface PlannedGrowth {
    perMonth: string;
    /** Months until the ceiling is reached; absent where nothing is added. */
    monthsToCeiling?: number;
    /** Changes of one volume in a day at most. */
    changesPerDay: number;
}

/** One line of the bill. Money is in US dollars a month. */
export interface PriceLine {
    what: string;
    monthly: number | "unknown";
    /** How the figure comes about, or why there is none. */
    formula: string;
    source?: string;
    /** The line belongs to the backups, which this version doesn't carry out. */
    forBackup: boolean;
}

/** What the plan costs, without the nodes it runs on. */
export interface Price {
    currency: "USD";
    /** Sum of what is known; `unknown` where nothing is. */
    monthly: number | "unknown";
    /** What the sum leaves out. */
    unknown: string[];
    lines: PriceLine[];
    /** The date of the price table. */
    date: string;
}

/** Probability of losing data within a year. */
export interface Durability {
    /** Of the live copies: all lost at once. `unknown` where a part states no figure. */
    annualLoss: number | "unknown";
    formula: string;
    /** The same once the planned backups are carried out: only what a backup can't bring back. */
    annualLossWithBackups: number | "unknown";
    formulaWithBackups: string;
    sources: string[];
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
    /** Where the target has regions. */
    region?: string;
    environment: Environment;
    /** What the data is: `internal`, `pseudonymous`, `personal`, `financial`. */
    dataClass: string;
    engine: PlannedEngine;
    replicas: number;
    spread: { topologyKey: string; required: boolean };
    storage: PlannedStorage;
    volumes: PlannedVolume[];
    resources: PlannedResources;
    growth: PlannedGrowth;
    /** What is promised: what was asked, less what accepted rules take from it. */
    objectives: Objectives;
    /** What was asked. */
    asked: Objectives;
    backup: PlannedBackup;
    price: Price;
    durability: Durability;
    /** What has to be in the cluster before this can be made: drivers, operators, classes. */
    prerequisites: string[];
    /** The promise in sentences, the first thing to read. */
    promise: string[];
    /** What this plan does not protect from. */
    notProtected: string[];
    accepted: AcceptedRule[];
    /** Names in the wish's `accept` that no rule needed. */
    unusedAcceptances: string[];
    decisions: Decision[];
}
