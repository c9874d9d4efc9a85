/** Has K8up make a backup now, as its Schedule would, and waits for it. */

import { UserError } from "../errors";
import { lookAnnotation } from "../status/looks";
import { brief } from "../status/words";
import { type ClusterApi, ClusterError, type Made } from "./cluster";
import type { Report } from "./progress";
import type { RecoveryPoint } from "./recovery-points";
import { lookTextOf } from "./remarks";
import { holds, pause, podWords, type Watched } from "./task";

interface ScheduleObject {
    metadata: { name: string };
    spec: Record<string, unknown> & { backup?: Record<string, unknown> };
}

interface BackupObject extends Made {
    status?: { conditions?: { type: string; reason?: string; message?: string }[] };
}

const apiVersion = "k8up.io/v1";

/** Annotations with which a backup that was looked at is marked, for `status`. */
export const recoveryPointAnnotation = "holdfast.dev/recovery-point";
export const refusedAnnotation = "holdfast.dev/refused";

/** A Backup with all that the Schedule says of its own: repository, pods, limits. */
export function backupOf(schedule: ScheduleObject, namespace: string, name: string): object {
    const { backup = {}, backend, podConfigRef, podSecurityContext, failedJobsHistoryLimit, successfulJobsHistoryLimit } = schedule.spec;
    const { schedule: _line, concurrentRunsAllowed: _concurrent, ...own } = backup;
    const given = { backend, podConfigRef, podSecurityContext, failedJobsHistoryLimit, successfulJobsHistoryLimit };
    const defaults = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    return {
        apiVersion,
        kind: "Backup",
        metadata: {
            name,
            namespace,
            labels: { "app.kubernetes.io/managed-by": "holdfast", "app.kubernetes.io/name": schedule.metadata.name },
        },
        spec: { ...defaults, ...own },
    };
}

/** `<app>-20261123-004211`. */
export const backupName = (app: string, now: Date): string =>
    `${app}-${now.toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-")}`;

/** The application's Schedule; throws where nothing backs it up. */
export async function scheduleOf(api: ClusterApi, namespace: string, app: string): Promise<ScheduleObject> {
    const schedule = await api.find<ScheduleObject>(namespace, "schedules.k8up.io", app);
    if (schedule) return schedule;
    throw new UserError(
        `Nothing backs "${app}" up: there is no Schedule ${namespace}/${app} of K8up's in the cluster. Deploy the stack first: npx holdfast up.`,
    );
}

/**
 * Notes beside the Schedule what a look at the repository found: Backups go after a few, and the next ones make nobody look again. Someone who
 * may only read the cluster may list all the same.
 */
export async function noteLook(
    api: ClusterApi,
    namespace: string,
    app: string,
    points: readonly RecoveryPoint[],
    at: number,
): Promise<void> {
    const text = lookTextOf(points, at);
    if (text === undefined) return;
    const note = ["annotate", "schedules.k8up.io", app, "-n", namespace, `${lookAnnotation}=${text}`, "--overwrite"];
    await api.run(note).catch((error: unknown) => {
        if (!(error instanceof ClusterError)) throw error;
    });
}

/** So many attempts of K8up's are waited for. It would make more, minutes apart, and the person at the terminal wants to know. */
const attempts = 3;

/** The last words of a log that are about a failure. */
export function failureWords(log: string): string {
    const lines = log.split("\n").filter((line) => /ERROR|Fatal|level=error/i.test(line));
    const last = lines.at(-1) ?? log.trim().split("\n").at(-1) ?? "";
    const fatal = /\bFatal: (.*)$/.exec(last)?.[1];
    if (fatal) return brief(fatal, 300);
    const inside = /"error":\s*"((?:[^"\\]|\\.)*)"/.exec(last)?.[1];
    return brief(inside ?? last.replace(/^\S+\s+ERROR\s+\S+\s+/, ""), 300) || "it said nothing";
}

/** Waits for a Backup; returns nothing where it succeeded, otherwise why it failed. */
export async function waitForBackup(
    api: ClusterApi,
    namespace: string,
    name: string,
    limitSeconds: number,
    update: Report,
): Promise<string | undefined> {
    for (const end = Date.now() + limitSeconds * 1000; ; await pause(1000)) {
        const backup = await api.find<BackupObject>(namespace, "backups.k8up.io", name);
        if (!backup) return "the Backup is gone: somebody has deleted it";
        const objects = await api.list<Watched & { metadata: { ownerReferences?: { name: string }[] } }>(
            namespace,
            "jobs,pods",
            "k8upjob=true",
        );
        const jobs = objects.filter(
            ({ kind, metadata }) => kind === "Job" && metadata.ownerReferences?.some((owner) => owner.name === name),
        );
        const pods = objects.filter(
            ({ kind, metadata }) =>
                kind === "Pod" && metadata.ownerReferences?.some((owner) => jobs.some((job) => job.metadata.name === owner.name)),
        );
        const completed = backup.status?.conditions?.find(({ type }) => type === "Completed");
        if (completed?.reason === "Succeeded") return undefined;
        const restarts = Math.max(0, ...pods.map(restartsOf));
        const failed = completed?.reason === "Failed" || jobs.some((job) => holds(job, "Failed")) || restarts >= attempts - 1;
        if (failed) return why(api, namespace, pods, completed?.message);
        if (Date.now() > end) return `not done within ${limitSeconds / 60} minutes: ${podWords(pods[0])}`;
        update(
            jobs.length === 0
                ? "it waits for K8up, which runs no two jobs that exclude each other"
                : `${podWords(pods[0])}${restarts > 0 ? `; attempt ${restarts + 1}` : ""}`,
        );
    }
}

const restartsOf = (pod: Watched): number =>
    Math.max(0, ...(pod.status?.containerStatuses ?? []).map((each) => (each as { restartCount?: number }).restartCount ?? 0));

async function why(api: ClusterApi, namespace: string, pods: Watched[], message: string | undefined): Promise<string> {
    const [pod] = pods;
    if (!pod) return message ?? "its job is gone";
    const logs = (more: string[]) => api.run(["logs", "-n", namespace, `pod/${pod.metadata.name}`, ...more]).catch(() => "");
    const text = (await logs(["--previous"])) || (await logs([]));
    return failureWords(text);
}
