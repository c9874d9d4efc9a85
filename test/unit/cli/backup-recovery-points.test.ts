import { newestWhole, recordOf, recoveryPoints, resticWords, UnreadableRepository } from "../../../cli/backups/recovery-points";
import { pointsTable } from "../../../cli/backups/table";
import { lastLine, recordMark } from "../../../components/backups/postgres-stream";
import { record as recorded } from "./recovery-point-cases";

const record = { ...recorded, takenAt: "2026-11-22T11:00:04Z" };
const first = `${recordMark}${JSON.stringify(record)}`;
const b64 = (text: string | Buffer) => Buffer.from(text).toString("base64");
const whole = `COPY …\n\\.\n${lastLine}\n`;

const snapshot = (id: string, time: string, path = "/ledger-main.sql") => ({
    id,
    short_id: id.slice(0, 8),
    time,
    paths: [path],
    hostname: "ledger",
});
const now = Date.parse("2026-11-22T12:00:00Z");
const [old, young] = ["a".repeat(64), "b".repeat(64)];
const snapshots = [snapshot(old, "2026-11-22T10:00:05.123456789+01:00"), snapshot(young, "2026-11-22T11:00:06Z")];
const log = (...lines: string[]) => [`@snapshots ${JSON.stringify(snapshots)}`, ...lines, "@done -"].join("\n");

test("points come newest first, with the moment their record names, and one nobody looked into says so", () => {
    const points = recoveryPoints(log(`@stream ${young} 2048 ${b64(first)} ${b64(whole)}`));
    expect(points.map(({ id, takenAt, complete, sizeBytes }) => [id, takenAt, complete, sizeBytes])).toEqual([
        [young, "2026-11-22T11:00:04.000Z", "yes", 2048],
        [old, "2026-11-22T09:00:05.123Z", "unchecked", "unknown"],
    ]);
    expect(points[0].record?.answer).toBe("1");
    expect(newestWhole(points, now)?.id).toBe(young);
});

test.each([
    ["cut in the middle of its last line", `@stream ${young} 2048 ${b64(first)} ${b64(whole.slice(0, -4))}`],
    ["without its last line", `@stream ${young} 2048 ${b64(first)} ${b64("COPY …\n1\t2\n")}`],
    ["with something after it", `@stream ${young} 2048 ${b64(first)} ${b64(`${whole}more\n`)}`],
    ["without a record", `@stream ${young} 2048 ${b64("-- PostgreSQL database dump")} ${b64(whole)}`],
    ["empty", `@stream ${young} 0 - -`],
    ["of which a piece can't be read", `@stream ${young} 2048 - -`],
    ["of which nothing can be read", `@stream ${young} - - -`],
])("a stream %s is no recovery point", (_what, line) => {
    const [point] = recoveryPoints(log(line));
    expect(point.complete).toBe("no");
    expect(newestWhole(recoveryPoints(log(line)), now)).toBeUndefined();
});

const archive = { version: 1, app: "notes", engine: "container", mountPaths: ["/srv/nötes"], takenAt: "2026-11-22T09:59:58Z" };
const archiveEnd = `${"\0".repeat(1024)}${recordMark}${JSON.stringify(archive)}\n${lastLine}\n`;

test("an archive is whole with its record and its last line after its own end, and files can't be told", () => {
    const list = `@snapshots ${JSON.stringify([snapshot(old, "2026-11-22T10:00:05Z", "/notes-main.tar"), snapshot(young, "2026-11-22T11:00:05Z", "/data/data-notes-0")])}`;
    const at = (end: string) => recoveryPoints([list, `@stream ${old} 10240 ${b64("x")} ${b64(end)}`, `@files ${young} 77`].join("\n"));
    expect(at(archiveEnd).map(({ kind, complete, sizeBytes, takenAt }) => [kind, complete, sizeBytes, takenAt])).toEqual([
        ["files", "unknown", 77, "2026-11-22T11:00:05.000Z"],
        ["archive", "yes", 10240, "2026-11-22T09:59:58.000Z"],
    ]);
    expect(at(archiveEnd)[1].archive).toEqual(archive);
    expect(at("\0".repeat(1024))[1].complete).toBe("no");
    expect(at(archiveEnd.slice(0, -3))[1].complete).toBe("no");
    expect(at(`${archiveEnd}more\n`)[1].complete).toBe("no");
    expect(at(`${lastLine}\n`)[1].complete).toBe("no");
});

test("an empty repository has none, and one that can't be read says why in restic's words", () => {
    expect(recoveryPoints("@snapshots []\n@done -")).toEqual([]);
    expect(recoveryPoints("@snapshots null")).toEqual([]);
    const words = "subprocess: retrying\nFatal: wrong password or no key found\n";
    expect(() => recoveryPoints(words)).toThrow(UnreadableRepository);
    expect(() => recoveryPoints(words)).toThrow("wrong password or no key found");
    expect(resticWords("")).toBe("restic said nothing");
});

test("a repository that isn't there is told from one that can't be reached", () => {
    const isMissing = (log: string) => {
        try {
            return recoveryPoints(log);
        } catch (error) {
            return (error as UnreadableRepository).isMissing;
        }
    };
    const hint = "\nIs there a repository at the following location?\ns3:https://s3/backups/ledger";
    expect(isMissing(`Fatal: unable to open config file: Stat: The specified key does not exist.${hint}`)).toBe(true);
    expect(isMissing(`Fatal: unable to open config file: Stat: The specified bucket does not exist${hint}`)).toBe(true);
    expect(isMissing(`Fatal: unable to open config file: Stat: Get "https://s3": dial tcp: connection refused${hint}`)).toBe(false);
    expect(isMissing("Fatal: wrong password or no key found")).toBe(false);
});

test("a record is a record with a moment", () => {
    expect(recordOf(first)?.app).toBe("ledger");
    expect(recordOf(`${recordMark}{"takenAt": "soon"}`)).toBeUndefined();
    expect(recordOf(`${recordMark}complete`)).toBeUndefined();
    expect(recordOf(`${recordMark}{`)).toBeUndefined();
});

test("the table has ages and sizes for people, and shouts where one is cut short", () => {
    const points = recoveryPoints(log(`@stream ${young} 2048 ${b64(first)} ${b64("")}`));
    expect(pointsTable(points, Date.parse("2026-11-22T12:00:00Z"))).toBe(
        [
            "ID        TAKEN (UTC)          AGE         SIZE  KIND      COMPLETE",
            "bbbbbbbb  2026-11-22 11:00:04  59 minutes  2Ki   database  NO",
            "aaaaaaaa  2026-11-22 09:00:05  2 hours     -     database  not looked at",
        ].join("\n"),
    );
});
