import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Database } from "./database";
import { sleep, waitUntil } from "./wait";
import type { World } from "./world";

/** pgbench's own transactions from the client pod, until the server goes away under it. */
export class PgbenchLoad {
    /** Each connection may have one transaction under way whose commit was not acknowledged. */
    readonly connections = 4;
    private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-pgbench-"));
    private readonly process: ChildProcess;

    constructor(world: World, database: Database) {
        const options = "connect_timeout=3 tcp_user_timeout=3000 keepalives_idle=2 keepalives_interval=1 keepalives_count=2";
        const pgbench = ["pgbench", "--no-vacuum", "-c", String(this.connections), "-T", "600", options];
        const argv = ["-n", database.namespace, "exec", database.client, "--", ...pgbench];
        this.process = spawn(
            "bash",
            ["-c", 'folder=$1; shift; kubectl "$@" >"$folder/output" 2>&1; touch "$folder/ended"', "pgbench", this.folder, ...argv],
            {
                env: world.engineEnv,
                detached: true,
                stdio: "ignore",
            },
        );
        sleep(3000);
    }

    /** Waits until pgbench has given up; returns how many transactions were acknowledged to it. */
    finish(): number {
        try {
            waitUntil("pgbench's end", 60, () => fs.existsSync(path.join(this.folder, "ended")));
            const output = fs.readFileSync(path.join(this.folder, "output"), "utf8");
            const processed = /number of transactions actually processed: (\d+)/.exec(output)?.[1];
            if (!processed) throw new Error(`pgbench did not say what it did:\n${output}`);
            return Number(processed);
        } finally {
            this.kill();
        }
    }

    /** Ends it whatever its state. */
    kill(): void {
        try {
            process.kill(-(this.process.pid as number), "SIGKILL");
        } catch {
            // It had ended.
        }
        fs.rmSync(this.folder, { recursive: true, force: true });
    }
}
