/** Kinds of AWS, and values that exist nowhere but in the state. */

import type { Kind, Safeguard } from "./kind";

const deletionProtection = (field = "deletionProtection"): Safeguard => ({
    field,
    safe: [true],
    byDefault: false,
    without: "AWS itself no longer refuses to delete it",
});
const forceDestroy: Safeguard = {
    field: "forceDestroy",
    safe: [false],
    byDefault: false,
    without: "deleting it deletes what is in it, where AWS would refuse otherwise",
};
const finalSnapshot: Safeguard = {
    field: "skipFinalSnapshot",
    safe: [false],
    byDefault: false,
    without: "no last snapshot is taken when it is deleted",
};
export const cloudKinds: readonly Kind[] = [
    { type: "aws:ebs/volume:Volume", title: "EBS volume", word: "ebs-volume", role: "data", size: "size" },
    { type: "aws:ebs/snapshot:Snapshot", title: "EBS snapshot", word: "ebs-snapshot", role: "data" },
    { type: "aws:efs/fileSystem:FileSystem", title: "EFS file system", word: "file-system", role: "data" },
    { type: "aws:efs/backupPolicy:BackupPolicy", title: "EFS backup policy", word: "backuppolicy", role: "backup" },
    {
        type: "aws:s3/bucket:Bucket",
        title: "bucket",
        word: "bucket",
        role: "data",
        safeguards: [forceDestroy],
        remains: "all of it if the bucket isn't empty: AWS refuses then, unless forceDestroy is on",
    },
    {
        type: "aws:s3/bucketV2:BucketV2",
        title: "bucket",
        word: "bucket",
        role: "data",
        safeguards: [forceDestroy],
        remains: "all of it if the bucket isn't empty: AWS refuses then, unless forceDestroy is on",
    },
    {
        type: "aws:s3/bucketVersioning:BucketVersioning",
        title: "bucket versioning",
        word: "bucketversioning",
        role: "backup",
        of: "bucket",
        safeguards: [
            {
                field: "versioningConfiguration.status",
                safe: ["Enabled"],
                byDefault: "Disabled",
                without: "an overwritten or deleted object is gone",
            },
        ],
    },
    {
        type: "aws:kms/key:Key",
        title: "KMS key",
        word: "key",
        role: "data",
        safeguards: [{ field: "isEnabled", safe: [true], byDefault: true, without: "nothing encrypted with it can be read" }],
        remains: "for 7 to 30 days the deletion can be cancelled; after that nothing encrypted with it can ever be read",
    },
    {
        type: "aws:backup/vault:Vault",
        title: "backup vault",
        word: "vault",
        role: "data",
        safeguards: [forceDestroy],
        remains: "all of it if the vault holds recovery points: AWS refuses then, unless forceDestroy is on",
    },
    { type: "aws:backup/plan:Plan", title: "backup plan", word: "plan", role: "backup", retention: ["rules[0].lifecycle.deleteAfter"] },
    { type: "aws:backup/selection:Selection", title: "backup selection", word: "selection", role: "backup" },
    {
        type: "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        title: "backup lock",
        word: "vaultlockconfiguration",
        role: "backup",
    },
    {
        type: "aws:rds/instance:Instance",
        title: "database",
        word: "instance",
        role: "data",
        size: "allocatedStorage",
        safeguards: [deletionProtection(), finalSnapshot],
        retention: ["backupRetentionPeriod"],
    },
    {
        type: "aws:rds/cluster:Cluster",
        title: "database cluster",
        word: "cluster",
        role: "data",
        safeguards: [deletionProtection(), finalSnapshot],
        retention: ["backupRetentionPeriod"],
    },
    {
        type: "aws:dynamodb/table:Table",
        title: "table",
        word: "table",
        role: "data",
        safeguards: [deletionProtection("deletionProtectionEnabled")],
    },
    { type: "aws:secretsmanager/secret:Secret", title: "secret", word: "secret", role: "secret" },
    { type: "aws:eks/cluster:Cluster", title: "EKS cluster", word: "cluster", role: "container" },
    // Values that exist nowhere but in Pulumi's state
    { type: "random:index/randomPassword:RandomPassword", title: "random password", word: "randompassword", role: "secret" },
    { type: "random:index/randomBytes:RandomBytes", title: "random bytes", word: "randombytes", role: "secret" },
    { type: "tls:index/privateKey:PrivateKey", title: "private key", word: "privatekey", role: "secret" },
];
