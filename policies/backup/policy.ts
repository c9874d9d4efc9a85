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

const day = 86_400;

/** Days of the shortest run of so many months: February is in it early, and no leap day. */
function shortestMonths(count: number): number {
    const fromFebruary = [28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31];
    // Where it isn't a whole number of years, other months may be shorter together: July and August have 62 days.
    const sums = fromFebruary.map((_, start) =>
        Array.from({ length: count % 12 }, (_, step) => fromFebruary[(start + step) % 12]).reduce((sum, days) => sum + days, 0),
    );
    return 365 * Math.floor(count / 12) + Math.min(...sums);
}

/** A period of each length, and seconds of so many in a row at least. */
const units: [keyof Retention, number, (count: number) => number][] = [
    ["hourly", 3600, (count) => count * 3600],
    ["daily", day, (count) => count * day],
    ["weekly", 7 * day, (count) => count * 7 * day],
    ["monthly", 31 * day, (count) => shortestMonths(count) * day],
    ["yearly", 366 * day, (count) => count * 365 * day],
];

/**
 * Seconds back to the oldest recovery point that is kept at any moment, once the policy has run long enough. `last` counts in intervals.
 *
 * Of n days the one that has just begun counts, and of the oldest only the newest copy is kept, made at its end: n days reach n - 2 back,
 * or n - 1 where a copy is made no more often than once in each. What is promised is the least of it.
 */
export function reach(retention: Retention, intervalSeconds: number, pointInTimeSeconds = 0): number {
    const whole = ([unit, seconds, lasting]: (typeof units)[number]) =>
        lasting(Math.max(0, retention[unit] - (intervalSeconds >= seconds ? 1 : 2)));
    return Math.max(pointInTimeSeconds, Math.max(0, retention.last - 1) * intervalSeconds, ...units.map(whole));
}

/** Recovery points that are kept at most. */
export function recoveryPoints(retention: Retention): number {
    return retention.last + units.reduce((sum, [unit]) => sum + retention[unit], 0);
}
