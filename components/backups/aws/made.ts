/** What is made on AWS, as those see it who don't load the AWS provider's SDK for it. */

import type * as pulumi from "@pulumi/pulumi";
import type { BackupBucketArgs } from "../backup-bucket-args";

export interface MadeBucket {
    /** Name of the bucket, once its settings are in force. */
    bucket: pulumi.Output<string>;
    arn: pulumi.Output<string>;
    endpoint: string;
    keyArn: pulumi.Output<string>;
    /** Empty where the identity is a role. */
    accessKeyId: pulumi.Output<string>;
    secretAccessKey: pulumi.Output<string>;
    /** Empty where the identity is a user. */
    roleArn: pulumi.Output<string>;
}

/** Makes the bucket and all that belongs to it, as children of the component. */
export type CreateBackupBucket = (component: pulumi.ComponentResource, name: string, args: BackupBucketArgs) => MadeBucket;
