import { runInside } from "../../../sandbox/node/compartment";

/** Process ids of a program inside a compartment, in its own PID namespace: nobody else's processes are in it. */
export function processesInside(folder: string, program: string): string[] {
    const list = 'for each in /proc/[0-9]*; do [ "$(cat "$each/comm" 2>/dev/null)" != "$0" ] || basename "$each"; done';
    return runInside(folder, ["bash", "-c", list, program]).split("\n").filter(Boolean);
}

/** Kills a program of a compartment as a crash would; a service is started again half a second later. */
export function killInside(folder: string, program: string): void {
    const running = processesInside(folder, program);
    if (running.length === 0) throw new Error(`no ${program} runs in ${folder}`);
    runInside(folder, ["kill", "-KILL", ...running]);
}
