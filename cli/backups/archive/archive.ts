/** What an archive of PostgreSQL's log holds, from what the listing printed, and which moment of it is restored. Pure. */

import { baseName, momentProblem } from "../../../components/workloads/postgres-cluster-archive";
import { UserError } from "../../errors";
import { clockTolerance } from "../../status/looks";
import { span } from "../../status/words";

/** One base copy. */
export interface BaseCopy {
    /** The time at which it began, as barman-cloud writes it: `20261123T020000`. */
    id: string;
    /** What barman-cloud says of it: `DONE`, `FAILED`, `STARTED`. */
    status: string;
    beganAt: string | null;
    /** The moment of its data. */
    endedAt: string | null;
    sizeBytes: number;
    /** The mark that keeps it beyond the window; none of most. */
    kept: string | null;
    /** It has its files and the log that it needs. */
    isWhole: boolean;
    /** The log goes on from it to the end of the archive, without a gap. */
    reachesEnd: boolean;
}

export interface Archive {
    /** The oldest first. */
    bases: BaseCopy[];
    /** Parts of the log. */
    parts: number;
    /** When the newest part that counts was written. */
    archivedAt: string | null;
    /** When the last transaction that is in it was committed; unknown where none of its newest parts has one. */
    lastCommit: string | null;
}

/** Any moment between the two can be restored; the second one itself is the latest. */
export interface Window {
    from: string;
    until: string;
}

/** Why an archive can't be read. */
export class UnreadableArchive extends Error {
    constructor(
        message: string,
        /** True where the bucket isn't there. */
        readonly isMissing = false,
    ) {
        super(message);
    }
}

/** What the listing printed. */
export function archiveIn(log: string): Archive {
    const line = (what: string) => log.split("\n").find((each) => each === `@${what}` || each.startsWith(`@${what} `));
    const found = line("archive");
    if (found !== undefined) return JSON.parse(found.slice("@archive ".length)) as Archive;
    if (line("missing") !== undefined) throw new UnreadableArchive("there is no such bucket", true);
    throw new UnreadableArchive(line("unreadable")?.slice("@unreadable ".length) ?? log.trim().split("\n").at(-1) ?? "it said nothing");
}

const later = (a: string, b: string): string => (Date.parse(a) >= Date.parse(b) ? a : b);

/** What can be restored; undefined where nothing can. */
export function windowOf({ bases, lastCommit }: Archive): Window | undefined {
    const ends = bases.flatMap(({ reachesEnd, endedAt }) => (reachesEnd && endedAt !== null ? [endedAt] : []));
    if (ends.length === 0) return undefined;
    const [newest] = [...ends].sort((a, b) => Date.parse(b) - Date.parse(a));
    const from = ends.reduce((first, each) => (Date.parse(each) < Date.parse(first) ? each : first));
    return { from, until: lastCommit === null ? newest : later(lastCommit, newest) };
}

/** What is asked of a restore. */
export interface Wanted {
    /** A base copy. */
    from?: string;
    /** A moment. */
    at?: string;
}

/** What is wrong with what is asked, as far as it can be told without the archive. */
export function wantedProblems({ from, at }: Wanted, stack: string, now: number): string[] {
    const problems: string[] = [];
    if (from !== undefined && !baseName.test(from)) {
        problems.push(
            `--from ${from}: base copies are named after the time at which they began, e.g. 20261123T020000, as \`npx holdfast backups ${stack}\` lists them.`,
        );
    }
    if (at !== undefined) {
        const problem = momentProblem(at);
        if (problem !== undefined) problems.push(`--at ${problem}`);
        else if (Date.parse(at) > now + clockTolerance) {
            problems.push(`--at ${at}: this is ${span((Date.parse(at) - now) / 1000)} from now. Write a moment that was.`);
        }
    }
    if (from !== undefined && at !== undefined) {
        problems.push("--from and --at: a base copy is of a moment of its own. Write one of them.");
    }
    return problems;
}

/** What is restored. */
export interface RestorePoint {
    /** As config takes it; undefined for all there is. */
    recoverAt?: string;
    /** The moment of the data. */
    takenAt: string;
    /** The base copy that it begins with. */
    base: BaseCopy;
}

/** Finds what is asked for, or says what there is instead. */
export function chosenMoment(archive: Archive, { from, at }: Wanted, stack: string): RestorePoint {
    const list = `npx holdfast backups ${stack}`;
    if (from !== undefined) {
        const base = archive.bases.find(({ id }) => id === from);
        if (!base) throw new UserError(`--from ${from}: there is no base copy of this name. ${list} lists them.`);
        if (!base.isWhole || base.endedAt === null) {
            throw new UserError(`--from ${from}: this base copy is not whole, and is not restored. ${list} lists those that are.`);
        }
        return { recoverAt: from, takenAt: base.endedAt, base };
    }
    const window = windowOf(archive);
    if (!window) {
        throw new UserError(
            archive.bases.length === 0
                ? `There is no base copy of "${stack}": nothing can be restored.`
                : `None of the ${archive.bases.length} base copies of "${stack}" is whole with the log that it needs: nothing can be restored. ${list} lists them.`,
        );
    }
    const bases = archive.bases.filter(({ reachesEnd }) => reachesEnd);
    const before = (moment: string) => bases.filter(({ endedAt }) => Date.parse(endedAt ?? "") <= Date.parse(moment)).at(-1);
    if (at === undefined) return { takenAt: window.until, base: bases[bases.length - 1] };
    const base = before(at);
    if (!base) {
        throw new UserError(
            `--at ${at}: the oldest moment that can be restored is ${window.from}. ${list} also lists older base copies, for --from.`,
        );
    }
    if (Date.parse(at) >= Date.parse(window.until)) {
        throw new UserError(
            `--at ${at}: the last transaction in the archive is of ${window.until}. Leave --at out for all there is, or write an earlier moment.`,
        );
    }
    return { recoverAt: at, takenAt: at, base };
}
