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

/** How far a recovery point may be ahead of the clock that looks at it: two computers are never quite of one time. */
const toleratedAhead = 600_000;

/** What became of recovery points in one prune. */
export interface Pruned<Point extends Taken> extends Sorted<Point> {
    /** Those of the future, from a clock that ran ahead. While there is one nothing goes. */
    ahead: Point[];
}

/**
 * What a prune removes (`components/backups/before-prune.ts`).
 *
 * restic's forget counts snapshots by their time and doesn't look inside: 24 streams in a row that broke off would push the last good one
 * out of 24 hours, and one from a clock that ran ahead would stand in for what is taken later. So broken ones go first and are counted by
 * nothing; where no stream is whole they stay, in case the look at them is what is wrong. And while one is from the future nothing goes.
 */
export function prune<Point extends Taken & { isComplete: boolean }>(
    points: readonly Point[],
    retention: Retention,
    now: Date,
): Pruned<Point> {
    const ahead = points.filter(({ time }) => time.getTime() > now.getTime() + toleratedAhead);
    if (ahead.length > 0) return { kept: newestFirst(points).map((point) => ({ point, as: [] })), gone: [], ahead };
    const whole = points.filter(({ isComplete }) => isComplete);
    const { kept, gone } = forget(whole.length > 0 ? whole : points, retention);
    const broken = whole.length > 0 ? points.filter(({ isComplete }) => !isComplete) : [];
    return { kept, gone: newestFirst([...gone, ...broken]), ahead };
}
