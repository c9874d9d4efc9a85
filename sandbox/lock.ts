import * as fs from "node:fs";
import * as path from "node:path";
import { SandboxError } from "./errors";
import { identityOf, runningProcess } from "./process";

/** Times to try again when others take the lock and leave it meanwhile. */
const attempts = 5;

/** Runs `body` while no other command may change the same thing. The lock of a process that has died is taken over. */
export async function withLock<T>(file: string, what: string, body: () => Promise<T>): Promise<T> {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const mine = JSON.stringify(identityOf(process.pid));
    for (let attempt = 0; !take(file, mine); attempt++) {
        const owner = runningProcess(file);
        if (owner || attempt >= attempts) {
            throw new SandboxError(
                `another holdfast command (process ${owner?.pid ?? "unknown"}) is changing ${what}. Wait until it has ended, or end it, and run this one again; nothing was changed.`,
            );
        }
        removeDead(file);
    }
    try {
        return await body();
    } finally {
        if (read(file) === mine) fs.rmSync(file, { force: true });
    }
}

function read(file: string): string | undefined {
    try {
        return fs.readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}

/** Takes a lock that nobody has. Written aside and linked: a lock that exists always says whose it is. */
function take(file: string, mine: string): boolean {
    const aside = `${file}.${process.pid}`;
    fs.writeFileSync(aside, mine);
    try {
        fs.linkSync(aside, file);
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
        throw error;
    } finally {
        fs.rmSync(aside, { force: true });
    }
}

/**
 * Removes the lock of a dead process. Two commands may find it at once, and the slower one must not remove what the faster one has just
 * taken: the file is moved away first, and put back when it turns out to be somebody's.
 */
function removeDead(file: string): void {
    const moved = `${file}.${process.pid}.dead`;
    try {
        fs.renameSync(file, moved);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
        throw error;
    }
    try {
        if (runningProcess(moved)) fs.linkSync(moved, file);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
        fs.rmSync(moved, { force: true });
    }
}
