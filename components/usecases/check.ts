/** The wish as it was typed: every wrong word, unit and contradiction in it, and what is left when there is none. */

import { type BackupPolicy, backupPolicies, type PolicyDescription } from "../../policies/backup";
import { catalog, type UseCase, useCaseNames } from "./catalog";
import { type Driver, type DriverDescription, described, driverNames, drivers } from "./drivers";
import type { Environment, TargetName } from "./plan";
import { secondsOf } from "./quantities";
import { aliases, settingNames, shapeOf, spoken } from "./settings";
import { closest } from "./suggest";
import { type Target, targetNames, targets } from "./targets";
import type { Problem, Wish } from "./wish";

/** A wish in which every word is known. */
export interface CheckedWish {
    app: string;
    useCaseName: string;
    useCase: UseCase;
    targetName: TargetName;
    target: Target;
    environment: Environment;
    /** Path → value, as text. */
    given: Map<string, string>;
    accept: readonly string[];
    driverOf: (name: string) => Driver | undefined;
    policyOf: (name: string) => BackupPolicy | undefined;
}

/** A DNS label; 52 characters leave room for the hash that a StatefulSet adds to the names of its revisions. */
const label = /^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$/;

class Findings {
    readonly problems: Problem[] = [];

    add(rule: string, path: string, message: string, given: unknown, allowed: string, fix: string): void {
        const shown = typeof given === "string" ? given || "(empty)" : (JSON.stringify(given) ?? "nothing");
        this.problems.push({ rule, path: path || "(empty)", message, given: shown, allowed, fix, severity: "input" });
    }

    /** One of a list of words, with the closest legal one where a person mistyped. */
    word(rule: string, path: string, what: string, given: unknown, legal: readonly string[]): boolean {
        if (typeof given === "string" && legal.includes(given)) {
            return true;
        }
        const meant = typeof given === "string" ? closest(given, legal) : undefined;
        const shown = typeof given === "string" ? given : JSON.stringify(given);
        this.add(
            rule,
            path,
            `there is no ${what} "${shown}"${meant ? ` (did you mean "${meant}"?)` : ""}`,
            given,
            legal.join(", "),
            `${path}: ${meant ?? legal[0]}`,
        );
        return false;
    }
}

const own = <T>(table: Record<string, T> | undefined, name: string): T | undefined =>
    table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;

/** Settings whose loss changes nothing but themselves: the rest of the wish can be judged without them. */
const alone = /^(app$|volumes\.[^.]+\.(size|ceiling)|resources\.|replicas$|backup\.drill|storage\.(iops|throughputMiB))/;

/**
 * Everything wrong with a wish's words, and the wish with its words looked up, where enough of it is right for the rules to judge the
 * rest: then all problems are told at once. `ruleNames` are the rules that may be accepted.
 */
export function check(
    wish: Wish,
    ruleNames: { unkept: readonly string[]; impossible: readonly string[] },
): { problems: Problem[]; checked?: CheckedWish } {
    const findings = new Findings();
    if (typeof wish.app !== "string" || !label.test(wish.app)) {
        findings.add(
            "bad-name",
            "app",
            "the application's name can't be part of the names of its objects",
            wish.app,
            `up to 52 small letters, digits and "-", beginning with a letter`,
            "app: user-preferences",
        );
    }
    findings.word("unknown-use-case", "useCase", "use case", wish.useCase, useCaseNames);
    findings.word("unknown-target", "target", "target", wish.target, targetNames);
    if (wish.environment !== undefined) {
        findings.word("unknown-environment", "environment", "environment", wish.environment, ["production", "development"]);
    }
    checkAccept(findings, wish.accept, ruleNames);
    checkDrivers(findings, wish.drivers);
    checkPolicies(findings, wish.policies);
    const useCase = own(catalog, wish.useCase);
    const target = own(targets, wish.target);
    const given = checkOverrides(findings, wish, useCase);
    const driverOf = (name: string) => {
        const description = own(wish.drivers, name);
        return description ? described(name, description) : own(drivers, name);
    };
    const policyOf = (name: string) => {
        const description = own(wish.policies, name);
        return description ? policy(name, description) : own(backupPolicies, name);
    };
    checkNames(findings, given, wish, target, driverOf, policyOf);
    const { problems } = findings;
    if (!useCase || !target || problems.some(({ path }) => !alone.test(path))) {
        return { problems };
    }
    const checked: CheckedWish = {
        app: wish.app,
        useCaseName: wish.useCase,
        useCase,
        targetName: wish.target as TargetName,
        target,
        environment: (wish.environment as Environment | undefined) ?? target.environment,
        given,
        accept: [...new Set(wish.accept ?? [])].sort(),
        driverOf,
        policyOf,
    };
    return { problems, checked };
}

function checkAccept(findings: Findings, accept: unknown, rules: { unkept: readonly string[]; impossible: readonly string[] }): void {
    if (accept === undefined) {
        return;
    }
    if (!Array.isArray(accept)) {
        findings.add(
            "bad-accept",
            "accept",
            "accepted rules are a list",
            accept,
            "a list of names of rules",
            `accept: ["${rules.unkept[0]}"]`,
        );
        return;
    }
    for (const name of [...new Set(accept)].sort()) {
        if (rules.impossible.includes(name)) {
            findings.add(
                "never-accepted",
                "accept",
                `"${name}" can't be accepted: it isn't weaker, it is impossible`,
                name,
                rules.unkept.join(", "),
                `remove ${name} from accept`,
            );
        } else {
            findings.word("unknown-rule", "accept", "rule", name, rules.unkept);
        }
    }
}

const descriptionKeys = {
    kind: ["local", "network", "cloud"],
    reach: ["node", "zone", "cluster", "region"],
    volume: ["csi", "hostPath", "local"],
    expansion: ["online", "offline", "none", true, false],
    encryption: ["always", "option", "none"],
} as const;
const flags = ["snapshots", "clones", "attributeChange", "readWriteMany", "enforcedSize", "delayedBinding"];
const otherKeys = ["provisioner", "annualFailure", "maximumGiB", "parameters", "mountOptions"];

function checkDrivers(findings: Findings, described: Record<string, DriverDescription> | undefined): void {
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

function checkPolicies(findings: Findings, policies: Record<string, PolicyDescription> | undefined): void {
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

function policy(name: string, description: PolicyDescription): BackupPolicy {
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

/** Paths and shapes of the overrides. Keys are taken in their alphabetical order, so that the input's order doesn't matter. */
function checkOverrides(findings: Findings, wish: Wish, useCase: UseCase | undefined): Map<string, string> {
    const given = new Map<string, string>();
    const volumes = ["data", ...(useCase?.needs.shared ? [useCase.needs.shared.name] : [])];
    for (const key of Object.keys(wish.overrides ?? {}).sort()) {
        const path = own(aliases, key) ?? key;
        const value = wish.overrides?.[key];
        const shape = shapeOf(path, volumes);
        if (!shape) {
            const names = settingNames.flatMap((name) => volumes.map((volume) => name.replace("<volume>", volume)));
            const meant = closest(key, names);
            findings.add(
                "unknown-setting",
                key,
                `there is no setting "${key}"${meant ? ` (did you mean "${meant}"?)` : ""}`,
                key,
                "`holdfast plan --settings` lists them",
                meant ? `${meant}: ${String(value)}` : `remove ${key}`,
            );
            continue;
        }
        const text = typeof value === "string" ? value.trim() : String(value);
        if (typeof value === "object" || value === undefined || !shape.allows(text)) {
            const meant = shape.words && closest(text, shape.words);
            findings.add(
                "bad-value",
                path,
                `"${text}" is not ${shape.words ? "one of the words" : "a value"} for ${spoken(path)}${meant ? ` (did you mean "${meant}"?)` : ""}`,
                value,
                shape.allowed,
                `${spoken(path)}: ${meant ?? shape.example}`,
            );
            continue;
        }
        const before = given.get(path);
        if (before !== undefined && before !== text) {
            findings.add(
                "contradiction",
                path,
                `${spoken(path)} and ${path} are the same setting, with two values`,
                `${before} and ${text}`,
                "one of them",
                `${spoken(path)}: ${text}`,
            );
        }
        given.set(path, text);
    }
    return given;
}

/** Drivers and policies named in overrides, and what they say of each other. */
function checkNames(
    findings: Findings,
    given: Map<string, string>,
    wish: Wish,
    target: Target | undefined,
    driverOf: (name: string) => Driver | undefined,
    policyOf: (name: string) => BackupPolicy | undefined,
): void {
    const here = [...driverNames, ...Object.keys(wish.drivers ?? {})].filter((name) => !target?.excluded.includes(name));
    for (const path of [...given.keys()].filter((key) => key.endsWith(".driver"))) {
        const name = given.get(path) ?? "";
        const driver = driverOf(name);
        if (!driver) {
            findings.word("unknown-driver", spoken(path), "driver", name, here);
        } else if (target?.excluded.includes(name) && own(wish.drivers, name) === undefined) {
            findings.add(
                "driver-not-on-target",
                path,
                `${driver.title} isn't to be had on ${target.title}`,
                name,
                here.join(", "),
                `${spoken(path)}: ${here[0]}`,
            );
        }
    }
    const kind = given.get("storage.kind");
    const driver = driverOf(given.get("storage.driver") ?? "");
    if (kind !== undefined && driver && driver.kind !== kind) {
        findings.add(
            "contradiction",
            "storage.kind",
            `${driver.title} is ${driver.kind} storage, and ${kind} storage was asked for`,
            kind,
            driver.kind,
            `remove storage.kind, or storageKind: ${driver.kind}`,
        );
    }
    const policyName = given.get("backup.policy");
    if (policyName !== undefined && !policyOf(policyName)) {
        findings.word("unknown-policy", "backup.policy", "backup policy", policyName, [
            ...Object.keys(backupPolicies),
            ...Object.keys(wish.policies ?? {}),
        ]);
    }
}
