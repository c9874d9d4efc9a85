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
