/** Who may do what with a bucket of backups, its key, and the one repository in it that an identity is for. */

import { administer } from "../../storage/aws/key-policy";
import { type Conditions, type PolicyDocument, policy, type Statement } from "../../storage/aws/policy";
import { arnOf, type Place, viaServices } from "../../storage/aws/region";

/** ARN of a bucket, which has neither region nor account in it. */
export function bucketArn({ partition }: Place, bucket: string): string {
    return `arn:${partition.name}:s3:::${bucket}`;
}

/** Whose backups lie where. */
export interface RepositoryPlace {
    bucket: string;
    prefix: string;
}

/** What would undo versions, locks or the settings that keep them. */
const undoing = [
    "s3:BypassGovernanceRetention",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:DeleteObjectVersion",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketPolicy",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
];

/** There, and another value. A negated operator alone, with IfExists too, is true where the key isn't there: it would deny every plain put. */
const saysOtherThan = (key: string, value: string): Conditions => ({ Null: { [key]: "false" }, StringNotEquals: { [key]: value } });

/**
 * The bucket's own policy, which only denies: what an identity may do is said by the identity's.
 *
 * Denied is what isn't sent by TLS 1.2 or later; an object that names another encryption than the bucket's (restic names none, so the
 * bucket's own is used); and to the identity that writes backups everything that would undo versions and locks, whatever else it is given.
 */
export function bucketPolicy(place: Place, bucket: string, keyArn: string, identityArn: string): PolicyDocument {
    const arn = bucketArn(place, bucket);
    const all = [arn, `${arn}/*`];
    const deny = (Sid: string, Action: string | string[], Resource: string | string[], Condition: Conditions): Statement => ({
        Sid,
        Effect: "Deny",
        Principal: { AWS: "*" },
        Action,
        Resource,
        Condition,
    });
    const header = "s3:x-amz-server-side-encryption";
    return policy(
        deny("OnlyByTls", "s3:*", all, { Bool: { "aws:SecureTransport": "false" } }),
        deny("OnlyByTlsOfToday", "s3:*", all, { NumericLessThan: { "s3:TlsVersion": "1.2" } }),
        deny("NoOtherEncryption", "s3:PutObject", `${arn}/*`, saysOtherThan(header, "aws:kms")),
        deny("NoOtherKey", "s3:PutObject", `${arn}/*`, saysOtherThan(`${header}-aws-kms-key-id`, keyArn)),
        deny("NoKeyOfAClient", "s3:PutObject", `${arn}/*`, { Null: { [`${header}-customer-algorithm`]: "false" } }),
        deny("BackupsUndoNothing", undoing, all, { ArnEquals: { "aws:PrincipalArn": identityArn } }),
    );
}

/** What restic asks of the key: a data key for what it writes, and the bucket's own for what it reads. */
const use = ["kms:Decrypt", "kms:GenerateDataKey"];

/** Only through S3, and only for objects of this bucket, whose ARN is the context of a bucket key. */
function forBucket(place: Place, bucket: string): Conditions {
    return {
        StringEquals: {
            "kms:CallerAccount": place.accountId,
            "kms:EncryptionContext:aws:s3:arn": bucketArn(place, bucket),
            "kms:ViaService": viaServices(place, ["s3"]),
        },
    };
}

/** Policy of the key that is made: administered by whom IAM allows it, used for this bucket by whom IAM allows it, by nobody by hand. */
export function bucketKeyPolicy(place: Place, bucket: string): PolicyDocument {
    const account = { AWS: arnOf(place, "iam", "root") };
    return policy(
        { Sid: "AdministeredByWhomIamAllows", Effect: "Allow", Principal: account, Action: administer, Resource: "*" },
        {
            Sid: "UsedForTheBucketByWhomIamAllows",
            Effect: "Allow",
            Principal: account,
            Action: use,
            Resource: "*",
            Condition: forBucket(place, bucket),
        },
    );
}

/** Folders of a repository from which restic deletes: its locks always, the others when it forgets and prunes. Never keys and config. */
const deletedFrom = ["data", "index", "locks", "snapshots"];

/**
 * What restic 0.16 and K8up 2.12 ask of S3, by their sources (internal/backend/s3, internal/repository, cmd/restic/delete.go; read 2026-11):
 * list, get and put everything, delete what a prune finds unused and their own locks. A delete here leaves a marker: without
 * s3:DeleteObjectVersion nobody who has this identity makes data disappear.
 *
 * The listing isn't limited to the prefix. S3 answers 404 for an object that isn't there only to whom it lets list the bucket, and a request
 * for an object has no s3:prefix: with that condition restic gets 403 for its missing config, and never makes a repository.
 */
export function repositoryPolicy(place: Place, { bucket, prefix }: RepositoryPlace, keyArn: string): PolicyDocument {
    const arn = bucketArn(place, bucket);
    return policy(
        { Sid: "ListTheBucket", Effect: "Allow", Action: "s3:ListBucket", Resource: arn },
        { Sid: "ReadAndWriteTheRepository", Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: `${arn}/${prefix}/*` },
        {
            Sid: "PruneTheRepository",
            Effect: "Allow",
            Action: "s3:DeleteObject",
            Resource: deletedFrom.map((folder) => `${arn}/${prefix}/${folder}/*`),
        },
        { Sid: "UseTheKeyForTheBucket", Effect: "Allow", Action: use, Resource: keyArn, Condition: forBucket(place, bucket) },
    );
}
