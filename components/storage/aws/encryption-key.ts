import { Alias } from "@pulumi/aws/kms/alias";
import { Key } from "@pulumi/aws/kms/key";
import * as pulumi from "@pulumi/pulumi";
import { protection } from "../../volumes/permissions";
import { type AwsContext, policyText } from "./context";
import { keyPolicy } from "./key-policy";
import { keyAlias } from "./names";
import { arnOf } from "./region";

/**
 * The key that everything of one storage is encrypted with. Whoever deletes it deletes the data, wherever copies of it are: so it is
 * protected and kept as the volumes are, and AWS waits the longest it can before it forgets it.
 *
 * Cost: a dollar a month, and one more for each of the first two yearly rotations.
 */
export function createKey(
    { component, name, storage, args, family, place, tags }: AwsContext,
    driverRoleArns: pulumi.Input<string>[],
    dependsOn: pulumi.Resource[],
): pulumi.Output<string> {
    const policy = policyText(pulumi.all([place, pulumi.all(driverRoleArns)]), ([where, roles]) => keyPolicy(where, family.service, roles));
    const key = new Key(
        `${name}-key`,
        {
            description: `Volumes of ${storage} in the cluster ${args.clusterName}`,
            policy,
            enableKeyRotation: true,
            rotationPeriodInDays: 365,
            deletionWindowInDays: 30,
            region: args.region,
            tags,
        },
        // A policy that names a role is refused while the role doesn't exist.
        { parent: component, dependsOn, ...protection(args.allow, `key/${storage}`, component) },
    );
    new Alias(
        `${name}-key-alias`,
        { name: keyAlias(args.clusterName, storage), targetKeyId: key.id, region: args.region },
        { parent: component },
    );
    return pulumi.all([place, key.id]).apply(([where, id]) => arnOf(where, "kms", `key/${id}`));
}
