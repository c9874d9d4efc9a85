/** What a repository holds, from what the listing task printed. Pure. */

import { lastLine, recordMark, type StreamRecord } from "../../components/backups/postgres-stream";
import type { ArchiveRecord } from "../../components/backups/quiesced-stream";
import { clockTolerance } from "../status/looks";

export type { ArchiveRecord, StreamRecord };

/** `yes`, `no`, or why it isn't known: nobody looked, or files, which have no end to look at. */
export type Complete = "yes" | "no" | "unchecked" | "unknown";

/** One recovery point of a repository. */
export interface RecoveryPoint {
    id: string;
    /** When it was taken: by the stream's own record where that was read, otherwise when the repository began to write it. */
    takenAt: string;
    kind: "database" | "archive" | "files";
    /** Path in the repository: `/<namespace>-<container>.sql` (`.rdb`, `.jetstream`), or `/data/<claim>`. */
    path: string;
    /** Namespace it was taken in. */
    host: string;
    sizeBytes: number | "unknown";
    complete: Complete;
    record?: StreamRecord;
    /** What an archive says of itself. */
    archive?: ArchiveRecord;
}

/** What couldn't be read, by what restic says. */
export class UnreadableRepository extends Error {
    constructor(
        message: string,
        /** True where there is none: the server answered, and nothing was ever written there, or all of it is gone. */
        readonly isMissing = false,
    ) {
        super(message);
    }
}

interface Snapshot {
    id: string;
    time: string;
    paths?: string[];
    hostname?: string;
}

/** A line of the task's that isn't restic's own: `@snapshots […]`, `@stream <id> <size> <first> <last>`. */
const marked = (log: string, what: string) =>
    log
        .split("\n")
        .filter((line) => line.startsWith(`@${what} `))
        .map((line) => line.slice(what.length + 2));

function recordIn<T extends { takenAt: string }>(line: string): T | undefined {
    if (!line.startsWith(`${recordMark}{`)) return undefined;
    try {
        const record = JSON.parse(line.slice(recordMark.length)) as T;
        return typeof record.takenAt === "string" && !Number.isNaN(Date.parse(record.takenAt)) ? record : undefined;
    } catch {
        return undefined;
    }
}

/** A database stream's record; undefined where its first line is none. */
export const recordOf = (firstLine: string): StreamRecord | undefined => recordIn<StreamRecord>(firstLine);

/** An archive's record: the last line but one, after the archive's own end, which is nothing but zeros. */
export function archiveRecordOf(end: Buffer): ArchiveRecord | undefined {
    const line = end.toString("latin1").trimEnd().split("\n").at(-2) ?? "";
    const record = recordIn<ArchiveRecord>(Buffer.from(line.slice(line.lastIndexOf("\0") + 1), "latin1").toString("utf8"));
    return Array.isArray(record?.mountPaths) ? record : undefined;
}

const kindOf = (path: string): RecoveryPoint["kind"] =>
    /\.(sql|rdb|jetstream)$/.test(path) ? "database" : path.endsWith(".tar") ? "archive" : "files";

/** What ends with its last line, and has a record. */
const isWhole = (record: object | undefined, end: Buffer): boolean =>
    record !== undefined && end.toString("latin1").trimEnd().split("\n").at(-1) === lastLine;

const decoded = (base64: string | undefined) => Buffer.from(base64 ?? "", "base64");

/** A moment as every date here is written. */
const moment = (text: string) => new Date(text).toISOString();

/** restic's own words of a log, the last of them. */
export function resticWords(log: string): string {
    const lines = log.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("@"));
    const fatal = lines.filter((line) => /^Fatal: /.test(line));
    if (fatal.length === 0) fatal.push(...lines.filter((line) => /error|denied|x509/i.test(line)));
    return (fatal.at(-1) ?? lines.at(-1) ?? "restic said nothing").replace(/^Fatal: /, "").trim();
}

/** The recovery points that a listing printed, newest first. */
export function recoveryPoints(log: string): RecoveryPoint[] {
    const [list] = marked(log, "snapshots");
    if (list === undefined) throw new UnreadableRepository(resticWords(log), /config file.*(does not exist|no such file)/i.test(log));
    const streams = new Map(marked(log, "stream").map((line) => [line.split(" ")[0], line.split(" ")]));
    const folders = new Map(marked(log, "files").map((line) => [line.split(" ")[0], line.split(" ")[1]]));
    // restic prints null where there is none.
    const snapshots = (JSON.parse(list) as Snapshot[] | null) ?? [];
    return snapshots
        .map(({ id, time, paths, hostname }): RecoveryPoint => {
            const path = paths?.[0] ?? "";
            const kind = kindOf(path);
            const base = { id, takenAt: moment(time), kind, path, host: hostname ?? "" };
            if (kind === "files") {
                const size = folders.get(id);
                return { ...base, sizeBytes: size === undefined || size === "" ? "unknown" : Number(size), complete: "unknown" };
            }
            const looked = streams.get(id);
            if (!looked) return { ...base, sizeBytes: "unknown", complete: "unchecked" };
            const [, size, firstBase64, endBase64] = looked;
            const first = decoded(firstBase64 === "-" ? "" : firstBase64)
                .toString("utf8")
                .split("\n")[0];
            const end = decoded(endBase64 === "-" ? "" : endBase64);
            const sizeBytes = /^\d+$/.test(size) ? Number(size) : "unknown";
            if (kind === "archive") {
                const archive = archiveRecordOf(end);
                return {
                    ...base,
                    ...(archive ? { takenAt: moment(archive.takenAt), archive } : {}),
                    sizeBytes,
                    complete: isWhole(archive, end) ? "yes" : "no",
                };
            }
            const record = recordOf(first);
            return {
                ...base,
                ...(record ? { takenAt: moment(record.takenAt), record } : {}),
                sizeBytes,
                complete: isWhole(record, end) ? "yes" : "no",
            };
        })
        .sort((a, b) => Date.parse(b.takenAt) - Date.parse(a.takenAt));
}

/** True of a recovery point of the future: the clock that it was taken by runs ahead, or ran. How old it is nobody knows. */
export const isAhead = ({ takenAt }: Pick<RecoveryPoint, "takenAt">, now: number): boolean => Date.parse(takenAt) > now + clockTolerance;

/** The newest whole stream that is not of the future; undefined where there is none. */
export const newestWhole = (points: readonly RecoveryPoint[], now: number): RecoveryPoint | undefined =>
    points.find((point) => point.complete === "yes" && !isAhead(point, now));
