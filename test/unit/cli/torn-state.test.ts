import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { mendTornState } from "../../../cli/torn-state";

let root: string;
let stacks: string;
let locks: string;
beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-torn-"));
    stacks = path.join(root, ".pulumi", "stacks", "holdfast");
    locks = path.join(root, ".pulumi", "locks", "organization", "holdfast", "prefs");
    for (const folder of [stacks, locks]) fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(stacks, "prefs.json"), "{}");
    fs.writeFileSync(path.join(stacks, "prefs.json.attrs"), "");
    fs.writeFileSync(path.join(stacks, "prefs.json.bak.attrs"), '{"md5":"x"}');
    fs.writeFileSync(path.join(stacks, "other.json.attrs"), "");
});
afterEach(() => fs.rmSync(root, { recursive: true }));

const lock = (pid: number) =>
    fs.writeFileSync(
        path.join(locks, "1.json"),
        JSON.stringify({ pid, username: "ada", hostname: os.hostname(), timestamp: new Date().toISOString() }),
    );

test("attributes cut short by a kill are removed; whole ones, the state and other stacks are left alone", () => {
    lock(2 ** 22 + 1);
    expect(mendTornState(`file://${root}`, "prefs")).toEqual(["prefs.json.attrs"]);
    expect(fs.readdirSync(stacks).sort()).toEqual(["other.json.attrs", "prefs.json", "prefs.json.bak.attrs"]);
});

test("nothing is touched while a living process has the stack: it may be writing", () => {
    lock(process.pid);
    expect(mendTornState(`file://${root}`, "prefs")).toEqual([]);
});

test("other backends are their own business", () => {
    expect(mendTornState("https://api.pulumi.com", "prefs")).toEqual([]);
    expect(mendTornState(undefined, "prefs")).toEqual([]);
});
