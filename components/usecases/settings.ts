/**
 * Everything that can be set in a plan: the paths of `--set path=value` and of stack config, and what a value looks like.
 *
 * Every decision's path is one of these, so that any decision can be overridden by the name it is shown with.
 */

import { policyNames } from "../../policies/backup";
import { dataClasses } from "./data-classes";
import { engineNames } from "./engines";
import { losses } from "./objectives";
import { bytesOf, coresOf, secondsOf } from "./quantities";
import { locations } from "./targets";

/** What a value looks like: whether it is right, what is allowed, and an example to write instead. */
export interface Shape {
    allows: (text: string) => boolean;
    allowed: string;
    example: string;
    /** Legal words, for the closest to a misspelt one. */
    words?: readonly string[];
}

const count = (low: number, high: number): Shape => ({
    allows: (text) => /^\d+$/.test(text) && Number(text) >= low && Number(text) <= high,
    allowed: `a whole number from ${low} to ${high.toLocaleString("en")}`,
    example: String(Math.max(low, 1)),
});

const word = (words: readonly string[]): Shape => ({
    allows: (text) => words.includes(text),
    allowed: words.join(", "),
    example: words[0],
    words,
});

const text = (pattern: RegExp, allowed: string, example: string): Shape => ({ allows: (value) => pattern.test(value), allowed, example });

const size: Shape = {
    allows: (value) => (bytesOf(value) ?? 0) > 0,
    allowed: "a size with a unit (Mi, Gi, Ti), greater than nothing",
    example: "10Gi",
};
const growth: Shape = {
    ...size,
    allows: (value) => bytesOf(value) !== undefined,
    allowed: "a size with a unit (Mi, Gi), or 0Gi",
    example: "1Gi",
};
const cpu: Shape = {
    allows: (value) => (coresOf(value) ?? 0) > 0,
    allowed: "cores (2, 0.5) or thousandths of one (250m)",
    example: "250m",
};
const loss: Shape = {
    allows: (value) => secondsOf(value) !== undefined,
    allowed: "a duration with a unit (s, m, h, d), or 0s",
    example: "5m",
};
const time: Shape = { allows: (value) => (secondsOf(value) ?? 0) > 0, allowed: "a duration with a unit (s, m, h, d, y)", example: "15m" };
const flag = word(["true", "false"]);
const anything = text(/\S/, "a name", "standard");

/** Paths with `<volume>` stand for one setting of each volume the plan has, those with `<key>` for one of each parameter. */
export const settings: Record<string, Shape> = {
    "needs.data": word(["key-value", "relational", "stream", "files"]),
    "needs.dataClass": word(Object.keys(dataClasses)),
    "needs.growth": growth,
    "needs.iops": count(1, 1_000_000),
    "needs.throughputMiB": count(1, 100_000),
    "needs.mayFail": count(1, 3),
    "needs.recreatable": flag,
    "needs.snapshots": flag,
    "needs.clones": flag,
    "needs.pointInTime": flag,
    "objectives.failover.rpo": loss,
    "objectives.failover.rto": time,
    "objectives.restore.rpo": time,
    "objectives.restore.rto": time,
    "objectives.restore.retention": time,
    "objectives.survives": word(losses),
    "engine.name": word(engineNames),
    "engine.replication": word(["none", "asynchronous", "quorum"]),
    "engine.version": text(/^\d[\w.-]*$/, "a version", "17"),
    "engine.image": text(/^[a-z0-9][\w.\-/:@]+$/, "an image: registry/name:tag", "docker.io/library/postgres:17.7"),
    "engine.runAsUser": count(1, 2_147_483_647),
    "engine.runAsGroup": count(1, 2_147_483_647),
    replicas: count(1, 99),
    "spread.topologyKey": text(/^[\w.\-/]+$/, "a node label", "kubernetes.io/hostname"),
    "spread.required": flag,
    "storage.kind": word(["local", "network", "cloud"]),
    "storage.driver": anything,
    "storage.existingClass": anything,
    "storage.encrypted": flag,
    "storage.bindingMode": word(["WaitForFirstConsumer", "Immediate"]),
    "storage.allowExpansion": flag,
    "storage.reclaimPolicy": word(["Retain", "Delete"]),
    "storage.iops": count(1, 1_000_000),
    "storage.throughputMiB": count(1, 100_000),
    "storage.changesPerDay": count(1, 1000),
    "volumes.<volume>.size": size,
    "volumes.<volume>.ceiling": size,
    "volumes.<volume>.accessMode": word(["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"]),
    "volumes.<volume>.driver": anything,
    "storage.parameters.<key>": text(/\S/, "a parameter of the driver's StorageClass", "replicapool"),
    "volumes.<volume>.parameters.<key>": text(/\S/, "a parameter of the driver's StorageClass", "replicapool"),
    "resources.requests.cpu": cpu,
    "resources.requests.memory": size,
    "resources.limits.cpu": cpu,
    "resources.limits.memory": size,
    "backup.policy": { ...word(policyNames), allows: (value) => /\S/.test(value) },
    "backup.method": word(["stream", "files", "snapshot", "archive"]),
    "backup.interval": time,
    "backup.location": word(locations),
    "backup.encrypted": flag,
    "backup.retention.last": count(0, 10_000),
    "backup.retention.hourly": count(0, 10_000),
    "backup.retention.daily": count(0, 10_000),
    "backup.retention.weekly": count(0, 10_000),
    "backup.retention.monthly": count(0, 1200),
    "backup.retention.yearly": count(0, 100),
    "backup.pointInTime": time,
    "backup.lock.mode": word(["none", "governance", "compliance"]),
    "backup.lock.days": count(1, 36_500),
    "backup.drill.every": time,
    region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, "an AWS region", "eu-central-1"),
};

/** Short names for what is set most. */
export const aliases: Record<string, string> = {
    size: "volumes.data.size",
    ceiling: "volumes.data.ceiling",
    storageKind: "storage.kind",
    storageDriver: "storage.driver",
    storageClass: "storage.existingClass",
    image: "engine.image",
    version: "engine.version",
    backupPolicy: "backup.policy",
    dataClass: "needs.dataClass",
    growth: "needs.growth",
    iops: "storage.iops",
};

export const settingNames: readonly string[] = [...Object.keys(aliases), ...Object.keys(settings)];

/** The name a person would write: the short one where there is one. */
const short = Object.fromEntries(Object.entries(aliases).map(([alias, path]) => [path, alias]));
export const spoken = (path: string): string => short[path] ?? path;

/** The path's entry in the table; `volumes.media.size` is one of `volumes.<volume>.size`. */
export function shapeOf(path: string, volumes: readonly string[]): Shape | undefined {
    if (Object.hasOwn(settings, path)) {
        return path.includes("<") ? undefined : settings[path];
    }
    if (/^storage\.parameters\.[\w.\-/]+$/.test(path)) {
        return settings["storage.parameters.<key>"];
    }
    const parameter = /^volumes\.([^.]+)\.parameters\.[\w.\-/]+$/.exec(path);
    if (parameter) {
        return volumes.includes(parameter[1]) && parameter[1] !== "data" ? settings["volumes.<volume>.parameters.<key>"] : undefined;
    }
    const match = /^volumes\.([^.]+)\.([^.]+)$/.exec(path);
    return match && volumes.includes(match[1]) ? settings[`volumes.<volume>.${match[2]}`] : undefined;
}
