/**
 * The engines, and how each keeps more than one copy: from the simplest that could do to the strongest there is.
 *
 * The resolver takes the first that serves the data and keeps the failover objective; nothing else in the code knows an engine's name.
 */

import type { EngineName, PlannedResources } from "./plan";
import { assumed, measured, remembered, type Source } from "./source";

/** What the application stores: values by key, rows with relations, an ordered stream, or files. */
export type DataModel = "key-value" | "relational" | "stream" | "files";

/** How a write reaches other members before it is acknowledged: not at all, soon after, or before. */
export type Replication = "none" | "asynchronous" | "quorum";

export type BackupMethod = "stream" | "files" | "snapshot" | "archive";

export interface EngineMode {
    engine: EngineName;
    title: string;
    serves: DataModel;
    replication: Replication;
    /** Members that keep working while `mayFail` of them are gone. */
    members: (mayFail: number) => number;
    /** Fewer than this can't keep what the mode promises. */
    minimumMembers: number;
    /** The members vote, and two of them can't: neither is a majority when the other is gone. */
    votes: boolean;
    /** What a lost pod or node costs, in seconds. */
    failover: { rpo: number; rto: number; source: Source };
    /** Fit for money: a write is whole or absent, on every member that may take over. */
    transactional: boolean;
    /** What can be backed up, the best first. */
    methods: BackupMethod[];
    /** Settings of the engine that the promise rests on, where the data can't be made again, and where it can. */
    settings: { kept: Record<string, string>; recreatable: Record<string, string> };
    why: string;
    /** What has to be in the cluster first, beside the storage driver. */
    operator?: string;
}

const postgresMethods: BackupMethod[] = ["stream", "snapshot", "files"];
const cnpg = "https://cloudnative-pg.io/documentation/current/replication/";

/** In the order of effort: the first that keeps the objective is taken. */
export const modes: readonly EngineMode[] = [
    {
        engine: "valkey",
        title: "Valkey with Sentinel",
        serves: "key-value",
        replication: "asynchronous",
        members: (mayFail) => 2 * mayFail + 1,
        minimumMembers: 3,
        votes: true,
        failover: {
            rpo: 1,
            rto: 30,
            source: remembered("https://valkey.io/topics/sentinel/ (asynchronous replication; down-after 5 s, then a vote)", "2026-11"),
        },
        transactional: false,
        methods: ["stream", "snapshot", "files"],
        settings: { kept: { appendonly: "yes", appendfsync: "everysec" }, recreatable: { appendonly: "no", save: "" } },
        why: "values by key in memory; Sentinel promotes a replica by majority",
    },
    {
        engine: "postgres",
        title: "a single PostgreSQL server",
        serves: "relational",
        replication: "none",
        members: () => 1,
        minimumMembers: 1,
        votes: false,
        failover: {
            rpo: 0,
            rto: 300,
            source: assumed("pod evicted 30 s after its node is found unreachable (50 s), volume moved, crash recovery", "2026-11"),
        },
        transactional: true,
        methods: postgresMethods,
        settings: { kept: { synchronous_commit: "on" }, recreatable: { synchronous_commit: "on" } },
        why: "rows with relations, and minutes of failover are enough: one server with a volume that follows it is the simplest that does",
    },
    {
        engine: "postgres-cluster",
        operator: "the CloudNativePG operator",
        title: "CloudNativePG with asynchronous standbys",
        serves: "relational",
        replication: "asynchronous",
        members: (mayFail) => mayFail + 1,
        minimumMembers: 2,
        votes: false,
        failover: { rpo: 5, rto: 60, source: remembered(`${cnpg} (asynchronous: the standby's lag is the loss)`, "2026-11") },
        transactional: true,
        methods: ["archive", "stream", "snapshot"],
        settings: { kept: { synchronous: "none" }, recreatable: { synchronous: "none" } },
        why: "rows with relations, and back within a minute: a running standby takes over",
    },
    {
        engine: "postgres-cluster",
        operator: "the CloudNativePG operator",
        title: "CloudNativePG with a synchronous quorum",
        serves: "relational",
        replication: "quorum",
        members: (mayFail) => 2 * mayFail + 1,
        minimumMembers: 3,
        votes: false,
        failover: {
            rpo: 0,
            rto: 60,
            source: measured(
                "three members on two nodes, primary deleted by force under load: 0 of 1,959 writes lost, 21.5 s without writes",
                "2026-11",
            ),
        },
        transactional: true,
        methods: ["archive", "stream", "snapshot"],
        settings: {
            kept: { synchronous: "any 1", dataDurability: "required" },
            recreatable: { synchronous: "any 1", dataDurability: "required" },
        },
        why: "rows with relations, and no acknowledged write may be lost: each is on two members before it is acknowledged",
    },
    {
        engine: "jetstream",
        title: "NATS JetStream with replicated streams",
        serves: "stream",
        replication: "quorum",
        members: (mayFail) => 2 * mayFail + 1,
        minimumMembers: 3,
        votes: true,
        failover: {
            rpo: 0,
            rto: 30,
            source: remembered("https://docs.nats.io/nats-concepts/jetstream (Raft: a majority acknowledges each message)", "2026-11"),
        },
        transactional: false,
        methods: ["stream", "snapshot", "files"],
        settings: { kept: { streamReplicas: "3" }, recreatable: { streamReplicas: "3" } },
        why: "an ordered stream of events; a majority holds each event before it is acknowledged",
    },
    {
        engine: "container",
        title: "your own image",
        serves: "files",
        replication: "none",
        members: () => 1,
        minimumMembers: 1,
        votes: false,
        failover: { rpo: 0, rto: 300, source: assumed("as one PostgreSQL server: eviction, move of the volume, start", "2026-11") },
        transactional: false,
        methods: ["files", "snapshot"],
        settings: { kept: {}, recreatable: {} },
        why: "an image of your own keeps files, and this knows nothing better of it than one member with its volume",
    },
];

export const engineNames: readonly EngineName[] = ["postgres", "postgres-cluster", "valkey", "jetstream", "container"];

/** What one member asks of its node, for production and for a laptop. */
export const footprints: Record<EngineName, Record<"production" | "development", PlannedResources>> = {
    postgres: {
        production: { requests: { cpu: "500m", memory: "1Gi" }, limits: { memory: "2Gi" } },
        development: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
    },
    "postgres-cluster": {
        production: { requests: { cpu: "1", memory: "4Gi" }, limits: { memory: "4Gi" } },
        development: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
    },
    valkey: {
        production: { requests: { cpu: "250m", memory: "1Gi" }, limits: { memory: "2Gi" } },
        development: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "128Mi" } },
    },
    jetstream: {
        production: { requests: { cpu: "500m", memory: "1Gi" }, limits: { memory: "2Gi" } },
        development: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
    },
    container: {
        production: { requests: { cpu: "250m", memory: "256Mi" }, limits: { memory: "1Gi" } },
        development: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
    },
};
