/** What runs in Python, by the Python that is here: the sandbox's own takes its place in the cluster tests. */

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { listingScript } from "../../../cli/backups/archive/listing-script";
import { keepScript } from "../../../components/backups/archive/keep-script";
import { forget } from "../../../policies/backup";
import { folder, objects, prepare, program, put, putBase, putWal, python } from "../../support/archive-folder";

afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => {
    prepare();
    program("barman-cloud-backup-keep", `echo "$@" >>${folder}/calls`);
    // Says what the part of the log says.
    program("pg_waldump", 'cat "$2"');
});
beforeEach(() => rmSync(objects, { recursive: true, force: true }));

const commit = (time: string) =>
    `rmgr: Transaction len (rec/tot): 34/34, tx: 7, lsn: 0/1, prev 0/0, desc: COMMIT 2026-11-23 ${time}.123456 UTC\n`;

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
