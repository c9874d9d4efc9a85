/**
 * Looks at streams: who found at which moment that which stream was the newest whole one. K8up calls a backup a success when its job ended, and
 * a stream that broke off may be one; only a look tells. Pure.
 */

import type { LookBeforePrune } from "../../components/backups/before-prune";
import type { Pod } from "./objects";
import type { BackupRun, DrillRun } from "./promise";

/** One look. Times are milliseconds. */
export interface Look {
    /** When it began: what was finished later may not have been seen. */
    at: number;
    /** When the newest whole stream was taken that it found; absent where it found none. */
    newestWhole?: number;
}

/** Annotation of K8up's Schedule with the last look of `holdfast backup` or `holdfast backups`. */
export const lookAnnotation = "holdfast.dev/looked-at";
/** How long a look is enough: every prune looks at all streams, once a day. */
export const lookEverySeconds = 2 * 86_400;
/** How far two clocks may be apart, in milliseconds: the cluster's, and those of its nodes. */
export const clockTolerance = 300_000;

/** A look as it is written down. */
export const lookText = ({ at, newestWhole }: Look): string =>
    JSON.stringify({
        version: 1,
        lookedAt: new Date(at).toISOString(),
        ...(newestWhole === undefined ? {} : { newestWhole: new Date(newestWhole).toISOString() }),
    });

/** A look as it was written down; undefined where it is none. */
export function lookIn(text: string | undefined): Look | undefined {
    if (!text) return undefined;
    try {
        const { lookedAt, newestWhole } = JSON.parse(text) as Partial<LookBeforePrune>;
        const at = Date.parse(lookedAt ?? "");
        const whole = Date.parse(newestWhole ?? "");
        return Number.isNaN(at) ? undefined : { at, ...(Number.isNaN(whole) ? {} : { newestWhole: whole }) };
    } catch {
        return undefined;
    }
}

const backupOfLabel = "holdfast.dev/backup-of";

/** What prunes left as the last words of their pods. */
export function looksOfPrunes(pods: readonly Pod[], app: string, namespace: string): Look[] {
    return pods
        .filter(({ metadata }) => metadata.namespace === namespace && metadata.labels?.[backupOfLabel] === app)
        .flatMap(({ status }) => status.initContainerStatuses ?? [])
        .flatMap(({ state, lastState }) => lookIn(state?.terminated?.message ?? lastState?.terminated?.message) ?? []);
}

/** A drill that passed has seen that what it restored is whole. */
export const lookOfDrill = (drill: DrillRun | undefined): Look[] =>
    drill?.outcome === "passed" && drill.recoveryPoint !== undefined
        ? [{ at: drill.startedAt ?? drill.recoveryPoint, newestWhole: drill.recoveryPoint }]
        : [];

/** Backups as looks leave them: those that were looked at, those that turned out to be none, and those that nobody looked at. */
export function lookedAt(backups: readonly BackupRun[], looks: readonly Look[]): BackupRun[] {
    return backups.map((run) => {
        if (run.outcome !== "good" || run.refused !== undefined || run.isLookedAt) return run;
        const since = (look: Look) => (look.newestWhole ?? Number.NEGATIVE_INFINITY) >= run.startedAt - clockTolerance;
        if (looks.some(since)) return { ...run, isLookedAt: true };
        const isMissed = looks.some((look) => !since(look) && look.at > (run.endedAt ?? run.startedAt) + clockTolerance);
        return isMissed ? { ...run, refused: "the repository was looked at, and has no whole stream of it" } : run;
    });
}

/** The last moment at which somebody found a whole stream, and of when that was. */
export function lastProof(backups: readonly BackupRun[], looks: readonly Look[]): { at: number; newestWhole: number } | undefined {
    const own = backups
        .filter(({ isLookedAt, refused }) => isLookedAt && refused === undefined)
        .map(({ startedAt }) => ({ at: startedAt, newestWhole: startedAt }));
    const found = looks.flatMap(({ at, newestWhole }) => (newestWhole === undefined ? [] : [{ at, newestWhole }]));
    return [...own, ...found].sort((a, b) => b.at - a.at)[0];
}
