import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { UserError } from "./errors";
import type { PulumiCli } from "./pulumi";

/** A lock as Pulumi's file backend writes it. */
export interface StackLock {
    pid: number;
    username: string;
    hostname: string;
    timestamp: string;
}

/** Who holds a stack, as far as it can be told from here. */
export type LockVerdict = "alive" | "dead" | "elsewhere";

/** Clock ticks per second in /proc: the same on every architecture that Linux runs Node on. */
const ticksPerSecond = 100;

/**
 * Time at which a process started, in milliseconds since 1970; undefined when there is none with this id, or only what its parent has not
 * collected yet. (The times of the folder /proc/<pid> won't do: they tell when somebody first looked at it.)
 *
 * Where there is no /proc, a process that exists counts as older than any lock: better a question too many than a lifted lock too many.
 */
export function startTime(pid: number, proc = "/proc"): number | undefined {
    if (!fs.existsSync(path.join(proc, "stat"))) return exists(pid) ? 0 : undefined;
    try {
        const fields = fs
            .readFileSync(path.join(proc, String(pid), "stat"), "utf8")
            .replace(/^.*\) /s, "")
            .split(" ");
        if (fields[0] === "Z" || fields[0] === "X") return undefined;
        const boot = Number(/^btime (\d+)$/m.exec(fs.readFileSync(path.join(proc, "stat"), "utf8"))?.[1]);
        return boot * 1000 + (Number(fields[19]) / ticksPerSecond) * 1000;
    } catch {
        return undefined;
    }
}

function exists(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EPERM";
    }
}

/** Judges a lock: its process runs, has died, or is on another machine. An id that a younger process has now is a dead process's. */
export function judgeLock(lock: StackLock, hostname: string, started: (pid: number) => number | undefined): LockVerdict {
    if (lock.hostname !== hostname) return "elsewhere";
    const start = started(lock.pid);
    // The boot time is known to the second, so a start may seem to be later than it was.
    return start !== undefined && start <= Date.parse(lock.timestamp) + 2000 ? "alive" : "dead";
}

/** Locks of a stack in a local file backend; none for other backends, whose own message has to do. */
export function readLocks(backendUrl: string | undefined, stack: string, project = "holdfast"): StackLock[] {
    if (!backendUrl?.startsWith("file://")) return [];
    const folder = path.join(backendUrl.slice("file://".length), ".pulumi", "locks", "organization", project, stack);
    if (!fs.existsSync(folder)) return [];
    return fs
        .readdirSync(folder)
        .filter((file) => file.endsWith(".json"))
        .flatMap((file) => {
            try {
                return [JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as StackLock];
            } catch {
                return [];
            }
        });
}

/** Lifts locks left by processes that have died, and says so; refuses when someone may still be at work. */
export function liftDeadLocks(pulumi: PulumiCli, stack: string, say: (text: string) => void): void {
    const locks = readLocks(pulumi.env.PULUMI_BACKEND_URL, stack);
    const judged = locks.map((lock) => ({ lock, verdict: judgeLock(lock, os.hostname(), startTime) }));
    const inTheWay = judged.filter(({ verdict }) => verdict !== "dead");
    if (inTheWay.length > 0) {
        const who = inTheWay.map(({ lock, verdict }) => {
            const since = `since ${lock.timestamp}`;
            return verdict === "alive"
                ? `process ${lock.pid} of ${lock.username} is deploying it ${since}: wait until it has ended`
                : `process ${lock.pid} of ${lock.username} on ${lock.hostname} has locked it ${since}: if that has ended, lift the lock with \`pulumi cancel ${stack}\``;
        });
        throw new UserError(`Stack "${stack}" is locked; nothing was changed.\n${who.map((line) => `  - ${line}`).join("\n")}`);
    }
    for (const { lock } of judged) {
        say(`An earlier run (process ${lock.pid}, started ${lock.timestamp}) died and left the stack locked. The lock is lifted.`);
    }
    if (judged.length > 0) pulumi.run(["cancel", "--yes", "--stack", stack]);
}
