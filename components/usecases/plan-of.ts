/** A judged draft as the plan that everyone else reads. */

import { missingForBackups } from "./carried-out";
import type { CheckedWish } from "./check";
import type { Choices, Draft, StorageDraft, VolumeDraft } from "./draft";
import type { Driver } from "./drivers";
import { durabilityOf } from "./durability";
import type { AcceptedRule, Objectives, Plan, PlannedBackup, PlannedGrowth, PlannedStorage, PlannedVolume } from "./plan";
import { priceOf } from "./price";
import { notProtectedOf, prerequisitesOf, promiseOf } from "./promise";
import { bytesOf } from "./quantities";

/** The plan of a draft that no rule refuses. */
export function planOf(wish: CheckedWish, draft: Draft, choices: Choices, accepted: AcceptedRule[], kept: Objectives): Plan {
    const { engine, replicas, spread, resources, storage, volumes, asked, needs } = draft;
    const planned = backupOf(draft, choices);
    const objectives: Objectives = kept.restore && !planned.carriedOut ? { ...kept, restoreReason: `planned: ${planned.missing}` } : kept;
    const region = wish.given.get("region") ?? wish.target.region;
    const names = new Set(accepted.map(({ rule }) => rule));
    return {
        schema: "holdfast.plan/v1",
        app: wish.app,
        useCase: wish.useCaseName,
        target: wish.targetName,
        ...(region === undefined ? {} : { region }),
        environment: wish.environment,
        dataClass: needs.dataClass,
        engine,
        replicas,
        spread,
        storage: storageOf(storage, storage.driver),
        volumes: volumes.map((volume) => volumeOf(volume, storage)),
        resources,
        growth: growthOf(draft),
        objectives,
        asked,
        backup: planned,
        price: priceOf(draft),
        durability: durabilityOf(draft),
        prerequisites: prerequisitesOf(draft),
        promise: promiseOf(draft, kept),
        notProtected: notProtectedOf(draft, kept, accepted),
        accepted,
        unusedAcceptances: wish.accept.filter((name) => !names.has(name)),
        decisions: choices.decisions,
    };
}

function storageOf(storage: StorageDraft, driver: Driver): PlannedStorage {
    const parameters: Record<string, string> = { ...storage.parameters, ...(storage.encrypted ? driver.encryptionParameters : {}) };
    const { limits } = driver;
    // What is included is not asked for: the parameter would be refused below its minimum, and means nothing at it.
    if (storage.iops !== undefined && limits.iops && storage.iops > limits.iops.included) {
        parameters.iops = String(storage.iops);
    }
    if (storage.throughputMiB !== undefined && limits.throughputMiB && storage.throughputMiB > limits.throughputMiB.included) {
        parameters.throughput = String(storage.throughputMiB);
    }
    return {
        kind: driver.kind,
        driver: driver.name,
        provisioner: driver.provisioner,
        parameters,
        mountOptions: driver.mountOptions,
        bindingMode: storage.bindingMode,
        allowExpansion: storage.allowExpansion,
        encrypted: storage.encrypted,
        snapshots: driver.capabilities.snapshots,
        clones: driver.capabilities.clones,
        ...(storage.iops === undefined ? {} : { iops: storage.iops }),
        ...(storage.throughputMiB === undefined ? {} : { throughputMiB: storage.throughputMiB }),
        ...(storage.existingClass === undefined ? {} : { existingClass: storage.existingClass }),
    };
}

function volumeOf({ driver, parameters, ...volume }: VolumeDraft, storage: StorageDraft): PlannedVolume {
    if (driver.name === storage.driver.name) {
        return volume;
    }
    const encrypted = driver.capabilities.encryption !== "none";
    const bindingMode = driver.capabilities.delayedBinding ? "WaitForFirstConsumer" : "Immediate";
    const own: StorageDraft = {
        parameters,
        driver,
        encrypted,
        bindingMode,
        allowExpansion: driver.expansion,
        reclaimPolicy: "Retain",
        changesPerDay: 1,
    };
    return { ...volume, storage: storageOf(own, driver) };
}

function backupOf(draft: Draft, choices: Choices): PlannedBackup {
    const { backup, engine, asked } = draft;
    const { name, method, interval, schedule, retention, pointInTime, location, encrypted, lock, drill, restoreTime: time } = backup;
    const reason = choices.decisions.find(({ path }) => path === "backup.policy")?.reason ?? asked.restoreReason ?? "";
    if (method === undefined) {
        return { policy: name, reason, carriedOut: false };
    }
    const missing = missingForBackups(draft);
    return {
        policy: name,
        method,
        schedule,
        interval,
        retention,
        ...(pointInTime === undefined ? {} : { pointInTime }),
        location,
        encrypted,
        ...(lock === undefined ? {} : { lock }),
        ...(drill === undefined ? {} : { drill: { schedule: drill.schedule, every: drill.every, query: drill.query[engine.name] ?? "" } }),
        restoreTime: time,
        reason: missing === undefined ? reason : `${reason}; planned only: ${missing}`,
        carriedOut: missing === undefined,
        ...(missing === undefined ? {} : { missing }),
    };
}

function growthOf({ needs, volumes: [data], storage }: Draft): PlannedGrowth {
    const perMonth = bytesOf(needs.growth) ?? 0;
    const room = (bytesOf(data.ceiling) ?? 0) - (bytesOf(data.size) ?? 0);
    return {
        perMonth: needs.growth,
        ...(perMonth > 0 ? { monthsToCeiling: Math.floor(room / perMonth) } : {}),
        changesPerDay: storage.changesPerDay,
    };
}
