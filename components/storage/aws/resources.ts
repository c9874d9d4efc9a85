/**
 * Everything on AWS that one cloud storage needs, in the order in which it can be made. Loaded only where such a storage is made, because
 * it loads the AWS provider's SDK.
 */

import * as pulumi from "@pulumi/pulumi";
import { associateNodes, createDriver, createPodIdentityAgent } from "./add-on";
import { type AwsContext, contextOf } from "./context";
import { allowRole, createRole, type DriverRole, givenRole } from "./driver-role";
import { ebsDriverPolicy } from "./ebs-policy";
import { efsControllerPolicy, efsNodePolicy } from "./efs-policy";
import { createKey } from "./encryption-key";
import { createFileSystem } from "./file-system";
import type { AwsResources, CreateOnAws } from "./made";

/** The controller's role: given, made, or nobody's business where the driver is another storage's and the key exists. */
function controllerRole(context: AwsContext, serviceAccounts: string[]): DriverRole | undefined {
    const { args, family } = context;
    if (args.roleArn !== undefined) {
        return givenRole(args.roleArn);
    }
    return (args.installsAddOns ?? true) ? createRole(context, "role", `${family.name}-csi`, serviceAccounts) : undefined;
}

function createBlockStorage(context: AwsContext): AwsResources {
    const { args, family } = context;
    const role = controllerRole(context, [family.controller]);
    const keyArn =
        args.kmsKeyArn === undefined
            ? createKey(context, role ? [role.arn] : [], role?.made ? [role.made] : [])
            : pulumi.output(args.kmsKeyArn);
    if (role && (args.installsAddOns ?? true)) {
        const allowed = allowRole(context, "role", role, keyArn, (place, arn) => ebsDriverPolicy(place, args.clusterName, arn));
        createDriver(context, role, [...allowed, ...createPodIdentityAgent(context)]);
    }
    return { keyArn, roleArn: role?.arn };
}

function createSharedStorage(context: AwsContext): AwsResources {
    const { args, family } = context;
    const installs = args.installsAddOns ?? true;
    const usesTokens = args.oidcProviderArn !== undefined;
    const accounts = [family.controller, ...(family.node ? [family.node] : [])];
    // Tokens: the add-on takes one role for both of its service accounts. Pod Identity: one for each, so that no node can make or delete.
    const role = controllerRole(context, usesTokens ? accounts : [family.controller]);
    const nodeRole =
        args.nodeRoleArn !== undefined
            ? givenRole(args.nodeRoleArn)
            : usesTokens || !installs
              ? role
              : createRole(context, "node-role", "efs-csi-node", accounts.slice(1));
    const keyArn =
        args.fileSystemId !== undefined
            ? undefined
            : args.kmsKeyArn === undefined
              ? createKey(context, [], [])
              : pulumi.output(args.kmsKeyArn);
    const fileSystemId =
        keyArn === undefined || nodeRole === undefined
            ? pulumi.output(args.fileSystemId ?? "")
            : createFileSystem(context, keyArn, nodeRole);
    if (role && nodeRole && installs) {
        const given = args.fileSystemId === undefined ? undefined : fileSystemId;
        const allowed = [
            ...allowRole(context, "role", role, pulumi.output({ given }), (place, known) =>
                efsControllerPolicy(place, { clusterName: args.clusterName, given: known.given }),
            ),
            ...allowRole(context, "node-role", nodeRole, fileSystemId, efsNodePolicy),
        ];
        const agent = createPodIdentityAgent(context);
        createDriver(context, role, [...allowed, ...agent, ...associateNodes(context, nodeRole)]);
    }
    return { keyArn, roleArn: role?.arn, nodeRoleArn: nodeRole?.arn, fileSystemId };
}

export const createOnAws: CreateOnAws = (component, name, args, family) => {
    const context = contextOf(component, name, args, family);
    return family.name === "ebs" ? createBlockStorage(context) : createSharedStorage(context);
};
