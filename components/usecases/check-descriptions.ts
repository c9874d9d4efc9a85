/** Drivers and backup policies as a wish describes them: every key and value in them. */

import { type BackupPolicy, backupPolicies, type PolicyDescription } from "../../policies/backup";
import type { DriverDescription } from "./drivers";
import type { Findings } from "./findings";
import { secondsOf } from "./quantities";

const descriptionKeys = {
    kind: ["local", "network", "cloud"],
    reach: ["node", "zone", "cluster", "region"],
    volume: ["csi", "hostPath", "local"],
    expansion: ["online", "offline", "none", true, false],
    encryption: ["always", "option", "none"],
} as const;
const flags = ["snapshots", "clones", "attributeChange", "readWriteMany", "enforcedSize", "delayedBinding"];
const otherKeys = ["provisioner", "annualFailure", "maximumGiB", "parameters", "mountOptions"];

export function checkDrivers(findings: Findings, described: Record<string, DriverDescription> | undefined): void {
    for (const [name, description] of Object.entries(described ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
        const path = `drivers.${name}`;
        if (typeof description !== "object" || description === null) {
            findings.add(
                "bad-driver",
                path,
                "a driver is described by its kind, its provisioner and what it can do",
                description,
                "a table",
                `${path}: { kind: network, provisioner: block.example.com }`,
            );
            continue;
        }
        const entries = description as unknown as Record<string, unknown>;
        const keys = [...Object.keys(descriptionKeys), ...flags, ...otherKeys];
        for (const key of Object.keys(entries).sort()) {
            findings.word("unknown-key", `${path}.${key}`, "property of a driver", key, keys);
        }
        for (const [key, allowed] of Object.entries(descriptionKeys)) {
            if ((entries[key] !== undefined || key === "kind") && !(allowed as readonly unknown[]).includes(entries[key])) {
                findings.add(
                    "bad-driver",
                    `${path}.${key}`,
                    `the driver's ${key} is none that exists`,
                    entries[key],
                    allowed.join(", "),
                    `${path}.${key}: ${allowed[0]}`,
                );
            }
        }
        for (const key of flags.filter((flag) => entries[flag] !== undefined && typeof entries[flag] !== "boolean")) {
            findings.add(
                "bad-driver",
                `${path}.${key}`,
                `whether the driver has ${key} is yes or no`,
                entries[key],
                "true, false",
                `${path}.${key}: false`,
            );
        }
        if (typeof entries.provisioner !== "string" || !/^[a-z0-9]([\w.\-/]*[a-z0-9])?$/i.test(entries.provisioner)) {
            findings.add(
                "bad-driver",
                `${path}.provisioner`,
                "the provisioner is the name the driver registers with",
                entries.provisioner,
                "a CSI driver's name",
                `${path}.provisioner: block.example.com`,
            );
        }
        for (const [key, high] of [
            ["annualFailure", 1],
            ["maximumGiB", 1e9],
        ] as const) {
            const value = entries[key];
            if (value !== undefined && !(typeof value === "number" && value >= 0 && value <= high)) {
                findings.add(
                    "bad-driver",
                    `${path}.${key}`,
                    `${key} is a number`,
                    value,
                    `from 0 to ${high}`,
                    `${path}.${key}: ${key === "annualFailure" ? 0.002 : 16_384}`,
                );
            }
        }
    }
}

const policyKeys = ["title", "methods", "interval", "schedule", "retention", "pointInTime", "offSite", "lock", "encrypted", "drill"];

export function checkPolicies(findings: Findings, policies: Record<string, PolicyDescription> | undefined): void {
    for (const [name, description] of Object.entries(policies ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
        const path = `policies.${name}`;
        if (typeof description !== "object" || description === null) {
            findings.add(
                "bad-policy",
                path,
                "a policy is described by its interval, its retention and its drill",
                description,
                "a table",
                `${path}: { interval: 6h, retention: { last: 28 } }`,
            );
            continue;
        }
        for (const key of Object.keys(description).sort()) {
            findings.word("unknown-key", `${path}.${key}`, "property of a backup policy", key, policyKeys);
        }
        for (const key of Object.keys(description.retention ?? {}).sort()) {
            findings.word(
                "unknown-key",
                `${path}.retention.${key}`,
                "period of a retention",
                key,
                Object.keys(backupPolicies.none.retention),
            );
            const value = (description.retention as Record<string, unknown>)[key];
            if (!Number.isInteger(value) || (value as number) < 0) {
                findings.add(
                    "bad-policy",
                    `${path}.retention.${key}`,
                    "how many are kept is a whole number",
                    value,
                    "0 or more",
                    `${path}.retention.${key}: 7`,
                );
            }
        }
        for (const method of Array.isArray(description.methods) ? description.methods : []) {
            findings.word("bad-policy", `${path}.methods`, "method", method, ["stream", "files", "snapshot", "archive"]);
        }
        for (const key of ["interval", "pointInTime"] as const) {
            const value = description[key];
            if (value !== undefined && !(typeof value === "string" && (secondsOf(value) ?? 0) > 0)) {
                findings.add(
                    "bad-policy",
                    `${path}.${key}`,
                    `${key} is no duration`,
                    value,
                    "a duration with a unit (m, h, d)",
                    `${path}.${key}: 6h`,
                );
            }
        }
        if (description.lock !== undefined && !(Number.isInteger(description.lock.days) && description.lock.days > 0)) {
            findings.add(
                "bad-policy",
                `${path}.lock.days`,
                "a lock lasts whole days",
                description.lock.days,
                "1 or more",
                `${path}.lock.days: 35`,
            );
        }
    }
}

/** A described policy, with what it leaves out taken from `daily`. */
export function describedPolicy(name: string, description: PolicyDescription): BackupPolicy {
    const base = backupPolicies.daily;
    return {
        ...base,
        title: `"${name}", of your own`,
        // A described interval replaces the base's schedule, or the two would contradict each other.
        ...(description.interval !== undefined && description.schedule === undefined ? { schedule: undefined } : {}),
        ...description,
        retention: description.retention ? { ...backupPolicies.none.retention, ...description.retention } : base.retention,
    };
}
