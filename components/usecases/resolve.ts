/** From a wish to a plan, or to every reason why there is none. Pure: the same wish gives the same answer. */

import { type Driver, described as describe, drivers } from "./drivers";
import type { AcceptedRule, Decision, Plan, PlannedEngine } from "./plan";
import { bytesOf } from "./quantities";
import type { Problem, Resolution, Wish } from "./wish";

export type { OverrideValue, Problem, Resolution, Wish } from "./wish";

const aliases: Record<string, string> = {
    size: "volumes.data.size",
    ceiling: "volumes.data.ceiling",
    storageDriver: "storage.driver",
    storageClass: "storage.existingClass",
    image: "engine.image",
};

const engines: Record<string, PlannedEngine> = {
    sandbox: { name: "postgres", version: "17", image: "registry.sandbox.holdfast/postgres:17", runAsUser: 101, runAsGroup: 103 },
    kubernetes: { name: "postgres", version: "17", image: "docker.io/library/postgres:17.7", runAsUser: 999, runAsGroup: 999 },
};

const lowered: Record<string, string> = {
    "unencrypted-volume": "personal data lies unencrypted on the volume: whoever holds the disk can read it",
    "single-local-copy": "the only copy is on one node's disk: losing the node loses the data since the last backup",
    "unknown-capabilities": "what the existing class can do is not known: growth and durability are the class's, and are not promised",
};

/** Resolves a wish for `user-preferences` on the sandbox or on a cluster whose driver is named. */
export function resolve(wish: Wish): Resolution {
    const problems: Problem[] = [];
    const refuse = (
        rule: string,
        path: string,
        message: string,
        given: string,
        allowed: string,
        fix: string,
        severity: Problem["severity"],
    ) => problems.push({ rule, path, message, given, allowed, fix, severity });
    if (wish.useCase !== "user-preferences") {
        refuse(
            "unknown-use-case",
            "useCase",
            `there is no use case "${wish.useCase}"`,
            wish.useCase,
            "user-preferences",
            "useCase: user-preferences",
            "input",
        );
    }
    if (wish.target !== "sandbox" && wish.target !== "kubernetes") {
        refuse(
            "unknown-target",
            "target",
            `there is no target "${wish.target}"`,
            wish.target,
            "sandbox, kubernetes",
            "target: sandbox",
            "input",
        );
    }
    const environment = wish.environment ?? (wish.target === "sandbox" ? "development" : "production");
    if (environment !== "development" && environment !== "production") {
        refuse(
            "unknown-environment",
            "environment",
            `there is no environment "${environment}"`,
            environment,
            "production, development",
            "environment: development",
            "input",
        );
    }
    const given: Record<string, string> = {};
    for (const [path, value] of Object.entries(wish.overrides ?? {})) {
        given[aliases[path] ?? path] = String(value);
        if (!Object.values(aliases).includes(aliases[path] ?? path)) {
            refuse("unknown-path", path, `there is no setting "${path}"`, path, Object.keys(aliases).join(", "), `remove ${path}`, "input");
        }
    }
    const size = given["volumes.data.size"] ?? (environment === "production" ? "10Gi" : "1Gi");
    const ceiling = given["volumes.data.ceiling"] ?? (environment === "production" ? "100Gi" : "10Gi");
    for (const [path, value] of Object.entries({ "volumes.data.size": size, "volumes.data.ceiling": ceiling })) {
        if (!bytesOf(value)) {
            refuse("bad-quantity", path, `"${value}" is not a size`, value, "a number with a unit: Mi, Gi or Ti", `${path}: 2Gi`, "input");
        }
    }
    if ((bytesOf(size) ?? 0) > (bytesOf(ceiling) ?? Number.POSITIVE_INFINITY)) {
        refuse(
            "ceiling-below-size",
            "volumes.data.ceiling",
            "the ceiling is below the size",
            ceiling,
            `at least ${size}`,
            `ceiling: ${size}`,
            "input",
        );
    }
    const existingClass = given["storage.existingClass"];
    const name = given["storage.driver"] ?? (wish.target === "sandbox" ? "sandbox-pool" : undefined);
    const described = name === undefined ? undefined : wish.drivers?.[name];
    const driver: Driver | undefined = name === undefined ? undefined : described ? describe(name, described) : drivers[name];
    if (name === undefined && existingClass === undefined) {
        refuse(
            "driver-not-named",
            "storage.driver",
            "a Kubernetes cluster can have any storage: which is not known",
            "nothing",
            `${Object.keys(drivers).join(", ")}, or an existing class`,
            "storageDriver: local-path",
            "input",
        );
    } else if (name !== undefined && driver === undefined) {
        refuse(
            "unknown-driver",
            "storage.driver",
            `there is no driver "${name}"`,
            name,
            Object.keys(drivers).join(", "),
            "storageDriver: local-path",
            "input",
        );
    }
    const accepted: AcceptedRule[] = [];
    const unkept = (rule: string, path: string, value: string, allowed: string) => {
        const from = wish.accept?.includes(rule) ? "override" : environment === "development" ? "environment" : undefined;
        if (from) {
            accepted.push({ rule, lowers: lowered[rule], from });
        } else {
            refuse(rule, path, lowered[rule], value, allowed, `accept: ["${rule}"], or environment: development`, "unkept");
        }
    };
    if (driver?.reach === "node") {
        unkept("single-local-copy", "storage.driver", driver.name, "a driver whose volumes follow the pod");
    }
    if (driver?.capabilities.encryption === "none") {
        unkept("unencrypted-volume", "storage.encrypted", driver.name, "a driver that encrypts");
    }
    if (driver === undefined && existingClass !== undefined) {
        unkept("unknown-capabilities", "storage.existingClass", existingClass, "the class together with its storageDriver");
    }
    if (problems.length > 0) {
        return { problems };
    }
    const decisions: Decision[] = [];
    const decide = (path: string, value: string, reason: string, from: Decision["from"]) =>
        decisions.push({ path, value, reason, from: path in given ? "override" : from });
    decide(
        "engine.name",
        "postgres",
        "preferences are small rows read and written by key; five minutes of failover let one server do",
        "use-case",
    );
    decide("replicas", "1", "a rescheduled pod is back within the five minutes asked for", "use-case");
    decide(
        "storage.driver",
        driver?.name ?? existingClass,
        driver?.reach === "node"
            ? "asked for; the volume stays on its node, and so does the pod"
            : "the volume follows the pod to another node",
        "target",
    );
    decide("volumes.data.size", size, environment === "production" ? "room for a year of growth" : "small, for development", "environment");
    decide("volumes.data.ceiling", ceiling, "growth beyond it is a decision, not an accident", "environment");
    decide("backup.policy", "hourly", "at most an hour of changes may be missing after a restore", "use-case");
    const engine = engines[wish.target];
    const plan: Plan = {
        schema: "holdfast.plan/v1",
        app: wish.app,
        useCase: wish.useCase,
        target: wish.target as Plan["target"],
        environment: environment as Plan["environment"],
        engine: { ...engine, image: given["engine.image"] ?? engine.image },
        replicas: 1,
        spread: { topologyKey: "kubernetes.io/hostname", required: false },
        storage: {
            kind: driver?.kind ?? "network",
            driver: driver?.name ?? "existing",
            provisioner: driver?.provisioner ?? "unknown",
            parameters: driver?.parameters ?? {},
            mountOptions: [],
            bindingMode: "WaitForFirstConsumer",
            allowExpansion: driver !== undefined && driver.capabilities.expansion !== "none",
            encrypted: driver?.capabilities.encryption === "always",
            ...(existingClass === undefined ? {} : { existingClass }),
        },
        volumes: [{ name: "data", size, ceiling, accessMode: driver?.reach === "node" ? "ReadWriteOnce" : "ReadWriteOncePod" }],
        resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
        objectives: {
            failover: { rpo: "0s", rto: "5m" },
            restore: { rpo: "1h", rto: "15m", retention: "30d" },
            survives: driver?.reach === "node" || driver === undefined ? ["pod"] : ["pod", "node"],
        },
        backup: {
            policy: "hourly",
            method: "stream",
            schedule: "0 * * * *",
            reason: "at most an hour of changes may be missing after a restore; this version plans the policy and does not carry it out yet",
            carriedOut: false,
        },
        accepted,
        decisions,
    };
    return { plan };
}
