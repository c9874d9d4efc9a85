/** How large each volume is, how far it may grow, and who may mount it. */

import type { CheckedWish } from "../check";
import type { BackupDraft, Choices, StorageDraft, VolumeDraft } from "../draft";
import type { Driver } from "../drivers";
import type { PlannedVolume } from "../plan";
import { bytesOf, GiB, inWords, quantity, secondsOf } from "../quantities";
import { restorableBytes } from "../restore-rates";
import type { AskedNeeds } from "./needs";

const atLeast = (size: string, driver: Driver): string =>
    driver.limits.minimumGiB !== undefined && (bytesOf(size) ?? 0) < driver.limits.minimumGiB * GiB
        ? `${driver.limits.minimumGiB}Gi`
        : size;

export function decideVolumes(
    wish: CheckedWish,
    asked: AskedNeeds,
    storage: StorageDraft,
    backup: BackupDraft,
    choices: Choices,
): VolumeDraft[] {
    const { needs } = asked;
    const production = wish.environment === "production";
    const chosen = atLeast(production ? needs.size : needs.development, storage.driver);
    const size = choices.choose(
        "volumes.data.size",
        chosen,
        production ? "use-case" : "environment",
        production
            ? `room to start with; ${needs.growth === "0Gi" ? "the application bounds it itself" : `${needs.growth} are added in a month`}`
            : "small, for development",
    );
    const [ceiling, reason] = ceilingOf(size, asked, storage, backup);
    const data: VolumeDraft = {
        name: "data",
        size,
        ceiling: choices.choose("volumes.data.ceiling", ceiling, "use-case", reason),
        accessMode: accessModeOf(storage, backup, choices),
        driver: storage.driver,
        parameters: storage.parameters,
    };
    return needs.shared ? [data, sharedVolume(wish, asked, storage, choices)] : [data];
}

/** Ten times the size, unless the driver ends before, or a restore would take longer than promised. */
function ceilingOf(size: string, asked: AskedNeeds, storage: StorageDraft, backup: BackupDraft): [string, string] {
    const bytes = bytesOf(size) ?? GiB;
    if (!storage.allowExpansion) {
        return [size, `${storage.driver.title} can't grow a volume: its size is its ceiling`];
    }
    let limit = bytes * 10;
    let reason = "ten times the size: beyond that someone should decide";
    const { maximumGiB } = storage.driver.limits;
    if (maximumGiB !== undefined && maximumGiB * GiB < limit) {
        limit = maximumGiB * GiB;
        reason = `the largest volume of ${storage.driver.title}`;
    }
    const { restore } = asked.asked;
    if (restore && backup.method) {
        const restorable = Math.floor(restorableBytes(backup.method, secondsOf(restore.rto) ?? 0) / GiB) * GiB;
        if (restorable < limit) {
            limit = restorable;
            reason = `a larger volume is not restored within ${inWords(restore.rto)}`;
        }
    }
    return limit <= bytes ? [size, reason] : [quantity(limit), reason];
}

function accessModeOf(storage: StorageDraft, backup: BackupDraft, choices: Choices): PlannedVolume["accessMode"] {
    // A job that copies files mounts the claim beside the member; anyone else's second mount would only damage a database.
    const alone = storage.driver.volume === "csi" && storage.existingClass === undefined && backup.method !== "files";
    return choices.choose(
        "volumes.data.accessMode",
        alone ? "ReadWriteOncePod" : "ReadWriteOnce",
        "target",
        alone
            ? "one pod at a time: a second server on the same files would destroy them"
            : backup.method === "files"
              ? "the job that copies the files mounts it too"
              : "what the driver is known to do",
    ) as PlannedVolume["accessMode"];
}

/** The driver of a shared volume: the members' own where it can, else the first of the target's that many can mount. */
function sharedDriver(wish: CheckedWish, storage: StorageDraft): Driver {
    if (storage.driver.capabilities.readWriteMany) {
        return storage.driver;
    }
    const here = [...wish.target.drivers.network, ...wish.target.drivers.cloud].map((name) => wish.driverOf(name));
    return here.find((driver) => driver?.capabilities.readWriteMany) ?? storage.driver;
}

function sharedVolume(wish: CheckedWish, asked: AskedNeeds, storage: StorageDraft, choices: Choices): VolumeDraft {
    const shared = asked.needs.shared as NonNullable<AskedNeeds["needs"]["shared"]>;
    const path = `volumes.${shared.name}`;
    const production = wish.environment === "production";
    const named = choices.asked(`${path}.driver`);
    const chosen = sharedDriver(wish, storage);
    const driver = (named === undefined ? undefined : wish.driverOf(named)) ?? chosen;
    if (driver.name !== "unnamed") {
        choices.choose(
            `${path}.driver`,
            chosen.name === "unnamed" ? undefined : chosen.name,
            "target",
            `${shared.what} are shared: ${driver.performance}`,
        );
    }
    const size = choices.choose(
        `${path}.size`,
        atLeast(production ? shared.size : shared.development, driver),
        production ? "use-case" : "environment",
        production ? `room for ${shared.what}` : "small, for development",
    );
    const most = (bytesOf(size) ?? 0) > (bytesOf(shared.ceiling) ?? 0) ? size : shared.ceiling;
    const ceiling = driver.expansion ? (production ? most : quantity((bytesOf(size) ?? GiB) * 10)) : size;
    return {
        name: shared.name,
        size,
        ceiling: choices.choose(
            `${path}.ceiling`,
            ceiling,
            "use-case",
            driver.expansion ? "beyond that someone should decide" : `${driver.title} can't grow a volume`,
        ),
        accessMode: choices.choose(
            `${path}.accessMode`,
            driver.capabilities.readWriteMany ? "ReadWriteMany" : "ReadWriteOnce",
            "use-case",
            driver.capabilities.readWriteMany
                ? "every member mounts it"
                : `${driver.title} lets one node mount it: members that share it run there`,
        ) as PlannedVolume["accessMode"],
        shared: true,
        driver,
        // Where both are of one class, its parameters are the storage's.
        parameters:
            driver.name === storage.driver.name
                ? storage.parameters
                : choices.parameters(`${path}.parameters.`, driver.parameters, driver.title),
    };
}
