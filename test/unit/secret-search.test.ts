/** The search that the cluster test of secrets rests on: a search that finds nothing anywhere would let everything pass. */

import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { filesBelow, foundIn, isPrivate, Recorder } from "../e2e/support/secret-search";

const secret = fc.string({ minLength: 12, maxLength: 40, unit: fc.constantFrom(..."abcXYZ0189-_+/ü~") });
const around = fc.string({ maxLength: 20 });
const forms: Record<string, (text: string) => string> = {
    "as it is": (text) => text,
    base64: (text) => Buffer.from(text).toString("base64"),
    "base64 for URLs": (text) => Buffer.from(text).toString("base64url"),
    hex: (text) => Buffer.from(text).toString("hex"),
    "hex in capitals": (text) => Buffer.from(text).toString("hex").toUpperCase(),
};

test.each(Object.keys(forms))("a secret is found %s, wherever it stands in what was written so", (form) => {
    const write = forms[form] as (text: string) => string;
    fc.assert(
        fc.property(secret, around, around, around, (text, before, after, beside) => {
            expect(foundIn(`${beside}${write(before + text + after)}${beside}`, { it: text, other: "another secret altogether" })).toEqual([
                "it",
            ]);
        }),
        { numRuns: 200 },
    );
});

test("a secret that isn't there isn't found", () => {
    expect(foundIn("nothing of the kind", { it: "0123456789abcdef" })).toEqual([]);
    expect(foundIn(Buffer.from("0123456789abcdeX").toString("base64"), { it: "0123456789abcdef" })).toEqual([]);
});

describe("files", () => {
    let folder: string;
    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-search-"));
    });
    afterEach(() => fs.rmSync(folder, { recursive: true }));

    test("are private by their own mode or that of a folder on their way, and not by one above", () => {
        const at = (name: string, mode: number) => {
            fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
            fs.writeFileSync(path.join(folder, name), "", { mode });
            return path.join(folder, name);
        };
        const [open, own, within] = [at("a/open", 0o644), at("a/own", 0o600), at("b/within", 0o644)];
        fs.chmodSync(path.join(folder, "b"), 0o700);
        expect([open, own, within].map((file) => isPrivate(file, folder))).toEqual([false, true, true]);
        expect(isPrivate(within, path.join(folder, "b"))).toBe(false);
        fs.symlinkSync(os.tmpdir(), path.join(folder, "elsewhere"));
        expect(filesBelow(folder).sort()).toEqual([open, own, within]);
        fs.writeFileSync(open, Buffer.alloc(11));
        expect(filesBelow(folder, 10).sort()).toEqual([own, within]);
    });

    test("and processes are noted while they last: command lines, environments, and logs that go", async () => {
        const log = path.join(folder, "pod", "0.log");
        fs.mkdirSync(path.dirname(log));
        fs.writeFileSync(log, "said once\n");
        const env = { PATH: process.env.PATH, PLANTED: "a variable to be found" };
        const child = spawn("sh", ["-c", "sleep 100; true", "an argument to be found"], { env, detached: true });
        await new Promise((resolve) => child.once("spawn", resolve));
        const recorder = new Recorder(folder);
        try {
            await recorder.isReady;
            process.kill(-(child.pid as number));
            fs.rmSync(log);
            const { processes, logs } = await recorder.seen();
            const [shell] = processes.filter(({ cmdline }) => cmdline.endsWith("an argument to be found"));
            expect(shell?.environ).toContain("a variable to be found");
            expect(logs.join()).toContain("said once");
        } finally {
            recorder.kill();
        }
    }, 60_000);
});
