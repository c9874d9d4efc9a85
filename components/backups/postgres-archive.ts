import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { CronJob } from "@pulumi/kubernetes/batch/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import { dependenciesOf } from "../dependencies";
import { refuseProblems } from "../problems";
import { checkedAtPreview } from "../storage/driver-presence";
import { cloudnativePgNeed } from "../workloads/cloudnative-pg-presence";
import { labelsOf } from "../workloads/labels";
import { backupPodLabels, jobNetwork } from "./file-backup-spec";
import { marksNameOf, marksSpec, outlivesWindow, postgresArchiveProblems, scheduledBackupSpec } from "./postgres-archive-spec";

/** What a {@link PostgresArchive} is made from. */
export interface PostgresArchiveArgs {
    /**
     * Name of the application whose database it is.
     * @default the component's name
     */
    app?: string;
    /** The application's namespace, which exists already. */
    namespace: pulumi.Input<string>;
    /**
     * Name of the Cluster, which archives its log to the same place (`archive` of a PostgresCluster).
     * @default the application's name
     */
    cluster?: string;
    /** URL of the S3 server: `https://s3.eu-central-1.amazonaws.com`. */
    endpoint: pulumi.Input<string>;
    /** Bucket and prefix of the archive: `example-shop-backups/ledger`. */
    bucket: pulumi.Input<string>;
    /** Secret of the namespace with `access-key-id` and `secret-access-key`, as a BackupRepository makes it. */
    secret: pulumi.Input<string>;
    /**
     * The bucket's region, for a server that wants it named.
     * @default none
     */
    region?: string;
    /**
     * ConfigMap of the namespace whose `ca.crt` the server's certificate is checked with.
     * @default none: the authorities of the image
     */
    caConfigMap?: string;
    /** An image with barman-cloud and Python: the Cluster's own. */
    image: pulumi.Input<string>;
    /**
     * The image's ordinary user.
     * @default 26, that of CloudNativePG's images
     */
    runAsUser?: number;
    /**
     * Its group.
     * @default as runAsUser
     */
    runAsGroup?: number;
    /** When a base copy is made: a cron line of five fields, in UTC. The first is made at once. */
    schedule: string;
    /**
     * Days of which the newest base copy is kept, whether any moment needs it or not.
     * @default 0
     */
    keepDaily?: number;
    /**
     * Weeks of which the newest base copy is kept.
     * @default 0
     */
    keepWeekly?: number;
    /**
     * Months of which the newest base copy is kept.
     * @default 0
     */
    keepMonthly?: number;
    /**
     * Years of which the newest base copy is kept.
     * @default 0
     */
    keepYearly?: number;
    /**
     * Kubeconfig of the cluster in which a preview looks for CloudNativePG. Nothing is looked for without this or `context`.
     * @default kubectl's own search, for the given context
     */
    kubeconfig?: string;
    /**
     * Context of the cluster in which a preview looks for CloudNativePG. What is deployed goes where the provider says.
     * @default the current one of the given kubeconfig
     */
    context?: string;
}

/**
 * Base copies of a PostgreSQL cluster, beside the log that it ships by itself: together any moment of the Cluster's window can be restored.
 *
 * CloudNativePG makes them, by barman-cloud of the image: the first at once, the others by the schedule, on a standby where there is one.
 * After each it deletes those that no moment of the window needs. Copies that are kept for longer, the newest of so many months and years,
 * are marked once a day by a CronJob, and restored as they were when they were complete.
 *
 * barman-cloud encrypts nothing: the bucket does, as a BackupBucket on AWS, or whoever reads the bucket reads the data.
 *
 * Deleting it ends the base copies; the log is still shipped, and what there is stays. A preview without the operator in the cluster says so.
 *
 * Cost: a compressed copy of the database for each day of the window and for each that is kept longer, and the log of the window.
 *
 * @example
 * new PostgresArchive("ledger", {
 *     namespace: "ledger",
 *     endpoint: "https://s3.eu-central-1.amazonaws.com",
 *     bucket: "example-shop-backups/ledger",
 *     secret: "ledger-backup-repository",
 *     image: "ghcr.io/cloudnative-pg/postgresql:17.5",
 *     schedule: "0 2 * * *",
 *     keepMonthly: 12,
 * });
 */
export class PostgresArchive extends pulumi.ComponentResource {
    /** Name of CloudNativePG's ScheduledBackup. */
    public readonly schedule: pulumi.Output<string>;
    /** Name of the CronJob that marks what is kept for longer; empty where nothing is. */
    public readonly marks: pulumi.Output<string>;

    constructor(name: string, args: PostgresArchiveArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:PostgresArchive", name, {}, opts);
        const app = args.app ?? name;
        refuseProblems("PostgresArchive", name, postgresArchiveProblems(app, args));
        const { namespace } = args;
        const scheduled = {
            apiVersion: "postgresql.cnpg.io/v1",
            kind: "ScheduledBackup",
            metadata: { name: app, namespace, labels: labelsOf(app) },
            spec: scheduledBackupSpec(args.cluster ?? app, args),
        };
        const schedule = new CustomResource(`${name}-schedule`, scheduled as ConstructorParameters<typeof CustomResource>[1], {
            parent: this,
            dependsOn: opts?.dependsOn,
        });
        const marks = outlivesWindow(args) ? this.createMarks(name, app, args, opts) : undefined;
        const checked = checkedAtPreview(`PostgresArchive "${name}"`, this, args, [cloudnativePgNeed("schedule", "scheduledbackups")]);
        this.schedule = pulumi.all([schedule.metadata, checked]).apply(([metadata]) => metadata?.name ?? "");
        this.marks = marks?.metadata.name ?? pulumi.output("");
        this.registerOutputs({ schedule: this.schedule, marks: this.marks });
    }

    private createMarks(name: string, app: string, args: PostgresArchiveArgs, opts: pulumi.ComponentResourceOptions | undefined): CronJob {
        const metadata = { name: marksNameOf(app), namespace: args.namespace, labels: backupPodLabels(app) };
        const network = new NetworkPolicy(
            `${name}-marks-network`,
            { metadata, spec: jobNetwork(app) },
            { parent: this, dependsOn: opts?.dependsOn },
        );
        const spec = pulumi
            .all([args.endpoint, args.bucket, args.secret])
            .apply(([endpoint, bucket, secret]) => marksSpec(app, args, { endpoint, bucket, secret }));
        return new CronJob(`${name}-marks`, { metadata, spec }, { parent: this, dependsOn: dependenciesOf(opts?.dependsOn, network) });
    }
}
