import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { kindWords, objectName, wordOfType } from "../../../components/permissions/kinds";
import { PermissionList, readPermission, utcDay } from "../../../components/permissions/permission";
import { permissionProblem, permissionProblems } from "../../../components/volumes/permissions";

const read = (text: string) => readPermission(text).permission;
const problems = (text: string) => readPermission(text).problems;

describe("a permission", () => {
    test.each([
        ["delete data-ledger-2", { object: "data-ledger-2" }],
        ["delete secret/ledger-password", { object: "secret/ledger-password" }],
        ["delete bucket/Ledger_2", { object: "bucket/Ledger_2" }],
        ["delete widget.example.com/one", { object: "widget.example.com/one" }],
        ["delete data-ledger-2 until 2026-12-31", { object: "data-ledger-2", until: "2026-12-31" }],
        ["delete data-ledger-2 until 2028-02-29", { object: "data-ledger-2", until: "2028-02-29" }],
        ["delete data-ledger-2 because moved to ledger-b", { object: "data-ledger-2", reason: "moved to ledger-b" }],
        [
            "  delete data-ledger-2   until 2026-12-31 because it lasts until Friday ",
            { object: "data-ledger-2", until: "2026-12-31", reason: "it lasts until Friday" },
        ],
    ])("can be %j", (text, parts) => {
        expect(read(text)).toEqual({ text, until: undefined, reason: undefined, ...parts });
    });

    test.each([
        ["", "it is empty"],
        ["delete", "it names nothing"],
        ["Delete data-ledger-2", '"Delete" is nothing that can be permitted'],
        ["delete data-*", "there are no patterns"],
        ["delete secret/*", "there are no patterns"],
        ["delete A", '"A" is no exact name'],
        ["delete namespace/Ledger", '"Ledger" is no exact name'],
        ["delete secret/", '"" is no exact name'],
        ["delete /data-ledger-2", 'there is no kind ""'],
        ["delete secrt/ledger-password", 'Did you mean "secret/ledger-password"?'],
        ["delete ledger/data-ledger-2", 'there is no kind "ledger". A claim is written by its bare name'],
        ["delete data-ledger-2 until", '"until" has no day'],
        ["delete data-ledger-2 until because of it", '"until" has no day'],
        ["delete data-ledger-2 until tomorrow", '"tomorrow" is no day'],
        ["delete data-ledger-2 until 31.12.2026", '"31.12.2026" is no day'],
        ["delete data-ledger-2 until 2026-02-29", '"2026-02-29" is no day'],
        ["delete data-ledger-2 until 2026-12-31T12:00:00Z", "is no day"],
        ["delete data-ledger-2 until 2026-12-31 2027-01-01", '"2027-01-01" is neither "until" nor "because"'],
        ["delete data-ledger-2 data-ledger-3", '"data-ledger-3" is neither'],
        ["delete data-ledger-2 becuase it moved", 'Did you mean "because"?'],
        ["delete data-ledger-2 because", '"because" has no reason'],
        ["delete data-ledger-2 because moved until 2026-12-31", '"until" stands after the reason'],
        [`delete data-ledger-2 because ${"x".repeat(301)}`, "has 301 letters"],
        ["delete data-ledger-2 because \u001b[2J", "signs that can't be shown"],
    ])("can't be %j", (text, why) => {
        expect(read(text)).toBeUndefined();
        expect(problems(text)).toEqual([expect.stringContaining(why)]);
        expect(permissionProblem(text)).toContain("is not a permission: ");
    });

    test("that is wrong in several ways is told all of them, and so is every line of a list", () => {
        const text = "remove secrt/* until never because";
        expect(problems(text)).toEqual([
            expect.stringContaining('"remove" is nothing that can be permitted'),
            expect.stringContaining('there is no kind "secrt"'),
            expect.stringContaining('"never" is no day'),
            expect.stringContaining('"because" has no reason'),
        ]);
        const refused = permissionProblems(["delete data-a-0", text, "delete"]);
        expect(refused.map(({ path }) => path)).toEqual(["allow[1]", "allow[2]"]);
        for (const problem of problems(text)) expect(refused[0].reason).toContain(problem);
        expect(permissionProblems(["delete data-a-0"])).toEqual([]);
        expect(permissionProblems(undefined)).toEqual([]);
    });

    test("names one object exactly", () => {
        const list = new PermissionList(["delete data-ledger-2"], "2026-11-22");
        expect(list.for("data-ledger-2")).toMatchObject({ text: "delete data-ledger-2" });
        for (const other of ["data-ledger-20", "data-ledger", "secret/data-ledger-2", "DATA-ledger-2", ""]) {
            expect(list.for(other)).toBeUndefined();
        }
        expect(new PermissionList(undefined, "2026-11-22").for("data-ledger-2")).toBeUndefined();
    });

    test("holds through the whole of its last day in UTC, and not a moment longer", () => {
        const last = "delete data-ledger-2 until 2026-12-31";
        const on = (moment: string) => {
            const list = new PermissionList([last], utcDay(new Date(moment)));
            return [list.for("data-ledger-2")?.text, list.expiredFor("data-ledger-2")?.text];
        };
        expect(on("2026-12-31T23:59:59.999Z")).toEqual([last, undefined]);
        expect(on("2027-01-01T00:00:00Z")).toEqual([undefined, last]);
        // Seen from Kiritimati, where it is the next day already, and from Hawaii, where it is still the last one.
        expect(on("2027-01-01T13:00:00+14:00")).toEqual([last, undefined]);
        expect(on("2026-12-31T14:00:00-10:00")).toEqual([undefined, last]);
    });

    test("that has expired doesn't take away one that hasn't", () => {
        for (const lines of [
            ["delete x until 2026-01-01", "delete x"],
            ["delete x", "delete x until 2026-01-01"],
        ]) {
            const list = new PermissionList(lines, "2026-11-22");
            expect([list.for("x")?.text, list.expiredFor("x")]).toEqual(["delete x", undefined]);
        }
    });
});

test("whatever an object is called and wherever it is from, there is a permission that names it", () => {
    const types = fc.stringMatching(/^[a-z]{1,8}:[a-zA-Z/.0-9_]{1,20}:[A-Za-z0-9]{1,12}$/);
    fc.assert(
        fc.property(types, fc.string({ minLength: 1, unit: "grapheme" }), (type, name) => {
            const object = objectName(wordOfType(type), name);
            const reading = readPermission(`delete ${object} until 2026-12-31 because it moved`);
            expect(reading.permission).toMatchObject({ object, until: "2026-12-31", reason: "it moved" });
        }),
    );
    expect(kindWords).toContain("statefulset");
    expect(wordOfType("kubernetes:example.com/v1:Widget")).toBe("widget.example.com");
    expect(wordOfType("gcp:storage/bucket:Bucket")).toBe("bucket.storage.gcp");
});

test("the page about permissions names every kind", () => {
    const page = readFileSync(join(__dirname, "../../../docs/permissions.md"), "utf8");
    expect(kindWords.filter((word) => !page.includes(`\`${word}\``))).toEqual([]);
});
