import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A Kubernetes object as a program would write it. */
export interface Manifest {
    apiVersion: string;
    kind: string;
    metadata: Record<string, unknown>;
    [field: string]: unknown;
}

/** One resource of the program under test. */
export interface Entry {
    name: string;
    obj: Manifest;
    opts?: { dependsOn?: string[]; [option: string]: unknown };
}

/** What the program under test makes: its objects, and its provider's options beside the kubeconfig. */
export interface Program {
    objects: Entry[];
    provider?: Record<string, unknown>;
    kubeconfigSuffix?: string;
}

/** What one run of the CLI said. */
export interface Run {
    code: number;
    output: string;
}

/** What a preview planned: per resource its steps and their detailed diff, as provider-truth records them. */
export interface Plan {
    steps: Record<string, string[]>;
    errors: string[];
    rc: number;
}

const repository = path.resolve(__dirname, "../../..");
const runTimeoutMs = 240_000;

/** A throw-away Pulumi project and stack around fixtures/program.js, run with the engine and plugins on PATH. */
export class Stack {
    readonly dir = fs.mkdtempSync(path.join(os.tmpdir(), "provider-e2e-"));
    private readonly env: NodeJS.ProcessEnv;

    /** @param project name of the Pulumi project; it shows in URNs. */
    constructor(project: string) {
        const state = path.join(this.dir, "state");
        fs.mkdirSync(state);
        fs.writeFileSync(path.join(this.dir, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\nmain: program.js\n`);
        fs.writeFileSync(path.join(this.dir, "package.json"), "{}");
        fs.copyFileSync(path.join(__dirname, "fixtures/program.js"), path.join(this.dir, "program.js"));
        fs.symlinkSync(path.join(repository, "node_modules"), path.join(this.dir, "node_modules"));
        this.env = {
            ...process.env,
            OBJECTS: path.join(this.dir, "objects.json"),
            PULUMI_BACKEND_URL: `file://${state}`,
            PULUMI_CONFIG_PASSPHRASE: "e2e",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        };
        execFileSync("pulumi", ["stack", "init", "t"], { cwd: this.dir, env: this.env, stdio: "pipe" });
    }

    /** Sets what the program makes from now on. */
    write(program: Program): void {
        fs.writeFileSync(path.join(this.dir, "objects.json"), JSON.stringify(program));
    }

    /** Starts the CLI and leaves it running. */
    start(args: string[], env: NodeJS.ProcessEnv = {}): { process: ChildProcess; done: Promise<Run> } {
        const child = spawn("pulumi", [...args, "--non-interactive"], { cwd: this.dir, env: { ...this.env, ...env } });
        let output = "";
        child.stdout.on("data", (data) => (output += data));
        child.stderr.on("data", (data) => (output += data));
        const timer = setTimeout(() => child.kill("SIGKILL"), runTimeoutMs);
        const done = new Promise<Run>((resolve) => {
            child.on("close", (code) => {
                clearTimeout(timer);
                resolve({ code: code ?? -1, output });
            });
        });
        return { process: child, done };
    }

    run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
        return this.start(args, env).done;
    }

    up(env: NodeJS.ProcessEnv = {}): Promise<Run> {
        return this.run(["up", "-y", "--skip-preview"], env);
    }

    /** Updates and fails the test with the CLI's own words if that fails. */
    async mustUp(env: NodeJS.ProcessEnv = {}): Promise<Run> {
        const run = await this.up(env);
        if (run.code !== 0) throw new Error(`pulumi up failed:\n${run.output}`);
        return run;
    }

    /** Previews and reads the plan. */
    async preview(env: NodeJS.ProcessEnv = {}): Promise<Plan> {
        const run = await this.run(["preview", "--json"], env);
        const start = run.output.indexOf("{");
        const end = run.output.lastIndexOf("}");
        if (start < 0) throw new Error(`pulumi preview said no JSON:\n${run.output}`);
        return { ...planOf(JSON.parse(run.output.slice(start, end + 1))), rc: run.code };
    }

    /** The resource as the state has it; undefined if the state has none of that name. */
    resource(name: string): { id: string; outputs: Record<string, unknown>; inputs: Record<string, unknown>; urn: string } | undefined {
        const exported = execFileSync("pulumi", ["stack", "export"], {
            cwd: this.dir,
            env: this.env,
            encoding: "utf8",
            maxBuffer: 1 << 28,
        });
        return JSON.parse(exported).deployment.resources?.find((r: { urn: string }) => r.urn.endsWith(`::${name}`));
    }

    /** Unprotects and destroys everything, and removes the project. */
    async dispose(): Promise<void> {
        await this.run(["cancel", "-y"]);
        await this.run(["state", "unprotect", "--all", "-y"]);
        const run = await this.run(["destroy", "-y", "--skip-preview"]);
        if (run.code !== 0) console.error(`pulumi destroy failed:\n${run.output}`);
        fs.rmSync(this.dir, { recursive: true, force: true });
    }
}

interface PreviewJson {
    steps?: { op: string; urn: string; detailedDiff?: Record<string, { kind: string }> | null }[];
    diagnostics?: { severity: string; message: string }[];
}

/** Reads `pulumi preview --json` the way the recorded answers were read. */
function planOf(json: PreviewJson): Omit<Plan, "rc"> {
    const steps: Record<string, string[]> = {};
    for (const step of json.steps ?? []) {
        if (step.op === "same" || step.urn.includes("pulumi:pulumi:Stack")) continue;
        const name = step.urn.split("::").slice(2).join(" ");
        steps[name] ??= [];
        steps[name].push(step.op);
        const diff = Object.entries(step.detailedDiff ?? {}).map(([field, { kind }]) => `${field}:${kind}`);
        if (diff.length > 0) steps[name].push(diff.sort().join(" "));
    }
    const errors = (json.diagnostics ?? [])
        .filter((d) => d.severity === "error")
        .map((d) => plainText(d.message))
        .filter((message) => !/^(error: )?(preview|update) failed$/.test(message));
    return { steps, errors };
}

/** A diagnostic without colours, generated ids and random suffixes. */
export function plainText(message: string): string {
    return message
        .replace(/<\{%[^%]*%\}>/g, "")
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID")
        .replace(/-[0-9a-f]{8}\b/g, "-RAND")
        .trim();
}

/** Runs kubectl against the cluster under test. */
export function kubectl(args: string[], input?: string): string {
    // Named, because the tests' process.env is not the one that children get by default.
    return execFileSync("kubectl", args, {
        env: process.env,
        input,
        encoding: "utf8",
        stdio: ["pipe", "pipe", "pipe"],
        maxBuffer: 1 << 28,
    });
}

/** Waits until something holds. */
export async function until(what: string, holds: () => boolean, limitMs = 60_000): Promise<void> {
    const end = Date.now() + limitMs;
    while (!holds()) {
        if (Date.now() > end) throw new Error(`${what}: not within ${limitMs / 1000} s`);
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
}
