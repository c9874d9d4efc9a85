/** Reads what promises are judged from. One call where nothing is backed up, beside those that read everything else. */

import { prunePodConfigNameOf } from "../../components/backups/file-backup-spec";
import { UserError } from "../errors";
import { isManaged } from "./apps";
import { type Look, lookAnnotation, lookIn, lookOfDrill } from "./looks";
import type { Metadata } from "./objects";
import type { BackupRun, DrillRun, PromiseFacts } from "./promise";
import type { Printed, RunKubectl } from "./read";
import { brief } from "./words";

interface K8upSchedule {
    metadata: Metadata;
    spec?: { prune?: { podConfigRef?: { name: string } } };
}

interface K8upBackup {
    metadata: Metadata & { ownerReferences?: { kind: string; name: string }[] };
    status?: { conditions?: { type: string; reason?: string; message?: string; status?: string; lastTransitionTime?: string }[] };
}

/** What a drill writes, as far as a promise is judged by it. */
interface DrillResult {
    outcome: "passed" | "failed";
    failure?: string;
    detail?: string;
    recoveryPoint?: string;
    startedAt?: string;
    endedAt: string;
    rtoSeconds?: number;
    promised?: { rpoSeconds?: number; rtoSeconds?: number };
}

/** An application that is backed up, with everything but what was promised; a drill knows that too. */
export interface BackedUp {
    app: string;
    namespace: string;
    facts: Omit<PromiseFacts, "promised">;
    promisedByDrill?: { rpoSeconds?: number; rtoSeconds?: number };
}

/** Annotations of a Backup that was looked at (`cli/backups/made-backup.ts`). */
const recoveryAnnotations = { refused: "holdfast.dev/refused", whole: "holdfast.dev/recovery-point" };

const moment = (text: string | undefined) => Date.parse(text ?? "");

/** A Backup as a run of it. One without a completion is running, or tried again and again. */
export function backupRun({ metadata, status }: K8upBackup): BackupRun {
    const completed = status?.conditions?.find(({ type }) => type === "Completed");
    // K8up calls it a success when no pod runs that it could have run a command in, and no claim is to be copied.
    const empty = completed?.message === "nothing to backup" ? "nothing was running that it could copy" : undefined;
    const refused = metadata.annotations?.[recoveryAnnotations.refused] ?? empty;
    const endedAt = moment(completed?.lastTransitionTime);
    return {
        name: metadata.name,
        startedAt: moment(metadata.creationTimestamp),
        ...(Number.isNaN(endedAt) ? {} : { endedAt }),
        ...(metadata.annotations?.[recoveryAnnotations.whole] ? { isLookedAt: true } : {}),
        outcome: completed?.reason === "Succeeded" ? "good" : completed?.reason === "Failed" ? "failed" : "running",
        ...(refused ? { refused } : {}),
    };
}

/** A drill's result; undefined where it is none. */
export function drillRun(text: string | undefined): { run: DrillRun; promised: DrillResult["promised"] } | undefined {
    if (!text) return undefined;
    try {
        const { outcome, failure, detail, startedAt, endedAt, rtoSeconds, recoveryPoint, promised } = JSON.parse(text) as DrillResult;
        if (outcome !== "passed" && outcome !== "failed") return undefined;
        const run: DrillRun = {
            outcome,
            ...(failure ? { failure } : {}),
            ...(detail ? { detail: brief(detail) } : {}),
            ...(startedAt ? { startedAt: moment(startedAt) } : {}),
            endedAt: moment(endedAt),
            ...(typeof rtoSeconds === "number" ? { rtoSeconds } : {}),
            ...(recoveryPoint ? { recoveryPoint: moment(recoveryPoint) } : {}),
        };
        return Number.isNaN(run.endedAt) ? undefined : { run, promised };
    } catch {
        return undefined;
    }
}

/** Which Backups and Prunes are an application's: made by its Schedule, or labelled as its own. */
const isOf = (app: string) => (backup: K8upBackup) =>
    backup.metadata.labels?.["app.kubernetes.io/name"] === app ||
    backup.metadata.ownerReferences?.some(({ kind, name }) => kind === "Schedule" && name === app);

export const items = <T>({ stdout }: Printed): T[] => (stdout.trim() === "" ? [] : ((JSON.parse(stdout) as { items?: T[] }).items ?? []));

export const isNotFound = ({ stderr }: Printed) => /\(NotFound\)|could not find the requested resource/.test(stderr);

export const reasonOf = ({ stderr }: Printed) => brief(stderr.replace(/^(error|Error from server( \(\w+\))?): /, "")) || "kubectl failed";

/**
 * Every application that a Schedule of Holdfast's backs up, or why that can't be told. By their paths: as kinds they would be looked for in
 * everything the cluster has where there are none.
 */
export async function readBackedUp(kubectl: RunKubectl, namespace?: string): Promise<BackedUp[] | { reason: string }> {
    try {
        const scope = namespace === undefined ? "" : `namespaces/${namespace}/`;
        const schedules = await kubectl(["get", "--raw", `/apis/k8up.io/v1/${scope}schedules`]);
        if (schedules.status !== 0) return isNotFound(schedules) ? [] : { reason: reasonOf(schedules) };
        const managed = items<K8upSchedule>(schedules).filter(({ metadata }) => isManaged(metadata));
        if (managed.length === 0) return [];
        const apps = managed.map((schedule) => ({ app: schedule.metadata.name, namespace: schedule.metadata.namespace ?? "", schedule }));
        const [backups, prunes, ...drills] = await Promise.all([
            kubectl(["get", "--raw", `/apis/k8up.io/v1/${scope}backups`]),
            kubectl(["get", "--raw", `/apis/k8up.io/v1/${scope}prunes`]),
            ...apps.map(({ app }) => readDrill(kubectl, app)),
        ]);
        return apps.map((each, index) => backedUp(each, backups, prunes, drills[index]));
    } catch (error) {
        // What makes the whole cluster unreadable is told by whoever reads the rest of it.
        if (error instanceof UserError) return { reason: brief(error.message) };
        throw error;
    }
}

/** What drills an application, and what came of it the last time. */
export const readDrill = (kubectl: RunKubectl, app: string): Promise<Printed> =>
    kubectl(["get", "configmaps,cronjobs", "-n", `${app}-drill`, "--field-selector", `metadata.name=${app}-drill`, "-o", "json"]);

/** A drill that was read, as a promise is judged by it. */
export function drillFacts(drills: Printed): {
    facts: Pick<PromiseFacts, "drill" | "drilledSince">;
    promisedByDrill?: { rpoSeconds?: number; rtoSeconds?: number };
} {
    const objects = items<DrillObject>(drills);
    const cron = objects.find(({ kind }) => kind === "CronJob");
    const drill = drillRun(objects.find(({ kind }) => kind === "ConfigMap")?.data?.["result.json"]);
    return {
        facts: {
            ...(cron ? { drilledSince: moment(cron.metadata.creationTimestamp) } : {}),
            ...(drill ? { drill: drill.run } : {}),
        },
        ...(drill?.promised ? { promisedByDrill: drill.promised } : {}),
    };
}

interface DrillObject {
    kind: string;
    metadata: Metadata;
    data?: Record<string, string>;
}

/** When the last prune that ended did so by failing; undefined where it went well. */
function failedPrune(prunes: readonly K8upBackup[]): number | undefined {
    const ended = prunes.map(backupRun).filter(({ outcome }) => outcome !== "running");
    const last = ended.sort((a, b) => b.startedAt - a.startedAt)[0];
    return last?.outcome === "failed" ? (last.endedAt ?? last.startedAt) : undefined;
}

/** Looks that are written down beside the Schedule and by the drill; undefined where what is copied has no end to look at. */
function looksOf({ metadata, spec }: K8upSchedule, drill: DrillRun | undefined): Look[] | undefined {
    if (spec?.prune?.podConfigRef?.name !== prunePodConfigNameOf(metadata.name)) return undefined;
    const look = lookIn(metadata.annotations?.[lookAnnotation]);
    return [...(look ? [look] : []), ...lookOfDrill(drill)];
}

function backedUp(
    { app, namespace, schedule }: { app: string; namespace: string; schedule: K8upSchedule },
    backups: Printed,
    prunes: Printed,
    drills: Printed,
): BackedUp {
    const ownOf = (printed: Printed) =>
        items<K8upBackup>(printed).filter((each) => each.metadata.namespace === namespace && isOf(app)(each));
    const own = ownOf(backups);
    const pruneFailedAt = prunes.status === 0 ? failedPrune(ownOf(prunes)) : undefined;
    const { facts: drilled, promisedByDrill } = drillFacts(drills);
    const looks = looksOf(schedule, drilled.drill);
    const unread = [
        ...(backups.status === 0 ? [] : [`its backups could not be read (${reasonOf(backups)})`]),
        ...(drills.status === 0 ? [] : [`its drills could not be read (${reasonOf(drills)})`]),
    ].join(", ");
    return {
        app,
        namespace,
        facts: {
            backedUpSince: moment(schedule.metadata.creationTimestamp),
            backups: own.map(backupRun),
            ...(looks ? { looks } : {}),
            ...(pruneFailedAt === undefined ? {} : { pruneFailedAt }),
            ...drilled,
            ...(unread === "" ? {} : { unread }),
        },
        ...(promisedByDrill ? { promisedByDrill } : {}),
    };
}
