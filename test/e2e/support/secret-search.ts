import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/** A process as it was seen. */
export interface SeenProcess {
    cmdline: string;
    environ: string;
    cgroup: string;
}

/** Base64 of a text wherever it stands in what was encoded: three ways to begin, without the signs that its neighbours change. */
function base64Forms(text: string): string[] {
    return [0, 1, 2].map((before) => {
        const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]).toString("base64");
        const whole = Math.floor(((before + Buffer.byteLength(text)) * 8) / 6);
        return encoded.slice([0, 2, 3][before], whole);
    });
}

/** How a secret may stand somewhere: as it is, in base64 (both alphabets), in hex. */
export function formsOf(secret: string): string[] {
    const hex = Buffer.from(secret).toString("hex");
    const encoded = base64Forms(secret);
    const ofUrls = encoded.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
    return [...new Set([secret, ...encoded, ...ofUrls, hex, hex.toUpperCase()])];
}

/** Names of the secrets that are in a text, in any form. */
export function foundIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
    return Object.keys(secrets).filter((name) => formsOf(secrets[name] as string).some((form) => text.includes(form)));
}

/** Files below a folder, links not followed; nothing of what is larger than that. */
export function filesBelow(folder: string, largest = 48 * 2 ** 20): string[] {
    return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
        const full = path.join(folder, entry.name);
        if (entry.isDirectory()) return filesBelow(full, largest);
        return entry.isFile() && fs.statSync(full).size <= largest ? [full] : [];
    });
}

/** True where nobody but its owner can read it: by its own mode, or that of a folder on the way to it. */
export function isPrivate(file: string, below: string): boolean {
    const steps = path.relative(below, file).split(path.sep);
    return steps.some((_, index) => (fs.statSync(path.join(below, ...steps.slice(0, index + 1))).mode & 0o077) === 0);
}

/** Notes processes and logs from now on, until it is asked what it saw. */
export class Recorder {
    /** Once everything that is there has been noted. */
    readonly isReady: Promise<void>;
    private readonly child;
    private output = "";

    constructor(podLogs: string) {
        this.child = spawn(process.execPath, [path.join(__dirname, "recorder.js"), podLogs], { stdio: ["pipe", "pipe", "inherit"] });
        this.isReady = new Promise((resolve) => this.child.stdout.once("data", () => resolve()));
        this.child.stdout.setEncoding("utf8").on("data", (data) => {
            this.output += data;
        });
    }

    async seen(): Promise<{ processes: SeenProcess[]; logs: string[] }> {
        const ended = new Promise((resolve) => this.child.on("close", resolve));
        this.child.stdin.end();
        await ended;
        return JSON.parse(this.output);
    }

    /** Ends it, whatever it saw. */
    kill(): void {
        this.child.kill("SIGKILL");
    }
}
