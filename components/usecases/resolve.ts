/**
 * From a wish to a plan, or to every reason why there is none.
 *
 * Pure, total and deterministic: every wish gives one of the two, the same wish the same one, whatever the order of its keys.
 */

import { type CheckedWish, check } from "./check";
import { dataClasses } from "./data-classes";
import { decideBackup } from "./decide/backup";
import { decideEngine, decideMode } from "./decide/engine";
import { decideNeeds } from "./decide/needs";
import { decideStorage } from "./decide/storage";
import { decideVolumes } from "./decide/volumes";
import { Choices, type Draft, type VolumeDraft } from "./draft";
import { type Driver, driverNames } from "./drivers";
import type { AcceptedRule, Objectives, PlannedBackup, StorageKind } from "./plan";
import { planOf } from "./plan-of";
import { bytesOf } from "./quantities";
import { restoreTime } from "./restore-rates";
import { developmentAcceptances, impossibleRules, rules, unkeptRules } from "./rules";
import { spoken } from "./settings";
import { survivalOf } from "./survival";
import type { Problem, Resolution, Wish } from "./wish";

export type { OverrideValue, Problem, Resolution, Wish } from "./wish";

const development = new Set(developmentAcceptances);

/** The plan for a wish, or all of its problems. */
export function resolve(wish: Wish): Resolution {
    const { problems, checked } = check(wish, { unkept: unkeptRules, impossible: impossibleRules });
    if (!checked) {
        return { problems };
    }
    const choices = new Choices(checked.given);
    const { draft, unnamed } = draftOf(checked, choices);
    if (unnamed) {
        problems.push(driverNotNamed(checked, draft, unnamed));
    }
    for (const path of choices.unused()) {
        problems.push({
            rule: "setting-without-effect",
            path,
            message: `${spoken(path)} decides nothing in this plan`,
            given: checked.given.get(path) ?? "",
            allowed: "only settings that decide something: another one contradicts it",
            fix: `remove ${spoken(path)}`,
            severity: "input",
        });
    }
    const { accepted, kept, unkept } = judge(checked, draft);
    problems.push(...unkept);
    return problems.length > 0 ? { problems } : { plan: planOf(checked, draft, choices, accepted, kept) };
}

function draftOf(wish: CheckedWish, choices: Choices): { draft: Draft; unnamed?: StorageKind } {
    const asked = decideNeeds(wish, choices);
    const dataClass = dataClasses[asked.needs.dataClass];
    const mode = decideMode(asked, dataClass, choices);
    const { engine, replicas, spread, resources } = decideEngine(wish, asked, mode, choices);
    const { storage, unnamed } = decideStorage(wish, asked, mode, dataClass, choices);
    const backup = decideBackup(wish, asked, mode, dataClass, storage, choices);
    const volumes = decideVolumes(wish, asked, storage, backup, choices);
    if (backup.method !== undefined) {
        backup.restoreTime = slowestRestore(backup.method, volumes);
    }
    if (wish.target.region !== undefined) {
        choices.choose("region", wish.target.region, "target", "decides the prices; the cluster is where it is");
    }
    const reaches = volumes.map(({ driver }) => driver.reach);
    const survives = survivalOf(reaches, mode.replication, replicas, mode.minimumMembers, spread);
    const draft: Draft = { wish, ...asked, dataClass, mode, engine, replicas, spread, storage, volumes, resources, backup, survives };
    return { draft, unnamed };
}

/** Volumes are restored side by side; shared ones hold files whatever the engine's method is. */
function slowestRestore(method: NonNullable<PlannedBackup["method"]>, volumes: VolumeDraft[]): { seconds: number; formula: string } {
    return volumes
        .map(({ size, shared }) => restoreTime(shared && method !== "snapshot" ? "files" : method, bytesOf(size) ?? 0))
        .reduce((a, b) => (b.seconds > a.seconds ? b : a));
}

function driverNotNamed({ target, targetName, environment, driverOf }: CheckedWish, draft: Draft, kind: StorageKind): Problem {
    const usable = (driver: Driver | undefined) => driver?.kind === kind && !target.excluded.includes(driver.name) && !driver.isFileShare;
    const ofKind = driverNames.filter((name) => usable(driverOf(name)));
    const others = Object.values(target.drivers).flat();
    const named = ofKind.length > 0 ? ofKind : others;
    return {
        rule: "driver-not-named",
        path: "storage.driver",
        message:
            ofKind.length > 0
                ? `${target.title} has no ${kind} storage that is known here, and the plan needs it: ${kindReason(draft)}`
                : `${target.title} has no ${kind} storage`,
        given: "nothing",
        allowed: `${named.join(", ")}; or an existing class (storageClass)${targetName === "kubernetes" ? "; kind and k3s have local-path, minikube minikube-hostpath" : ""}`,
        fix:
            environment === "development" && targetName === "kubernetes"
                ? "storageDriver: local-path"
                : ofKind.length > 0
                  ? `storageDriver: ${named[0]}`
                  : `remove storageKind, or storageDriver: ${named[0]}`,
        severity: "input",
    };
}

function kindReason({ mode, needs }: Draft): string {
    return mode.replication === "none"
        ? "its one copy must follow the pod"
        : needs.recreatable
          ? "the fastest is the node's own"
          : "its volumes must suit the engine";
}

/** Every rule in turn: what is broken is accepted by its name, or a problem. */
function judge(wish: CheckedWish, draft: Draft): { accepted: AcceptedRule[]; kept: Objectives; unkept: Problem[] } {
    const accepted: AcceptedRule[] = [];
    const unkept: Problem[] = [];
    let kept: Objectives = draft.asked;
    for (const rule of rules) {
        const finding = rule.check(draft);
        if (!finding) {
            continue;
        }
        const from =
            rule.severity === "impossible"
                ? undefined
                : wish.accept.includes(rule.id)
                  ? "override"
                  : wish.environment === "development" && development.has(rule.id)
                    ? "environment"
                    : undefined;
        if (rule.severity === "unkept" && from) {
            accepted.push({ rule: rule.id, lowers: rule.lowers(draft), from });
            kept = rule.lower?.(kept, draft) ?? kept;
            continue;
        }
        const way =
            rule.severity === "unkept"
                ? `; or accept: ["${rule.id}"]${development.has(rule.id) ? ", or environment: development" : ""}`
                : "";
        unkept.push({ rule: rule.id, ...finding, fix: `${finding.fix}${way}`, severity: rule.severity });
    }
    return { accepted, kept, unkept };
}
