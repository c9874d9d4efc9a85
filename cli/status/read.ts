/** Reads what a status is made from, in a handful of kubectl calls at once. */

import { execFile } from "node:child_process";
import type { Cluster } from "../../stacks/cluster";
import { UserError } from "../errors";
import { applications, claimSelector, databaseLabel, managedSelector } from "./apps";
import { nodesToAsk } from "./claims";
import { readLeaders } from "./leaders";
import type { NodeStats, ObjectLists, Reading } from "./objects";
import { brief } from "./words";

/** What a kubectl call printed. */
export interface Printed {
    status: number;
    stdout: string;
    stderr: string;
}

/** Runs kubectl with these arguments against one cluster, until it has ended or nobody wants to know any more. */
export type RunKubectl = (args: string[], unwanted?: AbortSignal) => Promise<Printed>;

/** A cluster that doesn't answer is said to be down after so long. */
const patience = "10s";

/** kubectl with its cluster named, never whichever is current. */
export function kubectlOn(cluster: Cluster, program = "kubectl"): RunKubectl {
    const connection = [...(cluster.kubeconfig ? [`--kubeconfig=${cluster.kubeconfig}`] : []), `--context=${cluster.context}`];
    return (args, signal) =>
        new Promise((resolve, reject) => {
            const all = [...connection, `--request-timeout=${patience}`, ...args];
            execFile(program, all, { encoding: "utf8", maxBuffer: 1 << 29, signal }, (error, stdout, stderr) => {
                if (error && typeof error.code === "string" && !signal?.aborted) {
                    const isMissing = error.code === "ENOENT";
                    reject(
                        isMissing
                            ? new UserError("`holdfast status` reads the cluster with kubectl, and there is none on PATH. Install kubectl.")
                            : error,
                    );
                } else resolve({ status: error ? 1 : 0, stdout, stderr });
            });
        });
}

/** The kinds of a list, as kubectl names them and as they come back. */
const kindsOf: Record<string, keyof ObjectLists> = {
    StatefulSet: "statefulsets",
    Deployment: "deployments",
    Pod: "pods",
    PersistentVolumeClaim: "claims",
    Namespace: "namespaces",
    PersistentVolume: "volumes",
    StorageClass: "classes",
    Node: "nodes",
    Event: "events",
    VolumeSnapshot: "snapshots",
};

const resources: Record<keyof ObjectLists, string> = {
    statefulsets: "statefulsets",
    deployments: "deployments",
    databases: "clusters",
    pods: "pods",
    claims: "persistentvolumeclaims",
    namespaces: "namespaces",
    volumes: "persistentvolumes",
    classes: "storageclasses",
    nodes: "nodes",
    events: "events",
    snapshots: "volumesnapshots",
};

/** One call, and the kinds it asks for. */
interface Call {
    kinds: (keyof ObjectLists)[];
    args: string[];
}

function calls(namespace: string | undefined): Call[] {
    const scope = namespace === undefined ? ["-A"] : ["-n", namespace];
    const snapshots = namespace === undefined ? "volumesnapshots" : `namespaces/${namespace}/volumesnapshots`;
    const own = `clusters?labelSelector=${encodeURIComponent(managedSelector)}`;
    const databases = namespace === undefined ? own : `namespaces/${namespace}/${own}`;
    const get = (kinds: (keyof ObjectLists)[], ...more: string[]): Call => ({
        kinds,
        args: ["get", kinds.map((kind) => resources[kind]).join(","), "-o", "json", ...more],
    });
    return [
        get(["statefulsets", "deployments", "pods"], ...scope, "-l", managedSelector),
        get(["claims"], ...scope, "-l", claimSelector),
        get(["namespaces"], "-l", managedSelector),
        get(["volumes", "classes", "nodes"]),
        get(["events"], ...scope, "--field-selector", "type=Warning"),
        // By their paths: as kinds they would fail where there is no such kind, with a look at everything the cluster has.
        { kinds: ["snapshots"], args: ["get", "--raw", `/apis/snapshot.storage.k8s.io/v1/${snapshots}`] },
        { kinds: ["databases"], args: ["get", "--raw", `/apis/postgresql.cnpg.io/v1/${databases}`] },
    ];
}

/** Lines of kubectl's that say something went wrong. */
const complaints = (stderr: string): string[] => stderr.split("\n").filter((line) => /^(error|Error|Unable|The connection)/.test(line));

/** Why a kind could not be read, in words. */
function refusalWords(line: string): string {
    const forbidden = /^Error from server \(Forbidden\): (?:.*? is forbidden: )?(.*)$/.exec(line)?.[1];
    return forbidden === undefined
        ? brief(line.replace(/^(error|Error from server( \(\w+\))?): /, ""))
        : `not allowed: ${brief(forbidden)}`;
}

const isForbidden = (line: string) => line.startsWith("Error from server (Forbidden)");
const isNotFound = (line: string) => line.startsWith("Error from server (NotFound)");

/** Adds what one call brought, and what it could not bring. */
function take(reading: Reading, { kinds }: Call, { status, stdout, stderr }: Printed): void {
    const items = stdout.trim() === "" ? [] : ((JSON.parse(stdout) as { items?: { kind?: string }[] }).items ?? []);
    const lists = reading as unknown as Record<string, unknown[]>;
    for (const item of items) {
        const kind = kindsOf[item.kind ?? ""] ?? (kinds.length === 1 ? kinds[0] : undefined);
        if (kind) lists[kind].push(item);
    }
    if (status === 0) return;
    const said = complaints(stderr);
    if ((kinds[0] === "snapshots" || kinds[0] === "databases") && said.some(isNotFound)) {
        if (kinds[0] === "snapshots") reading.hasSnapshots = false;
        return;
    }
    for (const kind of kinds) {
        const own =
            said.find((line) => line.includes(`"${resources[kind]}"`) || line.includes(`${resources[kind]}.`)) ??
            (kinds.length === 1 ? said[0] : undefined);
        if (own) reading.notRead[kind] = refusalWords(own);
    }
    if (!kinds.some((kind) => reading.notRead[kind] !== undefined)) throw new UserError(brief(stderr, 1000) || "kubectl failed");
}

/** Why the cluster as a whole can't be read, or undefined where it answered. */
function unreachable({ status, stderr }: Printed): string | undefined {
    const line = complaints(stderr).find((text) =>
        /^Unable to connect|^The connection to the server|deadline exceeded|Client\.Timeout|\(Unauthorized\)/.test(text),
    );
    return status === 0 ? undefined : line && brief(line, 500);
}

/**
 * Every call at once. The first that finds the cluster unreachable ends the others: most of them would look for what the cluster has first,
 * again and again.
 */
async function readAll(kubectl: RunKubectl, asked: readonly Call[]): Promise<Printed[]> {
    const abort = new AbortController();
    let why: string | undefined;
    const printed = await Promise.all(
        asked.map(async ({ args }) => {
            const each = await kubectl(args, abort.signal);
            why ??= unreachable(each);
            if (why !== undefined) abort.abort();
            return each;
        }),
    );
    if (why !== undefined) throw new UserError(why);
    return printed;
}

async function statsOf(kubectl: RunKubectl, node: string): Promise<NodeStats | { reason: string }> {
    const { status, stdout, stderr } = await kubectl(["get", "--raw", `/api/v1/nodes/${node}/proxy/stats/summary`]);
    if (status === 0) return JSON.parse(stdout) as NodeStats;
    const line = complaints(stderr)[0] ?? stderr.trim();
    return {
        reason: isForbidden(line) ? `${node} may not be asked (${refusalWords(line)})` : `${node} doesn't answer (${refusalWords(line)})`,
    };
}

/**
 * Pods of databases that an operator runs don't carry Holdfast's labels, so they are asked for where there are such databases. Where those may
 * not be read, their claims tell that there are some.
 */
async function readDatabasePods(kubectl: RunKubectl, reading: Reading, namespace: string | undefined): Promise<void> {
    const isUsed = reading.claims.some(({ metadata }) => metadata.labels?.[databaseLabel] !== undefined);
    if (!isUsed && reading.databases.length === 0) {
        delete reading.notRead.databases;
        return;
    }
    const scope = namespace === undefined ? ["-A"] : ["-n", namespace];
    const args = ["get", "pods", "-o", "json", ...scope, "-l", `${databaseLabel},${managedSelector.replace("=", "!=")}`];
    take(reading, { kinds: ["pods"], args }, await kubectl(args));
}

/** One reading of a cluster; throws a `UserError` where the cluster as a whole can't be read. */
export async function readCluster(kubectl: RunKubectl, wanted: { app?: string; namespace?: string }): Promise<Reading> {
    const asked = calls(wanted.namespace);
    const printed = await readAll(kubectl, asked);
    const reading: Reading = {
        statefulsets: [],
        deployments: [],
        databases: [],
        pods: [],
        claims: [],
        namespaces: [],
        volumes: [],
        classes: [],
        nodes: [],
        events: [],
        snapshots: [],
        notRead: {},
        hasSnapshots: true,
        stats: {},
        now: Date.now(),
    };
    asked.forEach((call, index) => {
        take(reading, call, printed[index]);
    });
    await readDatabasePods(kubectl, reading, wanted.namespace);
    // The kubelets measure volumes, and each is asked once: those of the application that is asked for.
    const { apps } = applications(reading);
    const claims = apps.filter(({ app }) => wanted.app === undefined || app === wanted.app).flatMap((objects) => objects.claims);
    const nodes = nodesToAsk(claims, reading.pods);
    const [stats, leaders] = await Promise.all([
        Promise.all(nodes.map((node) => statsOf(kubectl, node))),
        readLeaders(kubectl, reading, wanted.app),
    ]);
    reading.leaders = leaders;
    reading.stats = Object.fromEntries(nodes.map((node, index) => [node, stats[index]]));
    return reading;
}
