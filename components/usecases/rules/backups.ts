/** Rules about backups: whether they can be made, and bring back what was promised in time. */

import { reach } from "../../../policies/backup";
import type { Draft } from "../draft";
import { DAY, duration, inWords, roughly, secondsOf } from "../quantities";
import { assumed, remembered } from "../source";
import type { Rule } from "./rule";

/** Seconds back to the oldest recovery point that the plan keeps. */
export function keptSeconds({ backup }: Draft): number {
    return reach(backup.retention, secondsOf(backup.interval ?? "24h") ?? DAY, secondsOf(backup.pointInTime ?? "0s") ?? 0);
}

const isNone = (draft: Draft) => draft.backup.method === undefined;

export const backupRules: Rule[] = [
    {
        id: "no-backup",
        severity: "unkept",
        inDevelopment: true,
        source: remembered("https://sre.google/sre-book/data-integrity/ (replication is not a backup)", "2026-11"),
        check: (draft) =>
            !isNone(draft) || !draft.asked.restore
                ? undefined
                : {
                      path: "backup.policy",
                      message: "nothing is backed up, and the data can't be made again",
                      given: draft.backup.name,
                      allowed: "a policy that copies, or needs.recreatable: true",
                      fix: "remove backup.policy",
                  },
        lowers: () => "lost or wrong data is never restored: nothing is backed up",
        lower: ({ restore: _, ...kept }) => ({ ...kept, restoreReason: "nothing is backed up, which was accepted" }),
    },
    {
        id: "backup-method-not-available",
        severity: "impossible",
        source: remembered("https://docs.k8up.io/; https://cloudnative-pg.io/documentation/current/backup/", "2026-11"),
        check: ({ backup, mode }) =>
            backup.method === undefined ||
            (mode.methods.includes(backup.method) && backup.policy.methods.includes(backup.method)) ||
            backup.method === "archive"
                ? undefined
                : {
                      path: "backup.method",
                      message: `${mode.title} isn't backed up by "${backup.method}" under the policy "${backup.name}"`,
                      given: backup.method,
                      allowed:
                          mode.methods.filter((method) => backup.policy.methods.includes(method)).join(", ") ||
                          `another policy: ${mode.methods.join(", ")} is what the engine can do`,
                      fix: methodFix(mode.methods.filter((method) => backup.policy.methods.includes(method))),
                  },
    },
    {
        id: "point-in-time-not-available",
        severity: "impossible",
        source: remembered("https://www.postgresql.org/docs/17/continuous-archiving.html", "2026-11"),
        check: ({ backup, mode, wants }) => {
            const asked = backup.method === "archive" || backup.pointInTime !== undefined || wants.pointInTime;
            const can = mode.methods.includes("archive") && backup.method === "archive" && backup.policy.methods.includes("archive");
            return !asked || can
                ? undefined
                : {
                      path:
                          backup.method === "archive"
                              ? "backup.policy"
                              : backup.pointInTime !== undefined
                                ? "backup.pointInTime"
                                : "needs.pointInTime",
                      message: `any moment should be restorable, and ${mode.methods.includes("archive") ? `the policy "${backup.name}" doesn't archive the log` : `${mode.title} doesn't archive its log here`}`,
                      given: backup.method === "archive" ? backup.name : (backup.pointInTime ?? "true"),
                      allowed: mode.methods.includes("archive")
                          ? "continuous, continuous-locked"
                          : "daily, hourly; for any moment an engine that archives its log",
                      fix: mode.methods.includes("archive") ? "backup.policy: continuous" : "engine.name: postgres-cluster",
                  };
        },
    },
    {
        id: "file-backup-of-host-path",
        severity: "impossible",
        source: remembered("https://velero.io/docs/main/file-system-backup/#limitations (hostPath volumes are not supported)", "2026-11"),
        check: ({ backup, storage }) =>
            backup.method !== "files" || storage.driver.volume !== "hostPath"
                ? undefined
                : {
                      path: "backup.method",
                      message: `the files of a hostPath volume (${storage.driver.title}) should be backed up, and the tools that copy files don't see such volumes`,
                      given: "files",
                      allowed: "stream, where the engine has a dump; none; or another driver",
                      fix: "a driver of CSI or local volumes, or backup.policy: none",
                  },
    },
    {
        id: "rpo-shorter-than-interval",
        severity: "unkept",
        inDevelopment: true,
        source: assumed("what was written after the last copy is in no copy", "2026-11"),
        check: ({ backup, asked }) =>
            !asked.restore || backup.interval === undefined || (secondsOf(backup.interval) ?? 0) <= (secondsOf(asked.restore.rpo) ?? 0)
                ? undefined
                : {
                      path: "objectives.restore.rpo",
                      message: `at most ${asked.restore.rpo} may be missing after a restore, and a recovery point comes every ${backup.interval}`,
                      given: asked.restore.rpo,
                      allowed: `${backup.interval} or more with the policy "${backup.name}"`,
                      fix: `objectives.restore.rpo: ${backup.interval}, or a policy with a shorter interval`,
                  },
        lowers: ({ backup }) => `up to ${inWords(backup.interval ?? "")} can be missing after a restore`,
        lower: (kept, { backup }) =>
            kept.restore ? { ...kept, restore: { ...kept.restore, rpo: backup.interval ?? kept.restore.rpo } } : kept,
    },
    {
        id: "restore-slower-than-asked",
        severity: "unkept",
        inDevelopment: true,
        source: assumed("the rates stand in components/usecases/restore-rates.ts; the application's own drill replaces them", "2026-11"),
        check: ({ backup, asked }) =>
            !asked.restore || !backup.restoreTime || backup.restoreTime.seconds <= (secondsOf(asked.restore.rto) ?? 0)
                ? undefined
                : {
                      path: "objectives.restore.rto",
                      message: `a restore may take ${asked.restore.rto}, and a full volume takes ${roughly(backup.restoreTime.seconds)}: ${backup.restoreTime.formula}`,
                      given: asked.restore.rto,
                      allowed: `${duration(Math.ceil(backup.restoreTime.seconds / 60) * 60)} or more at this size`,
                      fix: `objectives.restore.rto: ${duration(Math.ceil(backup.restoreTime.seconds / 60) * 60)}, a smaller volume, or a faster method`,
                  },
        lowers: ({ backup }) => `a restore of a full volume takes about ${roughly(backup.restoreTime?.seconds ?? 0)}`,
        lower: (kept, { backup }) =>
            kept.restore
                ? { ...kept, restore: { ...kept.restore, rto: duration(Math.ceil((backup.restoreTime?.seconds ?? 0) / 60) * 60) } }
                : kept,
    },
];

const methodFix = ([first]: string[]) => (first === undefined ? "remove backup.policy" : `backup.method: ${first}`);
