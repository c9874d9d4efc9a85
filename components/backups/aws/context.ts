/** What every AWS resource of one bucket of backups is made with. */

import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import * as pulumi from "@pulumi/pulumi";
import { roleName } from "../../storage/aws/names";
import { arnOf, type Partition, type Place, partitionOf } from "../../storage/aws/region";
import type { BackupBucketArgs } from "../backup-bucket-args";

export interface BucketContext {
    component: pulumi.ComponentResource;
    /** Name of the component: what its children's names begin with. */
    name: string;
    args: BackupBucketArgs;
    partition: Partition;
    place: pulumi.Output<Place>;
    tags: Record<string, string>;
    /** Name of the user or the role, which is one of the whole account. */
    identity: string;
    /** Its ARN, put together, so that a first preview shows policies that name it. */
    identityArn: pulumi.Output<string>;
}

export function bucketContextOf(component: pulumi.ComponentResource, name: string, args: BackupBucketArgs): BucketContext {
    const partition = partitionOf(args.region);
    if (!partition) {
        throw new Error(`"${args.region}" is no region; its problem should have been refused`);
    }
    const accountId = args.accountId ?? getCallerIdentityOutput({}, { parent: component }).accountId;
    const place = pulumi.output(accountId).apply((id) => ({ partition, region: args.region, accountId: id }));
    const identity = roleName(args.bucket, args.region, "backups");
    const kind = args.oidcProviderArn === undefined ? "user" : "role";
    return {
        component,
        name,
        args,
        partition,
        place,
        tags: {
            ...args.tags,
            "holdfast.dev/managed-by": "holdfast",
            // What permissions call bucket and key, and where a review reads it.
            "holdfast.dev/storage": args.bucket,
            "holdfast.dev/backups-of": args.app,
        },
        identity,
        identityArn: place.apply((where) => arnOf(where, "iam", `${kind}/${identity}`)),
    };
}
