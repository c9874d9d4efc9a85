import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { retry, waitUntil } from "./wait";
import type { World } from "./world";

/** A database with a client pod: `inClient` runs a program there, which connects as who writes; `sql` may be asked as its owner. */
export interface WrittenDatabase {
    readonly namespace: string;
    readonly client: string;
    inClient(...argv: string[]): string;
    sql(statement: string): string;
}

/** What became of the writes that the database had acknowledged. */
export interface WritesOutcome {
    acknowledged: number;
    /** Acknowledged, and not in the database afterwards. */
    lost: number;
    /** Between the first and the last of them; 0 where none was lost. */
    lostSeconds: number;
    /** The longest time without a single acknowledged write, as the client saw it. */
    longestGapSeconds: number;
}

const stopFile = "/tmp/stop-writing";

/**
 * One insert after the other, in transactions of their own; a value is printed when its commit was acknowledged. Values are nanoseconds
 * since 1970, counted on from where a connection began, so that none comes twice. Time-outs are those of a client that doesn't hang on a
 * server that vanished; and none is stayed on for longer than 10 s, since the kernel beneath a server that is frozen goes on answering.
 */
const writer = `
rm -f ${stopFile}
options="connect_timeout=3 tcp_user_timeout=3000 keepalives_idle=2 keepalives_interval=1 keepalives_count=2"
while [ ! -e ${stopFile} ]; do
    n=$(date +%s%N)
    while [ ! -e ${stopFile} ]; do
        n=$((n + 1))
        echo "insert into acknowledged (n) values ($n) returning n, extract(epoch from at);"
    done | timeout --signal=KILL 10 psql "$options" -XAtq -v ON_ERROR_STOP=1
    sleep 0.2
done`;

/** Starts the writer again when the pod it runs in was lost; \`$1\` is the folder of the log. */
const keeper = `
while [ ! -e "$1/stop" ]; do
    kubectl -n "$2" exec "$3" -- bash -c "$4" >>"$1/acknowledged" 2>>"$1/errors"
    sleep 0.2
done
touch "$1/ended"`;

/** A client that never stops writing, and whose log of what was acknowledged lies outside the cluster. */
export class AcknowledgedWrites {
    private readonly folder: string;
    private readonly process: ChildProcess;

    constructor(
        world: World,
        private readonly database: WrittenDatabase,
    ) {
        database.sql("create table if not exists acknowledged (n bigint primary key, at timestamptz not null default clock_timestamp())");
        this.folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-writes-"));
        this.process = spawn("bash", ["-c", keeper, "keeper", this.folder, database.namespace, database.client, writer], {
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

    /** Waits until that many more writes were acknowledged. */
    waitForMore(count: number, limitSeconds: number): void {
        const before = this.log().length;
        waitUntil(`${count} more acknowledged writes (${this.errors()})`, limitSeconds, () => this.log().length >= before + count);
    }

    /** How many writes were acknowledged until now. */
    get count(): number {
        return this.log().length;
    }

    /** Stops writing, and looks every acknowledged value up in the database. */
    stop(): WritesOutcome {
        try {
            fs.writeFileSync(path.join(this.folder, "stop"), "");
            this.database.inClient("touch", stopFile);
            waitUntil("the writer's end", 60, () => fs.existsSync(path.join(this.folder, "ended")));
            const log = this.log();
            // A member that comes back may take the role over just now: a gap, but no loss.
            const present = new Set(retry(60, () => this.database.sql("select n from acknowledged")).split("\n"));
            const lost = log.filter((line) => !present.has(line.value)).map(({ seconds }) => seconds);
            const times = log.map((line) => line.seconds).sort((a, b) => a - b);
            return {
                acknowledged: log.length,
                lost: lost.length,
                lostSeconds: lost.length === 0 ? 0 : Math.max(...lost) - Math.min(...lost),
                longestGapSeconds: Math.max(...times.slice(1).map((time, i) => time - (times[i] as number))),
            };
        } finally {
            this.kill();
        }
    }

    /** Ends the client whatever its state, and removes its log. */
    kill(): void {
        try {
            process.kill(-(this.process.pid as number), "SIGKILL");
        } catch {
            // It had ended.
        }
        fs.rmSync(this.folder, { recursive: true, force: true });
    }

    /** Whole lines only: the last one before a lost connection may be cut. */
    private log(): { value: string; seconds: number }[] {
        const file = path.join(this.folder, "acknowledged");
        if (!fs.existsSync(file)) return [];
        return [...fs.readFileSync(file, "utf8").matchAll(/^(\d{19})\|(\d+\.\d+)$/gm)].map((match) => ({
            value: match[1] as string,
            seconds: Number(match[2]),
        }));
    }

    private errors(): string {
        const file = path.join(this.folder, "errors");
        return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n").slice(-3).join("; ") : "";
    }
}
