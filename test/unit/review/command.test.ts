import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { main } from "../../../cli/main";
import { claim, preview, remove, same } from "./support/previews";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-review-"));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));
afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
});

/** Runs the command as the terminal does. */
async function run(...args: string[]) {
    const stdout: unknown[] = [];
    const stderr: unknown[] = [];
    jest.spyOn(process.stdout, "write").mockImplementation((text) => stdout.push(text) > 0);
    jest.spyOn(console, "error").mockImplementation((text) => stderr.push(text));
    process.exitCode = undefined;
    await main(["node", "holdfast", "review", ...args]);
    return { status: process.exitCode as number | undefined, stdout: stdout.join(""), stderr: stderr.join("") };
}

/** Runs it on a file of its own. */
function holdfast(document: unknown, ...args: string[]) {
    const file = path.join(scratch, "preview.json");
    fs.writeFileSync(file, typeof document === "string" ? document : JSON.stringify(document));
    return run("--preview", file, ...args);
}

test("exit code 2 for what is refused, and the whole as JSON", async () => {
    const { status, stdout } = await holdfast(preview([remove(claim())]), "--json");
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
        schema: "holdfast.review/v1",
        stack: "test",
        outcome: "refused",
        rows: [{ verdict: "destroyed" }],
    });
});

test("exit code 0 for what is safe, as a page and as Markdown", async () => {
    const page = await holdfast(preview([same(claim())]));
    expect(page).toMatchObject({ status: 0, stdout: expect.stringContaining("Nothing is at risk.") });
    const markdown = await holdfast(preview([same(claim())]), "--markdown");
    expect(markdown).toMatchObject({ status: 0, stdout: expect.stringContaining("### ✅") });
});

test("exit code 1 for what can't be read, with the reason, also as JSON", async () => {
    for (const [text, reason] of [
        ["", "is empty"],
        ["{", "isn't JSON"],
        ["{}", "neither `steps` nor `changeSummary`"],
    ]) {
        const { status, stdout } = await holdfast(text, "--json");
        expect(status).toBe(1);
        expect(JSON.parse(stdout)).toMatchObject({ outcome: "unknown", problems: [expect.stringContaining(reason)] });
    }
});

test("two ways to write one review, or two previews, are refused", async () => {
    expect(await holdfast(preview([]), "--json", "--markdown")).toMatchObject({
        status: 1,
        stdout: "",
        stderr: expect.stringContaining("choose one"),
    });
    expect(await holdfast(preview([]), "--stack", "a")).toMatchObject({
        status: 1,
        stdout: "",
        stderr: expect.stringContaining("choose one"),
    });
});

test("what is wrong with the options and with what they name is told at once", async () => {
    const problemsOf = (text: string) => text.split("\n").filter((line) => line.startsWith("  - "));
    const { status, stdout, stderr } = await run("--stack", "nosuch", "--json", "--markdown");
    expect([status, stdout]).toEqual([1, ""]);
    expect(problemsOf(stderr)).toEqual([
        expect.stringContaining("--json and --markdown"),
        expect.stringContaining('There is no stack "nosuch"'),
    ]);
    const all = await run("--stack", "nosuch", "--preview", path.join(scratch, "nowhere.json"), "--json", "--markdown");
    expect(problemsOf(all.stderr)).toEqual([
        expect.stringContaining("--json and --markdown"),
        expect.stringContaining("--stack has the engine"),
        expect.stringContaining("nowhere.json can't be read"),
        expect.stringContaining('There is no stack "nosuch"'),
    ]);
    // A stack that can't be previewed is data, for whoever asked for data.
    const data = await run("--stack", "nosuch", "--json");
    expect(data).toMatchObject({ status: 1, stderr: "" });
    expect(JSON.parse(data.stdout).problems).toEqual([expect.stringContaining('There is no stack "nosuch"')]);
});
