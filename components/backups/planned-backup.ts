/** The backups that a plan asks for, as components: the repository, the schedule, and the stream that the application's pods carry. */

import * as pulumi from "@pulumi/pulumi";
import type { InputProblem } from "../problems";
import type { ClusterAddress } from "../storage/cluster-look";
import type { ClusterNeed } from "../storage/driver-presence";
import type { EngineName, Plan } from "../usecases/plan";
import { targets } from "../usecases/targets";
import type { ConfigFiles } from "../workloads/pod-args";
import type { AppBackupArgs } from "./app-backup-args";
import { BackupRepository, type BackupRepositoryArgs, backupRepositoryProblems } from "./backup-repository";
import { FileBackup, type FileBackupArgs } from "./file-backup";
import { fileBackupProblems } from "./file-backup-problems";
import { k8upNeed } from "./operator-presence";
import { type ArchivedPods, archivedPods, createArchive, isArchived, plannedArchiveProblems, recoveryProblems } from "./planned-archive";
import { type DrilledStream, drillArgs, missingDrill, plannedDrillProblems } from "./planned-drill";
import { RestoreDrill } from "./restore-drill";
import { claimAnnotation, commandAnnotation, createStream, type Stream, streamAnnotations, streamPathOf } from "./stream";

/** What of an application's arguments matters here. */
export interface BackupOptions extends AppBackupArgs, ClusterAddress {
    allow?: string[];
    /** The name of an archived database where it isn't the application's. */
    database?: string;
    /** Nothing is backed up while data is put onto the claims: a copy of half of it would be the newest one. */
    isStopped?: boolean;
    /** The description of an image of one's own, whose hooks decide how its files are copied. */
    workload?: {
        volumes: { name: string; accessMode?: string }[];
        quiesceCommand?: string[];
        annotations?: { [name: string]: string };
    };
}

const needed = ["backupEndpoint", "backupBucket", "backupAccessKeyId", "backupSecretAccessKey", "backupPassword"] as const;
const allOptions = [...needed, "backupPrefix", "backupRegion", "backupCaConfigMap"] as const;

/** True where nothing of a repository is missing. */
export const hasRepository = (options: AppBackupArgs): boolean => needed.every((name) => options[name] !== undefined);

/** True where somebody began to name one. */
const namesRepository = (options: AppBackupArgs): boolean => allOptions.some((name) => options[name] !== undefined);

/** Arguments of the repository by the application's: `backupEndpoint` is its `endpoint`. */
function repositoryArgs(plan: Plan, namespace: string, options: BackupOptions): BackupRepositoryArgs {
    return {
        app: plan.app,
        namespace,
        endpoint: options.backupEndpoint ?? "",
        bucket: options.backupBucket ?? "",
        prefix: options.backupPrefix,
        region: options.backupRegion,
        accessKeyId: options.backupAccessKeyId,
        secretAccessKey: options.backupSecretAccessKey,
        password: options.backupPassword ?? "",
        caConfigMap: options.backupCaConfigMap,
        allow: options.allow,
    };
}

const argumentOf = (property: string): string => `backup${property[0].toUpperCase()}${property.slice(1)}`;

/** A reason of the repository's, with its arguments by the names that they have here. */
const inOwnWords = (reason: string): string =>
    reason.replace(/\b(accessKeyId|secretAccessKey|caConfigMap)\b|\b(bucket|prefix)(?=: "| and prefix|\.$)|\bregion(?= says)/g, argumentOf);

function copyArgs({ app, backup, engine, target }: Plan): Pick<FileBackupArgs, "schedule" | "keepDaily"> & Partial<FileBackupArgs> {
    const { last, hourly, daily = 0, weekly, monthly, yearly } = backup.retention ?? {};
    return {
        app,
        schedule: backup.schedule ?? "",
        keepLast: last,
        keepHourly: hourly,
        keepDaily: daily,
        keepWeekly: weekly,
        keepMonthly: monthly,
        keepYearly: yearly,
        // The owner of the files, who can read them.
        runAsUser: engine.runAsUser,
        runAsGroup: engine.runAsGroup,
        resticImage: targets[target].tools?.restic,
    };
}

/** What a plan calls a property of the schedule. */
const planned: Record<string, string> = Object.fromEntries(
    ["last", "hourly", "daily", "weekly", "monthly", "yearly"].map((unit) => [
        `keep${unit[0].toUpperCase()}${unit.slice(1)}`,
        `set["backup.retention.${unit}"]`,
    ]),
);

/** A pod that brings a command of its own for its backup. */
const hasOwnCommand = ({ workload }: BackupOptions): boolean => workload?.annotations?.[commandAnnotation] !== undefined;

/** Engines whose stream is always of one kind. */
const streams: Partial<Record<EngineName, DrilledStream>> = { postgres: ".sql", valkey: ".rdb", jetstream: ".jetstream" };

/** The ending of the stream that a drill restores; undefined where it restores files. */
const streamOf = ({ engine }: Plan, { workload }: BackupOptions): DrilledStream =>
    streams[engine.name] ?? (workload?.quiesceCommand === undefined ? undefined : ".tar");

/** What K8up can't do with the volumes and members of an image of one's own. */
function fileProblems(plan: Plan, options: BackupOptions): InputProblem[] {
    const problems: InputProblem[] = [];
    if (plan.replicas > 1 && (options.workload?.quiesceCommand !== undefined || hasOwnCommand(options))) {
        problems.push({
            path: options.workload?.quiesceCommand === undefined ? "workload.annotations" : "workload.quiesceCommand",
            reason: `the backup of files that a command makes whole is taken in one member, and ${plan.replicas} run, each with data of its own. Leave the command out: the files of every member are then copied while it writes. Or write replicas: 1.`,
        });
    } else if (options.workload?.quiesceCommand === undefined && !hasOwnCommand(options)) {
        plan.volumes.forEach(({ name, accessMode }) => {
            if (accessMode === "ReadWriteOncePod") {
                problems.push({
                    path: `workload.volumes[${options.workload?.volumes.findIndex((volume) => volume.name === name)}].accessMode`,
                    reason: "no other pod may mount it, and the one that copies its files has to. Write ReadWriteOnce, or a quiesceCommand: the files are then read in the application's own pod.",
                });
            }
        });
    }
    return problems;
}

/** What is wrong with serving the figures of a drill: that there is none. */
function metricsProblems(plan: Plan, options: BackupOptions): InputProblem[] {
    const missing = hasOwnCommand(options)
        ? `what a command of your own writes (${commandAnnotation}), only its author can load`
        : missingDrill(plan);
    return !options.servesDrillMetrics || missing === undefined
        ? []
        : [{ path: "servesDrillMetrics", reason: `no drill is made whose result could be served: ${missing}. Or leave it out.` }];
}

/**
 * What is wrong with the backups that a plan asks for. A plan without anything of a repository holds, and says that nothing is backed up; one
 * with half of it is a mistake.
 */
export function plannedBackupProblems(plan: Plan, options: BackupOptions): InputProblem[] {
    if (plan.backup.method === undefined || !namesRepository(options)) {
        return [...recoveryProblems(plan, options), ...metricsProblems(plan, options)];
    }
    const missing = needed.filter((name) => options[name] === undefined);
    const given = backupRepositoryProblems(repositoryArgs(plan, plan.app, options))
        .map(({ path, reason }) => ({ path: argumentOf(path), reason: inOwnWords(reason) }))
        // What isn't there is told once, and what others judge by them.
        .filter(({ path }) => !missing.some((name) => name === path) && allOptions.some((name) => name === path));
    const copies = fileBackupProblems(plan.app, { ...copyArgs(plan), endpoint: pulumi.output(""), bucket: pulumi.output("") })
        .filter(({ path }) => path !== "app" && !path.startsWith("runAs"))
        .map(({ path, reason }) => ({ path: planned[path] ?? 'set["backup.policy"]', reason }));
    return [
        ...missing.map((path) => ({
            path,
            reason: `missing: a repository for the backups is named in part. ${path === "backupPassword" ? "Without it nobody reads them: keep it elsewhere too. " : ""}Write it, or none of them and backup.policy: none.`,
        })),
        ...given,
        ...(!plan.backup.carriedOut ? [] : isArchived(plan) ? plannedArchiveProblems(plan) : copies),
        ...recoveryProblems(plan, options),
        ...(plan.backup.carriedOut && plan.backup.method === "files" ? fileProblems(plan, options) : []),
        ...(hasOwnCommand(options) ? [] : plannedDrillProblems(plan, plan.app, streamOf(plan, options))),
        // Of a repository that is named in part it was said what is missing.
        ...(missing.length === 0 ? metricsProblems(plan, options) : []),
    ];
}

/** What has to be in the cluster for a plan's backups. */
export const backupNeedsOf = (plan: Plan): ClusterNeed[] =>
    // An archive's operator is the engine's own.
    plan.backup.carriedOut && !isArchived(plan) ? [k8upNeed("backupEndpoint")] : [];

/** What the application's pods and claims carry, so that they are backed up. */
export interface BackedUpPods {
    annotations: Record<string, string>;
    claimAnnotations?: Record<string, string>;
    configFiles: ConfigFiles[];
    /** What the pods mount. */
    dependsOn: pulumi.Resource[];
    /** Where the engine ships its log to, and what it is made from. */
    archived?: ArchivedPods;
}

/** Where it is made. */
export interface BackupPlace {
    component: pulumi.ComponentResource;
    name: string;
    namespace: string;
    dependsOn: pulumi.Resource[];
}

/** Prepares the pods of an application whose plan is carried out: the stream's scripts, and what tells K8up of them. */
export function preparePods(plan: Plan, options: BackupOptions, stream: Stream | undefined, place: BackupPlace): BackedUpPods {
    const { component, name, namespace, dependsOn } = place;
    if (!plan.backup.carriedOut) {
        return { annotations: {}, configFiles: [], dependsOn: [] };
    }
    if (isArchived(plan)) {
        // Before the database: its first part of the log is shipped at once, and a new one may come from there.
        const repository = createRepository(plan, options, place);
        return { annotations: {}, configFiles: [], dependsOn: [repository], archived: archivedPods(plan, options, repository) };
    }
    if (!stream || hasOwnCommand(options)) {
        return { annotations: {}, claimAnnotations: claimAnnotation(!hasOwnCommand(options)), configFiles: [], dependsOn: [] };
    }
    const { configMap, configFiles } = createStream(component, `${name}-stream`, plan.app, namespace, stream, dependsOn);
    return {
        annotations: streamAnnotations(stream),
        claimAnnotations: claimAnnotation(false),
        configFiles: [configFiles],
        dependsOn: [configMap],
    };
}

/** The repository's Secret is protected, and going down keeps whatever a protected resource depends on: it must not wait for what runs. */
function createRepository(plan: Plan, options: BackupOptions, { component, name, namespace, dependsOn }: BackupPlace): BackupRepository {
    return new BackupRepository(`${name}-repository`, repositoryArgs(plan, namespace, options), { parent: component, dependsOn });
}

/** Makes the repository where there is none yet, and schedule and drill after what they back up. */
export function createBackups(
    plan: Plan,
    options: BackupOptions,
    place: BackupPlace,
    backedUp: pulumi.Resource[],
    { archived }: Pick<BackedUpPods, "archived">,
): pulumi.Resource[] {
    const { component, name, namespace, dependsOn } = place;
    if (!plan.backup.carriedOut) {
        return [];
    }
    if (archived) {
        const archive = createArchive(name, plan, namespace, archived, options, {
            parent: component,
            dependsOn: [...dependsOn, ...backedUp],
        });
        return [archive, ...createDrill(plan, options, place, undefined, archived.archive, archive)];
    }
    const repository = createRepository(plan, options, place);
    if (options.isStopped) {
        return [repository];
    }
    const { secret, endpoint, bucket, region, caConfigMap } = repository;
    // What a command of one's own writes, only its author can load, and knows the end of.
    const stream = hasOwnCommand(options) ? undefined : streamOf(plan, options);
    const backup = new FileBackup(
        `${name}-backup`,
        {
            ...copyArgs(plan),
            namespace,
            repositorySecret: secret,
            endpoint,
            bucket,
            region,
            caConfigMap,
            ...(stream === undefined ? {} : { streamPath: streamPathOf(namespace, stream) }),
            kubeconfig: options.kubeconfig,
            context: options.context,
        },
        { parent: component, dependsOn: [...dependsOn, ...backedUp] },
    );
    return [repository, backup, ...(hasOwnCommand(options) ? [] : createDrill(plan, options, place, stream, repository, backup))];
}

/** The drill of what a repository holds, where the plan promises one; after what backs it up. */
function createDrill(
    plan: Plan,
    options: BackupOptions,
    { component, name, namespace }: BackupPlace,
    stream: DrilledStream,
    { endpoint, bucket }: { endpoint: pulumi.Input<string>; bucket: pulumi.Input<string> },
    backup: pulumi.Resource,
): RestoreDrill[] {
    const access = {
        accessKeyId: options.backupAccessKeyId,
        secretAccessKey: options.backupSecretAccessKey,
        password: options.backupPassword ?? "",
    };
    const drilledPlace = { endpoint, bucket, region: options.backupRegion, caConfigMap: options.backupCaConfigMap, ...access };
    const drilled = drillArgs(plan, namespace, stream, drilledPlace, options.database);
    const servesMetrics = options.servesDrillMetrics ?? false;
    return drilled ? [new RestoreDrill(`${name}-drill`, { ...drilled, servesMetrics }, { parent: component, dependsOn: [backup] })] : [];
}
