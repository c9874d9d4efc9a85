import { bytesOf } from "../../usecases/quantities";

const MiB = 2 ** 20;

/**
 * The server's settings for a member that may use so much memory.
 *
 * Data may take 60 % of it: while a snapshot is written for a replica or the log, pages that change are there twice. Without a log the data
 * is a cache that can be made again, and what is used least gives way; with one a write that finds no room is refused.
 */
export function valkeySettings(memoryLimit: string, settings: Record<string, string>): Record<string, string> {
    const memory = bytesOf(memoryLimit) ?? 128 * MiB;
    return {
        maxmemory: String(Math.floor(memory * 0.6)),
        "maxmemory-policy": settings.appendonly === "yes" ? "noeviction" : "allkeys-lru",
        // Of writes that a replica missed: it takes them up again instead of copying everything.
        "repl-backlog-size": String(Math.max(MiB, Math.floor(memory / 16))),
        // Snapshots are taken for replicas and backups; the log is what is kept.
        save: "",
        // A primary that reaches no replica stops taking writes: they would be lost when another one is chosen.
        "min-replicas-to-write": "1",
        "min-replicas-max-lag": "1",
        "tcp-keepalive": "60",
        "shutdown-timeout": "10",
        ...settings,
    };
}

/** Settings that the scripts decide, and that would break what holds the members together. */
export const ownSettings: readonly string[] = [
    "port",
    "bind",
    "dir",
    "aclfile",
    "user",
    "requirepass",
    "masteruser",
    "masterauth",
    "primaryuser",
    "primaryauth",
    "replicaof",
    "slaveof",
    "replica-priority",
    "slave-priority",
    "replica-announce-ip",
    "replica-announce-port",
    "cluster-enabled",
    "cluster-announce-human-nodename",
    "appenddirname",
    "appendfilename",
    "dbfilename",
    "daemonize",
    "include",
];
