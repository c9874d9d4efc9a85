import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { judgeLock, liftDeadLocks, readLocks, type StackLock, startTime } from "../../../cli/locks";
import type { PulumiCli } from "../../../cli/pulumi";

const lock = (more: Partial<StackLock> = {}): StackLock => ({
    pid: 100,
    username: "ada",
    hostname: "here",
    timestamp: "2026-01-01T12:00:00.5Z",
    ...more,
});
const at = (text: string) => () => Date.parse(text);

let folder: string;
beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-locks-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** Writes locks as Pulumi's file backend does. */
function write(stack: string, ...locks: StackLock[]): string {
    const at = path.join(folder, ".pulumi", "locks", "organization", "holdfast", stack);
    fs.mkdirSync(at, { recursive: true });
    for (const [i, one] of locks.entries()) {
        fs.writeFileSync(path.join(at, `${i}.json`), JSON.stringify(one));
        fs.writeFileSync(path.join(at, `${i}.json.attrs`), "{}");
    }
    return `file://${folder}`;
}

describe("a lock is", () => {
    test.each([
        ["alive, when its process started before it", "here", at("2026-01-01T11:59:59Z"), "alive"],
        [
            "alive, when the process seems a second younger: the boot time is known to the second",
            "here",
            at("2026-01-01T12:00:02Z"),
            "alive",
        ],
        ["dead, when no process has its id", "here", () => undefined, "dead"],
        ["dead, when a younger process has its id", "here", at("2026-01-01T12:00:03Z"), "dead"],
        ["elsewhere, when it is another machine's, whatever runs here", "there", () => undefined, "elsewhere"],
    ])("%s", (_name, hostname, started, verdict) => {
        expect(judgeLock(lock({ hostname }), "here", started)).toBe(verdict);
    });
});

describe("the start of a process", () => {
    test("is when it started, not when somebody first looked", async () => {
        const before = Date.now();
        const child = spawn("sleep", ["30"]);
        try {
            await new Promise((resolve) => setTimeout(resolve, 3000));
            const start = startTime(child.pid as number) as number;
            expect(Math.abs(start - before)).toBeLessThan(2000);
        } finally {
            child.kill("SIGKILL");
        }
    });

    test("is unknown for an id without a process, and for one that has ended and was not collected", () => {
        expect(startTime(2 ** 22 + 1)).toBeUndefined();
        const proc = path.join(folder, "proc");
        fs.mkdirSync(path.join(proc, "7"), { recursive: true });
        fs.writeFileSync(path.join(proc, "stat"), "cpu 1\nbtime 1000\n");
        const fields = (state: string) => `7 (a (b) c) ${state} ${Array.from({ length: 18 }, () => "0").join(" ")} 250 0`;
        fs.writeFileSync(path.join(proc, "7", "stat"), fields("S"));
        expect(startTime(7, proc)).toBe(1_002_500);
        fs.writeFileSync(path.join(proc, "7", "stat"), fields("Z"));
        expect(startTime(7, proc)).toBeUndefined();
    });

    test("counts as older than any lock where there is no /proc", () => {
        expect(startTime(process.pid, path.join(folder, "none"))).toBe(0);
        const ended = spawnSync("true").pid;
        expect(startTime(ended, path.join(folder, "none"))).toBeUndefined();
    });
});

test("locks are read from a file backend; a half-written one and other backends have none", () => {
    const backend = write("prefs", lock());
    fs.writeFileSync(path.join(folder, ".pulumi", "locks", "organization", "holdfast", "prefs", "half.json"), '{"pid":');
    expect(readLocks(backend, "prefs")).toEqual([lock()]);
    expect(readLocks(backend, "other")).toEqual([]);
    expect(readLocks("https://api.pulumi.com", "prefs")).toEqual([]);
    expect(readLocks(undefined, "prefs")).toEqual([]);
});

describe("before a run", () => {
    const fake = (backend: string) => {
        const ran: string[][] = [];
        const pulumi = { env: { PULUMI_BACKEND_URL: backend }, run: (args: string[]) => ran.push(args) } as unknown as PulumiCli;
        return { pulumi, ran };
    };
    const hostname = os.hostname();

    test("the lock of a dead process is explained and lifted", () => {
        const said: string[] = [];
        const { pulumi, ran } = fake(write("prefs", lock({ hostname, pid: 2 ** 22 + 1 })));
        liftDeadLocks(pulumi, "prefs", (text) => said.push(text));
        expect(said.join("\n")).toContain(
            "An earlier run (process 4194305, started 2026-01-01T12:00:00.5Z) died and left the stack locked.",
        );
        expect(ran).toEqual([["cancel", "--yes", "--stack", "prefs"]]);
    });

    test("a living process and another machine are both named, and nothing is lifted", () => {
        const alive = lock({ hostname, pid: process.pid, timestamp: new Date().toISOString() });
        const { pulumi, ran } = fake(write("prefs", alive, lock({ hostname: "elsewhere" }), lock({ hostname, pid: 2 ** 22 + 1 })));
        const lift = () => liftDeadLocks(pulumi, "prefs", () => {});
        expect(lift).toThrow(`process ${process.pid} of ada is deploying it`);
        expect(lift).toThrow("on elsewhere has locked it");
        expect(lift).toThrow("`pulumi cancel prefs`");
        expect(lift).toThrow("nothing was changed");
        expect(ran).toEqual([]);
    });

    test("no lock, nothing to do", () => {
        const { pulumi, ran } = fake(`file://${folder}`);
        liftDeadLocks(pulumi, "prefs", () => expect(true).toBe(false));
        expect(ran).toEqual([]);
    });
});
