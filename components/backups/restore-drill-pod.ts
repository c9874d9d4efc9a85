/** The pod of one drill: three steps side by side, a volume that goes with it, and nothing that one step has and doesn't need. */

import type * as input from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { bytesOf } from "../usecases/quantities";
import { drillEngines } from "./drill/engines";
import { repositoryKeys } from "./file-backup-spec";
import type { RestoreDrillArgs } from "./restore-drill-args";
import { type DrillTimes, drillLabels, drillNameOf } from "./restore-drill-spec";

type Container = input.core.v1.Container;
type PodTemplate = input.core.v1.PodTemplateSpec;

/** Tries for one object that restic doesn't get, before it counts as missing or damaged: about ten seconds. */
const retries = 5;

export const resticDefault = "docker.io/restic/restic:0.16.4";
export const nodeDefault = "docker.io/library/node:22-alpine";

/** Name of the repository's Secret in the drill's namespace: a copy, which goes with it. */
export const drillSecretNameOf = (app: string): string => `${drillNameOf(app)}-repository`;
export const scriptsNameOf = (app: string): string => `${drillNameOf(app)}-scripts`;

const variables = (values: Record<string, pulumi.Input<string>>) => Object.entries(values).map(([name, value]) => ({ name, value }));

/** A container as Pod Security "restricted" lets it run, on a file system it can't write to. */
export function restricted(container: Container): Container {
    return {
        imagePullPolicy: "IfNotPresent",
        ...container,
        securityContext: {
            allowPrivilegeEscalation: false,
            privileged: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        },
    };
}

const scripts = { name: "scripts", mountPath: "/drill/scripts", readOnly: true };
const steps = { name: "steps", mountPath: "/drill/steps" };
const data = { name: "data", mountPath: "/drill/data" };
const limited = (cpu: string, memory: string, memoryLimit: string) => ({ requests: { cpu, memory }, limits: { memory: memoryLimit } });

/** The step that gets an archive, in the database's own image. */
function archiveVariables(app: string, args: RestoreDrillArgs, times: DrillTimes): Record<string, pulumi.Input<string>> {
    return {
        DRILL_APP: app,
        DRILL_QUERY: args.query ?? "",
        DRILL_RPO_SECONDS: String(times.rpo),
        DRILL_MARK_SECONDS: String(times.rpo + times.grace),
        ENDPOINT: args.endpoint,
        ARCHIVE: args.bucket,
        ARCHIVE_FOLDER: args.paths[0].slice(1),
        HOME: "/tmp",
        TMPDIR: "/tmp",
        // Times are printed in the zone of whoever asks.
        TZ: "UTC",
        ...(args.region === undefined ? {} : { AWS_DEFAULT_REGION: args.region }),
        ...(args.caConfigMap === undefined ? {} : { AWS_CA_BUNDLE: "/drill/authority/ca.crt" }),
    };
}

/** The only step that has the repository's keys; they are in its environment, never on a command line. */
function fetchStep(app: string, args: RestoreDrillArgs, times: DrillTimes): Container {
    const from = (name: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: drillSecretNameOf(app), key } } });
    const hasKey = args.accessKeyId !== undefined;
    const { fetch } = drillEngines[args.engine];
    const mounts = [
        scripts,
        steps,
        data,
        { name: "fetch-tmp", mountPath: "/tmp" },
        ...(args.caConfigMap === undefined ? [] : [{ name: "authority", mountPath: "/drill/authority", readOnly: true }]),
    ];
    const keys = hasKey
        ? [from("AWS_ACCESS_KEY_ID", repositoryKeys.accessKeyId), from("AWS_SECRET_ACCESS_KEY", repositoryKeys.secretAccessKey)]
        : [];
    if (fetch) {
        return restricted({
            name: "fetch",
            image: args.image,
            command: fetch,
            env: [...variables(archiveVariables(app, args, times)), ...keys],
            resources: limited("50m", "128Mi", "512Mi"),
            volumeMounts: mounts,
        });
    }
    return restricted({
        name: "fetch",
        image: args.resticImage ?? resticDefault,
        command: ["sh", "/drill/scripts/fetch.sh"],
        env: [
            ...variables({
                DRILL_HOST: args.appNamespace,
                DRILL_PATHS: args.paths.join(" "),
                DRILL_CALL_SECONDS: String(times.call),
                DRILL_FETCH_SECONDS: String(times.deadline),
                DRILL_RETRIES: String(retries),
                RESTIC_REPOSITORY: pulumi.interpolate`s3:${args.endpoint}/${args.bucket}`,
                RESTIC_CACHE_DIR: "/tmp/cache",
                HOME: "/tmp",
                TMPDIR: "/tmp",
                ...(args.region === undefined ? {} : { AWS_DEFAULT_REGION: args.region }),
                ...(args.caConfigMap === undefined ? {} : { RESTIC_CACERT: "/drill/authority/ca.crt" }),
            }),
            ...keys,
            from("RESTIC_PASSWORD", repositoryKeys.password),
        ],
        // restic holds the repository's index in memory.
        resources: limited("50m", "128Mi", "1Gi"),
        volumeMounts: mounts,
    });
}

/** The engine has the restored data and neither keys nor an account. */
function engineSteps(args: RestoreDrillArgs): Container[] {
    const { cpu, memory, memoryLimit = memory, cpuLimit } = args.resources ?? { cpu: "100m", memory: "256Mi" };
    const resources = { requests: { cpu, memory }, limits: { memory: memoryLimit, ...(cpuLimit === undefined ? {} : { cpu: cpuLimit }) } };
    const step = {
        name: "engine",
        command: ["sh", `/drill/scripts/${args.engine}.sh`],
        env: variables({
            HOME: "/tmp",
            ...(args.query === undefined ? {} : { DRILL_QUERY: args.query }),
            ...(args.database === undefined ? {} : { DRILL_DATABASE: args.database }),
        }),
        volumeMounts: [scripts, steps, data, { name: "engine-tmp", mountPath: "/tmp" }],
    };
    const { servers } = drillEngines[args.engine];
    if (servers === undefined) {
        return [restricted({ ...step, image: args.image, resources })];
    }
    return [
        restricted({ ...step, image: args.nodeImage ?? nodeDefault, resources: limited("50m", "64Mi", "256Mi") }),
        restricted({
            name: "servers",
            image: args.image,
            command: ["sh", `/drill/scripts/${servers}`],
            // Three share the limit, at which the kernel would kill one.
            env: variables({ HOME: "/tmp", GOMEMLIMIT: `${Math.floor(((bytesOf(memoryLimit) ?? 0) * 0.85) / 3 / 2 ** 20)}MiB` }),
            resources,
            volumeMounts: [scripts, steps, data, { name: "servers-tmp", mountPath: "/tmp" }],
        }),
    ];
}

/** The report has the account, and neither keys nor data. */
function reportStep(app: string, args: RestoreDrillArgs, times: DrillTimes): Container {
    return restricted({
        name: "report",
        image: args.nodeImage ?? nodeDefault,
        command: ["node", "/drill/scripts/report.js"],
        env: variables({
            DRILL_APP: app,
            DRILL_NAME: drillNameOf(app),
            DRILL_NAMESPACE: drillNameOf(app),
            DRILL_ENGINE: args.engine,
            DRILL_RPO_SECONDS: String(times.rpo),
            DRILL_RTO_SECONDS: String(times.rto),
            DRILL_GRACE_SECONDS: String(times.grace),
            DRILL_DEADLINE_SECONDS: String(times.deadline),
            ...(args.query === undefined ? {} : { DRILL_QUERY: args.query }),
        }),
        resources: limited("10m", "64Mi", "128Mi"),
        volumeMounts: [scripts, steps, { name: "account", mountPath: "/drill/account", readOnly: true }],
    });
}

/** The drill's volume: a claim of its own that is deleted with the pod, or the node's disk where there is no class. */
function dataVolume(app: string, args: RestoreDrillArgs, className: pulumi.Input<string> | undefined): input.core.v1.Volume {
    if (className === undefined) {
        return { name: data.name, emptyDir: { sizeLimit: args.size } };
    }
    return {
        name: data.name,
        ephemeral: {
            volumeClaimTemplate: {
                metadata: { labels: drillLabels(app) },
                spec: { accessModes: ["ReadWriteOnce"], storageClassName: className, resources: { requests: { storage: args.size } } },
            },
        },
    };
}

/** What the report shows itself to the API with: its own token and the cluster's authority, for this container alone. */
const accountVolume = {
    name: "account",
    projected: {
        sources: [
            { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
            { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        ],
    },
};

export function podSecurity(user: number, group: number): input.core.v1.PodSecurityContext {
    return { runAsNonRoot: true, runAsUser: user, runAsGroup: group, fsGroup: group, seccompProfile: { type: "RuntimeDefault" } };
}

/** The pod of one drill. */
export function drillPod(app: string, args: RestoreDrillArgs, times: DrillTimes, className: pulumi.Input<string> | undefined): PodTemplate {
    const user = args.runAsUser ?? 999;
    return {
        metadata: { labels: { ...drillLabels(app), "holdfast.dev/drill-part": "run" } },
        spec: {
            restartPolicy: "Never",
            serviceAccountName: drillNameOf(app),
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: 5,
            securityContext: podSecurity(user, args.runAsGroup ?? user),
            containers: [fetchStep(app, args, times), ...engineSteps(args), reportStep(app, args, times)],
            volumes: [
                { name: "scripts", configMap: { name: scriptsNameOf(app) } },
                { name: "steps", emptyDir: { sizeLimit: "64Mi" } },
                { name: "fetch-tmp", emptyDir: {} },
                { name: "engine-tmp", emptyDir: {} },
                ...(drillEngines[args.engine].servers === undefined ? [] : [{ name: "servers-tmp", emptyDir: {} }]),
                dataVolume(app, args, className),
                accountVolume,
                ...(args.caConfigMap === undefined ? [] : [{ name: "authority", configMap: { name: args.caConfigMap } }]),
            ],
        },
    };
}

/** The pod that serves the result to Prometheus. It calls nobody. */
export function metricsPod(app: string, args: RestoreDrillArgs): PodTemplate {
    return {
        metadata: {
            labels: { ...drillLabels(app), "holdfast.dev/drill-part": "metrics" },
            annotations: { "prometheus.io/scrape": "true", "prometheus.io/port": "9100", "prometheus.io/path": "/metrics" },
        },
        spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: podSecurity(65532, 65532),
            containers: [
                restricted({
                    name: "metrics",
                    image: args.nodeImage ?? nodeDefault,
                    command: ["node", "/drill/scripts/metrics.js"],
                    ports: [{ name: "metrics", containerPort: 9100 }],
                    readinessProbe: { httpGet: { path: "/metrics", port: "metrics" }, periodSeconds: 5 },
                    resources: limited("5m", "48Mi", "128Mi"),
                    volumeMounts: [scripts, { name: "result", mountPath: "/drill/result", readOnly: true }],
                }),
            ],
            volumes: [
                { name: "scripts", configMap: { name: scriptsNameOf(app) } },
                { name: "result", configMap: { name: drillNameOf(app) } },
            ],
        },
    };
}
