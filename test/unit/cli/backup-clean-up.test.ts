import { spawn } from "node:child_process";
import * as path from "node:path";
import { cleaningUp } from "../../../cli/backups/clean-up";

const file = path.join(__dirname, "../../../cli/backups/clean-up.ts");

/** A process that makes things and is interrupted while it waits: what it printed, and how it ended. */
function interrupted(signal: NodeJS.Signals, body: string): Promise<{ output: string; code: number | null }> {
    const script = `
        const { cleaningUp, call } = require("jiti").createJiti(${JSON.stringify(file)}, { interopDefault: false })(${JSON.stringify(file)});
        const say = (text) => process.stdout.write(text + "\\n");
        const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
        setInterval(() => {}, 1000);
        ${body}
    `;
    return new Promise((resolve) => {
        const child = spawn(process.execPath, ["-e", script], {
            cwd: path.join(__dirname, "../../.."),
            stdio: ["ignore", "pipe", "ignore"],
        });
        let output = "";
        child.stdout.on("data", (data) => {
            output += data;
            if (String(data).includes("ready")) child.kill(signal);
        });
        child.on("close", (code) => resolve({ output, code }));
    });
}

test("success and failure clean up, and a failure to clean up hides neither", async () => {
    const done: string[] = [];
    const cleanUp = async () => void done.push("cleaned");
    expect(await cleaningUp(cleanUp, async () => "result")).toBe("result");
    await expect(cleaningUp(cleanUp, () => Promise.reject(new Error("of the body")))).rejects.toThrow("of the body");
    expect(done).toEqual(["cleaned", "cleaned"]);
    const said = jest.spyOn(console, "error").mockImplementation(() => {});
    expect(
        await cleaningUp(
            () => Promise.reject(new Error("of the cleaning")),
            async () => 1,
        ),
    ).toBe(1);
    expect(said).toHaveBeenCalledWith("Could not clean up: of the cleaning");
    said.mockRestore();
    expect(process.listenerCount("SIGINT")).toBe(0);
});

test("Ctrl-C cleans up, the latest first, and ends as a shell reports it", async () => {
    const { output, code } = await interrupted(
        "SIGINT",
        `cleaningUp(async () => say("outer"), () => cleaningUp(() => call(async () => say("inner")), async () => { say("ready"); await later(60000); }));`,
    );
    expect([output.split("\n").filter(Boolean), code]).toEqual([["ready", "inner", "outer"], 130]);
});

test("what is under way when the signal comes is waited for, and nothing begins after it", async () => {
    const { output, code } = await interrupted(
        "SIGTERM",
        `cleaningUp(async () => say("cleaned"), async () => {
            await call(async () => { say("ready"); await later(300); say("made"); });
            await call(async () => say("one more"));
        });`,
    );
    expect([output.split("\n").filter(Boolean), code]).toEqual([["ready", "made", "cleaned"], 143]);
});
