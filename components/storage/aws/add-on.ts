import { Addon } from "@pulumi/aws/eks/addon";
import { PodIdentityAssociation } from "@pulumi/aws/eks/podIdentityAssociation";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsContext } from "./context";
import type { DriverRole } from "./driver-role";
import { clusterTag } from "./tags";
import { driverNamespace } from "./trust-policy";

/** Settings of every add-on: what stays when the stack goes, and what happens where someone else's is there. */
function common({ args, tags }: AwsContext) {
    return {
        clusterName: args.clusterName,
        // A driver that is there already fails the creation: its volumes carry no tag of ours, and our role could not attach them.
        resolveConflictsOnCreate: "NONE",
        // What someone changed in the cluster stays.
        resolveConflictsOnUpdate: "PRESERVE",
        // Every volume of the cluster needs the driver, whoever's stack is destroyed.
        preserve: true,
        region: args.region,
        tags,
    };
}

/** The agent that hands roles to pods, where it isn't in the cluster yet. */
export function createPodIdentityAgent(context: AwsContext): pulumi.Resource[] {
    const { component, name, args } = context;
    if (args.oidcProviderArn !== undefined || args.installsPodIdentityAgent === false) {
        return [];
    }
    return [
        new Addon(
            `${name}-pod-identity-agent`,
            { addonName: "eks-pod-identity-agent", addonVersion: args.podIdentityAgentVersion, ...common(context) },
            { parent: component },
        ),
    ];
}

/** Gives the driver's node part its role; before the add-on, because a pod learns of its role when it is made. */
export function associateNodes({ component, name, args, family, tags }: AwsContext, role: DriverRole): pulumi.Resource[] {
    if (family.node === undefined || args.oidcProviderArn !== undefined) {
        return [];
    }
    return [
        new PodIdentityAssociation(
            `${name}-node-identity`,
            {
                clusterName: args.clusterName,
                namespace: driverNamespace,
                serviceAccount: family.node,
                roleArn: role.arn,
                region: args.region,
                tags,
            },
            { parent: component, dependsOn: role.made ? [role.made] : [] },
        ),
    ];
}

/** The driver itself, with its controller's role. */
export function createDriver(context: AwsContext, role: DriverRole, dependsOn: pulumi.Resource[]): Addon {
    const { component, name, args, family } = context;
    const identity =
        args.oidcProviderArn === undefined
            ? { podIdentityAssociations: [{ serviceAccount: family.controller, roleArn: role.arn }] }
            : { serviceAccountRoleArn: role.arn };
    // Volumes of every class of the cluster get the tag, or the role could do nothing with them. EFS' add-on has no such setting.
    const configuration = { controller: { extraVolumeTags: { [clusterTag]: args.clusterName } } };
    return new Addon(
        `${name}-driver`,
        {
            addonName: family.addOn,
            addonVersion: args.addOnVersion,
            ...(family.name === "ebs" ? { configurationValues: JSON.stringify(configuration) } : {}),
            ...identity,
            ...common(context),
        },
        { parent: component, dependsOn: [...(role.made ? [role.made] : []), ...dependsOn] },
    );
}
