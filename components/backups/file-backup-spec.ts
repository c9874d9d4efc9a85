/** K8up's objects for one application's backups, as plain data. */

import { createHash } from "node:crypto";
import { labelsOf } from "../workloads/labels";
import { maintenanceSchedules } from "./file-backup-schedules";

/** Where a repository is, in values. */
export interface RepositoryPlace {
    secret: string;
    endpoint: string;
    /** `<bucket>/<prefix>`. */
    bucket: string;
    /** ConfigMap with `ca.crt`; empty where the endpoint's certificate is everybody's. */
    caConfigMap: string;
}

/** Keys of the repository's Secret. */
export const repositoryKeys = { accessKeyId: "access-key-id", secretAccessKey: "secret-access-key", password: "password" } as const;

/** Label of the pods that K8up runs for an application. Not the application's own labels: its Service would send clients to them. */
export const backupPodLabels = (app: string): Record<string, string> => ({
    "holdfast.dev/backup-of": app,
    "app.kubernetes.io/managed-by": "holdfast",
});

export const podConfigNameOf = (app: string): string => `${app}-backup`;
/** Prunes of streams have pods of their own. */
export const prunePodConfigNameOf = (app: string): string => `${app}-prune`;

const authorityVolume = "backup-authority";
const authorityPath = "/etc/holdfast/backup-authority";

/** How K8up's jobs reach the repository. */
export function backendOf({ secret, endpoint, bucket, caConfigMap }: RepositoryPlace) {
    const from = (key: string) => ({ name: secret, key });
    return {
        repoPasswordSecretRef: from(repositoryKeys.password),
        s3: {
            endpoint,
            bucket,
            accessKeyIDSecretRef: from(repositoryKeys.accessKeyId),
            secretAccessKeySecretRef: from(repositoryKeys.secretAccessKey),
        },
        ...(caConfigMap === ""
            ? {}
            : {
                  tlsOptions: { caCert: `${authorityPath}/ca.crt` },
                  volumeMounts: [{ name: authorityVolume, mountPath: authorityPath }],
              }),
    };
}

/** What a job mounts to reach it. */
const volumesOf = ({ caConfigMap }: RepositoryPlace) =>
    caConfigMap === "" ? {} : { volumes: [{ name: authorityVolume, configMap: { name: caConfigMap } }] };

/** What is kept, as K8up writes it. */
export interface KeptCopies {
    keepLast?: number;
    keepHourly?: number;
    keepDaily?: number;
    keepWeekly?: number;
    keepMonthly?: number;
    keepYearly?: number;
}

export const retentionFields = ["keepLast", "keepHourly", "keepDaily", "keepWeekly", "keepMonthly", "keepYearly"] as const;

/** When, for how long at most, and what stays. */
export interface ScheduleRequest extends KeptCopies {
    app: string;
    schedule: string;
    checkSchedule?: string;
    pruneSchedule?: string;
    backupDeadlineSeconds?: number;
    maintenanceDeadlineSeconds?: number;
    /** Path of the stream that is looked at before a prune. */
    streamPath?: string;
}

/** A job without an end would never be a failed one. */
const lasting = (place: RepositoryPlace, activeDeadlineSeconds: number) => ({ ...volumesOf(place), activeDeadlineSeconds });

/** A prune or a check that hangs would hold up every backup after it. */
const quietly = (place: RepositoryPlace, { maintenanceDeadlineSeconds }: ScheduleRequest) =>
    lasting(place, maintenanceDeadlineSeconds ?? 3600);

/** Another repository has a first check of its own. */
export const firstCheckNameOf = (app: string, { endpoint, bucket }: RepositoryPlace): string =>
    `${app}-first-${createHash("sha256").update(`${endpoint}/${bucket}`).digest("hex").slice(0, 6)}`;

/**
 * The spec of K8up's Check that makes the repository. Each of K8up's jobs makes a repository that isn't there, and two that do so at once leave
 * one whose keys don't open it; a check runs alone.
 */
export function firstCheckSpec(request: ScheduleRequest, place: RepositoryPlace) {
    return { backend: backendOf(place), podConfigRef: { name: podConfigNameOf(request.app) }, ...quietly(place, request) };
}

/** The spec of K8up's Schedule. */
export function scheduleSpec(request: ScheduleRequest, place: RepositoryPlace) {
    const maintenance = maintenanceSchedules(`${place.bucket}/${request.app}`, request.schedule);
    const quiet = quietly(place, request);
    return {
        backend: backendOf(place),
        podConfigRef: { name: podConfigNameOf(request.app) },
        failedJobsHistoryLimit: 3,
        successfulJobsHistoryLimit: 3,
        backup: {
            ...lasting(place, request.backupDeadlineSeconds ?? 21600),
            schedule: request.schedule,
            // Claims of other applications in the namespace are theirs.
            labelSelectors: [{ matchLabels: labelsOf(request.app) }],
            failedJobsHistoryLimit: 3,
            successfulJobsHistoryLimit: 3,
        },
        prune: {
            ...quiet,
            ...(request.streamPath === undefined ? {} : { podConfigRef: { name: prunePodConfigNameOf(request.app) } }),
            schedule: request.pruneSchedule ?? maintenance.prune,
            retention: Object.fromEntries(retentionFields.flatMap((name) => (request[name] ? [[name, request[name]]] : []))),
        },
        check: { ...quiet, schedule: request.checkSchedule ?? maintenance.check },
    };
}

/** The pod of K8up's jobs as Pod Security "restricted" lets it run: as the files' own user, who can read them. */
export function jobPod(runAsUser: number, runAsGroup: number, region: string) {
    return {
        template: {
            spec: {
                // No fsGroup: it would change the modes of the files that are backed up.
                securityContext: { runAsNonRoot: true, runAsUser, runAsGroup, seccompProfile: { type: "RuntimeDefault" } },
                containers: [
                    {
                        // The API wants a name; K8up writes its own.
                        name: "job",
                        ...(region === "" ? {} : { env: [{ name: "AWS_DEFAULT_REGION", value: region }] }),
                        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                        // K8up takes these from here alone. restic holds the repository's index in memory.
                        resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "1Gi" } },
                    },
                ],
            },
        },
    };
}

/** Nobody calls a backup, and it calls the API (for streams), name servers and the repository, whose addresses nobody knows beforehand. */
export function jobNetwork(app: string) {
    return { podSelector: { matchLabels: backupPodLabels(app) }, policyTypes: ["Ingress", "Egress"], egress: [{}] };
}
