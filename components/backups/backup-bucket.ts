import * as pulumi from "@pulumi/pulumi";
import { refuseProblems } from "../problems";
import type { CreateBackupBucket } from "./aws/made";
import type { BackupBucketArgs } from "./backup-bucket-args";
import { backupBucketProblems } from "./backup-bucket-problems";

/** Loaded when it is needed, because a program without a bucket on AWS should not pay for its SDK. */
const onAws = (): { createBackupBucket: CreateBackupBucket } => require("./aws/resources");

/**
 * A bucket of S3 for an application's backups, with the identity that writes them; a `BackupRepository` takes its outputs.
 *
 * Makes the bucket with versions, a customer-managed KMS key (rotated every year) and a bucket key, object lock where one is asked for, no
 * public access, no access lists, a policy that refuses what isn't sent by TLS 1.2 and what names another encryption, and a lifecycle that
 * ends what was deleted or overwritten `deletedKeptDays` ago. Current objects never expire: only restic's prune knows what no backup needs.
 *
 * The identity may read and write the application's repository and delete what a prune deletes there, which leaves the versions: it can
 * neither delete those nor lift or shorten a lock, and the bucket's policy denies it too. It is an IAM user with an access key, which is
 * what `BackupRepository` and `FileBackup` take; with `oidcProviderArn` a role for service accounts, for jobs of your own. EKS Pod Identity
 * isn't offered, because restic 0.16 can't use it.
 *
 * The bucket, its settings and its key are protected and kept; the identity goes with the stack and comes back with it. A `compliance` lock
 * can't be lifted by anybody: what is written under it is paid for until its day.
 *
 * Proven by mocks only: the resources and policies are asserted, linted and simulated, and never were created in an account.
 *
 * Price: the storage of S3, deleted versions included, its requests, and 1 dollar a month for the key.
 *
 * @example
 * const bucket = new BackupBucket("ledger-backups", {
 *     app: "ledger",
 *     bucket: "example-ledger-backups",
 *     region: "eu-west-1",
 *     policy: "hourly",
 *     lockMode: "governance",
 *     lockDays: 35,
 * });
 * const repository = new BackupRepository("ledger-repository", {
 *     app: "ledger",
 *     namespace: "ledger",
 *     endpoint: bucket.endpoint,
 *     bucket: bucket.bucket,
 *     accessKeyId: bucket.accessKeyId,
 *     secretAccessKey: bucket.secretAccessKey,
 *     password: new pulumi.Config("holdfast").requireSecret("backupPassword"),
 * });
 */
export class BackupBucket extends pulumi.ComponentResource {
    /** Name of the bucket. */
    public readonly bucket: pulumi.Output<string>;
    /** ARN of the bucket. */
    public readonly bucketArn: pulumi.Output<string>;
    /** The server, for a `BackupRepository`: `https://s3.eu-west-1.amazonaws.com`. */
    public readonly endpoint: pulumi.Output<string>;
    /** Where in the bucket the repository lies, for a `BackupRepository`. */
    public readonly prefix: pulumi.Output<string>;
    /** The bucket's region. */
    public readonly region: pulumi.Output<string>;
    /** ARN of the key, made or given. */
    public readonly kmsKeyArn: pulumi.Output<string>;
    /** Id of the access key; empty where the identity is a role. */
    public readonly accessKeyId: pulumi.Output<string>;
    /** Secret of the access key, as a Pulumi secret; empty where the identity is a role. */
    public readonly secretAccessKey: pulumi.Output<string>;
    /** ARN of the role, for the annotation `eks.amazonaws.com/role-arn`; empty where the identity is a user. */
    public readonly roleArn: pulumi.Output<string>;

    constructor(name: string, args: BackupBucketArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:BackupBucket", name, {}, opts);
        refuseProblems("BackupBucket", name, backupBucketProblems(args));
        const made = onAws().createBackupBucket(this, name, args);
        this.bucket = made.bucket;
        this.bucketArn = made.arn;
        this.endpoint = pulumi.output(made.endpoint);
        this.prefix = pulumi.output(args.prefix ?? args.app);
        this.region = pulumi.output(args.region);
        this.kmsKeyArn = made.keyArn;
        this.accessKeyId = made.accessKeyId;
        this.secretAccessKey = made.secretAccessKey;
        this.roleArn = made.roleArn;
        const { bucket, bucketArn, endpoint, prefix, region, kmsKeyArn, accessKeyId, secretAccessKey, roleArn } = this;
        this.registerOutputs({ bucket, bucketArn, endpoint, prefix, region, kmsKeyArn, accessKeyId, secretAccessKey, roleArn });
    }
}
