/** Rules about backups: whether what is copied can bring back what was promised. */

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
                      fix: `remove ${backup.policy.methods.includes(backup.method) ? "backup.policy" : "backup.method"}`,
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
    {
        id: "retention-shorter-than-asked",
        severity: "unkept",
        inDevelopment: true,
        source: assumed("a copy that is gone brings nothing back", "2026-11"),
        check: (draft) =>
            !draft.asked.restore || isNone(draft) || keptSeconds(draft) >= (secondsOf(draft.asked.restore.retention) ?? 0)
                ? undefined
                : {
                      path: "objectives.restore.retention",
                      message: `a restore should reach ${draft.asked.restore.retention} back, and the oldest copy kept is ${duration(keptSeconds(draft))} old`,
                      given: draft.asked.restore.retention,
                      allowed: `up to ${duration(keptSeconds(draft))} with this retention`,
                      fix: retentionFix(secondsOf(draft.asked.restore.retention) ?? 0),
                  },
        lowers: (draft) => `a restore reaches ${inWords(duration(keptSeconds(draft)))} back`,
        lower: (kept, draft) => (kept.restore ? { ...kept, restore: { ...kept.restore, retention: duration(keptSeconds(draft)) } } : kept),
    },
    {
        id: "lock-without-retention",
        severity: "impossible",
        source: remembered("https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html", "2026-11"),
        check: (draft) =>
            !draft.backup.lock || Object.values(draft.backup.retention).some((kept) => kept > 0)
                ? undefined
                : {
                      path: "backup.lock.days",
                      message: "copies are locked, and no retention says which of them are kept",
                      given: `${draft.backup.lock.days} days, nothing kept`,
                      allowed: "a retention of at least the lock's days",
                      fix: `backup.retention.daily: ${draft.backup.lock.days}`,
                  },
    },
    {
        id: "retention-shorter-than-lock",
        severity: "impossible",
        source: remembered("https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html", "2026-11"),
        check: (draft) =>
            !draft.backup.lock || keptSeconds(draft) === 0 || keptSeconds(draft) >= draft.backup.lock.days * DAY
                ? undefined
                : {
                      path: "backup.lock.days",
                      message: `copies are locked for ${draft.backup.lock.days} days and kept for ${duration(keptSeconds(draft))}: pruning would fail against the lock`,
                      given: String(draft.backup.lock.days),
                      allowed: `up to ${Math.floor(keptSeconds(draft) / DAY)}`,
                      fix: `backup.lock.days: ${Math.max(1, Math.floor(keptSeconds(draft) / DAY))}, or a longer retention`,
                  },
    },
    {
        id: "backups-not-locked",
        severity: "unkept",
        inDevelopment: true,
        source: remembered("https://www.cisa.gov/stopransomware/ransomware-guide (backups that can't be deleted)", "2026-11"),
        check: (draft) =>
            !draft.dataClass.lockedBackups || isNone(draft) || draft.backup.lock
                ? undefined
                : {
                      path: "backup.lock.mode",
                      message: `backups of ${draft.needs.dataClass} data could be deleted by whoever gets into the cluster`,
                      given: "none",
                      allowed: "governance, compliance",
                      fix: "backup.policy: continuous-locked",
                  },
        lowers: () => "whoever gets into the cluster can delete the backups with the data",
    },
    {
        id: "unencrypted-repository",
        severity: "unkept",
        inDevelopment: true,
        source: remembered("https://eur-lex.europa.eu/eli/reg/2016/679/oj (GDPR, article 32)", "2026-11"),
        check: (draft) =>
            !draft.dataClass.encrypted || isNone(draft) || draft.backup.encrypted
                ? undefined
                : {
                      path: "backup.encrypted",
                      message: `backups of ${draft.needs.dataClass} data would lie unencrypted in their repository`,
                      given: "false",
                      allowed: "true",
                      fix: "backup.encrypted: true",
                  },
        lowers: () => "whoever reads the repository reads the data",
    },
    {
        id: "backup-in-same-failure-domain",
        severity: "unkept",
        inDevelopment: true,
        source: remembered("https://www.cisa.gov/sites/default/files/publications/data_backup_options.pdf (3-2-1)", "2026-11"),
        check: (draft) =>
            isNone(draft) || !["same-machine", "same-cluster"].includes(draft.backup.location)
                ? undefined
                : {
                      path: "backup.location",
                      message: `the backups would lie on the ${draft.backup.location.replace("-", " ")} as the data, and go with it`,
                      given: draft.backup.location,
                      allowed: "outside-the-cluster, other-region",
                      fix: "backup.location: outside-the-cluster",
                  },
        lowers: ({ backup }) => `the backups lie on the ${backup.location.replace("-", " ")} as the data: what takes one takes the other`,
    },
    {
        id: "drill-too-rare",
        severity: "unkept",
        inDevelopment: true,
        source: assumed("a fault found after the last good copy is gone can't be repaired", "2026-11"),
        check: (draft) => {
            const every = draft.backup.drill?.every;
            return isNone(draft) || (every !== undefined && (secondsOf(every) ?? 0) < keptSeconds(draft))
                ? undefined
                : {
                      path: "backup.drill.every",
                      message:
                          every === undefined
                              ? "no restore is ever tried, so a broken backup shows when it is needed"
                              : `a restore is tried every ${every}, and copies are kept for ${duration(keptSeconds(draft))}: a broken backup would be noticed after the last good one is gone`,
                      given: every ?? "never",
                      allowed: `less than ${duration(keptSeconds(draft))}`,
                      fix: keptSeconds(draft) > 7 * DAY ? "backup.drill.every: 7d" : "a longer retention",
                  };
        },
        lowers: () => "a broken backup may be noticed only when there is no good one left",
    },
];

function retentionFix(seconds: number): string {
    const days = Math.ceil(seconds / DAY);
    return days > 366
        ? `backup.retention.yearly: ${Math.ceil(days / 365)}`
        : days > 60
          ? `backup.retention.monthly: ${Math.ceil(days / 30)}`
          : `backup.retention.daily: ${days}`;
}
