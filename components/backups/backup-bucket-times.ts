/** How long a bucket keeps what was deleted in it, and locks what is written to it, by a backup policy. */

import { type BackupPolicy, backupPolicies, type Lock, reach } from "../../policies/backup";
import { DAY, secondsOf } from "../usecases/quantities";

/** What a bucket's arguments say of it. */
export interface BucketTimeArgs {
    policy?: string;
    lockMode?: string;
    lockDays?: number;
    deletedKeptDays?: number;
}

export interface BucketTimes {
    /** Absent: no object lock. */
    lock?: Lock;
    /** Days after which a version that isn't the current one any more is gone for good. */
    deletedKeptDays: number;
}

/** A month between two drills is the longest of the named policies; a week more is for whoever has to act on what one found. */
const withoutPolicy = 38;
const daysToAct = 7;

const daysOf = (text: string): number => Math.ceil((secondsOf(text) ?? 0) / DAY);

/**
 * Deleted versions outlive the next drill and a week more, so that what a drill finds missing can still be had back; but not what the
 * retention reaches back to, because nobody was promised more; and in any case the lock, before which S3 would not let them go.
 */
export function deletedDays(policy: BackupPolicy | undefined, lockDays: number): number {
    if (!policy) {
        return Math.max(lockDays, withoutPolicy);
    }
    const reachDays = Math.ceil(
        reach(policy.retention, secondsOf(policy.interval ?? "24h") ?? DAY, secondsOf(policy.pointInTime ?? "0s") ?? 0) / DAY,
    );
    const drillDays = policy.drill ? daysOf(policy.drill.every) + daysToAct : withoutPolicy;
    return Math.max(lockDays, 1, Math.min(reachDays, drillDays));
}

/** The policy of that name; undefined for none and for one that isn't there. */
export function namedPolicy(name: string | undefined): BackupPolicy | undefined {
    return name !== undefined && Object.hasOwn(backupPolicies, name) ? backupPolicies[name] : undefined;
}

/** Times of a bucket, of arguments that were judged. What is written out wins over the policy. */
export function bucketTimesOf(args: BucketTimeArgs): BucketTimes {
    const policy = namedPolicy(args.policy);
    const lock = args.lockMode === undefined ? policy?.lock : { mode: args.lockMode as Lock["mode"], days: args.lockDays ?? 0 };
    return { ...(lock ? { lock } : {}), deletedKeptDays: args.deletedKeptDays ?? deletedDays(policy, lock?.days ?? 0) };
}
