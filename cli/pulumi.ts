import { spawn, spawnSync } from "node:child_process";
import * as os from "node:os";
import { repository } from "./stack";

/** Outcome of a `pulumi` command. */
export interface PulumiResult {
    status: number;
    stdout: string;
    stderr: string;
}

/** Runs `pulumi` in the repository with one environment. */
export class PulumiCli {
    constructor(
        readonly env: NodeJS.ProcessEnv,
        readonly cwd = repository,
    ) {}

    /** Runs a command and returns what it printed. */
    capture(args: string[]): PulumiResult {
        const result = spawnSync("pulumi", [...args, "--non-interactive", "--color=never"], {
            cwd: this.cwd,
            env: this.env,
            encoding: "utf8",
            maxBuffer: 1 << 28,
        });
        if (result.error) throw result.error;
        return { status: result.status ?? 1, stdout: result.stdout, stderr: result.stderr };
    }

    /** Runs a command and returns its stdout; throws with what it said when it fails. */
    run(args: string[]): string {
        const result = this.capture(args);
        if (result.status !== 0)
            throw new Error(`pulumi ${args.slice(0, 3).join(" ")} failed:\n${(result.stderr || result.stdout).trim()}`);
        return result.stdout;
    }

    /**
     * Runs a command with this terminal, so that the person sees Pulumi's own display. An interrupt reaches it as it would in a terminal;
     * this process waits for its end instead of dying first. Resolves to the exit code.
     */
    interactive(args: string[]): Promise<number> {
        return new Promise((resolve, reject) => {
            const child = spawn("pulumi", args, { cwd: this.cwd, env: this.env, stdio: "inherit" });
            // Ctrl-C goes to the whole foreground process group, the child included; a signal sent to this process alone is passed on.
            // A second one would end the engine at once, with what it was doing unrecorded.
            const ignore = () => {};
            const pass = (signal: NodeJS.Signals) => child.kill(signal);
            const isAtTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
            const interrupt = isAtTerminal ? ignore : pass;
            process.on("SIGINT", interrupt);
            process.on("SIGTERM", pass);
            const done = () => {
                process.off("SIGINT", interrupt);
                process.off("SIGTERM", pass);
            };
            child.on("error", (error) => {
                done();
                reject(error);
            });
            child.on("close", (code, signal) => {
                done();
                // As a shell reports a signal: 128 and its number.
                resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0));
            });
        });
    }
}
