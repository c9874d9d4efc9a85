import type * as pulumi from "@pulumi/pulumi";

/** What a {@link BackupBucket} is made from. ARNs may be outputs of other resources; what decides what is made is plain. */
export interface BackupBucketArgs {
    /** Name of the application whose backups the bucket is for. */
    app: string;
    /** Name of the bucket, which nobody else on AWS may have: `example-shop-backups`. Never changed. */
    bucket: string;
    /** The region the bucket is in, e.g. `eu-central-1`; best not the application's. Its partition (China, GovCloud) follows from it. */
    region: string;
    /**
     * The AWS account, twelve digits.
     * @default the account of the AWS provider's credentials, which is asked
     */
    accountId?: pulumi.Input<string>;
    /**
     * Where in the bucket the application's repository lies: the identity that is made may use nothing else.
     * @default the application's name
     */
    prefix?: string;
    /**
     * A backup policy by name, e.g. `hourly` or `continuous-locked`: the lock is its, and how long deleted versions are kept follows from its
     * retention and its drills.
     * @default none: no lock, and deleted versions are kept for 38 days
     */
    policy?: string;
    /**
     * How what is written is locked: `governance`, which a special permission lifts, or `compliance`, which nobody lifts. With `lockDays`.
     * @default the policy's; without one, nothing is locked
     */
    lockMode?: string;
    /**
     * Days for which each object is locked from when it was written. A longer time counts for what is written afterwards.
     * @default the policy's
     */
    lockDays?: number;
    /**
     * Days for which deleted and overwritten objects can be had back.
     * @default from one drill to the next and a week more, at most what the retention reaches back to, at least the lock's days
     */
    deletedKeptDays?: number;
    /**
     * A key that exists, by its ARN, in the same region. Its policy has to let IAM decide who uses it, or name the identity.
     * @default none: a key is made, rotated every year, protected
     */
    kmsKeyArn?: pulumi.Input<string>;
    /**
     * The cluster's OIDC provider in IAM, by its ARN. Pods get the identity as a role then, by the tokens of their service accounts.
     * @default none: the identity is an IAM user with an access key
     */
    oidcProviderArn?: pulumi.Input<string>;
    /**
     * The namespace of the service accounts that may take the role; only with `oidcProviderArn`.
     * @default the application's name
     */
    namespace?: string;
    /**
     * Service accounts of the namespace that may take the role; only with `oidcProviderArn`.
     * @default those of K8up's jobs: `pod-executor` for backups and prunes, `default` for checks and restores
     */
    serviceAccounts?: string[];
    /**
     * Tags of everything that is made.
     * @default only those that say what it belongs to
     */
    tags?: { [key: string]: string };
    /**
     * Permissions to delete, by exact name: `["delete bucket/example-shop-backups"]`, `bucketversioning/…` and `key/…` with the same name.
     * @default none: the bucket, its settings and its key are protected and kept
     */
    allow?: string[];
}
