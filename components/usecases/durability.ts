/**
 * How likely it is that data is lost within a year, built from the parts.
 *
 * n independent copies, each lost with probability a in a year and made anew within the window w (a share of a year), are all lost with
 * about n·a × (n−1)·a·w × … × 1·a·w. To that comes the loss of the whole place, which takes all copies in it, however many: it decides
 * as soon as there are copies. Mistakes and software faults are in no figure: that is what backups are for.
 */

import type { Draft } from "./draft";
import type { Durability } from "./plan";
import { secondsOf } from "./quantities";
import { assumed } from "./source";

const YEAR = 31_536_000;
/** Time until a lost copy stands again. */
const rebuild = { seconds: 3600, source: assumed("a member's copy made anew within an hour", "2026-11") };
/** Losing everything in one place within a year: the zone where all copies lie in one, else the region. */
const place = {
    zone: { value: 1e-4, source: assumed("a zone is lost for good once in ten thousand years of zones", "2026-11") },
    region: { value: 1e-6, source: assumed("a region is lost for good once in a million years of regions", "2026-11") },
};

/** A restore that was tried on schedule and fails nevertheless. */
const failingRestore = { value: 0.001, source: assumed("one tried restore in a thousand fails when it matters", "2026-11") };
/** An untried one. */
const untriedRestore = { value: 0.1, source: assumed("one untried restore in ten fails when it matters", "2026-11") };

const shown = (value: number) => (value === 0 ? "0" : value >= 0.001 ? String(Number(value.toPrecision(2))) : value.toExponential(1));

/** Three digits are more than any of the parts is known to. */
const significant = (value: number) => Number(value.toPrecision(3));

/** All of n copies lost at once. */
export function allLost(copies: number, annualFailure: number): { value: number; formula: string } {
    const window = rebuild.seconds / YEAR;
    let value = copies * annualFailure;
    const parts = [copies === 1 ? shown(annualFailure) : `${copies}×${shown(annualFailure)}`];
    for (let left = copies - 1; left >= 1; left--) {
        value *= left * annualFailure * window;
        parts.push(`${left}×${shown(annualFailure)}×1h/1y`);
    }
    return { value: Math.min(1, value), formula: parts.join(" × ") };
}

export function durabilityOf(draft: Draft): Durability {
    const copies =
        draft.mode.replication === "none" || !(draft.spread.required || draft.storage.driver.reach !== "node") ? 1 : draft.replicas;
    const sources: string[] = [];
    const terms: string[] = [];
    let total: number | "unknown" = 0;
    for (const { name, driver, shared } of draft.volumes) {
        const failure = driver.annualFailure;
        if (!failure) {
            total = "unknown";
            terms.push(`${name}: ${driver.title} states no annual failure rate`);
            continue;
        }
        const { value, formula } = allLost(shared ? 1 : copies, failure.value);
        total = total === "unknown" ? total : total + value;
        terms.push(`${name}: ${formula}`);
        sources.push(failure.source.origin);
    }
    if (copies > 1) {
        sources.push(rebuild.source.origin);
    }
    const lostWith = draft.survives === "zone" || draft.survives === "region" ? "region" : "zone";
    total = total === "unknown" ? total : total + place[lostWith].value;
    terms.push(`the ${lostWith}: ${shown(place[lostWith].value)}`);
    sources.push(place[lostWith].source.origin);
    const drilled = draft.backup.drill !== undefined && (secondsOf(draft.backup.drill.every) ?? 0) > 0;
    const failing = draft.backup.method === undefined ? undefined : drilled ? failingRestore : untriedRestore;
    const annualLoss = total === "unknown" ? total : significant(Math.min(1, total));
    return {
        annualLoss,
        formula: terms.join(" + "),
        annualLossWithBackups: annualLoss === "unknown" || !failing ? annualLoss : significant(annualLoss * failing.value),
        formulaWithBackups: failing ? `(${terms.join(" + ")}) × ${failing.value}` : "nothing is backed up",
        sources: [...new Set(failing ? [...sources, failing.source.origin] : sources)],
    };
}
