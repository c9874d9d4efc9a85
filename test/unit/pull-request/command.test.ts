import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { main } from "../../../cli/main";
import { claim, preview, remove, same } from "../review/support/previews";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-pull-request-"));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));
afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
});

/** Runs the command as a pipeline does. */
async function holdfast(...args: string[]) {
    const stdout: unknown[] = [];
    const stderr: unknown[] = [];
    jest.spyOn(process.stdout, "write").mockImplementation((text) => stdout.push(text) > 0);
    jest.spyOn(console, "log").mockImplementation((text) => stdout.push(text));
    jest.spyOn(console, "error").mockImplementation((text) => stderr.push(text));
    await main(["node", "holdfast", "pull-request", ...args]);
    return { status: process.exitCode, stdout: stdout.join(""), stderr: stderr.join("") };
}

function written(name: string, document: object | string): string {
    const file = path.join(scratch, name);
    fs.writeFileSync(file, typeof document === "string" ? document : JSON.stringify(document));
    return file;
}
const safe = written("safe.json", preview([same(claim())]));
const refused = written("refused.json", preview([remove(claim())]));
const broken = written("broken.json", "{");

test.each([
    [[safe], 0],
    [[broken], 1],
    [[refused], 2],
    [[safe, broken], 1],
    [[broken, refused, safe], 2],
])("previews %p: exit code %p", async (files, status) => {
    const run = await holdfast("--preview", ...files);
    expect(run.status).toBe(status);
    expect(run.stdout.startsWith("<!-- holdfast pull-request -->\n## ")).toBe(true);
});

test("the report is beside the comment, and the verdict on standard output", async () => {
    const file = path.join(scratch, "out", "comment.md");
    const run = await holdfast("--preview", safe, refused, "--comment", file);
    expect(run.stdout).toContain("Refused: 1 of 2 stacks.");
    expect(fs.readFileSync(file, "utf8")).toContain("### ⛔");
    const report = JSON.parse(fs.readFileSync(path.join(scratch, "out", "comment.json"), "utf8"));
    expect(report).toMatchObject({
        schema: "holdfast.pull-request/v1",
        outcome: "refused",
        isOffline: false,
        stacks: [{ outcome: "refused", review: { schema: "holdfast.review/v1" } }, { outcome: "safe" }],
    });
    expect(JSON.parse((await holdfast("--preview", refused, "--json")).stdout)).toMatchObject({ outcome: "refused" });
});

test("what doesn't go together is said at once, and nothing is written", async () => {
    const run = await holdfast(
        "stack",
        "--preview",
        safe,
        "--offline",
        "--json",
        "--comment",
        "comment.txt",
        "--policy-config",
        "none.json",
    );
    expect(run).toMatchObject({ status: 1, stdout: "" });
    for (const said of ["--preview reads", "--offline makes", "--comment writes", "ends in .md", "none.json"])
        expect(run.stderr).toContain(said);
});

test("a preview that policies weren't asked in doesn't look as if they held", async () => {
    const run = await holdfast("--preview", safe, safe);
    expect(run.stdout).toContain("| not asked |");
    expect(run.stdout).toContain("**Not looked at:**");
});
