import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import { BucketObjectLockConfiguration } from "@pulumi/aws/s3/bucketObjectLockConfiguration";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning";
import * as pulumi from "@pulumi/pulumi";
import { policyText } from "../../storage/aws/context";
import { protections } from "../../volumes/permissions";
import { bucketTimesOf } from "../backup-bucket-times";
import { bucketPolicy } from "./bucket-policies";
import type { BucketContext } from "./context";

/** The bucket, and everything that has to be in force before anybody writes to it. */
export interface CreatedBucket {
    bucket: Bucket;
    settings: pulumi.Resource[];
}

/**
 * The bucket with its settings, which are kept as it is: a bucket that outlives its stack without them would have no versions, no lock and
 * no policy.
 */
export function createBucket(context: BucketContext, keyArn: pulumi.Output<string>): CreatedBucket {
    const { component, name, args, place, tags, identityArn } = context;
    const { region } = args;
    const { lock, deletedKeptDays } = bucketTimesOf(args);
    const kept = protections(args.allow, component);
    const bucket = new Bucket(
        `${name}-bucket`,
        // Without forceDestroy AWS refuses to delete it while anything is in it. The lock is a setting: it can be added later too.
        { bucket: args.bucket, forceDestroy: false, region, tags },
        { parent: component, ...kept(`bucket/${args.bucket}`) },
    );
    const of = { bucket: bucket.bucket, region };
    const options = (...dependsOn: pulumi.Resource[]) => ({ parent: component, dependsOn, ...kept(`bucket/${args.bucket}`) });

    const block = new BucketPublicAccessBlock(
        `${name}-public-access`,
        { ...of, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
        options(),
    );
    const ownership = new BucketOwnershipControls(
        `${name}-ownership`,
        { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } },
        options(),
    );
    const versioning = new BucketVersioning(
        `${name}-versioning`,
        { ...of, versioningConfiguration: { status: "Enabled" } },
        { parent: component, ...kept(`bucketversioning/${args.bucket}`) },
    );
    const encryption = new BucketServerSideEncryptionConfiguration(
        `${name}-encryption`,
        {
            ...of,
            rules: [
                {
                    applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
                    // One call to KMS for many objects: restic writes and reads them by the thousand.
                    bucketKeyEnabled: true,
                },
            ],
        },
        options(),
    );
    const lifecycle = new BucketLifecycleConfiguration(
        `${name}-lifecycle`,
        { ...of, rules: [lifecycleRule(deletedKeptDays)] },
        options(versioning),
    );
    const locks = lock
        ? [
              new BucketObjectLockConfiguration(
                  `${name}-lock`,
                  { ...of, rule: { defaultRetention: { mode: lock.mode.toUpperCase(), days: lock.days } } },
                  options(versioning),
              ),
          ]
        : [];
    const policy = new BucketPolicy(
        `${name}-policy`,
        {
            ...of,
            policy: policyText(pulumi.all([place, keyArn, identityArn]), ([where, key, identity]) =>
                bucketPolicy(where, args.bucket, key, identity),
            ),
        },
        // S3 takes one change at a time of a bucket's policy and its public access block.
        options(block),
    );
    return { bucket, settings: [block, ownership, versioning, encryption, lifecycle, ...locks, policy] };
}

/**
 * Only what isn't current any more goes. A current object never does, however old: a new backup still consists of what the first one wrote,
 * and only restic's prune knows what nothing needs. Nothing is moved to a colder class either: prunes, checks and drills read it.
 */
function lifecycleRule(deletedKeptDays: number) {
    return {
        id: "what-was-deleted",
        status: "Enabled",
        // Everything in the bucket.
        filter: { prefix: "" },
        noncurrentVersionExpiration: { noncurrentDays: deletedKeptDays },
        // Markers under which nothing is left. Not an expiration of objects.
        expiration: { expiredObjectDeleteMarker: true },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    };
}
