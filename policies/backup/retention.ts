/**
 * Which recovery points a policy keeps: what `restic forget --keep-last … --keep-yearly` of restic 0.16 does with them, as K8up asks for it.
 *
 * Per unit (hours, days, …) only units with a recovery point count, so that a gap costs no history. Of each such unit the newest one is kept;
 * a unit whose count isn't used up keeps the oldest one of all as well. All in UTC: K8up's jobs have no other zone, so that no day has 23
 * or 25 hours.
 */

import type { Retention } from "./policy";

type Unit = keyof Retention;

const hour = 3_600_000;
const day = 24 * hour;

/** The unit that a time lies in, as a number of its own. `last` counts recovery points, whenever they were taken. */
const unitOf: Readonly<Record<Unit, (time: Date, place: number) => number>> = {
    last: (_, place) => place,
    hourly: (time) => Math.floor(time.getTime() / hour),
    daily: (time) => Math.floor(time.getTime() / day),
    // ISO weeks begin on Mondays, and day 0 was a Thursday.
    weekly: (time) => Math.floor((Math.floor(time.getTime() / day) + 3) / 7),
    monthly: (time) => time.getUTCFullYear() * 12 + time.getUTCMonth(),
    yearly: (time) => time.getUTCFullYear(),
};

/** A recovery point as `forget` sees it. */
export interface Taken {
    time: Date;
}

/** What becomes of recovery points, newest first. */
export interface Sorted<Point> {
    kept: { point: Point; as: Unit[] }[];
    gone: Point[];
}

const newestFirst = <Point extends Taken>(points: readonly Point[]): Point[] =>
    [...points].sort((a, b) => b.time.getTime() - a.time.getTime());

/** Sorts recovery points into what a retention keeps, and as what, and what goes. A retention without a count keeps everything, as restic does. */
export function forget<Point extends Taken>(points: readonly Point[], retention: Retention): Sorted<Point> {
    const sorted = newestFirst(points);
    const counts = (Object.keys(unitOf) as Unit[])
        .filter((unit) => retention[unit] > 0)
        .map((unit) => ({ unit, left: retention[unit], latest: undefined as number | undefined }));
    if (counts.length === 0) return { kept: sorted.map((point) => ({ point, as: [] })), gone: [] };

    const result: Sorted<Point> = { kept: [], gone: [] };
    for (const [place, point] of sorted.entries()) {
        const isOldest = place === sorted.length - 1;
        const as: Unit[] = [];
        for (const count of counts) {
            const current = unitOf[count.unit](point.time, place);
            if (count.left === 0 || (current === count.latest && !isOldest)) continue;
            count.latest = current;
            count.left--;
            as.push(count.unit);
        }
        if (as.length > 0) result.kept.push({ point, as });
        else result.gone.push(point);
    }
    return result;
}

/**
 * The newest recovery point that can be restored, if `forget` would remove it; nothing otherwise.
 *
 * restic counts snapshots by their time and doesn't look inside. Streams that broke off count as much as whole ones, and enough of them in a
 * row push the last good one out; one from a clock that ran ahead stands in for what is taken later in the same hour, day and so on. Without
 * those (`restic forget <id>` of each) the newest good one is always kept.
 *
 * @param now what is later has its time from a wrong clock.
 */
export function endangered<Point extends Taken & { isComplete: boolean }>(
    points: readonly Point[],
    retention: Retention,
    now: Date,
): Point | undefined {
    const newest = newestFirst(points).find(({ time, isComplete }) => isComplete && time <= now);
    return newest && forget(points, retention).gone.includes(newest) ? newest : undefined;
}
