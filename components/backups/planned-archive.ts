/** The archive that a plan asks for, as components: what the Cluster ships its log to, and the base copies. */

import type * as pulumi from "@pulumi/pulumi";
import type { InputProblem } from "../problems";
import type { ClusterAddress } from "../storage/cluster-look";
import type { Plan } from "../usecases/plan";
import { DAY, secondsOf } from "../usecases/quantities";
import { baseName, type ClusterArchive, type ClusterSource, momentProblem, shipSecondsOf } from "../workloads/postgres-cluster-archive";
import type { AppBackupArgs } from "./app-backup-args";
import type { BackupRepository } from "./backup-repository";
import { bucketPathProblem } from "./backup-repository-problems";
import { PostgresArchive, type PostgresArchiveArgs } from "./postgres-archive";
import { postgresArchiveProblems } from "./postgres-archive-spec";

/** A plan whose log is shipped. */
export const isArchived = ({ backup }: Plan): boolean => backup.carriedOut && backup.method === "archive";

/** What the pods of an archived cluster are made with. */
export interface ArchivedPods {
    archive: ClusterArchive;
    source?: ClusterSource;
}

/** How a plan's Cluster ships its log to its repository. */
export function archivedPods({ backup }: Plan, options: AppBackupArgs, repository: BackupRepository): ArchivedPods {
    const window = secondsOf(backup.pointInTime ?? "");
    return {
        archive: {
            endpoint: repository.endpoint,
            bucket: repository.bucket,
            secret: repository.secret,
            region: options.backupRegion,
            caConfigMap: options.backupCaConfigMap,
            shipSeconds: shipSecondsOf(secondsOf(backup.interval ?? "") ?? 300),
            ...(window === undefined ? {} : { windowDays: Math.max(1, Math.ceil(window / DAY)) }),
        },
        ...(options.recoverFrom === undefined ? {} : { source: { bucket: options.recoverFrom, at: options.recoverAt } }),
    };
}

function copyArgs({ app, backup, engine }: Plan): Omit<PostgresArchiveArgs, "namespace" | "endpoint" | "bucket" | "secret"> {
    const { daily, weekly, monthly, yearly } = backup.retention ?? {};
    return {
        app,
        image: engine.image,
        runAsUser: engine.runAsUser,
        runAsGroup: engine.runAsGroup,
        schedule: backup.schedule ?? "",
        keepDaily: daily,
        keepWeekly: weekly,
        keepMonthly: monthly,
        keepYearly: yearly,
    };
}

/** What a plan calls a property of the archive. */
const planned: Record<string, string> = Object.fromEntries(
    ["daily", "weekly", "monthly", "yearly"].map((unit) => [
        `keep${unit[0].toUpperCase()}${unit.slice(1)}`,
        `set["backup.retention.${unit}"]`,
    ]),
);

/** What is wrong with the archive that a plan asks for. */
export function plannedArchiveProblems(plan: Plan): InputProblem[] {
    return postgresArchiveProblems(plan.app, { ...copyArgs(plan), endpoint: "https://s3", bucket: "bucket" })
        .filter(({ path }) => path !== "app" && !path.startsWith("runAs"))
        .map(({ path, reason }) => ({ path: planned[path] ?? 'set["backup.policy"]', reason }));
}

/** What is wrong with the archive that a new database is to be made from. */
export function recoveryProblems(plan: Plan, { recoverFrom, recoverAt, backupBucket, backupPrefix }: AppBackupArgs): InputProblem[] {
    const problems: InputProblem[] = [];
    const add = (path: string, reason: string | undefined) => reason !== undefined && problems.push({ path, reason });
    if (recoverFrom === undefined) {
        add("recoverAt", recoverAt === undefined ? undefined : "names a moment of no archive. Write recoverFrom too, or leave it out.");
    } else {
        add("recoverFrom", bucketPathProblem(recoverFrom));
        add(
            "recoverFrom",
            isArchived(plan)
                ? undefined
                : `only a database whose log is archived is made from an archive; "${plan.useCase}" here is ${plan.engine.name} under the policy "${plan.backup.policy}"${plan.backup.missing === undefined ? "" : ` (${plan.backup.missing})`}. Leave it out.`,
        );
        add(
            "recoverFrom",
            recoverFrom === `${backupBucket}/${backupPrefix ?? plan.app}`
                ? `"${recoverFrom}" is this application's own archive, and two databases in one are none. Write another app, or another backupPrefix.`
                : undefined,
        );
        add("recoverAt", recoverAt === undefined || baseName.test(recoverAt) ? undefined : momentProblem(recoverAt));
    }
    return problems;
}

/** Makes base copies of a Cluster that ships its log. */
export function createArchive(
    name: string,
    plan: Plan,
    namespace: string,
    { archive }: ArchivedPods,
    { kubeconfig, context }: ClusterAddress,
    options: pulumi.ComponentResourceOptions,
): PostgresArchive {
    const { endpoint, bucket, secret, region, caConfigMap } = archive;
    return new PostgresArchive(
        `${name}-archive`,
        { ...copyArgs(plan), namespace, endpoint, bucket, secret, region, caConfigMap, kubeconfig, context },
        options,
    );
}
