/** What every AWS resource of one cloud storage is made with. */

import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import * as pulumi from "@pulumi/pulumi";
import type { AwsStorageArgs } from "../cloud-storage-args";
import type { Family } from "./family";
import type { PolicyDocument } from "./policy";
import { type Partition, type Place, partitionOf } from "./region";
import { tagsOf } from "./tags";

export interface AwsContext {
    component: pulumi.ComponentResource;
    /** Name of the component: what its children's names begin with. */
    name: string;
    /** First part of the class's name: what names on AWS contain. */
    storage: string;
    args: AwsStorageArgs;
    family: Family;
    partition: Partition;
    place: pulumi.Output<Place>;
    tags: Record<string, string>;
}

export function contextOf(component: pulumi.ComponentResource, name: string, args: AwsStorageArgs, family: Family): AwsContext {
    const partition = partitionOf(args.region);
    if (!partition) {
        throw new Error(`"${args.region}" is no region; its problem should have been refused`);
    }
    const accountId = args.accountId ?? getCallerIdentityOutput({}, { parent: component }).accountId;
    return {
        component,
        name,
        storage: args.className ?? name,
        args,
        family,
        partition,
        place: pulumi.output(accountId).apply((id) => ({ partition, region: args.region, accountId: id })),
        tags: tagsOf(args.clusterName, args.className ?? name, args.tags),
    };
}

/** A policy as the text AWS takes, once what it names is known. */
export function policyText<T>(values: pulumi.Output<T>, document: (values: pulumi.Unwrap<T>) => PolicyDocument): pulumi.Output<string> {
    return pulumi.output(values).apply((known) => JSON.stringify(document(known as pulumi.Unwrap<T>)));
}
