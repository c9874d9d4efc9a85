import * as fs from "node:fs";
import * as path from "node:path";
import { chosenPoint, refusalOf } from "../../../cli/backups/choice";
import { backupsDocument } from "../../../cli/backups/document";
import { type DrillResult, drillPage } from "../../../cli/backups/drill-run";
import type { RecoveryPoint } from "../../../cli/backups/recovery-points";
import { lookTextOf, remarksOf } from "../../../cli/backups/remarks";
import { pointsTable } from "../../../cli/backups/table";
import { lookIn } from "../../../cli/status/looks";
import { faults, type SchemaDocument } from "../../support/json-schema";
import { point } from "./recovery-point-cases";

const now = Date.parse("2026-11-22T12:00:00Z");
const cut = (id: string) => point(id, { complete: "no" });

test("the newest whole one is restored, or the one that is named", () => {
    expect(chosenPoint([cut("a"), point("b"), point("c")], undefined, "ledger", now).id[0]).toBe("b");
    expect(chosenPoint([point("a"), point("b")], "bbbbbb", "ledger", now).id[0]).toBe("b");
});

test("one of the future is restored when it is named, and never as the newest", () => {
    const ahead = point("f", { takenAt: "2026-11-22T14:00:00.000Z" });
    expect(chosenPoint([ahead, point("b")], undefined, "ledger", now).id[0]).toBe("b");
    expect(() => chosenPoint([ahead], undefined, "ledger", now)).toThrow(/None of the 1 newest/);
    expect(chosenPoint([ahead, point("b")], "ffffff", "ledger", now).id[0]).toBe("f");
    expect(chosenPoint([point("f", { takenAt: "2026-11-22T12:04:00.000Z" })], undefined, "ledger", now).id[0]).toBe("f");
});

test("a list says what broke off, and what a clock that ran ahead does to those after it", () => {
    const ahead = point("f", { takenAt: "2026-11-22T14:00:00.000Z" });
    expect(remarksOf([point("a"), point("b", { complete: "unchecked" })], now)).toEqual([]);
    expect(remarksOf([cut("c"), cut("d"), point("a")], now)).toEqual([
        expect.stringMatching(/^cccccccc and dddddddd have no end .* the next prune forgets them first, and no whole one for them\.$/),
    ]);
    expect(remarksOf([cut("c")], now)).toEqual([expect.stringMatching(/^cccccccc has no end, and no whole one was seen: .*--check all/)]);
    expect(remarksOf([ahead, point("a")], now)).toEqual([
        expect.stringMatching(/^ffffffff is of the future.*nothing is pruned for another 2 hours.*in place of what is taken later/),
    ]);
    expect(pointsTable([ahead, point("a")], now)).toMatch(/ffffffff +2026-11-22 14:00:00 +FUTURE .*\n.* 60 minutes /);
});

test("a look is noted where a stream was looked at, with the newest whole one of the past", () => {
    const found = (...points: RecoveryPoint[]) => lookIn(lookTextOf(points, now));
    expect(found(point("a", { complete: "unchecked" }), point("b", { kind: "files", complete: "unknown" }))).toBeUndefined();
    expect(found(cut("a"))).toEqual({ at: now });
    expect(found(point("f", { takenAt: "2026-11-22T14:00:00.000Z" }), cut("c"), point("a"))).toEqual({
        at: now,
        newestWhole: Date.parse("2026-11-22T11:00:00Z"),
    });
});

test.each<[string, RecoveryPoint[], string | undefined, RegExp]>([
    ["nothing to restore", [], undefined, /no recovery point of "ledger"/],
    ["only streams without an end", [cut("a"), cut("b")], undefined, /None of the 2 newest .* --check all/],
    ["only files", [point("a", { kind: "files", complete: "unknown", record: undefined })], undefined, /None of the 1/],
    ["an id that there isn't", [point("a")], "cccccc", /no recovery point has this id/],
    ["an id of several", [point("a"), { ...point("a"), id: `${"a".repeat(63)}b` }], "aaaaaa", /more than one/],
    ["a named one without an end", [cut("a")], "aaaaaa", /is no whole database/],
    ["a named one nobody looked into", [point("a", { complete: "unchecked", record: undefined })], "aaaaaa", /is no whole database/],
])("refused: %s", (_what, points, id, reason) => {
    expect(() => chosenPoint(points, id, "ledger", now)).toThrow(reason);
});

test("a backup is good when the repository has something new and whole of it", () => {
    expect(refusalOf([point("a")], "stream")).toBeUndefined();
    expect(refusalOf([point("a", { kind: "files", complete: "unknown" })], "files")).toBeUndefined();
    expect(refusalOf([], "stream")).toMatch(/no new recovery point/);
    expect(refusalOf([point("a"), cut("b")], "stream")).toMatch(/\/ledger-main\.sql has no end/);
    expect(refusalOf([point("a", { kind: "files", complete: "unknown" })], "stream")).toMatch(/no stream/);
});

test("what --json prints is what the schema says", () => {
    const document = JSON.parse(fs.readFileSync(path.join(__dirname, "../../../docs/backups-schema.json"), "utf8")) as SchemaDocument;
    const printed = (points: RecoveryPoint[], promised?: { rpo: string; rto: string }) =>
        JSON.parse(
            JSON.stringify(
                backupsDocument(
                    { stack: "ledger", app: "ledger", repository: { url: "s3:https://s3.example.com/b/ledger" }, promised },
                    points,
                    Date.parse("2026-11-22T12:00:00Z"),
                ),
            ),
        );
    const many = printed([point("a"), point("b", { sizeBytes: "unknown", complete: "unchecked", record: undefined })], {
        rpo: "1h",
        rto: "15m",
    });
    for (const made of [many, printed([])]) expect(faults(document, made, document.$defs.backups, "backups")).toEqual([]);
    expect(many.recoveryPoints[0]).toMatchObject({ ageSeconds: 3600, answer: "1" });
    expect(many.promised).toEqual({ rpoSeconds: 3600, rtoSeconds: 900 });
    expect(faults(document, { ...many, stack: "" }, document.$defs.backups, "backups")).not.toEqual([]);
});

const drill: DrillResult = {
    version: 1,
    app: "ledger",
    outcome: "passed",
    takenAt: "2026-11-22T11:00:00Z",
    startedAt: "2026-11-22T12:00:00Z",
    endedAt: "2026-11-22T12:00:42Z",
    rpoSeconds: 3600,
    rtoSeconds: 41,
    promised: { rpoSeconds: 3600, rtoSeconds: 900 },
    query: "select 1",
    answer: "1",
    recorded: "1",
};

test("a drill's result is told with what it measured beside the promise", () => {
    expect(drillPage(drill)).toBe(
        [
            "The drill passed in 42 seconds.",
            "  recovery point of 2026-11-22T11:00:00Z",
            "  select 1",
            "    restored: 1, recorded: 1",
            "  RPO  measured 60 minutes, promised 1 hour: kept",
            "  RTO  measured 41 seconds, promised 15 minutes: kept",
        ].join("\n"),
    );
});

test("a failed one says by what name, and needs nothing else", () => {
    const { version, app, startedAt, endedAt } = drill;
    expect(drillPage({ version, app, startedAt, endedAt, outcome: "failed", failure: "wrong-password", detail: "restic says so" })).toBe(
        "The drill failed after 42 seconds: wrong-password: restic says so",
    );
});
