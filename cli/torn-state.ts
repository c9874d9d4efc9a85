import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { judgeLock, readLocks, startTime } from "./locks";

const isJson = (file: string) => {
    try {
        JSON.parse(fs.readFileSync(file, "utf8"));
        return true;
    } catch {
        return false;
    }
};

/**
 * Removes what a killed engine left half-written beside a stack's state in a local file backend. The state itself is replaced whole, but
 * the `.attrs` file beside it (content type and checksum, which nothing needs) is written in place: cut short, it makes the backend
 * report that there is no such stack. Returns the names of what was removed; touches nothing while a living process has the stack.
 */
export function mendTornState(backendUrl: string | undefined, stack: string, project = "holdfast"): string[] {
    if (!backendUrl?.startsWith("file://")) return [];
    if (readLocks(backendUrl, stack, project).some((lock) => judgeLock(lock, os.hostname(), startTime) !== "dead")) return [];
    const root = path.join(backendUrl.slice("file://".length), ".pulumi");
    const torn = (folder: string, isOurs: (file: string) => boolean) =>
        fs.existsSync(folder)
            ? fs
                  .readdirSync(folder)
                  .filter((file) => isOurs(file) && file.endsWith(".attrs") && !isJson(path.join(folder, file)))
                  .map((file) => path.join(folder, file))
            : [];
    const found = [
        ...torn(path.join(root, "stacks", project), (file) => file.startsWith(`${stack}.json`)),
        ...torn(path.join(root, "locks", "organization", project, stack), () => true),
    ];
    for (const file of found) fs.rmSync(file, { force: true });
    return found.map((file) => path.basename(file));
}
