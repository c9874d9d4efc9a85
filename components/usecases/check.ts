/** The wish as it was typed: every wrong word, unit and contradiction in it, and what is left when there is none. */

import { type BackupPolicy, backupPolicies } from "../../policies/backup";
import { catalog, type UseCase, useCaseNames } from "./catalog";
import { checkDrivers, checkPolicies, describedPolicy } from "./check-descriptions";
import { type Driver, described, driverNames, drivers } from "./drivers";
import { Findings } from "./findings";
import type { Environment, TargetName } from "./plan";
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
    hasRepository: boolean;
    driverOf: (name: string) => Driver | undefined;
    policyOf: (name: string) => BackupPolicy | undefined;
}

/** A DNS label; 52 characters leave room for the hash that a StatefulSet adds to the names of its revisions. */
const label = /^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$/;

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
        return description ? describedPolicy(name, description) : own(backupPolicies, name);
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
        hasRepository: wish.hasRepository ?? false,
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
