import type * as pulumi from "@pulumi/pulumi";

/** Where an application's copies go: all of it, or nothing. */
export interface AppBackupArgs {
    /**
     * URL of the S3 service for the backups: `https://s3.eu-central-1.amazonaws.com`. With the bucket, its keys and the password the policy of
     * the plan is carried out by K8up, which has to be in the cluster; without any of them nothing is backed up, and the plan says so.
     * @default none
     */
    backupEndpoint?: string;
    /**
     * The bucket for the backups, which exists already.
     * @default none
     */
    backupBucket?: string;
    /**
     * Where in the bucket this application's repository is. No other application has the same.
     * @default the application's name
     */
    backupPrefix?: string;
    /**
     * The bucket's region, for a server that wants it named.
     * @default what the endpoint of AWS says
     */
    backupRegion?: string;
    /**
     * Id of the access key to the bucket. Give a Pulumi secret.
     * @default none
     */
    backupAccessKeyId?: pulumi.Input<string>;
    /**
     * The access key's secret. Give a Pulumi secret.
     * @default none
     */
    backupSecretAccessKey?: pulumi.Input<string>;
    /**
     * Password that the backups are encrypted with, without which nobody reads them: it has to outlive the cluster. Give a Pulumi secret, and
     * never change it once there are backups.
     * @default none
     */
    backupPassword?: pulumi.Input<string>;
    /**
     * ConfigMap of the namespace whose `ca.crt` the endpoint's certificate is checked with.
     * @default none: the authorities of the image
     */
    backupCaConfigMap?: string;
    /**
     * Where in the bucket a new database is made from another's archive: `example-shop-backups/ledger`. For engines that archive their log. Read
     * when the database is made; `database` is the name that it has there.
     * @default none: a new database is empty
     */
    recoverFrom?: string;
    /**
     * The moment that it is made from, as `2026-11-23T08:15:00Z`, or the name of a base copy, as `20261123T020000`.
     * @default the latest that is archived
     */
    recoverAt?: string;
    /**
     * The last drill's result is served to Prometheus, by a small Deployment on port 9100 in the drill's namespace.
     * @default false
     */
    servesDrillMetrics?: boolean;
}
