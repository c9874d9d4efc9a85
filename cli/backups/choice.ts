/** Which recovery point counts: of those that a backup made, and of those that could be restored. Pure. */

import { UserError } from "../errors";
import { listed } from "../status/words";
import { newestWhole, type RecoveryPoint, type StreamRecord } from "./recovery-points";

/** Looked at for one that is whole; every older one is as good as never before it. */
export const lookedAt = 10;

export type WholePoint = RecoveryPoint & { record: StreamRecord; sizeBytes: number };

/** The recovery point to restore: the one that is named, the one an earlier run of this restore took, or the newest that is whole. */
export function chosenPoint(points: readonly RecoveryPoint[], id: string | undefined, stack: string, now: number): WholePoint {
    const whole = (point: RecoveryPoint): point is WholePoint =>
        point.complete === "yes" && point.record !== undefined && typeof point.sizeBytes === "number";
    if (id === undefined) {
        const newest = newestWhole(
            points.filter(({ kind }) => kind === "database"),
            now,
        );
        if (newest && whole(newest)) return newest;
        throw new UserError(
            points.length === 0
                ? `There is no recovery point of "${stack}": nothing can be restored.`
                : `None of the ${Math.min(points.length, lookedAt)} newest recovery points of "${stack}" is a whole database. npx holdfast backups ${stack} --check all looks at the others; --from <id> names one.`,
        );
    }
    const named = points.filter((point) => point.id.startsWith(id));
    if (named.length !== 1)
        throw new UserError(
            `--from ${id}: ${named.length === 0 ? "no" : "more than one"} recovery point has this id. npx holdfast backups ${stack} lists them.`,
        );
    if (!whole(named[0]))
        throw new UserError(
            `The recovery point ${id} is no whole database: it is not restored. npx holdfast backups ${stack} lists those that are.`,
        );
    return named[0];
}

/** What is wrong with what a backup left in the repository; undefined where it is good. `claims`: paths of those whose files it is to have. */
export function refusalOf(made: readonly RecoveryPoint[], method: string, claims: readonly string[] = []): string | undefined {
    if (made.length === 0) return "K8up calls it a success, and the repository has no new recovery point";
    const cut = made.filter(({ complete }) => complete === "no");
    if (cut.length > 0) return `${listed(cut.map(({ path }) => path))} has no end: it is no recovery point`;
    const missing = claims.filter((claim) => !made.some(({ path }) => path === claim));
    if (missing.length > 0) return `the repository has nothing new of ${listed(missing.map((path) => path.replace(/^\/data\//, "")))}`;
    if (method === "stream" && !made.some(({ kind }) => kind !== "files")) return "the repository has files of it, and no stream";
    return undefined;
}
