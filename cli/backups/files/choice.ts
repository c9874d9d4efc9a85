/** Which recovery point of files is restored: one archive, or one snapshot of every claim. Pure. */

import { UserError } from "../../errors";
import { listed } from "../../status/words";
import { lookedAt } from "../choice";
import { isAhead, type RecoveryPoint } from "../recovery-points";

/** What is restored together. */
export interface FilesPoint {
    form: "archive" | "folders";
    /** One archive, or the snapshots of the claims in the order of members and volumes. */
    parts: RecoveryPoint[];
    /** The oldest part's: nothing after it is sure to be there. */
    takenAt: string;
    /** The newest part's. */
    lastAt: string;
    sizeBytes: number | "unknown";
}

/** How the recovery point is noted, and named on the claims. */
export const idsOf = ({ parts }: FilesPoint): string => parts.map(({ id }) => id).join(",");

/** Part of a regular expression that finds these ids alone. */
export const anyOf = (ids: string): string => `\\(${ids.split(",").join("\\|")}\\)`;

const time = ({ takenAt }: Pick<RecoveryPoint, "takenAt">): number => Date.parse(takenAt);

function together(form: FilesPoint["form"], parts: RecoveryPoint[]): FilesPoint {
    const times = parts.map(time).sort((a, b) => a - b);
    const sizes = parts.map(({ sizeBytes }) => sizeBytes);
    return {
        form,
        parts,
        takenAt: new Date(times[0]).toISOString(),
        lastAt: new Date(times[times.length - 1]).toISOString(),
        sizeBytes: sizes.reduce<number | "unknown">((sum, size) => (sum === "unknown" || size === "unknown" ? "unknown" : sum + size), 0),
    };
}

const isFolder = ({ kind }: RecoveryPoint): boolean => kind === "files";
const isArchive = ({ kind, complete }: RecoveryPoint): boolean => kind === "archive" && complete === "yes";

/** The snapshot of a claim that is nearest to a moment. */
function nearest(points: readonly RecoveryPoint[], path: string, moment: number): RecoveryPoint | undefined {
    const [first] = points
        .filter((point) => isFolder(point) && point.path === path)
        .sort((a, b) => Math.abs(time(a) - moment) - Math.abs(time(b) - moment));
    return first;
}

/** One snapshot of each claim around a moment; claims without any are a mistake, told all at once. */
function foldersAround(points: readonly RecoveryPoint[], paths: readonly string[], moment: number, stack: string): FilesPoint {
    const found = paths.map((path) => ({ path, point: nearest(points, path, moment) }));
    const missing = found.filter(({ point }) => !point).map(({ path }) => path.replace(/^\/data\//, ""));
    if (missing.length > 0) {
        throw new UserError(
            `There is no recovery point of ${listed(missing)}, which "${stack}" has: nothing is restored. Write replicas and volumes as they were backed up (npx holdfast backups ${stack} lists them), restore, and change them afterwards.`,
        );
    }
    return together(
        "folders",
        found.map(({ point }) => point as RecoveryPoint),
    );
}

/** What is of the future counts for nothing that it isn't named for: how old it is nobody knows. */
function newest(points: readonly RecoveryPoint[], paths: readonly string[], stack: string, now: number): FilesPoint {
    const past = points.filter((point) => !isAhead(point, now));
    const archive = past.find(isArchive);
    const folder = past.find((point) => isFolder(point) && paths.includes(point.path));
    if (folder && (!archive || time(folder) > time(archive))) return foldersAround(past, paths, time(folder), stack);
    if (archive) return together("archive", [archive]);
    throw new UserError(
        points.length === 0
            ? `There is no recovery point of "${stack}": nothing can be restored.`
            : `None of the ${Math.min(points.length, lookedAt)} newest recovery points of "${stack}" is a whole archive, and none is of its claims. npx holdfast backups ${stack} --check all looks at the others; --from <id> names one.`,
    );
}

/** Those that an earlier run of this restore took. */
function noted(points: readonly RecoveryPoint[], ids: readonly string[], stack: string): FilesPoint {
    const found = ids.map((id) => points.find((point) => point.id === id));
    const missing = ids.filter((_, index) => !found[index]);
    if (missing.length > 0) {
        throw new UserError(
            `The repository no longer has ${listed(missing.map((id) => id.slice(0, 8)))}, which this restore had begun with: a prune may have taken it away. Restore to another name: npx holdfast restore ${stack} --to <name>.`,
        );
    }
    const parts = found as RecoveryPoint[];
    return together(isFolder(parts[0]) ? "folders" : "archive", parts);
}

/** Which one is asked for; neither: the newest that is whole. */
export interface Asked {
    /** Ids of what an earlier run of this restore took, all of them. */
    noted?: string;
    /** The beginning of one id. */
    named?: string;
}

/** The recovery point to restore. With one claim's snapshot that is named come those of the others that are nearest to it. */
export function chosenFiles(
    points: readonly RecoveryPoint[],
    paths: readonly string[],
    asked: Asked,
    stack: string,
    now: number,
): FilesPoint {
    const { noted: ids, named: id } = asked;
    if (ids !== undefined) return noted(points, ids.split(","), stack);
    if (id === undefined) return newest(points, paths, stack, now);
    const found = points.filter((point) => point.id.startsWith(id));
    if (found.length !== 1) {
        throw new UserError(
            `--from ${id}: ${found.length === 0 ? "no" : "more than one"} recovery point has this id. npx holdfast backups ${stack} lists them.`,
        );
    }
    const [point] = found;
    if (isArchive(point)) return together("archive", [point]);
    if (!isFolder(point) || !paths.includes(point.path)) {
        throw new UserError(
            `The recovery point ${id} is ${isFolder(point) ? `of ${point.path}, which is no claim of "${stack}"` : "no whole archive"}: it is not restored. npx holdfast backups ${stack} lists those that are.`,
        );
    }
    return foldersAround(points, paths, time(point), stack);
}
