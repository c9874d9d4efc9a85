/**
 * A bucket of backups with all that belongs to it on AWS, in the order in which it can be made. Loaded only where one is made, because it
 * loads the AWS provider's SDK.
 */

import { Alias } from "@pulumi/aws/kms/alias";
import { Key } from "@pulumi/aws/kms/key";
import * as pulumi from "@pulumi/pulumi";
import { policyText } from "../../storage/aws/context";
import { keyAlias } from "../../storage/aws/names";
import { arnOf } from "../../storage/aws/region";
import { protection } from "../../volumes/permissions";
import { createBucket } from "./bucket";
import { bucketArn, bucketKeyPolicy } from "./bucket-policies";
import { type BucketContext, bucketContextOf } from "./context";
import { createIdentity } from "./identity";
import type { CreateBackupBucket } from "./made";

/** The key of the bucket alone: whoever deletes it deletes the backups, so it is kept as they are. */
function createKey({ component, name, args, place, tags }: BucketContext): pulumi.Output<string> {
    const key = new Key(
        `${name}-key`,
        {
            description: `Backups in ${args.bucket}`,
            policy: policyText(place, (where) => bucketKeyPolicy(where, args.bucket)),
            enableKeyRotation: true,
            rotationPeriodInDays: 365,
            deletionWindowInDays: 30,
            region: args.region,
            tags,
        },
        { parent: component, ...protection(args.allow, `key/${args.bucket}`, component) },
    );
    new Alias(
        `${name}-key-alias`,
        { name: keyAlias("backups", args.bucket), targetKeyId: key.id, region: args.region },
        { parent: component },
    );
    return pulumi.all([place, key.id]).apply(([where, id]) => arnOf(where, "kms", `key/${id}`));
}

export const createBackupBucket: CreateBackupBucket = (component, name, args) => {
    const context = bucketContextOf(component, name, args);
    const keyArn = args.kmsKeyArn === undefined ? createKey(context) : pulumi.output(args.kmsKeyArn);
    const { bucket, settings } = createBucket(context, keyArn);
    return {
        ...createIdentity(context, keyArn, settings),
        bucket: pulumi.all([bucket.bucket, ...settings.map(({ urn }) => urn)]).apply(([known]) => known),
        arn: context.place.apply((where) => bucketArn(where, args.bucket)),
        endpoint: `https://s3.${args.region}.${context.partition.dnsSuffix}`,
        keyArn,
    };
};
