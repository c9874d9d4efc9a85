/** What is made on AWS, as those see it who don't load the AWS provider's SDK for it, nor its quarter of a million lines of types. */

import type * as pulumi from "@pulumi/pulumi";
import type { AwsStorageArgs } from "../cloud-storage-args";
import type { Family } from "./family";

/** What was made or given; absent where the storage needs none. */
export interface AwsResources {
    keyArn?: pulumi.Output<string>;
    roleArn?: pulumi.Output<string>;
    nodeRoleArn?: pulumi.Output<string>;
    fileSystemId?: pulumi.Output<string>;
}

/** Makes what the storage needs on AWS, as children of the component. */
export type CreateOnAws = (component: pulumi.ComponentResource, name: string, args: AwsStorageArgs, family: Family) => AwsResources;
