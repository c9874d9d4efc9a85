/** How far a retention is said to reach back, against what it keeps. */

import fc from "fast-check";
import { backupPolicies, forget, policyNames, type Retention, reach, recoveryPoints } from "../../../policies/backup";

const hour = 3_600_000;
const keep = (some: Partial<Retention>): Retention => ({ last: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, ...some });
const counts = (max: number) => fc.oneof(fc.constant(0), fc.integer({ min: 0, max }));
const anyRetention: fc.Arbitrary<Retention> = fc
    .oneof(
        fc.constantFrom(...policyNames.map((name) => backupPolicies[name].retention)),
        fc.record({ last: counts(5), hourly: counts(30), daily: counts(15), weekly: counts(10), monthly: counts(14), yearly: counts(4) }),
    )
    .filter((retention) => recoveryPoints(retention) > 0);

describe("what a retention is said to reach back", () => {
    const age = (points: readonly { time: Date }[], retention: Retention) => {
        const times = forget(points, retention).kept.map(({ point }) => point.time.getTime());
        return (Math.max(...times) - Math.min(...times)) / 1000;
    };
    const every = fc.constantFrom(6, 8, 12, 24, 36, 168);

    test("is never more than is kept, at whatever moment", () => {
        fc.assert(
            fc.property(
                every,
                fc.integer({ min: Date.UTC(2026, 0, 1) / 60_000, max: Date.UTC(2031, 0, 1) / 60_000 }),
                anyRetention,
                (hours, minute, retention) => {
                    // Longer than the longest of the retentions, which a first copy would count for.
                    const years = Math.max(1, retention.yearly, retention.monthly / 12, retention.weekly / 52) + 1;
                    const few = { ...retention, monthly: Math.min(retention.monthly, 30) };
                    const length = Math.ceil((Math.min(years, 9) * 366 * 24) / hours);
                    const points = Array.from({ length }, (_, number) => ({ time: new Date(minute * 60_000 - number * hours * hour) }));
                    expect(age(points, few)).toBeGreaterThanOrEqual(reach(few, hours * 3600));
                },
            ),
            { numRuns: 40 },
        );
    });

    test("is the least of what is kept: the first of March, and a new year's first hour", () => {
        const from = (end: string, hours: number) => {
            const last = Date.parse(`${end}Z`);
            return Array.from({ length: (3 * 366 * 24) / hours }, (_, number) => ({ time: new Date(last - number * hours * hour) }));
        };
        const days = (count: number) => count * 86_400;
        expect(age(from("2027-06-01T00:00", 1), keep({ monthly: 6 }))).toBe(days(120) + 3600);
        expect(reach(keep({ monthly: 6 }), 3600)).toBe(days(120));
        expect(age(from("2027-01-01T00:00", 1), keep({ yearly: 3 }))).toBe(days(365) + 3600);
        expect(reach(keep({ yearly: 3 }), 3600)).toBe(days(365));
        expect(age(from("2027-01-01T02:00", 24), keep({ daily: 7 }))).toBe(days(6));
        expect(reach(keep({ daily: 7 }), 86_400)).toBe(days(6));
        expect([reach(keep({ daily: 1 }), 86_400), reach(keep({ last: 28 }), 21_600), reach(keep({ monthly: 86 }), 86_400)]).toEqual([
            0,
            27 * 21_600,
            days(7 * 365),
        ]);
    });
});
