import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { EventStream } from "./event-stream";
import { retry, waitUntil } from "./wait";
import type { World } from "./world";

/** An event that JetStream has acknowledged: its number, the sequence it was told, and when. */
export interface AcknowledgedEvent {
    number: string;
    sequence: string;
    milliseconds: number;
}

/** What became of the events that JetStream had acknowledged. */
export interface EventsOutcome {
    acknowledged: AcknowledgedEvent[];
    /** Acknowledged, and not stored afterwards under the sequence that was told, with the content that was sent. */
    lost: number;
    /** Stored more than once. */
    doubled: number;
    /** The longest time without a single acknowledgement, as the client saw it. */
    longestGapSeconds: number;
}

/** Starts the publisher again when its connection to the pod was lost; numbers go on from the clock, so that none comes twice. */
const keeper = `
mkfifo "$1/in"
exec 9<>"$1/in"
while [ ! -e "$1/stop" ]; do
    kubectl -n "$2" exec -i "$3" -- node /programs/stream-client.js publish "$4.click" "$(date +%s%6N)" >>"$1/acknowledged" 2>>"$1/errors" <"$1/in" &
    echo $! > "$1/pid"
    wait $!
    sleep 0.2
done
touch "$1/ended"`;

/** How long a member that came back may take until it shows everything. */
const catchUpSeconds = 30;

const lostOf = (acknowledged: readonly AcknowledgedEvent[], stored: Map<string, string>): AcknowledgedEvent[] =>
    acknowledged.filter(({ number, sequence }) => stored.get(sequence) !== number);

/** A client that never stops publishing, and whose ledger of what was acknowledged lies outside the cluster. */
export class AcknowledgedEvents {
    private readonly folder: string;
    private readonly process: ChildProcess;

    constructor(
        world: World,
        private readonly stream: EventStream,
    ) {
        this.folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-events-"));
        this.process = spawn("bash", ["-c", keeper, "keeper", this.folder, stream.app, stream.client, stream.stream], {
            env: world.engineEnv,
            detached: true,
            stdio: "ignore",
        });
        try {
            this.waitForMore(50, 60);
        } catch (error) {
            this.kill();
            throw error;
        }
    }

    /** Waits until that many more events were acknowledged. */
    waitForMore(count: number, limitSeconds: number): void {
        const before = this.ledger().length;
        waitUntil(`${count} more acknowledged events (${this.errors(3)})`, limitSeconds, () => this.ledger().length >= before + count);
    }

    /** Stops publishing, and returns all that was acknowledged. */
    halt(): AcknowledgedEvent[] {
        fs.writeFileSync(path.join(this.folder, "stop"), "");
        process.kill(Number(fs.readFileSync(path.join(this.folder, "pid"), "utf8")), "SIGTERM");
        waitUntil("the publisher's end", 60, () => fs.existsSync(path.join(this.folder, "ended")));
        return this.ledger();
    }

    /** Stops publishing, and looks every acknowledged event up in the stream, from the first of them on. */
    stop(): EventsOutcome {
        try {
            const acknowledged = this.halt();
            const stored = this.find(acknowledged);
            const numbers = [...stored.values()];
            const times = acknowledged.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
            return {
                acknowledged,
                lost: lostOf(acknowledged, stored).length,
                doubled: numbers.length - new Set(numbers).size,
                longestGapSeconds: Math.max(...times.slice(1).map((time, index) => time - (times[index] as number))) / 1000,
            };
        } finally {
            this.kill();
        }
    }

    /**
     * What is stored, from the first acknowledged event on. A consumer may be on a member that has just come back: until that has caught up it
     * shows less than there is, which is no loss. So what is missing is looked for again, and what stays missing is lost.
     */
    private find(acknowledged: readonly AcknowledgedEvent[]): Map<string, string> {
        const end = Date.now() + catchUpSeconds * 1000;
        for (;;) {
            // Nor is it one that nobody answers while members vote.
            const stored = retry(60, () => this.stream.stored(Number(acknowledged[0]?.sequence ?? 1)));
            const lost = lostOf(acknowledged, stored);
            if (lost.length === 0 || Date.now() > end) return stored;
            console.warn(
                `${lost.length} of ${acknowledged.length} events are not to be seen yet, the first with sequence ${lost[0]?.sequence}`,
            );
        }
    }

    /** Ends the client whatever its state, and removes its ledger. */
    kill(): void {
        try {
            process.kill(-(this.process.pid as number), "SIGKILL");
        } catch {
            // It had ended.
        }
        fs.rmSync(this.folder, { recursive: true, force: true });
    }

    /** Whole lines only: the last one before a lost connection may be cut. */
    private ledger(): AcknowledgedEvent[] {
        const file = path.join(this.folder, "acknowledged");
        if (!fs.existsSync(file)) return [];
        return [...fs.readFileSync(file, "utf8").matchAll(/^(\d{16}) (\d+) (\d{13})$/gm)].map((match) => ({
            number: match[1] as string,
            sequence: match[2] as string,
            milliseconds: Number(match[3]),
        }));
    }

    /** What the client said last of what went wrong. */
    errors(lines: number): string {
        const file = path.join(this.folder, "errors");
        return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n").slice(-lines).join("; ") : "";
    }
}
