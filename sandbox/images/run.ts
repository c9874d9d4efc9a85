import { spawn } from "node:child_process";

export interface RunOptions {
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    /** Ends the program, and the promise with it. */
    signal?: AbortSignal;
    /** Lines the program writes to file descriptor 3, as apt reports its progress. */
    onStatus?: (line: string) => void;
}

/**
 * Runs a program to its end and returns what it wrote.
 *
 * @throws with the command line and the end of what it wrote to stderr, or stdout where that is empty.
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<{ stdout: string }> {
    return new Promise((resolve, reject) => {
        const { cwd, env, signal, onStatus } = options;
        const child = spawn(command, args, { cwd, env, signal, stdio: ["ignore", "pipe", "pipe", onStatus ? "pipe" : "ignore"] });
        let stdout = "";
        let stderr = "";
        child.stdout?.setEncoding("utf8").on("data", (text: string) => {
            stdout += text;
        });
        child.stderr?.setEncoding("utf8").on("data", (text: string) => {
            stderr = (stderr + text).slice(-8000);
        });
        let rest = "";
        child.stdio[3]?.on("data", (bytes: Buffer) => {
            const lines = (rest + bytes.toString("utf8")).split("\n");
            rest = lines.pop() ?? "";
            for (const line of lines) {
                onStatus?.(line);
            }
        });
        child.on("error", reject);
        child.on("close", (code, killedBy) => {
            if (code === 0) {
                resolve({ stdout });
                return;
            }
            const ending = killedBy ? `was ended by ${killedBy}` : `ended with code ${code}`;
            const said = (stderr.trim() || stdout.trim()).split("\n").slice(-20).join("\n");
            reject(new Error(`${command} ${args.slice(0, 6).join(" ")}${args.length > 6 ? " …" : ""} ${ending}:\n${said}`));
        });
    });
}
