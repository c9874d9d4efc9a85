import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { Layout } from "../../../sandbox/cluster/layout";
import { userPaths } from "../../../sandbox/paths";

const repository = path.join(__dirname, "..", "..", "..");

/** What a command did. */
export interface Outcome {
    status: number;
    stdout: string;
    stderr: string;
    seconds: number;
}

/** Rounds of a repeated fault: one in CI, all of them with `npm run e2e -- --full`, or as many of those as HOLDFAST_E2E_ROUNDS says. */
export function rounds(full: number): number {
    const { HOLDFAST_E2E_FULL: isFull, HOLDFAST_E2E_ROUNDS: most = String(full) } = process.env;
    // No round at all would pass, and show nothing.
    if (!/^[1-9]\d*$/.test(most)) throw new Error(`HOLDFAST_E2E_ROUNDS=${most}: write a whole number, 1 or more.`);
    return isFull ? Math.min(full, Number(most)) : 1;
}

/**
 * A copy of the repository with a sandbox of its own: what a test does to stack files and the cluster touches nobody else's. The toolchain
 * cache is the user's, so nothing is built twice.
 */
export class World {
    readonly folder: string;
    readonly state: string;
    private exported: Record<string, string> | undefined;

    private constructor(
        readonly name: string,
        readonly hasBackups: boolean,
    ) {
        this.folder = fs.mkdtempSync(path.join(os.tmpdir(), `holdfast-${name}-`));
        this.state = path.join(this.folder, "state");
        // run.js takes down what a test that was killed left behind.
        if (process.env.HOLDFAST_E2E_WORLDS) fs.appendFileSync(process.env.HOLDFAST_E2E_WORLDS, `${this.folder}\n`);
        for (const entry of [
            "cli",
            "components",
            "policies",
            "sandbox",
            "stacks",
            "Pulumi.yaml",
            "PulumiPlugin.yaml",
            "package.json",
            "package-lock.json",
            "tsconfig.json",
        ]) {
            const from = path.join(repository, entry);
            if (fs.existsSync(from)) fs.cpSync(from, path.join(this.checkout, entry), { recursive: true });
        }
        // The salt of somebody's sandbox belongs to that one's passphrase.
        for (const file of fs.readdirSync(path.join(this.checkout, "stacks"))) {
            if (!/^Pulumi\..*\.yaml$/.test(file)) continue;
            const full = path.join(this.checkout, "stacks", file);
            fs.writeFileSync(full, fs.readFileSync(full, "utf8").replace(/^encryptionsalt: .*\n?/m, ""));
            this.configure("set", undefined, file.slice("Pulumi.".length, -".yaml".length));
        }
        fs.symlinkSync(path.join(repository, "node_modules"), path.join(this.checkout, "node_modules"));
    }

    /**
     * A world of a test's own. Its stacks make no backups unless they are what it is about: they start an operator and an S3 server, and make
     * as many resources again.
     */
    static create(name: string, { backups = false } = {}): World {
        return new World(name, backups);
    }

    /** Decisions of a stack's plan, as its file has them: with those that the test makes, the one about backups. */
    private decisions(set: string | undefined): string | undefined {
        if (this.hasBackups || set?.includes("backup.policy")) return set;
        return `{ backup.policy: none${set === undefined ? "" : `, ${set.trim().slice(1, -1).trim()}`} }`;
    }

    get checkout(): string {
        return path.join(this.folder, "checkout");
    }

    /** Files of this world's sandbox. */
    get layout(): Layout {
        return new Layout(userPaths(this.env).state);
    }

    /** The environment of a person who has none of Pulumi's variables set, with this world's state folder. */
    get env(): NodeJS.ProcessEnv {
        const env: NodeJS.ProcessEnv = { ...process.env, XDG_STATE_HOME: this.state };
        for (const key of Object.keys(env)) if (/^(PULUMI_|KUBECONFIG$|HOLDFAST_)/.test(key)) delete env[key];
        return env;
    }

    private run(command: string, args: string[], env: NodeJS.ProcessEnv, input?: string): Outcome {
        const started = Date.now();
        const result = spawnSync(command, args, { cwd: this.checkout, env, input, encoding: "utf8", maxBuffer: 1 << 28 });
        if (result.error) throw result.error;
        return { status: result.status ?? 1, stdout: result.stdout, stderr: result.stderr, seconds: (Date.now() - started) / 1000 };
    }

    private must(outcome: Outcome, what: string): Outcome {
        if (outcome.status !== 0)
            throw new Error(
                `${what} ended with exit code ${outcome.status}:\n${outcome.stdout.slice(-4000)}\n${outcome.stderr.slice(-4000)}`,
            );
        return outcome;
    }

    /** `holdfast …`, whatever its exit code. */
    tryHoldfast(...args: string[]): Outcome {
        return this.run(process.execPath, [path.join(this.checkout, "cli", "bin", "holdfast.js"), ...args], this.env);
    }

    /** `holdfast …`, which must succeed. */
    holdfast(...args: string[]): Outcome {
        return this.must(this.tryHoldfast(...args), `holdfast ${args.join(" ")}`);
    }

    /** `holdfast …` in the background, in a process group of its own, for tests that interrupt it. */
    startHoldfast(...args: string[]): ChildProcess {
        const program = path.join(this.checkout, "cli", "bin", "holdfast.js");
        return spawn(process.execPath, [program, ...args], {
            cwd: this.checkout,
            env: this.env,
            detached: true,
            stdio: ["ignore", "pipe", "pipe"],
        });
    }

    /** The environment after `eval "$(npx holdfast env)"`. */
    get engineEnv(): NodeJS.ProcessEnv {
        if (!this.exported) {
            const script = `${this.holdfast("env").stdout}\nenv -0`;
            const output = this.must(this.run("bash", ["-c", script], this.env), "holdfast env").stdout;
            this.exported = Object.fromEntries(
                output
                    .split("\0")
                    .filter(Boolean)
                    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
            );
        }
        return this.exported;
    }

    tryPulumi(...args: string[]): Outcome {
        return this.run("pulumi", [...args, "--non-interactive", "--color=never"], this.engineEnv);
    }

    pulumi(...args: string[]): Outcome {
        return this.must(this.tryPulumi(...args), `pulumi ${args.join(" ")}`);
    }

    tryKubectl(...args: string[]): Outcome {
        return this.run("kubectl", args, this.engineEnv);
    }

    kubectl(...args: string[]): string {
        return this.must(this.tryKubectl(...args), `kubectl ${args.join(" ")}`).stdout.trim();
    }

    /** Applies a manifest (an object or a list of them). */
    apply(...objects: object[]): void {
        const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
        this.must(this.run("kubectl", ["apply", "-f", "-"], this.engineEnv, list), "kubectl apply");
    }

    /** Sets or removes (`undefined`) one `holdfast:` line in a stack's file. */
    configure(key: string, given: string | undefined, stack = "user-preferences"): void {
        const value = key === "set" ? this.decisions(given) : given;
        const file = path.join(this.checkout, "stacks", `Pulumi.${stack}.yaml`);
        const line = new RegExp(`^ *holdfast:${key}:.*\n`, "m");
        const text = fs.readFileSync(file, "utf8").replace(line, "");
        // Plain `pulumi` lays the file out in its own way: the indentation is the one that is there.
        const added = text.replace(/^config:\n( +)/m, (_, indent) => `config:\n${indent}holdfast:${key}: ${value}\n${indent}`);
        fs.writeFileSync(file, value === undefined ? text : added);
    }

    /** Adds a stack beside those of the repository, or writes it anew. */
    addStack(name: string, config: Record<string, unknown>): void {
        const set = this.decisions(config.set === undefined ? undefined : JSON.stringify(config.set));
        const decided = { ...config, ...(set === undefined || config.target !== "sandbox" ? {} : { set: parse(set) }) };
        const lines = Object.entries(decided).map(([key, value]) => `    holdfast:${key}: ${JSON.stringify(value)}\n`);
        fs.writeFileSync(path.join(this.checkout, "stacks", `Pulumi.${name}.yaml`), `config:\n${lines.join("")}`);
    }

    /** Stops and deletes this world's sandbox and files. */
    destroy(): void {
        this.tryHoldfast("sandbox", "reset", "--yes");
        const left = this.tryHoldfast("sandbox", "status", "--json");
        fs.rmSync(this.folder, { recursive: true, force: true });
        if (JSON.parse(left.stdout).controlPlane !== "stopped") throw new Error(`the sandbox of ${this.name} is still running`);
    }
}
