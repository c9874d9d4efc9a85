import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { identityOf, isEnding, processStart, runningProcess } from "../process";

/**
 * Where a compartment sees the sandbox's state folder. Short, because a unix socket's path may have only 107 characters, and the same on
 * every machine.
 */
export const inside = "/run/holdfast";

/** A program that is started again whenever it ends. */
export interface Service {
    name: string;
    argv: string[];
    env?: Record<string, string>;
}

/**
 * Namespaces of its own (mount, network, PID, UTS, IPC) with a first process that sets them up and starts services. Killing that process
 * ends everything in it, and the kernel takes mounts, network devices and firewall rules away with the last one.
 */
export interface Compartment {
    /** Host name inside. */
    name: string;
    folder: string;
    /** Shell lines run inside, before the services. */
    setup: string[];
    services: Service[];
    /** Services that stay in the host's network (but in the other namespaces): the loopback end of the API. */
    hostServices?: Service[];
}

/** Quotes one word for a POSIX shell. */
export const shellWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** The script that keeps one service running and says in its log when it ended. */
export function serviceScript(service: Service, folder: string): string {
    const environment = Object.entries(service.env ?? {}).map(([key, value]) => `export ${key}=${shellWord(value)}`);
    return [
        "#!/bin/bash",
        ...environment,
        `exec >>${shellWord(path.join(folder, "log", `${service.name}.log`))} 2>&1 </dev/null`,
        "while :; do",
        `    ${service.argv.map(shellWord).join(" ")}`,
        `    echo "holdfast: ${service.name} ended with exit code $?; starting it again"`,
        "    sleep 0.5",
        "done",
        "",
    ].join("\n");
}

/** The two scripts of the first process: `init.sh` still has the host's network, `main.sh` has its own. */
export function initScripts(compartment: Compartment): { init: string; main: string } {
    const run = (service: Service) => `bash ${shellWord(path.join(compartmentInside(compartment), "services", `${service.name}.sh`))} &`;
    const init = [
        "#!/bin/bash",
        "set -e",
        // The working folder is the state folder; it stays reachable while /run is covered.
        "mount --make-rshared /",
        "mount -t tmpfs -o mode=755 tmpfs /run",
        `mkdir -p /run/lock ${inside}`,
        `mount --bind . ${inside}`,
        // Programs with fixed folders (CNI results, container logs) write here and not on the host.
        "mount -t tmpfs -o mode=755 tmpfs /var/lib",
        "mount -t tmpfs -o mode=755 tmpfs /var/log",
        `hostname ${shellWord(compartment.name)}`,
        ...(compartment.hostServices ?? []).map(run),
        `exec unshare --net bash ${shellWord(path.join(compartmentInside(compartment), "main.sh"))}`,
        "",
    ];
    const main = [
        "#!/bin/bash",
        "set -e",
        "ip link set lo up",
        ...compartment.setup,
        ...compartment.services.map(run),
        `touch ${shellWord(path.join(compartmentInside(compartment), "ready"))}`,
        "set +e",
        // As process 1 it also collects the processes nobody waits for.
        "while :; do wait; sleep 1; done",
        "",
    ];
    return { init: init.join("\n"), main: main.join("\n") };
}

/** The compartment's folder as it is seen inside. */
function compartmentInside(compartment: Compartment): string {
    return path.join(inside, stateRelative(compartment.folder));
}

/** `control-plane` or `nodes/node-1`: the part of a compartment's folder below the state folder. */
function stateRelative(folder: string): string {
    const parent = path.basename(path.dirname(folder));
    return parent === "nodes" ? path.join("nodes", path.basename(folder)) : path.basename(folder);
}

const identityFile = (folder: string) => path.join(folder, "init.json");

/** The first process that was recorded, if it is still there, be it on its way out. */
const recordedPid = (folder: string): number | undefined => runningProcess(identityFile(folder))?.pid;

/** Process id of a running compartment's first process, as the host sees it; undefined when it isn't running, or was killed just now. */
export const runningPid = (folder: string): number | undefined => {
    const pid = recordedPid(folder);
    return pid === undefined || isEnding(pid) ? undefined : pid;
};

/** Waits until a first process that was killed is gone, with everything in its compartment. */
async function untilGone(folder: string, pid: number): Promise<void> {
    for (let i = 0; i < 1500 && processStart(pid) !== undefined; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    if (processStart(pid) !== undefined) throw new Error(`${path.basename(folder)} (process ${pid}) did not end within 30 s of SIGKILL`);
}

/** Starts a compartment and returns its first process's id. Its network is not connected to anything yet. */
export async function start(compartment: Compartment, stateFolder: string): Promise<number> {
    const { folder } = compartment;
    fs.mkdirSync(path.join(folder, "log"), { recursive: true, mode: 0o700 });
    fs.rmSync(path.join(folder, "services"), { recursive: true, force: true });
    fs.mkdirSync(path.join(folder, "services"));
    fs.rmSync(path.join(folder, "ready"), { force: true });
    const ending = recordedPid(folder);
    if (ending !== undefined) await untilGone(folder, ending);
    await endUnrecorded(folder);
    const scripts = initScripts(compartment);
    fs.writeFileSync(path.join(folder, "init.sh"), scripts.init);
    fs.writeFileSync(path.join(folder, "main.sh"), scripts.main);
    for (const service of [...(compartment.hostServices ?? []), ...compartment.services]) writeService(compartment.folder, service);

    const log = fs.openSync(path.join(folder, "log", "init.log"), "w");
    const namespaces = ["--mount", "--pid", "--uts", "--ipc", "--fork", "--mount-proc", "--propagation", "private"];
    const child = spawn("unshare", [...namespaces, "bash", path.join(folder, "init.sh")], {
        cwd: stateFolder,
        env: { ...process.env, [marker]: folder },
        detached: true,
        stdio: ["ignore", log, log],
    });
    fs.closeSync(log);
    child.unref();
    if (child.pid === undefined) throw new Error("`unshare` could not be started");
    const pid = await firstChild(child.pid, folder);
    const identity = identityOf(pid);
    if (identity === undefined) throw new Error(initFailure(folder));
    fs.writeFileSync(identityFile(folder), JSON.stringify(identity));
    return pid;
}

/** In the environment of every process that a compartment starts with, so that those of a killed command are found. */
const marker = "HOLDFAST_COMPARTMENT";

/**
 * Ends what a command left that was killed between starting a compartment and recording its first process: it would go on beside the one
 * that is about to be started, on the same disks.
 */
async function endUnrecorded(folder: string): Promise<void> {
    const isOurs = (pid: number) => {
        try {
            return fs.readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`${marker}=${folder}`);
        } catch {
            return false;
        }
    };
    for (let i = 0; i < 500; i++) {
        const left = fs
            .readdirSync("/proc")
            .map(Number)
            .filter((pid) => pid > 0 && isOurs(pid));
        if (left.length === 0) return;
        for (const pid of left) {
            try {
                process.kill(pid, "SIGKILL");
            } catch {
                // It has ended meanwhile.
            }
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`what an interrupted command left of ${path.basename(folder)} did not end within 10 s of SIGKILL`);
}

async function firstChild(unsharePid: number, folder: string): Promise<number> {
    for (let i = 0; i < 100; i++) {
        try {
            const children = fs.readFileSync(`/proc/${unsharePid}/task/${unsharePid}/children`, "utf8").trim();
            if (children) return Number(children.split(" ")[0]);
        } catch {
            break;
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(initFailure(folder));
}

const initFailure = (folder: string) => {
    const log = path.join(folder, "log", "init.log");
    const text = fs.existsSync(log) ? fs.readFileSync(log, "utf8").trim().split("\n").slice(-8).join("\n") : "";
    return `the namespaces of ${path.basename(folder)} could not be set up: ${text || "the first process ended without a message"} (log: ${log})`;
};

/** Waits until a compartment's setup is done and its services are started. */
export async function waitForSetup(folder: string, timeoutSeconds = 20): Promise<void> {
    for (let i = 0; i < timeoutSeconds * 20; i++) {
        if (fs.existsSync(path.join(folder, "ready"))) return;
        if (runningPid(folder) === undefined) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(initFailure(folder));
}

/** When a compartment's setup was done, in milliseconds since 1970; undefined while it isn't. */
export const setUpAt = (folder: string): number | undefined => fs.statSync(path.join(folder, "ready"), { throwIfNoEntry: false })?.mtimeMs;

function writeService(folder: string, service: Service): void {
    const script = serviceScript(service, path.join(inside, stateRelative(folder)));
    fs.writeFileSync(path.join(folder, "services", `${service.name}.sh`), script);
}

/** Starts one more service in a running compartment, unless it has it already. */
export function addService(folder: string, service: Service): void {
    const pid = runningPid(folder);
    if (pid === undefined) throw new Error(`${path.basename(folder)} is not running`);
    if (fs.existsSync(path.join(folder, "services", `${service.name}.sh`))) return;
    writeService(folder, service);
    const script = path.join(inside, stateRelative(folder), "services", `${service.name}.sh`);
    spawn("nsenter", [...enterFlags(pid), "bash", script], { detached: true, stdio: "ignore" }).unref();
}

/** True when a running compartment was started with other programs or settings than `wanted` has. */
export function isOutdated(wanted: Compartment): boolean {
    const scripts = initScripts(wanted);
    const differs = (file: string, content: string) => fs.readFileSync(path.join(wanted.folder, file), "utf8") !== content;
    return (
        differs("init.sh", scripts.init) ||
        [...(wanted.hostServices ?? []), ...wanted.services].some((service) => {
            const file = path.join("services", `${service.name}.sh`);
            // A service that isn't there yet is an add-on that is about to be started.
            return fs.existsSync(path.join(wanted.folder, file)) && differs(file, serviceScript(service, compartmentInside(wanted)));
        })
    );
}

const enterFlags = (pid: number) => ["-t", String(pid), "-m", "-n", "-p", "-u", "-i", "--"];

/** Command line that runs `argv` inside a running compartment. */
export function enter(folder: string, argv: string[]): string[] {
    const pid = runningPid(folder);
    if (pid === undefined) throw new Error(`${path.basename(folder)} is not running`);
    return ["nsenter", ...enterFlags(pid), ...argv];
}

/** Runs a command inside a compartment and returns its output; throws with its error output when it fails. */
export function runInside(folder: string, argv: string[]): string {
    const [command, ...rest] = enter(folder, argv);
    const result = spawnSync(command as string, rest, { encoding: "utf8", maxBuffer: 1 << 26 });
    if (result.status !== 0)
        throw new Error(`${argv.slice(0, 3).join(" ")} in ${path.basename(folder)} failed: ${(result.stderr || result.stdout).trim()}`);
    return result.stdout;
}

/** Kills a compartment and everything in it, and waits until it is gone. Does nothing when it isn't running. */
export async function stop(folder: string): Promise<void> {
    const pid = recordedPid(folder);
    if (pid !== undefined) {
        process.kill(pid, "SIGKILL");
        await untilGone(folder, pid);
    }
    await endUnrecorded(folder);
    fs.rmSync(identityFile(folder), { force: true });
    fs.rmSync(path.join(folder, "ready"), { force: true });
}
