/** What a {@link PostgresArchive} asks of CloudNativePG and of Kubernetes, and what can be wrong with it. */

import type * as input from "@pulumi/kubernetes/types/input";
import { appNameProblem, type InputProblem } from "../problems";
import { archiveFolder } from "../workloads/postgres-cluster-archive";
import { keepScript } from "./archive/keep-script";
import { bucketPathProblem, endpointProblem } from "./backup-repository-problems";
import { cronProblem, maintenanceSchedules } from "./file-backup-schedules";
import { backupPodLabels, repositoryKeys } from "./file-backup-spec";
import type { PostgresArchiveArgs } from "./postgres-archive";

/** Units that outlive the window: the newest of each is marked. */
export const keptUnits = ["keepDaily", "keepWeekly", "keepMonthly", "keepYearly"] as const;

/** CloudNativePG's cron lines begin with seconds. */
const withSeconds = (line: string): string => `0 ${line}`;

export const marksNameOf = (app: string): string => `${app}-archive`;

/** The first base copy is made at once: without one nothing of the log can be used. */
export const scheduledBackupSpec = (cluster: string, { schedule }: Pick<PostgresArchiveArgs, "schedule">) => ({
    cluster: { name: cluster },
    schedule: withSeconds(schedule),
    method: "barmanObjectStore",
    immediate: true,
    // A base copy is there whether its object is or not.
    backupOwnerReference: "none",
});

/** True where something is kept that no moment of the window needs. */
export const outlivesWindow = (args: PostgresArchiveArgs): boolean => keptUnits.some((unit) => (args[unit] ?? 0) > 0);

const scratch = "/tmp";
const authorityPath = "/etc/holdfast/backup-authority";

/** Where an archive is, in values. */
export interface ArchivePlace {
    endpoint: string;
    bucket: string;
    secret: string;
}

/** Variables with which the archive is found. */
export const archiveEnv = (
    endpoint: string,
    bucket: string,
    region: string | undefined,
    hasAuthority: boolean,
): Record<string, string> => ({
    ENDPOINT: endpoint,
    ARCHIVE: bucket,
    ARCHIVE_FOLDER: archiveFolder,
    ...(region === undefined || region === "" ? {} : { AWS_DEFAULT_REGION: region }),
    ...(hasAuthority ? { AWS_CA_BUNDLE: `${authorityPath}/ca.crt` } : {}),
});

/** The CronJob's spec: once a day, away from the base copy. */
export function marksSpec(app: string, args: PostgresArchiveArgs, place: ArchivePlace): input.batch.v1.CronJobSpec {
    const { caConfigMap, region } = args;
    const user = args.runAsUser ?? 26;
    const secret = (name: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: place.secret, key } } });
    const values = {
        HOME: scratch,
        ...archiveEnv(place.endpoint, place.bucket, region, caConfigMap !== undefined),
        ...Object.fromEntries(keptUnits.map((unit) => [unit.replace("keep", "KEEP_").toUpperCase(), String(args[unit] ?? 0)])),
    };
    const container = {
        name: "marks",
        image: args.image,
        imagePullPolicy: "IfNotPresent",
        command: ["python3", "-c", keepScript],
        env: [
            ...Object.entries(values).map(([name, value]) => ({ name, value })),
            secret("AWS_ACCESS_KEY_ID", repositoryKeys.accessKeyId),
            secret("AWS_SECRET_ACCESS_KEY", repositoryKeys.secretAccessKey),
        ],
        resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "256Mi" } },
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
        volumeMounts: [
            { name: "scratch", mountPath: scratch },
            ...(caConfigMap === undefined ? [] : [{ name: "authority", mountPath: authorityPath, readOnly: true }]),
        ],
    };
    return {
        schedule: maintenanceSchedules(`${place.bucket}/${app}`, args.schedule).prune,
        concurrencyPolicy: "Forbid",
        // One that a busy cluster missed is still made within the day.
        startingDeadlineSeconds: 43_200,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
            spec: {
                backoffLimit: 3,
                activeDeadlineSeconds: 1800,
                template: {
                    metadata: { labels: backupPodLabels(app) },
                    spec: {
                        restartPolicy: "Never",
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        securityContext: {
                            runAsNonRoot: true,
                            runAsUser: user,
                            runAsGroup: args.runAsGroup ?? user,
                            seccompProfile: { type: "RuntimeDefault" },
                        },
                        containers: [container],
                        volumes: [
                            { name: "scratch", emptyDir: {} },
                            ...(caConfigMap === undefined ? [] : [{ name: "authority", configMap: { name: caConfigMap } }]),
                        ],
                    },
                },
            },
        },
    };
}

/** Everything wrong with the arguments that a program can see. */
export function postgresArchiveProblems(app: string, args: Omit<PostgresArchiveArgs, "namespace" | "secret">): InputProblem[] {
    const problems: InputProblem[] = [];
    const add = (path: string, reason: string | undefined) => reason !== undefined && problems.push({ path, reason });
    add("app", appNameProblem(app));
    add("cluster", args.cluster === undefined ? undefined : appNameProblem(args.cluster));
    add("schedule", cronProblem(args.schedule));
    for (const unit of keptUnits) {
        const count = args[unit] ?? 0;
        add(unit, Number.isInteger(count) && count >= 0 ? undefined : `${count} is not a number of copies: a whole number, 0 or more.`);
    }
    for (const name of ["runAsUser", "runAsGroup"] as const) {
        const value = args[name];
        const isOrdinary = value === undefined || (Number.isInteger(value) && value > 0);
        add(name, isOrdinary ? undefined : `${value} is root or no number. Write the image's own user.`);
    }
    const { endpoint, bucket, region } = args;
    add("endpoint", typeof endpoint === "string" ? endpointProblem(endpoint, region) : undefined);
    add("bucket", typeof bucket === "string" ? bucketPathProblem(bucket) : undefined);
    return problems;
}
