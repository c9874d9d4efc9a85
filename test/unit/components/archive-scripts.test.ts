/** What runs in Python, by the Python that is here: the sandbox's own takes its place in the cluster tests. */

import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { listingScript } from "../../../cli/backups/archive/listing-script";
import { keepScript } from "../../../components/backups/archive/keep-script";
import { forget } from "../../../policies/backup";

const folder = mkdtempSync(join(tmpdir(), "holdfast-archive-"));
const objects = join(folder, "objects");
afterAll(() => rmSync(folder, { recursive: true }));

/** A bucket that is a folder: as much of boto3 as the scripts call. */
const boto3 = `
import os
from datetime import datetime, timezone
class Body:
    def __init__(self, data): self.data = data
    def read(self): return self.data
class Client:
    def get_object(self, Bucket, Key): return {"Body": Body(open(os.path.join(os.environ["OBJECTS"], Key), "rb").read())}
    def get_paginator(self, name): return self
    def paginate(self, Bucket, Prefix):
        found = [os.path.join(at, name) for at, _, names in os.walk(os.path.join(os.environ["OBJECTS"], Prefix)) for name in names]
        now = datetime(2026, 11, 23, tzinfo=timezone.utc)
        yield {"Contents": [{"Key": os.path.relpath(each, os.environ["OBJECTS"]), "Size": os.path.getsize(each), "LastModified": now} for each in found]}
def client(*_, **__): return Client()
`;

function put(path: string, text: string): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
}

/** A program that notes how it was called, or says what it is to say. */
function program(name: string, script: string): void {
    put(join(folder, "bin", name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, "bin", name), 0o755);
}

beforeAll(() => {
    put(join(folder, "python", "boto3.py"), boto3);
    put(join(folder, "python", "botocore", "config.py"), "def Config(**_): return None\n");
    put(join(folder, "python", "botocore", "__init__.py"), "");
    program("barman-cloud-backup-keep", `echo "$@" >>${folder}/calls`);
    // Says what the part of the log says.
    program("pg_waldump", 'cat "$2"');
});
beforeEach(() => rmSync(objects, { recursive: true, force: true }));

const python = (script: string, more: Record<string, string>) =>
    spawnSync("python3", ["-c", script], {
        encoding: "utf8",
        env: {
            ...process.env,
            PATH: `${folder}/bin:${process.env.PATH}`,
            PYTHONPATH: join(folder, "python"),
            OBJECTS: objects,
            ENDPOINT: "https://s3",
            ARCHIVE: "bucket/ledger",
            ARCHIVE_FOLDER: "postgres",
            LOOK_INTO: "5",
            ...more,
        },
    });

const wal = (line: number, part: number) => `0000000${line}00000000000000${part.toString(16).toUpperCase().padStart(2, "0")}`;
const putWal = (line: number, part: number, text = "") => put(join(objects, "ledger/postgres/wals/x", wal(line, part)), text);
const commit = (time: string) =>
    `rmgr: Transaction len (rec/tot): 34/34, tx: 7, lsn: 0/1, prev 0/0, desc: COMMIT 2026-11-23 ${time}.123456 UTC\n`;

function putBase(id: string, end: Date, more: { kept?: string; begin?: number; status?: string; hasFiles?: boolean } = {}): void {
    const at = join(objects, "ledger/postgres/base", id);
    const { begin = 1, status = "DONE" } = more;
    const time = end.toISOString().replace("T", " ").replace("Z", "000+00:00");
    const lines = {
        begin_time: time,
        end_time: time,
        begin_wal: wal(1, begin),
        end_wal: wal(1, begin),
        status,
        xlog_segment_size: "16777216",
    };
    put(
        join(at, "backup.info"),
        Object.entries(lines)
            .map((line) => `${line.join("=")}\n`)
            .join(""),
    );
    if (more.hasFiles ?? true) put(join(at, "data.tar.gz"), "files");
    if (more.kept) put(join(at, "annotations", "keep"), more.kept);
}

interface Found {
    bases: { id: string; isWhole: boolean; reachesEnd: boolean; kept: string | null }[];
    lastCommit: string | null;
}
const listed = (): Found => JSON.parse(python(listingScript, {}).stdout.replace("@archive ", ""));
const day = (text: string) => new Date(`${text}T02:00:00Z`);

describe("the listing", () => {
    it("finds gaps in the log, files that are missing, and the last transaction", () => {
        putBase("20261120T020000", day("2026-11-20"), { begin: 1 });
        putBase("20261121T020000", day("2026-11-21"), { begin: 4, hasFiles: false });
        putBase("20261122T020000", day("2026-11-22"), { begin: 5, kept: "standalone" });
        putBase("20261123T020000", day("2026-11-23"), { begin: 9, status: "STARTED" });
        for (const part of [1, 2, 4, 5, 6]) putWal(1, part, commit(`02:0${part}:00`));
        putWal(1, 7, "nothing but a checkpoint");
        const { bases, lastCommit } = listed();
        expect(bases.map(({ isWhole, reachesEnd, kept }) => [isWhole, reachesEnd, kept])).toEqual([
            [true, false, null],
            [false, false, null],
            [true, true, "standalone"],
            [false, false, null],
        ]);
        expect(lastCommit).toBe("2026-11-23T02:06:00.123Z");
    });

    it("takes of an old primary's log what its successor has", () => {
        putBase("20261122T020000", day("2026-11-22"), { begin: 1 });
        for (const part of [1, 2, 3]) putWal(1, part, commit(`02:0${part}:00`));
        // The old one went on after the new one had begun with part 2.
        putWal(2, 2);
        putWal(2, 3);
        expect(listed().lastCommit).toBe("2026-11-23T02:02:00.123Z");
    });

    it("is empty where nothing is, and says why where it can't read", () => {
        expect(listed()).toMatchObject({ bases: [], lastCommit: null });
        putBase("20261122T020000", day("2026-11-22"));
        put(join(objects, "ledger/postgres/base/20261122T020000/backup.info"), "end_time=yesterday\n");
        const { stdout, status } = python(listingScript, {});
        expect([stdout, status]).toEqual([expect.stringMatching(/^@unreadable .*yesterday/), 1]);
    });
});

it("marks are what the policy keeps, and those that aren't due any more go", () => {
    const copies = Array.from({ length: 90 }, (_, index) => new Date(Date.UTC(2026, 10, 23 - index, 2)));
    const idOf = (time: Date) => `${time.toISOString().slice(0, 10).replaceAll("-", "")}T020000`;
    const retention = { last: 0, hourly: 0, daily: 3, weekly: 4, monthly: 3, yearly: 1 };
    const due = forget(
        copies.map((time) => ({ time })),
        retention,
    ).kept.map(({ point }) => idOf(point.time));
    const marked = [...due.slice(0, 2), idOf(copies[20])];
    for (const time of copies) putBase(idOf(time), time, marked.includes(idOf(time)) ? { kept: "standalone" } : {});
    putBase("20261124T020000", day("2026-11-24"), { status: "FAILED" });
    const { status, stderr } = python(keepScript, { KEEP_DAILY: "3", KEEP_WEEKLY: "4", KEEP_MONTHLY: "3", KEEP_YEARLY: "1" });
    expect([status, stderr]).toEqual([0, ""]);
    const calls = readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
    const where = "--endpoint-url https://s3 s3://bucket/ledger postgres";
    expect(calls.sort()).toEqual(
        [...due.slice(2).map((id) => `--target standalone ${where} ${id}`), `--release ${where} ${idOf(copies[20])}`].sort(),
    );
});
