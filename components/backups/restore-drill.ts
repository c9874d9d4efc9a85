import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { CronJob } from "@pulumi/kubernetes/batch/v1";
import { ConfigMap, Namespace, Secret, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import { Role, RoleBinding } from "@pulumi/kubernetes/rbac/v1";
import { StorageClass } from "@pulumi/kubernetes/storage/v1";
import * as pulumi from "@pulumi/pulumi";
import { refuseProblems } from "../problems";
import { hashedClassName } from "../storage/class-name";
import { drillEngines } from "./drill/engines";
import { fetchScript } from "./drill/fetch-script";
import { metricsScript } from "./drill/metrics-script";
import { reportScript } from "./drill/report-script";
import { createWitness } from "./drill-witness";
import { repositoryKeys } from "./file-backup-spec";
import type { RestoreDrillArgs } from "./restore-drill-args";
import { drillPod, drillSecretNameOf, metricsPod, scriptsNameOf } from "./restore-drill-pod";
import { archiveEngine, drillCronSpec, drillLabels, drillNameOf, drillPorts, drillTimes, restoreDrillProblems } from "./restore-drill-spec";

/** How long the pod of a drill may wait for a node, a volume and images, beyond the drill's own time. */
const startSeconds = 900;

/**
 * A restore that is done on schedule: the newest backup beside the live application, its engine started on it, and one query asked.
 *
 * Each run has a namespace (`<app>-drill`), a volume and a database of its own, and none of the application's Secrets but a copy of the
 * repository's. It finds the newest snapshot, fetches it whole, loads it as a restore would, compares the query's answer with what the
 * application answered when the backup was made, and measures both promises: how old the backup was (RPO) and how long it took until the
 * query was answered (RTO). The volume goes with the pod.
 *
 * The result is in the ConfigMap `<app>-drill`: `result.json` (docs/drill-schema.json) and `metrics.prom`. An event on the CronJob tells of
 * it, and the Job of a drill that didn't pass is a failed one. A run that dies altogether leaves the older result, whose age tells.
 * `kubectl create job --from=cronjob/<app>-drill` runs one at any time.
 *
 * For the archive of a PostgresCluster a CronJob beside the application, of the same name and schedule, leaves a mark in the database's log
 * first: how long it takes to the archive is the RPO, and what it says was answered is what the copy is asked at the same place of the log.
 *
 * Cost: a pod and a volume as large as the data for as long as a drill takes, and reading the whole backup, which clouds may charge.
 *
 * @example
 * const config = new pulumi.Config("holdfast");
 * new RestoreDrill("ledger", {
 *     appNamespace: "ledger",
 *     paths: ["/ledger-main.sql"],
 *     engine: "postgres",
 *     image: "docker.io/library/postgres:17.7",
 *     endpoint: "https://s3.eu-central-1.amazonaws.com",
 *     bucket: "example-shop-backups/ledger",
 *     accessKeyId: config.requireSecret("backupAccessKeyId"),
 *     secretAccessKey: config.requireSecret("backupSecretAccessKey"),
 *     password: config.requireSecret("backupPassword"),
 *     schedule: "0 5 * * 0",
 *     promisedRpo: "1h",
 *     promisedRto: "15m",
 *     size: "20Gi",
 *     provisioner: "ebs.csi.aws.com",
 * });
 */
export class RestoreDrill extends pulumi.ComponentResource {
    /** The drill's namespace. */
    public readonly namespace: pulumi.Output<string>;
    /** The CronJob in it; `kubectl create job --from=cronjob/<name>` runs a drill now. */
    public readonly cronJob: pulumi.Output<string>;
    /** The ConfigMap with the newest result: `result.json` and `metrics.prom`. */
    public readonly result: pulumi.Output<string>;

    constructor(name: string, args: RestoreDrillArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:RestoreDrill", name, {}, opts);
        const app = args.app ?? name;
        refuseProblems("RestoreDrill", name, restoreDrillProblems(app, args));
        const drill = drillNameOf(app);
        const labels = drillLabels(app);
        const times = drillTimes(args);
        const security = ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]);
        const namespace = new Namespace(
            `${name}-namespace`,
            { metadata: { name: drill, labels: { ...labels, ...Object.fromEntries(security) } } },
            { parent: this, dependsOn: opts?.dependsOn },
        );
        const inside = { parent: this, dependsOn: [namespace], deleteBeforeReplace: true };
        const called = (objectName: string) => ({ name: objectName, namespace: drill, labels });
        const secret = createRepositoryCopy(name, args, called(drillSecretNameOf(app)), inside);
        const scripts = new ConfigMap(`${name}-scripts`, { metadata: called(scriptsNameOf(app)), data: scriptsOf(args) }, inside);
        // The drills write it: what is in it is never the program's to change.
        const result = new ConfigMap(
            `${name}-result`,
            { metadata: called(drill), data: {} },
            { ...inside, ignoreChanges: ["data", "binaryData"] },
        );
        const access = createAccess(name, drill, called(drill), inside);
        const network = createNetwork(name, app, args, called(drill), inside);
        const storage = args.provisioner === undefined ? undefined : createClass(this, name, drill, args.provisioner, args, labels);
        const cronJob = new CronJob(
            `${name}-schedule`,
            {
                metadata: called(drill),
                spec: drillCronSpec(app, args, {
                    backoffLimit: 0,
                    activeDeadlineSeconds: times.deadline + startSeconds,
                    template: drillPod(app, args, times, args.storageClass ?? storage?.metadata.name),
                }),
            },
            {
                ...inside,
                dependsOn: [secret, scripts, result, ...access, network, ...(storage ? [storage] : [])],
            },
        );
        if (args.engine === archiveEngine) {
            createWitness(name, app, args, { parent: this, dependsOn: opts?.dependsOn, deleteBeforeReplace: true });
        }
        if (args.servesMetrics) {
            createMetrics(name, app, args, called(`${drill}-metrics`), { ...inside, dependsOn: [scripts, result] });
        }
        this.namespace = namespace.metadata.name;
        this.cronJob = cronJob.metadata.name;
        this.result = result.metadata.name;
        this.registerOutputs({ namespace: this.namespace, cronJob: this.cronJob, result: this.result });
    }
}

type Metadata = { name: string; namespace: string; labels: Record<string, string> };

/** The repository's keys, as the drill's own Secret: pods read Secrets of their own namespace only. */
function createRepositoryCopy(
    name: string,
    { accessKeyId, secretAccessKey, password, engine }: RestoreDrillArgs,
    metadata: Metadata,
    options: pulumi.CustomResourceOptions,
): Secret {
    const encoded = (value: pulumi.Input<string>) => pulumi.secret(value).apply((text) => Buffer.from(text).toString("base64"));
    const data = {
        ...(accessKeyId === undefined ? {} : { [repositoryKeys.accessKeyId]: encoded(accessKeyId) }),
        ...(secretAccessKey === undefined ? {} : { [repositoryKeys.secretAccessKey]: encoded(secretAccessKey) }),
        // barman-cloud knows no password.
        ...(engine === archiveEngine ? {} : { [repositoryKeys.password]: encoded(password) }),
    };
    return new Secret(`${name}-repository`, { metadata, type: "Opaque", data }, options);
}

function scriptsOf({ engine }: RestoreDrillArgs): Record<string, string> {
    return {
        ...(drillEngines[engine].fetch ? {} : { "fetch.sh": fetchScript }),
        ...drillEngines[engine].files,
        "report.js": reportScript,
        "metrics.js": metricsScript,
    };
}

/** An account that may read and write the one result, and tell of it. */
function createAccess(name: string, drill: string, metadata: Metadata, options: pulumi.CustomResourceOptions): pulumi.Resource[] {
    const account = new ServiceAccount(`${name}-account`, { metadata, automountServiceAccountToken: false }, options);
    const role = new Role(
        `${name}-role`,
        {
            metadata,
            rules: [
                { apiGroups: [""], resources: ["configmaps"], resourceNames: [drill], verbs: ["get", "patch"] },
                { apiGroups: [""], resources: ["events"], verbs: ["create"] },
            ],
        },
        options,
    );
    const binding = new RoleBinding(
        `${name}-binding`,
        {
            metadata,
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: drill },
            subjects: [{ kind: "ServiceAccount", name: drill, namespace: drill }],
        },
        options,
    );
    return [account, role, binding];
}

/** Nobody calls a drill, and it calls name servers, the repository and the API, whose addresses nobody knows beforehand: by their ports. */
function createNetwork(
    name: string,
    app: string,
    args: RestoreDrillArgs,
    metadata: Metadata,
    options: pulumi.CustomResourceOptions,
): NetworkPolicy {
    const tcp = (port: number) => ({ port, protocol: "TCP" });
    return new NetworkPolicy(
        `${name}-network`,
        {
            metadata,
            spec: pulumi.output(args.endpoint).apply((endpoint) => ({
                podSelector: { matchLabels: { ...drillLabels(app), "holdfast.dev/drill-part": "run" } },
                policyTypes: ["Ingress", "Egress"],
                ingress: [],
                egress: [{ ports: [{ port: 53, protocol: "UDP" }, tcp(53), ...drillPorts(endpoint, args.egressPorts).map(tcp)] }],
            })),
        },
        options,
    );
}

/** A class whose volumes go with their claims. Nothing of a drill is worth keeping. */
function createClass(
    component: pulumi.ComponentResource,
    name: string,
    drill: string,
    provisioner: string,
    { storageParameters: parameters = {} }: RestoreDrillArgs,
    labels: Record<string, string>,
): StorageClass {
    const fields = { provisioner, parameters, reclaimPolicy: "Delete", volumeBindingMode: "WaitForFirstConsumer" };
    return new StorageClass(
        `${name}-class`,
        { metadata: { name: hashedClassName(drill, fields), labels }, ...fields },
        { parent: component },
    );
}

function createMetrics(name: string, app: string, args: RestoreDrillArgs, metadata: Metadata, options: pulumi.CustomResourceOptions): void {
    const template = metricsPod(app, args);
    const matchLabels = { ...drillLabels(app), "holdfast.dev/drill-part": "metrics" };
    new Deployment(`${name}-metrics`, { metadata, spec: { replicas: 1, selector: { matchLabels }, template } }, options);
    new NetworkPolicy(
        `${name}-metrics-network`,
        {
            metadata,
            spec: {
                podSelector: { matchLabels },
                policyTypes: ["Ingress", "Egress"],
                ingress: [{ ports: [{ port: 9100, protocol: "TCP" }] }],
                egress: [],
            },
        },
        options,
    );
}
