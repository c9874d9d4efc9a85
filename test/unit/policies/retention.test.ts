/** Two years of backups, and what is left of them: exactly what the policy says, and never the last good recovery point less. */

import fc from "fast-check";
import { backupPolicies, forget, policyNames, prune, type Retention, recoveryPoints } from "../../../policies/backup";

const hour = 3_600_000;
const day = 24 * hour;
const nothing: Retention = { last: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };
const keep = (some: Partial<Retention>): Retention => ({ ...nothing, ...some });
const backingUp = policyNames.filter((name) => name !== "none");
const retentionOf = (name: string) => backupPolicies[name].retention;

interface Point {
    time: Date;
    /** When it was taken, whatever the clock said. */
    taken: Date;
    isComplete: boolean;
}
const at = (...times: (string | number)[]): Point[] =>
    times.map((each) => {
        const time = new Date(typeof each === "string" ? `${each}Z` : each);
        return { time, taken: time, isComplete: true };
    });
const texts = (points: readonly Point[]) => points.map(({ time }) => time.toISOString().slice(0, 16));
const kept = (points: readonly Point[], retention: Retention) => forget(points, retention).kept.map(({ point }) => point);

/** Names of the units that a time lies in, by the calendar; the ISO week is the one that its Thursday lies in. */
function calendar(time: Date): Record<Exclude<keyof Retention, "last">, string> {
    const text = time.toISOString();
    const thursday = new Date(time.getTime() + (4 - (time.getUTCDay() || 7)) * day);
    const week = Math.ceil(
        (Date.UTC(thursday.getUTCFullYear(), thursday.getUTCMonth(), thursday.getUTCDate() + 1) - Date.UTC(thursday.getUTCFullYear())) /
            day /
            7,
    );
    return {
        hourly: text.slice(0, 13),
        daily: text.slice(0, 10),
        weekly: `${thursday.getUTCFullYear()}-W${week}`,
        monthly: text.slice(0, 7),
        yearly: text.slice(0, 4),
    };
}

/**
 * The policy said once more, of one recovery point by itself: fewer newer units than are to be kept have one, and it is the newest of its
 * own or the oldest of all.
 */
function isKept(point: Point, all: readonly Point[], retention: Retention): boolean {
    if (Object.values(retention).every((count) => count === 0)) return true;
    const newer = all.filter(({ time }) => time > point.time);
    if (newer.length < retention.last) return true;
    const isOldest = newer.length === all.length - 1;
    const own = calendar(point.time);
    return (Object.keys(own) as (keyof typeof own)[]).some((unit) => {
        const units = new Set(newer.map(({ time }) => calendar(time)[unit]));
        const isNewest = !units.has(own[unit]);
        return units.size < retention[unit] && (isNewest || isOldest);
    });
}

const counts = (max: number) => fc.oneof(fc.constant(0), fc.integer({ min: 0, max }));
const anyRetention: fc.Arbitrary<Retention> = fc.oneof(
    fc.constantFrom(...backingUp.map(retentionOf)),
    fc.record({ last: counts(5), hourly: counts(30), daily: counts(15), weekly: counts(10), monthly: counts(14), yearly: counts(4) }),
);
/** Minutes of two years, in clusters and with gaps; no two the same. */
const anyTimes = fc
    .tuple(
        fc.integer({ min: Date.UTC(2023, 0, 1) / 60_000, max: Date.UTC(2030, 0, 1) / 60_000 }),
        fc.uniqueArray(
            fc.oneof(
                fc.integer({ min: 0, max: 2 * 365 * 1440 }),
                fc.integer({ min: 0, max: 3000 }),
                fc.integer({ min: 0, max: 120 * 1440 }),
            ),
            { maxLength: 60 },
        ),
    )
    .map(([start, minutes]) => at(...minutes.map((minute) => (start + minute) * 60_000)));

describe("a list of recovery points", () => {
    test("is sorted as the policy says of each of them", () => {
        fc.assert(
            fc.property(anyTimes, anyRetention, (points, retention) => {
                const { kept: stay, gone } = forget(points, retention);
                expect(new Set(stay.map(({ point }) => point))).toEqual(
                    new Set(points.filter((point) => isKept(point, points, retention))),
                );
                expect(stay.length + gone.length).toBe(points.length);
            }),
            { numRuns: 150 },
        );
    });

    test("keeps no more than the counts add up to, and nothing less for a higher count", () => {
        fc.assert(
            fc.property(anyTimes, anyRetention, anyRetention, (points, retention, more) => {
                const stay = kept(points, retention);
                if (Object.values(retention).some((count) => count > 0)) expect(stay.length).toBeLessThanOrEqual(recoveryPoints(retention));
                const sum = { ...retention };
                for (const unit of Object.keys(more) as (keyof Retention)[]) sum[unit] += more[unit];
                if (recoveryPoints(retention) > 0) expect(kept(points, sum)).toEqual(expect.arrayContaining(stay));
            }),
        );
    });

    test("without any count nothing goes", () => {
        const points = at("2026-01-01T00:00", "2026-01-01T00:01");
        expect(forget(points, nothing)).toMatchObject({ gone: [], kept: [{ as: [] }, { as: [] }] });
    });

    test("the newest of each unit is kept, and says as what", () => {
        const points = at("2026-03-01T09:10", "2026-03-01T09:50", "2026-03-01T10:30", "2026-02-28T23:00", "2026-02-28T22:00");
        const { kept: stay, gone } = forget(points, keep({ last: 1, hourly: 2, daily: 2 }));
        expect(stay.map(({ point, as }) => [texts([point])[0], ...as])).toEqual([
            ["2026-03-01T10:30", "last", "hourly", "daily"],
            ["2026-03-01T09:50", "hourly"],
            ["2026-02-28T23:00", "daily"],
        ]);
        expect(texts(gone)).toEqual(["2026-03-01T09:10", "2026-02-28T22:00"]);
    });

    test("weeks begin on Mondays, and the one around New Year is one week", () => {
        const points = at("2025-12-28T23:00", "2025-12-29T00:00", "2025-12-31T12:00", "2026-01-01T12:00", "2026-01-04T23:00");
        expect(texts(kept(points, keep({ weekly: 1 })))).toEqual(["2026-01-04T23:00"]);
        expect(texts(kept(points, keep({ weekly: 2 })))).toEqual(["2026-01-04T23:00", "2025-12-28T23:00"]);
    });

    test("the oldest of all is kept until there are enough units", () => {
        const points = at("2026-01-05T01:00", "2026-01-05T02:00", "2026-01-06T01:00");
        expect(texts(kept(points, keep({ daily: 3 })))).toEqual(["2026-01-06T01:00", "2026-01-05T02:00", "2026-01-05T01:00"]);
        expect(texts(kept(points, keep({ daily: 2 })))).toEqual(["2026-01-06T01:00", "2026-01-05T02:00"]);
    });

    test("no hour is lost or doubled when clocks are changed elsewhere: the units are UTC's", () => {
        // In Berlin both are 02:30, on the night that summer time ends; in New York the day has 25 hours a week later.
        const points = at("2026-10-25T00:30", "2026-10-25T01:30", "2026-11-01T05:30", "2026-11-01T06:30");
        expect(kept(points, keep({ hourly: 4 }))).toHaveLength(4);
        expect(texts(kept(points, keep({ daily: 2 })))).toEqual(["2026-11-01T06:30", "2026-10-25T01:30"]);
    });
});

/** How a history of backups goes: how often, which ones fail, when nothing runs, when the clock is set. */
interface Course {
    start: number;
    every: number;
    /** Of a hundred backups, those that leave nothing. */
    failing: number;
    /** Of a hundred backups, those that leave half a stream. */
    broken: number;
    seed: number;
    /** From which day on for how many nothing runs. */
    gaps: [number, number][];
    /** From which day on for how many the clock is wrong by how many hours. */
    jumps: [number, number, number][];
}
const daysLong = 731;
const anyCourse = (broken: fc.Arbitrary<number>, jumps: number): fc.Arbitrary<Course> =>
    fc.record({
        start: fc.integer({ min: Date.UTC(2023, 0, 1) / hour, max: Date.UTC(2030, 0, 1) / hour }).map((hours) => hours * hour),
        every: fc.constantFrom(8, 24, 24, 36),
        failing: fc.constantFrom(0, 5, 60),
        broken,
        seed: fc.integer({ min: 1, max: 1 << 30 }),
        gaps: fc.array(fc.tuple(fc.nat(daysLong), fc.integer({ min: 1, max: 120 })), { maxLength: 3 }),
        jumps: fc.array(fc.tuple(fc.nat(daysLong), fc.integer({ min: 1, max: 20 }), fc.integer({ min: -4000, max: 4000 })), {
            maxLength: jumps,
        }),
    });

/** The backups of two years that left something, in the order in which they were taken. */
function history({ start, every, failing, broken, seed, gaps, jumps }: Course): Point[] {
    // fast-check can shrink a seed and not 3,000 dice.
    let state = seed;
    const dice = () => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
        return (state >> 8) % 100;
    };
    const within = (now: number, from: number, days: number) => now >= start + from * day && now < start + (from + days) * day;
    const points: Point[] = [];
    for (let now = start; now < start + daysLong * day; now += every * hour) {
        const [isMissing, isBroken] = [dice() < failing, dice() < broken];
        if (isMissing || gaps.some(([from, days]) => within(now, from, days))) continue;
        const wrong = jumps.filter(([from, days]) => within(now, from, days)).reduce((sum, [, , hours]) => sum + hours, 0);
        // Seconds that no other has: a clock that was set back must not give two the same time.
        points.push({ time: new Date(now + wrong * hour + points.length), taken: new Date(now + points.length), isComplete: !isBroken });
    }
    return points;
}

/** Runs the history with a `forget` after every backup; what is left, and what was seen after each. */
function lived(points: readonly Point[], retention: Retention, afterEach?: (left: readonly Point[], newest: Point) => void): Point[] {
    let left: Point[] = [];
    for (const point of points) {
        left = kept([...left, point], retention);
        afterEach?.(left, point);
    }
    return left;
}

describe("two years of backups, each followed by forget", () => {
    test("leave exactly what the policy says of all that was ever taken, however the clock ran", () => {
        fc.assert(
            fc.property(anyCourse(fc.constant(0), 3), anyRetention, (course, retention) => {
                const points = history(course);
                expect(new Set(lived(points, retention))).toEqual(new Set(kept(points, retention)));
            }),
            { numRuns: 25 },
        );
    });

    test("always leave the newest recovery point, whatever failed before", () => {
        fc.assert(
            fc.property(anyCourse(fc.constant(0), 0), anyRetention, (course, retention) => {
                lived(history(course), retention, (left, newest) => {
                    if (!left.includes(newest)) throw new Error(`${newest.time.toISOString()} is gone`);
                });
            }),
            { numRuns: 20 },
        );
    });

    test("by the calendar: hourly, at the end of a month", () => {
        const start = Date.UTC(2024, 6, 1);
        const points = at(...Array.from({ length: 730 * 24 }, (_, hours) => start + hours * hour));
        const hours = Array.from({ length: 24 }, (_, number) => `2026-06-30T${String(number).padStart(2, "0")}:00`);
        const days = ["06-24", "06-25", "06-26", "06-27", "06-28", "06-29"].map((date) => `2026-${date}T23:00`);
        const sundays = ["06-07", "06-14", "06-21"].map((date) => `2026-${date}T23:00`);
        const months = ["01-31", "02-28", "03-31", "04-30", "05-31"].map((date) => `2026-${date}T23:00`);
        expect(texts(kept(points, retentionOf("hourly"))).sort()).toEqual([...hours, ...days, ...sundays, ...months].sort());
    });
});

test("times from a clock that ran ahead take the place of what is taken later", () => {
    /** Daily backups; for four weeks the clock is ahead. How many are forgotten as soon as they are taken. */
    const lost = (hoursAhead: number) => {
        const course = { start: Date.UTC(2026, 0, 1, 2), every: 24, failing: 0, broken: 0, seed: 1, gaps: [] };
        let count = 0;
        lived(history({ ...course, jumps: [[100, 28, hoursAhead]] }), retentionOf("daily"), (left, newest) => {
            if (!left.includes(newest)) count++;
        });
        return count;
    };
    // By two days and two hours, forwards or back: two days have a later one already. By two months: nearly four weeks' days have.
    expect([0, 10, -50, 50, 60 * 24].map(lost)).toEqual([0, 0, 2, 2, 26]);
});

describe("streams that broke off", () => {
    const whole = (points: readonly Point[]) => points.filter(({ isComplete }) => isComplete);

    test("forgotten before they count, the newest good one stays, always", () => {
        fc.assert(
            fc.property(anyCourse(fc.constantFrom(10, 50, 95), 0), anyRetention, (course, retention) => {
                let good: Point | undefined;
                lived(whole(history(course)), retention, (left, newest) => {
                    good = newest;
                    if (!left.includes(good)) throw new Error("the last good recovery point is gone");
                });
            }),
            { numRuns: 20 },
        );
    });

    test("the newest good one of the past is there after every prune, whatever broke off and however the clock ran", () => {
        fc.assert(
            fc.property(anyCourse(fc.constantFrom(0, 30, 80), 2), anyRetention, (course, retention) => {
                let left: Point[] = [];
                for (const point of history(course).slice(0, 300)) {
                    left.push(point);
                    const good = left.filter(({ isComplete, time }) => isComplete && time <= point.taken);
                    const newest = good.sort((a, b) => b.time.getTime() - a.time.getTime())[0];
                    left = prune(left, retention, point.taken).kept.map((each) => each.point);
                    if (newest && !left.includes(newest)) throw new Error(`${newest.time.toISOString()} is gone`);
                }
            }),
            { numRuns: 20 },
        );
    });

    test("a row of broken ones that forget alone would give the last good one for costs no history", () => {
        for (const [name, every] of [["hourly", hour] as const, ["daily", day] as const]) {
            const until = Date.parse("2026-05-06T02:00Z");
            const good = at(...Array.from({ length: 400 * (day / every) }, (_, number) => until - number * every));
            const broken = at(...Array.from({ length: 300 }, (_, number) => until + (number + 1) * every)).map((point) => ({
                ...point,
                isComplete: false,
            }));
            const retention = retentionOf(name);
            expect(kept([...good, ...broken], retention)).not.toContain(good[0]);
            const pruned = prune([...good, ...broken], retention, broken[299].time);
            expect(pruned.kept.map(({ point }) => point)).toEqual(kept(good, retention));
            const gone = new Set(pruned.gone);
            expect(broken.filter((point) => !gone.has(point))).toEqual([]);
        }
    });

    test("all stay in their places where not one is whole", () => {
        const points = at("2026-05-06T02:00", "2026-05-06T03:00").map((point) => ({ ...point, isComplete: false }));
        expect(prune(points, keep({ daily: 2 }), points[1].time)).toEqual({ ...forget(points, keep({ daily: 2 })), ahead: [] });
    });

    test("nothing goes while one is from the future, and a clock that is minutes ahead holds nothing up", () => {
        const [old, ahead] = at("2026-05-06T02:00", "2026-05-06T12:00");
        const retention = keep({ daily: 1 });
        expect(prune([old, ahead], retention, new Date("2026-05-06T03:00Z"))).toMatchObject({ gone: [], ahead: [ahead] });
        expect(prune([old, ahead], retention, new Date("2026-05-06T11:55Z"))).toMatchObject({ gone: [old], ahead: [] });
    });
});
