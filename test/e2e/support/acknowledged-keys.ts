import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { runningPid } from "../../../sandbox/node/compartment";
import type { Store } from "./store";
import { waitUntil } from "./wait";
import type { World } from "./world";

/** What became of the writes that the store had acknowledged. */
export interface KeysOutcome {
    acknowledged: number;
    /** Acknowledged, and not there afterwards. */
    lost: number;
    /** From the first to the last acknowledgement of a write that was lost. */
    lostSeconds: number;
    /** The longest time without a single acknowledged write, as the client saw it. */
    longestGapSeconds: number;
    /** Why the client had to connect again, each time. */
    errors: string[];
}

/** Where a client writes from, and to. */
export interface Writer {
    /** Whose network it is in: it is cut off with that node, which must not be killed. */
    node?: number;
    /** The stable address unless another is given. */
    host?: string;
    port?: number;
}

/** A client that never stops writing, and whose log of what was acknowledged lies outside the cluster. */
export class AcknowledgedKeys {
    private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-keys-"));
    private readonly process: ChildProcess;
    /** What its keys begin with: nobody else's do. */
    private readonly name = `ack-${process.hrtime.bigint()}`;

    constructor(
        world: World,
        private readonly store: Store,
        { node = 1, host = store.address(), port = 6379 }: Writer = {},
    ) {
        fs.writeFileSync(path.join(this.folder, "password"), store.password(), { mode: 0o600 });
        const pid = runningPid(world.layout.node(node).folder);
        const script = path.join(__dirname, "key-writer.js");
        // The network alone: it ends with the signal that is sent to it, and not with the node.
        const argv = [process.execPath, script, this.folder, host, String(port), this.name];
        this.process = spawn("nsenter", ["-t", String(pid), "-n", "--", ...argv], { stdio: ["ignore", "ignore", "inherit"] });
        try {
            this.waitForMore(50, 60);
        } catch (error) {
            this.kill();
            throw error;
        }
    }

    /** Waits until that many more writes were acknowledged. */
    waitForMore(count: number, limitSeconds: number): void {
        const before = this.log().length;
        try {
            waitUntil(`${count} more acknowledged writes`, limitSeconds, () => this.log().length >= before + count);
        } catch (error) {
            throw new Error(`${(error as Error).message}; the client says:\n${this.errors().slice(-20).join("\n")}`, { cause: error });
        }
    }

    /** Stops writing, looks every acknowledged key up in the store, and takes them away: many rounds would fill it. */
    stop(): KeysOutcome {
        try {
            this.process.kill("SIGKILL");
            const log = this.log();
            const present = new Set(this.store.ask("--scan", "--pattern", `${this.name}:*`, "--count", "10000").split("\n"));
            const lost = log.filter(({ number }) => !present.has(`${this.name}:${number}`)).map(({ seconds }) => seconds);
            const times = log.map(({ seconds }) => seconds);
            const unlink = "for _, key in ipairs(server.call('KEYS', ARGV[1])) do server.call('UNLINK', key) end";
            this.store.ask("EVAL", unlink, "0", `${this.name}:*`);
            return {
                acknowledged: log.length,
                lost: lost.length,
                lostSeconds: lost.length === 0 ? 0 : Math.max(...lost) - Math.min(...lost),
                longestGapSeconds: times.reduce((longest, time, i) => Math.max(longest, time - (times[i - 1] ?? time)), 0),
                errors: this.errors(),
            };
        } finally {
            this.kill();
        }
    }

    /** Ends the client whatever its state, and removes its log. */
    kill(): void {
        this.process.kill("SIGKILL");
        fs.rmSync(this.folder, { recursive: true, force: true });
    }

    /** Whole lines only: the last one may be cut. */
    private log(): { number: string; seconds: number }[] {
        return [...this.read("acknowledged").matchAll(/^(\d+)\|(\d+(?:\.\d+)?)\n/gm)].map((match) => ({
            number: match[1],
            seconds: Number(match[2]),
        }));
    }

    private errors(): string[] {
        return this.read("errors").split("\n").filter(Boolean);
    }

    private read(name: string): string {
        const file = path.join(this.folder, name);
        return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    }
}
