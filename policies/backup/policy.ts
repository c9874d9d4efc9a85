/** A backup policy as data: what is copied how often, what is kept, where, under which lock, and how it is proven. */

export type Method = "stream" | "files" | "snapshot" | "archive";

/** How many of each are kept; the newest of every hour, day and so on. */
export interface Retention {
    last: number;
    hourly: number;
    daily: number;
    weekly: number;
    monthly: number;
    yearly: number;
}

export interface Lock {
    /** `governance` can be lifted by a special permission, `compliance` by nobody. */
    mode: "governance" | "compliance";
    days: number;
}

export interface Drill {
    /** Cron line. */
    schedule: string;
    /** Longest time between two drills, as a duration. */
    every: string;
    /** What is asked of the restored copy, by engine; its answer is compared with what the live side recorded. */
    query: Record<string, string>;
}

export interface BackupPolicy {
    title: string;
    /** Methods that carry it out, in no order: the engine's order decides. Empty: nothing is backed up. */
    methods: Method[];
    /** Longest time between two recovery points, as a duration. */
    interval?: string;
    /** Cron line of the copy; of the base copy where the log is archived in between. */
    schedule?: string;
    retention: Retention;
    /** Any moment of this long can be restored. Absent: only the copies themselves. */
    pointInTime?: string;
    /** A second copy in another failure domain. */
    offSite: boolean;
    lock?: Lock;
    encrypted: boolean;
    drill?: Drill;
}

/** A policy as stack config describes it: what is left out is taken from `daily`. */
export type PolicyDescription = Partial<Omit<BackupPolicy, "retention">> & { retention?: Partial<Retention> };

const units: [keyof Retention, number][] = [
    ["hourly", 3600],
    ["daily", 86_400],
    ["weekly", 604_800],
    ["monthly", 30 * 86_400],
    ["yearly", 31_536_000],
];

/** Seconds back to the oldest recovery point that is kept once the policy has run long enough. `last` counts in intervals. */
export function reach(retention: Retention, intervalSeconds: number, pointInTimeSeconds = 0): number {
    return Math.max(pointInTimeSeconds, retention.last * intervalSeconds, ...units.map(([unit, seconds]) => retention[unit] * seconds));
}

/** Recovery points that are kept at most. */
export function recoveryPoints(retention: Retention): number {
    return retention.last + units.reduce((sum, [unit]) => sum + retention[unit], 0);
}
