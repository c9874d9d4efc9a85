import * as fs from "node:fs";
import * as path from "node:path";
import { identityOf, runningProcess } from "./process";

/** Runs `body` while no other command may change the same thing. The lock of a process that has died is taken over. */
export async function withLock<T>(file: string, what: string, body: () => Promise<T>): Promise<T> {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const mine = JSON.stringify(identityOf(process.pid));
    for (let attempt = 0; ; attempt++) {
        try {
            // Written aside and linked: a lock that exists always says whose it is.
            const aside = `${file}.${process.pid}`;
            fs.writeFileSync(aside, mine);
            try {
                fs.linkSync(aside, file);
            } finally {
                fs.rmSync(aside, { force: true });
            }
            break;
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
            const owner = runningProcess(file);
            if (owner || attempt > 3) {
                throw new Error(
                    `another holdfast command (process ${owner?.pid ?? "unknown"}) is changing ${what}. Wait until it has ended, or end it, and run this one again.`,
                );
            }
            fs.rmSync(file, { force: true });
        }
    }
    try {
        return await body();
    } finally {
        fs.rmSync(file, { force: true });
    }
}
