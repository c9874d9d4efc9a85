import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import * as pulumi from "@pulumi/pulumi";
import { type AwsContext, policyText } from "./context";
import { roleName } from "./names";
import type { PolicyDocument } from "./policy";
import { arnOf, type Place } from "./region";
import { podIdentityTrust, webIdentityTrust } from "./trust-policy";

/** A role of the driver, made or given. What it may do is said later, once what it may do it to is known. */
export interface DriverRole {
    arn: pulumi.Output<string>;
    /** Absent for a role that was given: its policies are its owner's. */
    made?: Role;
}

export function givenRole(arn: pulumi.Input<string>): DriverRole {
    return { arn: pulumi.output(arn) };
}

/** Makes the role `${name}-${part}`, which only pods of these service accounts can take. */
export function createRole(
    { component, name, args, family, place, tags }: AwsContext,
    part: string,
    title: string,
    serviceAccounts: string[],
): DriverRole {
    const called = roleName(args.clusterName, args.region, title);
    const trust =
        args.oidcProviderArn === undefined
            ? policyText(place, (where) => podIdentityTrust(where, args.clusterName, serviceAccounts[0]))
            : policyText(pulumi.output(args.oidcProviderArn), (arn) => webIdentityTrust(arn, serviceAccounts));
    const made = new Role(
        `${name}-${part}`,
        {
            name: called,
            path: "/",
            description: `${family.addOn} of the cluster ${args.clusterName} in ${args.region}`,
            assumeRolePolicy: trust,
            tags,
        },
        { parent: component },
    );
    // Put together, so that a first preview shows policies that name it; whatever needs the role itself depends on it.
    return { arn: place.apply((where) => arnOf(where, "iam", `role/${called}`)), made };
}

/** Says what a role that was made may do. Nothing is said of one that was given. */
export function allowRole<T>(
    { component, name, place }: AwsContext,
    part: string,
    role: DriverRole,
    values: pulumi.Output<T>,
    document: (place: Place, values: pulumi.Unwrap<T>) => PolicyDocument,
): pulumi.Resource[] {
    if (!role.made) {
        return [];
    }
    const policy = policyText(pulumi.all([place, values]), ([where, known]) => document(where, known as pulumi.Unwrap<T>));
    return [new RolePolicy(`${name}-${part}-policy`, { name: part, role: role.made.name, policy }, { parent: component })];
}
