import * as fs from "node:fs";
import * as path from "node:path";
import {
    type Archive,
    archiveIn,
    type BaseCopy,
    chosenMoment,
    UnreadableArchive,
    wantedProblems,
    windowOf,
} from "../../../cli/backups/archive/archive";
import { archiveTask, placeOf } from "../../../cli/backups/archive/listing";
import { archiveDocument, archivePage } from "../../../cli/backups/archive/page";
import { openRestore } from "../../../cli/backups/restore-target";
import { restoredFile } from "../../../cli/backups/restored-stack";
import { jobOf } from "../../../cli/backups/task";
import { faults, type SchemaDocument } from "../../support/json-schema";

const now = Date.parse("2026-11-23T12:00:00Z");
const base = (hour: string, more: Partial<BaseCopy> = {}): BaseCopy => ({
    id: `20261123T${hour}0000`,
    status: "DONE",
    beganAt: `2026-11-23T${hour}:00:00.000Z`,
    endedAt: `2026-11-23T${hour}:01:00.000Z`,
    sizeBytes: 3_000_000,
    kept: null,
    isWhole: true,
    reachesEnd: true,
    ...more,
});
const archive = (bases: BaseCopy[], lastCommit: string | null = "2026-11-23T11:55:00.000Z"): Archive => ({
    bases,
    parts: 40,
    archivedAt: "2026-11-23T11:56:00+00:00",
    lastCommit,
});
const alone = base("02", { reachesEnd: false, kept: "standalone" });
const two = archive([alone, base("08"), base("10")]);

describe("the window of an archive", () => {
    it("goes from the oldest base copy whose log has no gap to the last transaction", () => {
        expect(windowOf(two)).toEqual({ from: "2026-11-23T08:01:00.000Z", until: "2026-11-23T11:55:00.000Z" });
    });

    it("ends with the newest base copy where nothing was committed since", () => {
        expect(windowOf(archive([base("08"), base("10")], "2026-11-23T07:00:00.000Z"))?.until).toBe("2026-11-23T10:01:00.000Z");
        expect(windowOf(archive([base("08")], null))?.until).toBe("2026-11-23T08:01:00.000Z");
    });

    it("isn't there without a base copy that the log goes on from", () => {
        expect(windowOf(archive([]))).toBeUndefined();
        expect(windowOf(archive([alone, base("10", { isWhole: false, reachesEnd: false })]))).toBeUndefined();
    });
});

describe("what is restored", () => {
    it.each([
        ["all there is, from the newest base copy", {}, { takenAt: "2026-11-23T11:55:00.000Z", base: base("10") }],
        [
            "a moment, from the base copy before it",
            { at: "2026-11-23T10:00:30+01:00" },
            { recoverAt: "2026-11-23T10:00:30+01:00", takenAt: "2026-11-23T10:00:30+01:00", base: base("08") },
        ],
        ["a base copy as it is", { from: alone.id }, { recoverAt: alone.id, takenAt: "2026-11-23T02:01:00.000Z", base: alone }],
    ])("%s", (_what, wanted, point) => {
        expect(chosenMoment(two, wanted, "ledger")).toEqual(point);
    });

    it.each([
        ["a moment before the window", { at: "2026-11-23T08:00:30Z" }, two, /the oldest moment .* is 2026-11-23T08:01:00.000Z.*--from/],
        [
            "one after the last transaction",
            { at: "2026-11-23T11:55:00Z" },
            two,
            /last transaction .* 2026-11-23T11:55:00.000Z\. Leave --at out/,
        ],
        ["a base copy that isn't there", { from: "20261122T020000" }, two, /no base copy of this name/],
        ["a base copy with files missing", { from: base("11").id }, archive([base("11", { isWhole: false })]), /not whole/],
        ["an empty archive", {}, archive([]), /no base copy of "ledger": nothing/],
        ["an archive with gaps alone", {}, archive([alone]), /None of the 1 base copies/],
    ])("%s is refused", (_what, wanted, of, reason) => {
        expect(() => chosenMoment(of, wanted, "ledger")).toThrow(reason);
    });

    it.each([
        ["yesterday", /--at "yesterday" is no moment/],
        ["2026-11-23T08:00:00", /is no moment/],
        ["2026-02-31T99:00:00Z", /is no moment/],
        ["2026-11-23T13:00:00Z", /60 minutes from now/],
    ])("--at %s is refused without a look at the archive", (at, reason) => {
        expect(wantedProblems({ at }, "ledger", now)).toEqual([expect.stringMatching(reason)]);
    });

    it("is one thing, and named as the list has it", () => {
        expect(wantedProblems({ at: "2026-11-23T11:00:00Z", from: "5ab3" }, "ledger", now)).toEqual([
            expect.stringMatching(/--from 5ab3/),
            expect.stringMatching(/Write one of them/),
        ]);
        expect(wantedProblems({ at: "2026-11-23T12:01:00Z" }, "ledger", now)).toEqual([]);
    });

    it("is no moment of what is copied as a stream", () => {
        expect(() => openRestore("user-preferences", "again", undefined, "2026-11-23T08:00:00Z")).toThrow(
            /--at 2026-11-23T08:00:00Z: "user-preferences" is backed up by copies of single moments \(stream\)/,
        );
    });

    it("is judged with the names, all at once", () => {
        expect(() => openRestore("banking-ledger", "Again!", "5ab31234", "now")).toThrow(
            /--to Again![\s\S]*--from 5ab31234: base copies[\s\S]*--at "now" is no moment[\s\S]*Write one of them/,
        );
    });
});

describe("what the listing says", () => {
    it("is the archive, or why there is none", () => {
        expect(archiveIn(`warning\n@archive ${JSON.stringify(two)}\n`)).toEqual(two);
        const missing = () => archiveIn("@missing\n");
        expect(missing).toThrow(UnreadableArchive);
        expect(missing).toThrow(/no such bucket/);
        expect(() => archiveIn("@unreadable SSL validation failed\n")).toThrow("SSL validation failed");
        expect(() => archiveIn("sh: python3: not found\n")).toThrow("python3: not found");
    });

    it("comes from a task with the repository's keys in its Secret alone", () => {
        const keys = { accessKeyId: "the-id", secretAccessKey: "the-key", password: "the-password" };
        const repository = { url: "s3:https://s3.example.com:9000/backups/shop/ledger", keys, caConfigMap: "kube-root-ca.crt" };
        expect(placeOf(repository)).toEqual({ endpoint: "https://s3.example.com:9000", bucket: "backups/shop/ledger" });
        const task = archiveTask("ledger", repository, { image: "postgres:17", runAsUser: 101, runAsGroup: 103 });
        const job = JSON.stringify(jobOf(task));
        expect(job).toContain('{"name":"AWS_CA_BUNDLE","value":"/ca/ca.crt"}');
        for (const value of Object.values(keys)) expect(job).not.toContain(value);
        expect(task.secret).toEqual({ "access-key-id": "the-id", "secret-access-key": "the-key" });
        expect(JSON.stringify(jobOf(archiveTask("ledger", { ...repository, caConfigMap: "" }, { image: "postgres:17" })))).not.toContain(
            "CA_BUNDLE",
        );
    });
});

it("is shown with the newest base copy first, and what can be done with it", () => {
    expect(archivePage(two, "ledger", now)).toMatch(
        /20261123T100000 .* yes\n20261123T080000 .* yes\n20261123T020000 .* yes, alone +beyond the window\n[\s\S]*from 2026-11-23T08:01:00.000Z until 2026-11-23T11:55:00.000Z, .* \(5 minutes ago\)[\s\S]*--from <base copy>/,
    );
    expect(archivePage(archive([]), "ledger", now)).toMatch(/Nothing can be restored/);
});

it("is what the schema says as JSON", () => {
    const document = JSON.parse(fs.readFileSync(path.join(__dirname, "../../../docs/backups-schema.json"), "utf8")) as SchemaDocument;
    const listed = { stack: "ledger", app: "ledger", repository: { url: "s3:https://s3.example.com/b/ledger" }, promised: undefined };
    const printed = (of: Archive) => JSON.parse(JSON.stringify(archiveDocument(listed, of, now)));
    for (const each of [two, archive([]), { ...archive([base("08", { endedAt: null, isWhole: false })]), archivedAt: null }]) {
        expect(faults(document, printed(each), document.$defs.backups, "backups")).toEqual([]);
    }
    expect(printed(two).archive.window.until).toBe("2026-11-23T11:55:00.000Z");
    const wrong = { ...printed(two), archive: { baseCopies: [{ id: "x" }] } };
    expect(faults(document, wrong, document.$defs.backups, "backups")).not.toEqual([]);
});

it("goes into a stack of its own, which names the archive that it is made from, and no earlier one", () => {
    const source = {
        config: { "holdfast:useCase": "banking-ledger", "holdfast:recoverFrom": "b/older", "holdfast:recoverAt": "20260101T000000" },
    };
    const note = { of: "ledger", point: "latest", started: "2026-11-23T12:00:00Z" };
    const { config } = restoredFile(source, "again", { database: "ledger", recoverFrom: "b/ledger" }, note);
    expect(config).toMatchObject({ "holdfast:app": "again", "holdfast:database": "ledger", "holdfast:recoverFrom": "b/ledger" });
    expect(config).not.toHaveProperty("holdfast:recoverAt");
});
