/** A promise beside what is measured: is lost data still coming back as promised? Pure: every verdict is decided here, and tested by tables. */

import { clockTolerance, type Look, lastProof, lookEverySeconds, lookedAt } from "./looks";
import { exposure, judgeLog, type LogFacts } from "./promise-log";
import { listed, span } from "./words";

/** `kept`; `at-risk`: not broken yet, and someone should look; `broken`; `unknown`: what decides it could not be read. */
export type Verdict = "kept" | "at-risk" | "broken" | "unknown";

/** What was promised of a restore, in seconds. */
export interface PromisedRestore {
    rpoSeconds: number;
    rtoSeconds: number;
    /** Longest time between two drills; absent where none is promised. */
    drillEverySeconds?: number;
}

/** One run of the backup, as the cluster has it. Times are milliseconds. */
export interface BackupRun {
    name: string;
    /** When it began: what was written later is not in it. */
    startedAt: number;
    /** When K8up called it done; absent of one that isn't. */
    endedAt?: number;
    outcome: "good" | "failed" | "running";
    /** Somebody has found its stream whole. */
    isLookedAt?: boolean;
    /** Why one that succeeded doesn't count: it was looked at, and is no recovery point. */
    refused?: string;
}

/** What the last drill left. */
export interface DrillRun {
    outcome: "passed" | "failed";
    /** A word for scripts, of a failed one. */
    failure?: string;
    detail?: string;
    startedAt?: number;
    endedAt: number;
    /** What it measured; absent where it didn't get so far. */
    rtoSeconds?: number;
    /** The moment that was restored. */
    recoveryPoint?: number;
}

/** All that a verdict is made from. */
export interface PromiseFacts {
    /** Absent where nobody here knows what was promised. */
    promised?: PromisedRestore;
    /** Since when backups are made; absent where nothing makes them. */
    backedUpSince?: number;
    backups: BackupRun[];
    /** What the database says of the log that it ships; its backups are base copies then. */
    log?: LogFacts;
    /** Looks at its streams; absent where what is copied has no end that could be looked at. */
    looks?: Look[];
    /** When the last prune failed: nothing is removed from then on. Absent where it didn't. */
    pruneFailedAt?: number;
    /** Since when drills are made; absent where nothing makes them. */
    drilledSince?: number;
    drill?: DrillRun;
    /** What could not be read, in words. */
    unread?: string;
}

export interface PromiseStatus {
    verdict: Verdict;
    /** For people: why, the worst first; what is worth knowing where it is kept. */
    reasons: string[];
    promised?: PromisedRestore;
    /** `isLookedAt`: whether its stream was found whole; absent of files, which have no end. */
    lastGoodBackup: { name: string; takenAt: string; ageSeconds: number; isLookedAt?: boolean } | "none" | "unknown";
    lastDrill:
        | { outcome: "passed" | "failed"; failure?: string; endedAt: string; ageSeconds: number; rtoSeconds?: number }
        | "none"
        | "unknown";
}

export interface Judgement {
    verdict: Verdict;
    reason: string;
}

const kept = (reason: string): Judgement => ({ verdict: "kept", reason });
const atRisk = (reason: string): Judgement => ({ verdict: "at-risk", reason });
const broken = (reason: string): Judgement => ({ verdict: "broken", reason });

/**
 * How far a backup may be over its RPO before the promise is called broken. One an hour, each of which takes a minute, is over it for that
 * minute every hour; and K8up starts one a little late while another job runs.
 */
export const toleranceSeconds = (rpoSeconds: number): number => Math.max(300, 0.1 * rpoSeconds);

/** True of a moment that is yet to come: some clock is wrong, and nobody knows how old it is. */
const isAhead = (moment: number, now: number) => moment > now + clockTolerance;

/** The newest backup that counts; the age of one of the future isn't known. */
const lastGood = (backups: readonly BackupRun[], now: number) =>
    backups
        .filter(({ outcome, refused, startedAt }) => outcome === "good" && refused === undefined && !isAhead(startedAt, now))
        .reduce<BackupRun | undefined>((newest, each) => (newest && newest.startedAt >= each.startedAt ? newest : each), undefined);

/** Failed ones since the last good one, which say why there is none. */
function failuresSince(backups: readonly BackupRun[], since: number): string {
    const failed = backups.filter(
        ({ outcome, refused, startedAt }) => startedAt > since && (outcome === "failed" || refused !== undefined),
    );
    const refused = failed.find((each) => each.refused !== undefined)?.refused;
    if (failed.length === 0) return "";
    return `; ${failed.length === 1 ? "one backup" : `${failed.length} backups`} since then failed${refused ? `: ${refused}` : ""}`;
}

/** What a clock that runs ahead makes of backups; undefined where none does. */
function judgeClock({ backups }: PromiseFacts, now: number): Judgement | undefined {
    const ahead = backups.filter(({ startedAt }) => isAhead(startedAt, now));
    const [first] = ahead;
    if (!first) return undefined;
    const others = ahead.length === 1 ? "" : `, and ${ahead.length - 1} more`;
    return atRisk(
        `the backup ${first.name} began ${span((first.startedAt - now) / 1000)} from now${others}: a clock is wrong, its age isn't known, and it isn't counted`,
    );
}

/** Without an hourly look nobody could tell before a day is over; so one is enough for two days. */
function judgeLook(good: BackupRun, { backups, looks }: PromiseFacts, now: number, words: string): Judgement {
    if (looks === undefined || good.isLookedAt) return kept(words);
    const proof = lastProof(backups, looks);
    const how = "npx holdfast backups looks at it";
    if (!proof) return atRisk(`${words}; that is K8up's word: it was not looked at yet, nor was one before it (${how})`);
    const age = (now - proof.at) / 1000;
    return age > lookEverySeconds
        ? atRisk(`${words}; that is K8up's word: nobody has looked at one for ${span(age)} (${how})`)
        : kept(`${words}; it was not looked at yet, and the one of ${span((now - proof.newestWhole) / 1000)} ago was whole`);
}

function judgePrune({ pruneFailedAt }: PromiseFacts, now: number): Judgement | undefined {
    return pruneFailedAt === undefined
        ? undefined
        : atRisk(
              `the last prune failed ${span((now - pruneFailedAt) / 1000)} ago: nothing is removed, and the repository grows (npx holdfast backups tells of streams that hold it up)`,
          );
}

function judgeBackups(facts: PromiseFacts, now: number): Judgement {
    const { promised, backups, backedUpSince } = facts;
    const rpo = promised?.rpoSeconds ?? 0;
    const limit = rpo + toleranceSeconds(rpo);
    if (backedUpSince === undefined) return broken("nothing backs it up: K8up has no Schedule for it");
    const good = lastGood(backups, now);
    if (facts.log) {
        const failures = failuresSince(backups, good?.startedAt ?? 0);
        return judgeLog({ rpoSeconds: rpo }, facts.log, good, { age: (now - backedUpSince) / 1000, failures }, now);
    }
    if (!good) {
        const age = (now - backedUpSince) / 1000;
        const failed = failuresSince(backups, 0).replace("since then ", "");
        return age <= limit && failed === ""
            ? atRisk(
                  `there is no recovery point yet: nothing comes back before the first backup, which is due within ${span(Math.max(0, limit - age))}`,
              )
            : broken(`there is no good backup, ${span(age)} after backups began${failed}`);
    }
    const age = (now - good.startedAt) / 1000;
    const words = `the last good backup is ${span(age)} old, promised are at most ${span(rpo)}`;
    const failed = failuresSince(backups, good.startedAt);
    if (age > limit) return broken(`${words}${failed}`);
    if (age > rpo || failed !== "") return atRisk(`${words}${failed}`);
    return judgeLook(good, facts, now, words);
}

function judgeDrill({ promised, drill, drilledSince, backups }: PromiseFacts, now: number): Judgement | undefined {
    const every = promised?.drillEverySeconds;
    const rto = promised?.rtoSeconds ?? 0;
    if (!drill) {
        if (every === undefined) return undefined;
        if (drilledSince === undefined) return atRisk(`no drill proves it: one every ${span(every)} is promised, and nothing makes them`);
        const age = (now - drilledSince) / 1000;
        return age > every
            ? atRisk(`no drill has proven it, ${span(age)} after drills began; one every ${span(every)} is promised`)
            : kept(`no drill has proven it yet; the first is due within ${span(every - age)}`);
    }
    const age = (now - drill.endedAt) / 1000;
    if (drill.outcome === "failed") {
        const why = [drill.failure, drill.detail].filter(Boolean).join(": ");
        const words = `the last drill failed ${span(age)} ago${why ? ` (${why})` : ""}`;
        // One that found nothing to restore says nothing of what was made since.
        const isAboutBackup = /^(backup|object)-/.test(drill.failure ?? "");
        const good = lastGood(backups, now);
        return isAboutBackup && good && good.startedAt > drill.endedAt
            ? atRisk(`${words}; a backup was made since, and no drill has proven it`)
            : broken(words);
    }
    const measured = drill.rtoSeconds === undefined ? "" : ` in ${span(drill.rtoSeconds)}, promised within ${span(rto)}`;
    const words = `the last drill restored it ${span(age)} ago${measured}`;
    if (drill.rtoSeconds !== undefined && drill.rtoSeconds > rto) return broken(words);
    if (every !== undefined && age > every * 1.1) return atRisk(`${words}; one every ${span(every)} is promised`);
    return kept(words);
}

const order: Verdict[] = ["kept", "unknown", "at-risk", "broken"];

/** The verdict, with its reasons. */
export function judgePromise(read: PromiseFacts, now: number): PromiseStatus {
    const facts = read.looks === undefined ? read : { ...read, backups: lookedAt(read.backups, read.looks) };
    const { promised, drill, unread } = facts;
    const newest = lastGood(facts.backups, now);
    // What is shipped of the log counts, and it takes a base copy.
    const shipped = facts.log && newest && { name: "log", startedAt: now - exposure(facts.log) * 1000, outcome: "good" as const };
    const good: BackupRun | undefined = shipped ?? newest;
    const lastDrill = drill
        ? {
              outcome: drill.outcome,
              ...(drill.failure ? { failure: drill.failure } : {}),
              endedAt: new Date(drill.endedAt).toISOString(),
              ageSeconds: Math.max(0, Math.floor((now - drill.endedAt) / 1000)),
              ...(drill.rtoSeconds === undefined ? {} : { rtoSeconds: drill.rtoSeconds }),
          }
        : "none";
    const lastGoodBackup = good
        ? {
              name: good.name,
              takenAt: new Date(good.startedAt).toISOString(),
              ageSeconds: Math.max(0, Math.floor((now - good.startedAt) / 1000)),
              ...(facts.looks === undefined ? {} : { isLookedAt: good.isLookedAt === true }),
          }
        : "none";
    if (unread !== undefined) {
        return {
            verdict: "unknown",
            reasons: [`it can't be told: ${unread}`],
            ...(promised ? { promised } : {}),
            lastGoodBackup: good ? lastGoodBackup : "unknown",
            lastDrill: drill ? lastDrill : "unknown",
        };
    }
    if (!promised) {
        const missing = [good ? `the last good backup is ${span((now - good.startedAt) / 1000)} old` : "there is no good backup"];
        return {
            verdict: "unknown",
            reasons: [`what was promised is not known here: no stack has this application; ${listed(missing)}`],
            lastGoodBackup,
            lastDrill,
        };
    }
    const judged = [judgeBackups, judgeDrill, judgeClock, judgePrune].flatMap((judge) => judge(facts, now) ?? []);
    judged.sort((a, b) => order.indexOf(b.verdict) - order.indexOf(a.verdict));
    return { verdict: judged[0].verdict, reasons: judged.map(({ reason }) => reason), promised, lastGoodBackup, lastDrill };
}
