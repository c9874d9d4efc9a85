/** Reads what the promise of an archived database is judged from: CloudNativePG's objects, and what the primary says of its log. */

import { UserError } from "../errors";
import { isManaged } from "./apps";
import type { Metadata } from "./objects";
import type { BackupRun } from "./promise";
import type { LogFacts } from "./promise-log";
import { type BackedUp, drillFacts, isNotFound, items, readDrill, reasonOf } from "./promise-read";
import type { Printed, RunKubectl } from "./read";
import { brief } from "./words";

interface ClusterObject {
    metadata: Metadata;
    spec?: { backup?: { barmanObjectStore?: object } };
}

interface BaseCopyObject {
    metadata: Metadata;
    spec?: { cluster?: { name?: string } };
    status?: { phase?: string; startedAt?: string; stoppedAt?: string };
}

/** Asked of the primary, as one line of JSON. A part that waits lies as `.ready` beside the log. */
export const logQuery = `SELECT json_strip_nulls(json_build_object(
    'shipSeconds', (SELECT setting::int FROM pg_settings WHERE name = 'archive_timeout'),
    'waitingSeconds', (SELECT floor(extract(epoch FROM now() - min(modification))) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'),
    'shippedAt', floor(extract(epoch FROM last_archived_time) * 1000),
    'failedAt', CASE WHEN last_failed_time > coalesce(last_archived_time, '-infinity') THEN floor(extract(epoch FROM last_failed_time) * 1000) END
)) FROM pg_stat_archiver`;

const moment = (text: string | undefined) => Date.parse(text ?? "");

/** A base copy as a run of the backup: what is in it is of its end. */
export function baseCopyRun({ metadata, status = {} }: BaseCopyObject): BackupRun {
    const endedAt = moment(status.stoppedAt);
    return {
        name: metadata.name,
        startedAt: moment(status.startedAt ?? metadata.creationTimestamp),
        ...(Number.isNaN(endedAt) ? {} : { endedAt }),
        outcome: status.phase === "completed" ? "good" : status.phase === "failed" ? "failed" : "running",
    };
}

/** What the primary said; undefined where it is no answer. */
export function logFacts({ status, stdout }: Printed): LogFacts | undefined {
    try {
        const facts = status === 0 ? (JSON.parse(stdout) as LogFacts) : undefined;
        return typeof facts?.shipSeconds === "number" ? facts : undefined;
    } catch {
        return undefined;
    }
}

/** Every application of Holdfast's whose log is archived, or why that can't be told. */
export async function readArchived(kubectl: RunKubectl, namespace?: string): Promise<BackedUp[] | { reason: string }> {
    try {
        return await read(kubectl, namespace);
    } catch (error) {
        // What makes the whole cluster unreadable is told by whoever reads the rest of it.
        if (error instanceof UserError) return { reason: brief(error.message) };
        throw error;
    }
}

async function read(kubectl: RunKubectl, namespace: string | undefined): Promise<BackedUp[] | { reason: string }> {
    const scope = namespace === undefined ? "" : `namespaces/${namespace}/`;
    const get = (resource: string) => kubectl(["get", "--raw", `/apis/postgresql.cnpg.io/v1/${scope}${resource}`]);
    const clusters = await get("clusters");
    if (clusters.status !== 0) return isNotFound(clusters) ? [] : { reason: reasonOf(clusters) };
    const archived = items<ClusterObject>(clusters).filter(({ metadata, spec }) => isManaged(metadata) && spec?.backup?.barmanObjectStore);
    if (archived.length === 0) return [];
    const inPrimary = ({ metadata: { name, namespace: where = "" } }: ClusterObject) =>
        kubectl(["exec", "-n", where, `service/${name}-rw`, "-c", "postgres", "--", "psql", "-XAtq", "-c", logQuery]);
    const [copies, drills, ...logs] = await Promise.all([
        get("backups"),
        Promise.all(archived.map(({ metadata }) => readDrill(kubectl, metadata.name))),
        ...archived.map(inPrimary),
    ]);
    return archived.map(({ metadata: { name, namespace: where = "", creationTimestamp } }, index): BackedUp => {
        const log = logFacts(logs[index]);
        const drilled = drillFacts(drills[index]);
        const own = items<BaseCopyObject>(copies).filter(
            ({ metadata, spec }) => metadata.namespace === where && spec?.cluster?.name === name,
        );
        const unread = [
            ...(drills[index].status === 0 ? [] : [`its drills could not be read (${reasonOf(drills[index])})`]),
            ...(copies.status === 0 ? [] : [`its base copies could not be read (${reasonOf(copies)})`]),
            ...(log ? [] : [`its primary could not be asked how much of the log is shipped (${reasonOf(logs[index])})`]),
        ].join(", ");
        return {
            app: name,
            namespace: where,
            facts: {
                backedUpSince: moment(creationTimestamp),
                backups: own.map(baseCopyRun),
                ...(log ? { log } : {}),
                ...drilled.facts,
                ...(unread === "" ? {} : { unread }),
            },
            ...(drilled.promisedByDrill ? { promisedByDrill: drilled.promisedByDrill } : {}),
        };
    });
}
