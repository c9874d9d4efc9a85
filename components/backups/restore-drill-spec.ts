/** What a drill is made of, from its arguments: figures, names and everything wrong with them. No resources. */

import type * as input from "@pulumi/kubernetes/types/input";
import { appNameProblem, type InputProblem } from "../problems";
import { bytesOf, secondsOf } from "../usecases/quantities";
import { endpointOf } from "./backup-repository-problems";
import { cronProblem } from "./file-backup-schedules";
import type { RestoreDrillArgs } from "./restore-drill-args";

/** Name of a drill's namespace, and of its CronJob, account and result in it. */
export const drillNameOf = (app: string): string => `${app}-drill`;

/** Labels of everything of a drill. Not the application's own: its Services and its status would take the drill's pods for its members. */
export const drillLabels = (app: string): Record<string, string> => ({
    "holdfast.dev/drill-of": app,
    "app.kubernetes.io/managed-by": "holdfast",
});

/** How long a finished drill's Job, pod and volume stay, for whoever wants to read its log. */
const keptSeconds = 600;

/** When the parts of a drill run: at the same times, on either side, and never twice at once. */
export const drillCronSpec = (
    app: string,
    { schedule }: Pick<RestoreDrillArgs, "schedule">,
    job: input.batch.v1.JobSpec,
): input.batch.v1.CronJobSpec => ({
    schedule,
    timeZone: "Etc/UTC",
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: 3600,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 1,
    jobTemplate: { metadata: { labels: drillLabels(app) }, spec: { ...job, ttlSecondsAfterFinished: keptSeconds } },
});

/** Seconds, from the durations and their defaults. */
export interface DrillTimes {
    rpo: number;
    rto: number;
    grace: number;
    deadline: number;
    call: number;
}

export function drillTimes(
    args: Pick<RestoreDrillArgs, "promisedRpo" | "promisedRto" | "grace" | "deadline" | "callDeadline">,
): DrillTimes {
    const seconds = (text: string | undefined) => (text === undefined ? undefined : secondsOf(text));
    const rpo = seconds(args.promisedRpo) ?? 0;
    const rto = seconds(args.promisedRto) ?? 0;
    return {
        rpo,
        rto,
        grace: seconds(args.grace) ?? Math.max(300, Math.round(rpo / 4)),
        deadline: seconds(args.deadline) ?? Math.max(1800, 4 * rto),
        call: seconds(args.callDeadline) ?? 120,
    };
}

/** Whose streams they are, by their ending. */
const readers: Record<string, string | undefined> = { sql: "postgres", rdb: "valkey", jetstream: "jetstream" };

/** The engine whose backup is a log with base copies, and not a snapshot of restic's. */
export const archiveEngine = "postgres-archive";

const extensionOf = (path: string): string => /\.(sql|rdb|jetstream|tar)$/.exec(path)?.[1] ?? "folder";

function pathProblems({ paths, engine }: Pick<RestoreDrillArgs, "paths" | "engine">): InputProblem[] {
    if (paths.length === 0) {
        return [{ path: "paths", reason: `there is none: nothing would be restored. Write e.g. ["/ledger-main.sql"].` }];
    }
    const problems = paths.flatMap((path, index) =>
        /^(\/[\w.-]+)+$/.test(path)
            ? []
            : [
                  {
                      path: `paths[${index}]`,
                      reason: `"${path}" is no path in a repository: "/" and letters, digits, "-", "_", "." in every part. Write e.g. "/data/data-wiki-0".`,
                  },
              ],
    );
    const kinds = paths.map(extensionOf);
    if (kinds.some((kind) => kind !== "folder") && paths.length > 1) {
        problems.push({ path: "paths", reason: "a stream is one path, and here are several. Write the stream alone, or the folders." });
    }
    if (engine === "postgres" && kinds[0] !== "sql") {
        problems.push({ path: "paths", reason: `"${paths[0]}" is no dump: PostgreSQL reads a stream that ends in ".sql".` });
    }
    if (engine === "valkey" && kinds[0] !== "rdb") {
        problems.push({ path: "paths", reason: `"${paths[0]}" is no snapshot: Valkey reads a stream that ends in ".rdb".` });
    }
    if (engine === "jetstream" && kinds[0] !== "jetstream") {
        problems.push({
            path: "paths",
            reason: `"${paths[0]}" is no copy of streams: JetStream reads a stream that ends in ".jetstream".`,
        });
    }
    if (engine === archiveEngine && (paths.length > 1 || kinds[0] !== "folder")) {
        problems.push({ path: "paths", reason: `${JSON.stringify(paths)} is no folder of an archive. Write ["/postgres"].` });
    }
    const other = readers[kinds[0]];
    if (engine === "container" && other !== undefined) {
        problems.push({
            path: "paths",
            reason: `"${paths[0]}" is a dump. Write engine: "${other}", or folders or a stream that ends in ".tar".`,
        });
    }
    return problems;
}

const durations = ["promisedRpo", "promisedRto", "grace", "deadline", "callDeadline"] as const;

/** Everything wrong with the arguments that a program can see. */
export function restoreDrillProblems(app: string, args: RestoreDrillArgs): InputProblem[] {
    const problems: InputProblem[] = [];
    const add = (path: string, reason: string | undefined) => reason !== undefined && problems.push({ path, reason });
    add("app", appNameProblem(app));
    add("app", app.length > 46 ? `"${app}" has ${app.length} letters, and a drill's CronJob leaves room for 46.` : undefined);
    add("schedule", cronProblem(args.schedule));
    for (const name of durations) {
        const text = args[name];
        const isDuration = text === undefined || (secondsOf(text) ?? 0) > 0 || (name === "grace" && secondsOf(text) === 0);
        add(name, isDuration ? undefined : `"${text}" is no duration. Write e.g. "15m" or "1h".`);
    }
    add("size", (bytesOf(args.size) ?? 0) > 0 ? undefined : `"${args.size}" is no size. Write e.g. "20Gi".`);
    const engines = ["postgres", "valkey", "jetstream", "container", archiveEngine];
    add("engine", engines.includes(args.engine) ? undefined : `"${args.engine}" is none of ${engines.join(", ")}.`);
    problems.push(...pathProblems(args));
    const isArchive = args.engine === archiveEngine;
    add(
        "database",
        isArchive && !args.database ? `missing: an archive has several. Write the one that is asked, e.g. "ledger".` : undefined,
    );
    add(
        "accessKeyId",
        isArchive && args.accessKeyId === undefined ? "missing: an archive is read with a key of its own. Write it." : undefined,
    );
    add(
        "query",
        isArchive && !args.query?.trim() ? 'missing: write what the database is asked, e.g. "SELECT count(*) FROM entries".' : undefined,
    );
    const needsQuery = args.engine === "container" && (args.query ?? "").trim() === "";
    add(
        "query",
        needsQuery ? `missing: files alone prove little. Write a command that reads them, e.g. "find . -type f | wc -l".` : undefined,
    );
    for (const name of ["runAsUser", "runAsGroup"] as const) {
        const value = args[name];
        const isOrdinary = value === undefined || (Number.isInteger(value) && value > 0);
        add(name, isOrdinary ? undefined : `${value} is root or no number: drills run as an ordinary user. Write 1 or more.`);
    }
    if (args.storageClass !== undefined && args.provisioner !== undefined) {
        add("provisioner", "storageClass names a class that is there. Leave one of them out.");
    }
    if ((args.accessKeyId === undefined) !== (args.secretAccessKey === undefined)) {
        const missing = args.accessKeyId === undefined ? "accessKeyId" : "secretAccessKey";
        add(missing, "an access key has an id and a secret. Write both, or neither where the pods have an identity of their own.");
    }
    const { endpoint } = args;
    const isUrl = typeof endpoint !== "string" || (URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol));
    add(
        "endpoint",
        isUrl ? undefined : `"${endpoint}" is not the URL of an S3 server. Write e.g. "https://s3.eu-central-1.amazonaws.com".`,
    );
    return problems;
}

/** Ports that a drill calls: the API's, the repository's, and what is said. */
export function drillPorts(endpoint: string, more: number[] = []): number[] {
    const { port, protocol } = new URL(endpointOf(endpoint));
    const own = port === "" ? (protocol === "http:" ? 80 : 443) : Number(port);
    return [...new Set([443, 6443, own, ...more])];
}
