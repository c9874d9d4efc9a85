import * as fs from "node:fs";

/** Which process it was: an id alone may belong to another process by now. */
export interface ProcessIdentity {
    pid: number;
    /** Start time in clock ticks since boot, from /proc/<pid>/stat. */
    started: string;
    /** Boot during which that was. */
    boot: string;
}

const bootId = () => fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

/** Start time of a process; undefined when it doesn't exist or has ended. */
export function processStart(pid: number): string | undefined {
    try {
        const fields = fs
            .readFileSync(`/proc/${pid}/stat`, "utf8")
            .replace(/^.*\) /, "")
            .split(" ");
        return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
    } catch {
        return undefined;
    }
}

/**
 * True for a process that is still there and has no future: SIGKILL is pending, or it is giving back what it had. The first process of a
 * PID namespace takes that long until everything in it is gone, which under load is seconds.
 */
export function isEnding(pid: number): boolean {
    const exiting = 0x4; // PF_EXITING
    const kill = 1n << 8n; // SIGKILL, in masks that begin with signal 1
    try {
        const flags = fs
            .readFileSync(`/proc/${pid}/stat`, "utf8")
            .replace(/^.*\) /s, "")
            .split(" ")[6];
        const pending = [...fs.readFileSync(`/proc/${pid}/status`, "utf8").matchAll(/^(?:SigPnd|ShdPnd):\s*(\w+)/gm)];
        return (Number(flags) & exiting) !== 0 || pending.some(([, mask]) => (BigInt(`0x${mask}`) & kill) !== 0n);
    } catch {
        return true;
    }
}

/** Identity of a running process; undefined when there is none with this id. */
export function identityOf(pid: number): ProcessIdentity | undefined {
    const started = processStart(pid);
    return started === undefined ? undefined : { pid, started, boot: bootId() };
}

/** The process whose identity a file holds, if that very process is still running. */
export function runningProcess(file: string): ProcessIdentity | undefined {
    try {
        const identity = JSON.parse(fs.readFileSync(file, "utf8")) as ProcessIdentity;
        return identity.boot === bootId() && processStart(identity.pid) === identity.started ? identity : undefined;
    } catch {
        return undefined;
    }
}
