/** Where the data lies: kind, driver, and what its class asks for. */

import type { CheckedWish } from "../check";
import type { DataClass } from "../data-classes";
import type { Choices, StorageDraft } from "../draft";
import { type Driver, described, unknownDriver } from "../drivers";
import type { EngineMode } from "../engines";
import type { StorageKind } from "../plan";
import { bytesOf, DAY, GiB, secondsOf } from "../quantities";
import type { AskedNeeds } from "./needs";

/**
 * Stands in for a driver that the wish has to name, so that everything else can be judged in the same run: it can do all there is, and
 * no plan is ever made with it.
 */
export const unnamedDriver: Driver = {
    ...described("unnamed", {
        kind: "network",
        provisioner: "unnamed",
        snapshots: true,
        clones: true,
        expansion: "online",
        readWriteMany: true,
        enforcedSize: true,
        encryption: "always",
    }),
};

/** Why the node's own disk will do, or why not. */
export function localReason(asked: AskedNeeds, mode: EngineMode, dataClass: DataClass): { fits: boolean; reason: string } {
    const { recreatable, restore } = asked.needs;
    if (mode.replication === "none") {
        return { fits: false, reason: "there is one copy, so its volume must follow the pod to another node" };
    }
    if (asked.wants.snapshots || asked.wants.clones) {
        return { fits: false, reason: "snapshots and clones were asked for" };
    }
    if (recreatable !== undefined) {
        return { fits: true, reason: `the replicas carry it, and if all are lost ${recreatable}` };
    }
    if (mode.replication === "asynchronous") {
        return { fits: false, reason: "an acknowledged write may be on one member only, so its volume must outlive the node" };
    }
    if (dataClass.encrypted || (secondsOf(restore?.rpo ?? "0s") ?? 0) < DAY) {
        return {
            fits: false,
            reason: "losing all nodes at once may not cost what was written since the last copy, so the volumes must outlive them",
        };
    }
    return { fits: true, reason: "a majority holds each write before it is acknowledged, so the disk nearest to it is best" };
}

export interface DecidedStorage {
    storage: StorageDraft;
    /** Kind that needs a driver named, where the target has none of it. */
    unnamed?: StorageKind;
}

export function decideStorage(
    wish: CheckedWish,
    asked: AskedNeeds,
    mode: EngineMode,
    dataClass: DataClass,
    choices: Choices,
): DecidedStorage {
    const existingClass = choices.asked("storage.existingClass");
    const named = choices.asked("storage.driver");
    const local = localReason(asked, mode, dataClass);
    const fitting: StorageKind = local.fits ? "local" : wish.target.remote;
    let unnamed: StorageKind | undefined;
    let driver: Driver | undefined;
    if (named === undefined && existingClass !== undefined) {
        const kind = choices.choose("storage.kind", "network", "target", "nothing is known of the class but its name") as StorageKind;
        driver = { ...unknownDriver, kind, reach: kind === "local" ? "node" : kind === "cloud" ? "zone" : "cluster" };
    } else {
        const given = named === undefined ? undefined : wish.driverOf(named);
        const kind = choices.choose("storage.kind", fitting, "use-case", local.reason, given?.kind) as StorageKind;
        const best = bestOf(wish, asked, dataClass, kind);
        driver = given ?? best;
        if (driver) {
            choices.choose("storage.driver", best?.name, "target", best ? driverReason(wish, best, dataClass) : driver.performance);
        } else {
            unnamed = kind;
            driver = { ...unnamedDriver, kind };
        }
    }
    if (existingClass !== undefined) {
        choices.choose("storage.existingClass", undefined, "target", "the class exists, nothing is created");
    }
    return { storage: draftOf(asked, dataClass, driver, existingClass, wish, choices), unnamed };
}

/** The target's cheapest driver of the kind that carries the load, or its most durable where the data asks for that. */
function bestOf(wish: CheckedWish, asked: AskedNeeds, dataClass: DataClass, kind: StorageKind): Driver | undefined {
    const here = wish.target.drivers[kind]
        .map((name) => wish.driverOf(name))
        .filter((driver) => driver !== undefined && !driver.isFileShare) as Driver[];
    const { iops, throughputMiB } = asked.needs.access;
    const able = here.filter(
        ({ limits }) =>
            (limits.iops?.maximum ?? Number.POSITIVE_INFINITY) >= iops &&
            (limits.throughputMiB?.maximum ?? Number.POSITIVE_INFINITY) >= throughputMiB,
    );
    const candidates = able.length > 0 ? able : here;
    if (!dataClass.mostDurable) {
        return candidates[0];
    }
    const failure = (driver: Driver) => driver.annualFailure?.value ?? 1;
    return candidates.reduce<Driver | undefined>(
        (best, driver) => (best === undefined || failure(driver) < failure(best) ? driver : best),
        undefined,
    );
}

function driverReason(wish: CheckedWish, driver: Driver, dataClass: DataClass): string {
    const others = wish.target.drivers[driver.kind].length > 1;
    const why = !others
        ? "the one the target has"
        : dataClass.mostDurable
          ? "the most durable one the target has"
          : "the cheapest that carries the load";
    return `${why}: ${driver.performance}`;
}

function draftOf(
    asked: AskedNeeds,
    dataClass: DataClass,
    driver: Driver,
    existingClass: string | undefined,
    wish: CheckedWish,
    choices: Choices,
): StorageDraft {
    const { capabilities, limits } = driver;
    const can = capabilities.encryption !== "none" && driver.name !== unknownDriver.name;
    const encrypted = choices.flag(
        "storage.encrypted",
        can,
        "target",
        can
            ? `${driver.title} can, and then it does`
            : dataClass.encrypted
              ? `${driver.title} can't, or doesn't say so`
              : `${driver.title} can't; data of this class may do without`,
    );
    const production = wish.environment === "production";
    const { access } = asked.needs;
    const purchase: Pick<StorageDraft, "iops" | "throughputMiB"> = {};
    if (limits.iops && existingClass === undefined) {
        const gib = Math.max(
            limits.minimumGiB ?? 1,
            Math.floor((bytesOf(choices.asked("volumes.data.size") ?? asked.needs[production ? "size" : "development"]) ?? GiB) / GiB),
        );
        const needed = production ? access.iops : Math.min(access.iops, 1000);
        const most = Math.max(limits.iops.included, Math.min(limits.iops.maximum, limits.iops.perGiB * gib));
        purchase.iops = choices.count("storage.iops", Math.min(most, Math.max(limits.iops.minimum, needed)), "use-case", access.pattern);
        if (limits.throughputMiB) {
            const { minimum, maximum, perIops } = limits.throughputMiB;
            const reachable = Math.min(maximum, Math.floor(purchase.iops * perIops));
            purchase.throughputMiB = choices.count(
                "storage.throughputMiB",
                Math.max(minimum, Math.min(reachable, access.throughputMiB)),
                "use-case",
                access.pattern,
            );
        }
    }
    return {
        driver,
        parameters: existingClass === undefined ? choices.parameters("storage.parameters.", driver.parameters, driver.title) : {},
        existingClass,
        encrypted,
        bindingMode: choices.choose(
            "storage.bindingMode",
            capabilities.delayedBinding ? "WaitForFirstConsumer" : "Immediate",
            "target",
            capabilities.delayedBinding ? "the volume is made where its pod can run" : "the driver can't wait for the pod",
        ) as StorageDraft["bindingMode"],
        allowExpansion: choices.flag(
            "storage.allowExpansion",
            driver.expansion && driver.name !== unknownDriver.name,
            "target",
            driver.expansion ? `${driver.title} grows a volume ${capabilities.expansion}` : `${driver.title} can't grow a volume`,
        ),
        reclaimPolicy: choices.choose(
            "storage.reclaimPolicy",
            "Retain",
            "use-case",
            "a deleted claim leaves its data until a person removes it",
        ),
        changesPerDay:
            limits.changesPerDay === undefined
                ? 1
                : choices.count(
                      "storage.changesPerDay",
                      1,
                      "target",
                      `growth takes one step a day at most; the driver allows ${limits.changesPerDay} changes`,
                  ),
        ...purchase,
    };
}
