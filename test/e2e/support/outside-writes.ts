import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { waitUntil } from "./wait";
import type { World } from "./world";

/** A write that the database acknowledged. */
export interface Acknowledged {
    value: string;
    seconds: number;
}

/** One insert after the other, as fast as they are answered, until the database is gone; each line is of a commit that was acknowledged. */
const writer = `
n=0
while sleep 0.02; do
    n=$((n + 1))
    echo "insert into written (n) values ($n) returning n, extract(epoch from at);"
done | kubectl -n "$1" exec -i "service/$2-rw" -c postgres -- psql "$3" -XAtq -v ON_ERROR_STOP=1 >"$4" 2>/dev/null`;

/** A client whose record lies outside the cluster, and that goes on until what it writes to is destroyed. */
export class OutsideWrites {
    private readonly file: string;
    private readonly process: ChildProcess;

    constructor(world: World, namespace: string, app: string, database: string) {
        this.file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-writes-")), "acknowledged");
        this.process = spawn("bash", ["-c", writer, "writer", namespace, app, database, this.file], {
            env: world.engineEnv,
            detached: true,
            stdio: "ignore",
        });
    }

    /** Whole lines only: the last one before a lost connection may be cut. */
    get acknowledged(): Acknowledged[] {
        if (!fs.existsSync(this.file)) return [];
        return [...fs.readFileSync(this.file, "utf8").matchAll(/^(\d+)\|(\d+\.\d+)\n/gm)].map(([, value, seconds]) => ({
            value,
            seconds: Number(seconds),
        }));
    }

    waitForMore(count: number, limitSeconds: number): void {
        const before = this.acknowledged.length;
        waitUntil(`${count} more acknowledged writes`, limitSeconds, () => this.acknowledged.length >= before + count);
    }

    /** Ends the client whatever its state, and removes its record. */
    kill(): void {
        try {
            process.kill(-(this.process.pid as number), "SIGKILL");
        } catch {
            // It had ended.
        }
        fs.rmSync(path.dirname(this.file), { recursive: true, force: true });
    }
}
