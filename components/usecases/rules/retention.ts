/** Rules about what is kept: how long, under which lock, where, and whether it is ever tried. */

import { reach } from "../../../policies/backup";
import type { Draft } from "../draft";
import { DAY, duration, inWords, secondsOf } from "../quantities";
import { assumed, remembered } from "../source";
import type { Rule } from "./rule";

/** Seconds back to the oldest recovery point that the plan keeps. */
export function keptSeconds({ backup }: Draft): number {
    return reach(backup.retention, secondsOf(backup.interval ?? "24h") ?? DAY, secondsOf(backup.pointInTime ?? "0s") ?? 0);
}

const keepsAny = ({ backup }: Draft) => Object.values(backup.retention).some((kept) => kept > 0);
const isNone = (draft: Draft) => draft.backup.method === undefined;

export const retentionRules: Rule[] = [
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
            !draft.backup.lock || keepsAny(draft)
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
            !draft.backup.lock || !keepsAny(draft) || keptSeconds(draft) >= draft.backup.lock.days * DAY
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
                      fix: "backup.lock.mode: compliance",
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
                      fix:
                          draft.backup.method === "archive"
                              ? "backup.encrypted: true, where the bucket encrypts what it stores: what is shipped isn't encrypted by itself"
                              : "backup.encrypted: true",
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
                      message: `the backups would lie ${nearby(draft)} as the data, and go with it`,
                      given: draft.backup.location,
                      allowed: "outside-the-cluster, other-region",
                      fix: "backup.location: outside-the-cluster",
                  },
        lowers: (draft) => `the backups lie ${nearby(draft)} as the data: what takes one takes the other`,
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

/** Two more than there are in it: the one that has begun, and the oldest, of which its end is kept. */
function retentionFix(seconds: number): string {
    const days = Math.ceil(seconds / DAY);
    return days > 366
        ? `backup.retention.yearly: ${Math.ceil(days / 365) + 2}`
        : days > 60
          ? `backup.retention.monthly: ${Math.ceil(days / 28) + 2}`
          : `backup.retention.daily: ${days + 2}`;
}

const nearby = ({ backup }: Draft) => (backup.location === "same-machine" ? "on the same machine" : "in the same cluster");
