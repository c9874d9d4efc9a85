import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as readline from "node:readline";
import { processStart } from "../process";
import { toolSetKey } from "./key";
import { type ToolSet, type ToolSetName, toolSets } from "./tools";

/** Where a tool set's programs are, once built. */
export interface BuiltToolSet {
    name: ToolSetName;
    /** Folder that holds the programs. */
    bin: string;
    /** False when they were there already. */
    built: boolean;
}

/** Says how far a build is: `412 of 1853 packages, about 4 min left`. */
export type Progress = (text: string) => void;

const sandboxFolder = path.join(__dirname, "..");

/** Version of the `go` on PATH, like `go1.26.8`; undefined when there is none. */
export function goVersion(): string | undefined {
    const result = spawnSync("go", ["env", "GOVERSION"], { cwd: path.join(sandboxFolder, toolSets.etcd.module), encoding: "utf8" });
    return result.status === 0 ? result.stdout.trim() : undefined;
}

/** Where a tool set's programs are or will be. */
export function toolSetFolder(cache: string, name: ToolSetName, go: string): string {
    return path.join(cache, "toolchain", `${name}-${toolSetKey(sandboxFolder, toolSets[name], go)}`);
}

/** True when every program of the set is in its folder; they arrive there whole, by rename. */
function isBuilt(folder: string, set: ToolSet): boolean {
    return Object.values(set.programs).every((program) => fs.existsSync(path.join(folder, program)));
}

/** The sets among `names` that would have to be built, with the seconds that takes on two cores with an empty Go cache. */
export function missingToolSets(cache: string, names: readonly ToolSetName[], go: string): { names: ToolSetName[]; coldSeconds: number } {
    const missing = names.filter((name) => !isBuilt(toolSetFolder(cache, name, go), toolSets[name]));
    return { names: missing, coldSeconds: missing.reduce((sum, name) => sum + toolSets[name].coldSeconds, 0) };
}

/**
 * Builds one tool set into the cache unless it is there. A killed build leaves nothing that a later one takes for whole, and Go's own cache
 * keeps what had been compiled.
 */
export async function buildToolSet(cache: string, name: ToolSetName, go: string, progress: Progress): Promise<BuiltToolSet> {
    const set: ToolSet = toolSets[name];
    const folder = toolSetFolder(cache, name, go);
    if (isBuilt(folder, set)) return { name, bin: folder, built: false };

    removeAbandoned(path.dirname(folder));
    const partial = `${folder}.partial-${process.pid}`;
    fs.mkdirSync(partial, { recursive: true });
    try {
        await compile(set, partial, progress);
        fs.mkdirSync(folder, { recursive: true });
        for (const [pkg, program] of Object.entries(set.programs)) {
            fs.renameSync(path.join(partial, outputName(pkg)), path.join(folder, program));
        }
    } finally {
        fs.rmSync(partial, { recursive: true, force: true });
    }
    return { name, bin: folder, built: true };
}

/** Removes the unfinished folders of builds that were killed. */
export function removeAbandoned(toolchain: string): void {
    if (!fs.existsSync(toolchain)) return;
    for (const entry of fs.readdirSync(toolchain)) {
        const pid = /\.partial-(\d+)$/.exec(entry)?.[1];
        if (pid !== undefined && processStart(Number(pid)) === undefined) {
            fs.rmSync(path.join(toolchain, entry), { recursive: true, force: true });
        }
    }
}

/** The name `go build` gives a program: the last part of its package that isn't a major version. */
export function outputName(pkg: string): string {
    const parts = pkg.split("/");
    const last = parts.pop() as string;
    return /^v\d+$/.test(last) ? (parts.pop() as string) : last;
}

function compile(set: ToolSet, folder: string, progress: Progress): Promise<void> {
    const packages = Object.keys(set.programs);
    const ldflags = ["-s", "-w", ...Object.entries(set.versions ?? {}).map(([variable, value]) => `-X ${variable}=${value}`)].join(" ");
    const flags = ["-trimpath", "-buildvcs=false", "-ldflags", ldflags];
    const cwd = path.join(sandboxFolder, set.module);
    const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOWORK: "off" };
    progress("finding out what is to be compiled");
    return staleCount(cwd, env, flags, packages).then(
        (total) =>
            new Promise((resolve, reject) => {
                const started = Date.now();
                const child = spawn("go", ["build", "-v", ...flags, "-o", `${folder}${path.sep}`, ...packages], {
                    cwd,
                    env,
                    stdio: ["ignore", "ignore", "pipe"],
                });
                let compiled = 0;
                const messages: string[] = [];
                readline.createInterface({ input: child.stderr }).on("line", (line) => {
                    if (/^[\w.-]+(\/[\w.~-]+)*$/.test(line)) compiled++;
                    else if (!line.startsWith("go: downloading")) messages.push(line);
                    progress(buildProgress(compiled, total, (Date.now() - started) / 1000, set.coldSeconds));
                });
                child.on("error", reject);
                child.on("close", (code, signal) => {
                    if (code === 0) return resolve();
                    const reason = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
                    reject(
                        new Error(`building ${set.title} ${reason}; run the command again to go on.\n${messages.slice(-20).join("\n")}`),
                    );
                });
            }),
    );
}

/** How many packages Go has not compiled yet. Also downloads the modules, so that the build itself needs no network. */
function staleCount(cwd: string, env: NodeJS.ProcessEnv, flags: string[], packages: string[]): Promise<number> {
    return new Promise((resolve, reject) => {
        const child = spawn("go", ["list", "-deps", ...flags, "-f", "{{if .Stale}}x{{end}}", ...packages], {
            cwd,
            env,
            stdio: ["ignore", "pipe", "pipe"],
        });
        let stale = 0;
        let errors = "";
        readline.createInterface({ input: child.stdout }).on("line", (line) => {
            if (line === "x") stale++;
        });
        child.stderr.on("data", (data) => {
            errors += data;
        });
        child.on("error", reject);
        child.on("close", (code) => (code === 0 ? resolve(stale) : reject(new Error(`go list in ${cwd} failed:\n${errors.slice(-2000)}`))));
    });
}

/** The line a person reads while a set is built. Linking comes last and compiles nothing, so the count may stand still at its end. */
export function buildProgress(compiled: number, total: number, seconds: number, coldSeconds: number): string {
    if (total === 0 || compiled >= total) return "linking";
    const done = compiled / total;
    // Early counts say little: packages differ in size. The table's figure leads until a fifth is done.
    const estimate = done > 0.2 ? seconds / done : Math.max(coldSeconds, seconds);
    return `${compiled} of ${total} packages, about ${humanSeconds(Math.max(estimate - seconds, 5))} left`;
}

/** `45 s`, `4 min`. */
export function humanSeconds(seconds: number): string {
    return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
}
