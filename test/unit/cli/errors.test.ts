import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { causeOf, everyCheck, inWords, UserError } from "../../../cli/errors";
import { fromFile } from "../../../cli/review/file";
import { rawStackConfig } from "../../../cli/stack";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-errors-"));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

/** What is thrown, which the system itself has worded. */
function thrown(act: () => unknown): Error {
    try {
        act();
    } catch (error) {
        return error as Error;
    }
    throw new Error("nothing was thrown");
}

const file = path.join(scratch, "file");
fs.writeFileSync(file, "");

test.each([
    ["a file that isn't there", () => fs.readFileSync(path.join(scratch, "none")), `${scratch}/none can't be used: it doesn't exist.`],
    ["a folder", () => fs.readFileSync("/tmp"), undefined],
    [
        "a folder to be made inside a file",
        () => fs.mkdirSync(path.join(file, "inner")),
        `${file}/inner can't be used: a part of its path is no folder.`,
    ],
    [
        "a program that isn't there",
        () => {
            throw spawnSync("/nowhere/kubectl").error;
        },
        "/nowhere/kubectl can't be started: it isn't installed, or not on PATH.",
    ],
    [
        "an error of another kind",
        () => {
            throw new Error("the disk shelf is on fire");
        },
        "the disk shelf is on fire",
    ],
])("%s is said in words", (_, act, words) => {
    const error = thrown(act);
    if (words !== undefined) expect(inWords(error)).toBe(words);
    expect(causeOf(error)).not.toMatch(/E[A-Z]{4,}/);
});

test("a preview that can't be read says why, without the system's own message", () => {
    const none = path.join(scratch, "none.json");
    expect(fromFile(none)).toEqual({ failure: `${none} can't be read: it doesn't exist.` });
    expect(fromFile(scratch)).toEqual({ failure: `${scratch} can't be read: it is a folder.` });
});

test("so does a stack's file", () => {
    fs.mkdirSync(path.join(scratch, "Pulumi.shop.yaml"));
    expect(thrown(() => rawStackConfig("shop", scratch)).message).toBe(`${scratch}/Pulumi.shop.yaml can't be read: it is a folder.`);
});

test("what several checks have to say is told at once, and a defect is no such thing", () => {
    const refuse = (message: string) => () => {
        throw new UserError(message);
    };
    expect(() => everyCheck(refuse("no such stack"), () => 3, refuse("no such number"))).toThrow("no such stack\nno such number");
    expect(() => everyCheck(() => undefined)).not.toThrow();
    const defect = () => {
        throw new TypeError("a defect");
    };
    expect(() => everyCheck(refuse("no such stack"), defect)).toThrow(TypeError);
});
