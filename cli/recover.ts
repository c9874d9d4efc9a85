import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { UserError } from "./errors";
import type { PulumiCli } from "./pulumi";

/** A lock as Pulumi's file backend writes it. */
export interface StackLock {
    pid: number;
    username: string;
    hostname: string;
    timestamp: string;
}

/** Who holds a stack, as far as it can be told from here. */
export type LockVerdict = "alive" | "dead" | "elsewhere";

/** Time at which a process started, in milliseconds since 1970; undefined when there is none with this id. */
export function startTime(pid: number): number | undefined {
    try {
        return fs.statSync(`/proc/${pid}`).ctimeMs;
    } catch {
        return undefined;
    }
}

/** Judges a lock: its process runs, has died, or is on another machine. An id that a younger process has now is a dead process's. */
export function judgeLock(lock: StackLock, hostname: string, started: (pid: number) => number | undefined): LockVerdict {
    if (lock.hostname !== hostname) return "elsewhere";
    const start = started(lock.pid);
    // A second of tolerance: the lock's clock and the process table's are read differently.
    return start !== undefined && start <= Date.parse(lock.timestamp) + 1000 ? "alive" : "dead";
}

/** Locks of a stack in a local file backend; none for other backends, whose own message has to do. */
export function readLocks(backendUrl: string | undefined, stack: string, project = "holdfast"): StackLock[] {
    if (!backendUrl?.startsWith("file://")) return [];
    const folder = path.join(backendUrl.slice("file://".length), ".pulumi", "locks", "organization", project, stack);
    if (!fs.existsSync(folder)) return [];
    return fs
        .readdirSync(folder)
        .filter((file) => file.endsWith(".json"))
        .flatMap((file) => {
            try {
                return [JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as StackLock];
            } catch {
                return [];
            }
        });
}

/** Lifts locks left by processes that have died, and says so; refuses when someone may still be at work. */
export function liftDeadLocks(pulumi: PulumiCli, stack: string, say: (text: string) => void): void {
    const locks = readLocks(pulumi.env.PULUMI_BACKEND_URL, stack);
    const judged = locks.map((lock) => ({ lock, verdict: judgeLock(lock, os.hostname(), startTime) }));
    const inTheWay = judged.filter(({ verdict }) => verdict !== "dead");
    if (inTheWay.length > 0) {
        const who = inTheWay.map(({ lock, verdict }) => {
            const since = `since ${lock.timestamp}`;
            return verdict === "alive"
                ? `process ${lock.pid} of ${lock.username} is deploying it ${since}: wait until it has ended`
                : `process ${lock.pid} of ${lock.username} on ${lock.hostname} has locked it ${since}: if that has ended, lift the lock with \`pulumi cancel ${stack}\``;
        });
        throw new UserError(`Stack "${stack}" is locked; nothing was changed.\n${who.map((line) => `  - ${line}`).join("\n")}`);
    }
    for (const { lock } of judged) {
        say(`An earlier run (process ${lock.pid}, started ${lock.timestamp}) died and left the stack locked. The lock is lifted.`);
    }
    if (judged.length > 0) pulumi.run(["cancel", "--yes", "--stack", stack]);
}

/** An operation that had begun and never reported back. */
export interface PendingOperation {
    type: string;
    resource: { urn: string; type: string; inputs?: { metadata?: { name?: unknown; namespace?: unknown } } };
}

/**
 * The pending creates that can be taken over from the cluster: objects with an explicit name, whose id is `namespace/name`. Others can't
 * be told from here.
 */
export function adoptable(operations: readonly PendingOperation[]): { urn: string; id: string }[] {
    return operations.flatMap(({ type, resource }) => {
        const name = resource.inputs?.metadata?.name;
        const namespace = resource.inputs?.metadata?.namespace;
        if (type !== "creating" || !resource.type.startsWith("kubernetes:") || typeof name !== "string") return [];
        return [{ urn: resource.urn, id: typeof namespace === "string" ? `${namespace}/${name}` : name }];
    });
}

/**
 * Settles what an interrupted run left open. An object whose creation was under way may or may not be in the cluster; a refresh that is
 * told its id finds out, and takes it into the state if it is there. Works the same with Pulumi's own provider.
 */
export function settlePending(pulumi: PulumiCli, stack: string, say: (text: string) => void): void {
    const exported = JSON.parse(pulumi.run(["stack", "export", "--stack", stack])) as {
        deployment?: { pending_operations?: PendingOperation[] };
    };
    const pending = exported.deployment?.pending_operations ?? [];
    if (pending.length === 0) return;
    const found = adoptable(pending);
    say(
        `An earlier run was interrupted with ${pending.length} operation${pending.length > 1 ? "s" : ""} under way; asking the cluster what came of it.`,
    );
    const pairs = found.flatMap(({ urn, id }) => ["--import-pending-creates", urn, "--import-pending-creates", id]);
    const result = pulumi.capture([
        "refresh",
        "--yes",
        "--skip-preview",
        "--stack",
        stack,
        ...(pairs.length > 0 ? pairs : ["--clear-pending-creates"]),
    ]);
    if (result.status !== 0) {
        throw new Error(
            `what an interrupted run left open could not be settled; nothing was changed.\n${(result.stderr || result.stdout).trim()}`,
        );
    }
}
