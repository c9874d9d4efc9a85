/** What is copied how often, what is kept, where it lies, and how it is proven. */

import { type BackupPolicy, backupPolicies, type Lock, type Method, policyNames, type Retention } from "../../../policies/backup";
import type { CheckedWish } from "../check";
import type { DataClass } from "../data-classes";
import type { BackupDraft, Choices, StorageDraft } from "../draft";
import type { EngineMode } from "../engines";
import { DAY, HOUR, inWords, secondsOf } from "../quantities";
import type { Location } from "../targets";
import { policiesFor } from "./engine";
import type { AskedNeeds } from "./needs";

/** A cron line that runs at least as often as the interval. */
export function cronEvery(seconds: number): string {
    if (seconds < HOUR) {
        const minutes = [30, 20, 15, 10, 5, 1].find((step) => step * 60 <= seconds) ?? 1;
        return `*/${minutes} * * * *`;
    }
    if (seconds < DAY) {
        const hours = [12, 8, 6, 4, 3, 2, 1].find((step) => step * HOUR <= seconds) ?? 1;
        return hours === 1 ? "0 * * * *" : `0 */${hours} * * *`;
    }
    return seconds < 7 * DAY ? "0 2 * * *" : seconds < 31 * DAY ? "0 5 * * 0" : seconds < 366 * DAY ? "0 5 1 * *" : "0 5 1 1 *";
}

/** Methods of the policy that the engine and its volumes can do, the engine's best first. */
function able(policy: BackupPolicy, mode: EngineMode, { driver }: StorageDraft): Method[] {
    const can = (method: Method) =>
        method === "snapshot" ? driver.capabilities.snapshots : method === "files" ? driver.volume !== "hostPath" : true;
    return mode.methods.filter((method) => policy.methods.includes(method) && can(method));
}

/** The best of them; where there is none, what the engine or the policy would do, for the rules to refuse. */
function methodOf(policy: BackupPolicy, mode: EngineMode, storage: StorageDraft): Method {
    return able(policy, mode, storage)[0] ?? mode.methods.find((method) => policy.methods.includes(method)) ?? policy.methods[0];
}

const methodReasons: Record<Method, string> = {
    stream: "the engine's own dump: consistent, and readable by any later version",
    files: "the volume's files as they are, by restic",
    snapshot: "the driver's snapshot: at once, and as large as the change",
    archive: "base copies and every part of the log in between, so that any moment can be restored",
};

export function decideBackup(
    wish: CheckedWish,
    asked: AskedNeeds,
    mode: EngineMode,
    dataClass: DataClass,
    storage: StorageDraft,
    choices: Choices,
): BackupDraft {
    const restore = asked.asked.restore;
    const keeping = policiesFor(asked, dataClass).find(
        ([, policy]) => policy.methods.length === 0 || able(policy, mode, storage).length > 0,
    );
    // Nothing keeps the promise: the strongest that can be done at all, and the rules say what is missing.
    const strongest = [...policyNames].reverse().find((name) => able(backupPolicies[name], mode, storage).length > 0) ?? "none";
    const fallback = keeping?.[0] ?? strongest;
    const name = choices.choose(
        "backup.policy",
        fallback,
        "use-case",
        !restore
            ? (asked.asked.restoreReason ?? "")
            : fallback === "none"
              ? `nothing can copy these volumes: ${storage.driver.title} has no snapshots and its files can't be read by a backup`
              : `at most ${inWords(restore.rpo)} may be missing after a restore, and ${inWords(restore.retention)} can be gone back`,
    );
    const policy = wish.policyOf(name) ?? backupPolicies[strongest];
    const location = (fallback: Location, reason: string) => choices.choose("backup.location", fallback, "target", reason) as Location;
    if (policy.methods.length === 0) {
        return { name, policy, retention: policy.retention, location: wish.target.location, encrypted: false };
    }
    const best = methodOf(policy, mode, storage);
    const method = choices.choose("backup.method", best, "use-case", methodReasons[best]) as Method;
    const interval = choices.choose(
        "backup.interval",
        policy.interval ?? "24h",
        "use-case",
        method === "archive" ? "the log is shipped at least this often" : "a copy is made this often",
    );
    const ownInterval = interval !== policy.interval || policy.schedule === undefined;
    const intervalSeconds = secondsOf(interval) ?? DAY;
    const near: Location = policy.offSite ? wish.target.location : "same-cluster";
    const far = dataClass.lockedBackups ? wish.target.farLocation : near;
    return {
        name,
        policy,
        method,
        interval,
        // Where the log is archived, the schedule is the base copy's, and stays daily.
        schedule: method === "archive" ? (policy.schedule ?? "0 2 * * *") : ownInterval ? cronEvery(intervalSeconds) : policy.schedule,
        retention: retentionOf(policy.retention, choices),
        pointInTime: pointInTimeOf(policy, method, choices),
        location: location(
            far,
            far === "other-region"
                ? "losing the region must not lose the backups of data of this class"
                : "where the target's repository lies",
        ),
        encrypted: isEncrypted(policy, method, wish, choices),
        lock: lockOf(policy, choices),
        drill: drillOf(policy, choices),
    };
}

/** restic encrypts what it writes. Whoever ships a log leaves that to the bucket, of which the target says, or somebody who knows it. */
function isEncrypted(policy: BackupPolicy, method: Method, { target }: CheckedWish, choices: Choices): boolean {
    if (method !== "archive") {
        return choices.flag("backup.encrypted", policy.encrypted, "use-case", "whoever holds the repository can't read it without its key");
    }
    return choices.flag(
        "backup.encrypted",
        policy.encrypted && target.encryptsObjects === true,
        "target",
        target.encryptsObjects
            ? "the bucket encrypts what it stores, and TLS the way there; what is shipped is not encrypted by itself"
            : "what is shipped is not encrypted by itself: `true` says that the bucket encrypts what it stores",
    );
}

function retentionOf(base: Retention, choices: Choices): Retention {
    const retention = { ...base };
    for (const unit of Object.keys(base) as (keyof Retention)[]) {
        const path = `backup.retention.${unit}`;
        if (choices.asked(path) !== undefined) {
            retention[unit] = choices.count(path, base[unit], "use-case", `${unit} copies that are kept`);
        }
    }
    return retention;
}

/** Only an archived log can be replayed to a moment; the rules refuse it of other methods. */
function pointInTimeOf(policy: BackupPolicy, method: Method, choices: Choices): string | undefined {
    const chosen = method === "archive" ? policy.pointInTime : undefined;
    return choices.asked("backup.pointInTime") === undefined && chosen === undefined
        ? undefined
        : choices.choose("backup.pointInTime", chosen, "use-case", "any moment of this long can be restored");
}

function lockOf(policy: BackupPolicy, choices: Choices): Lock | undefined {
    const asked = choices.asked("backup.lock.mode") !== undefined || choices.asked("backup.lock.days") !== undefined;
    if (!policy.lock && !asked) {
        return undefined;
    }
    const mode = choices.choose(
        "backup.lock.mode",
        policy.lock?.mode ?? "governance",
        "use-case",
        "nobody can delete a copy before its days are over",
    );
    if (mode === "none") {
        return undefined;
    }
    const days = choices.count(
        "backup.lock.days",
        policy.lock?.days ?? 14,
        "use-case",
        "days in which a mistake or an intruder is noticed",
    );
    return { mode: mode as Lock["mode"], days };
}

function drillOf(policy: BackupPolicy, choices: Choices): BackupPolicy["drill"] {
    const base = policy.drill;
    if (!base && choices.asked("backup.drill.every") === undefined) {
        return undefined;
    }
    const every = choices.choose("backup.drill.every", base?.every, "use-case", "a backup that was never restored is a hope");
    const query = base?.query ?? backupPolicies.daily.drill?.query ?? {};
    return { every, schedule: base && every === base.every ? base.schedule : cronEvery(secondsOf(every) ?? 7 * DAY), query };
}
