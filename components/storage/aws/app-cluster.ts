/** What an application says of its EKS cluster, for all of its storage; and what that is for one driver. */

import type * as pulumi from "@pulumi/pulumi";
import type { CloudStorageArgs } from "../cloud-storage-args";
import type { Family } from "./family";

/** The EKS cluster an application runs on, and what is on AWS for it already. What isn't given is made. */
export interface AwsCluster {
    /** Name of the EKS cluster. */
    clusterName: string;
    /**
     * The AWS account, twelve digits.
     * @default the account of the AWS provider's credentials, which is asked
     */
    accountId?: pulumi.Input<string>;
    /**
     * The drivers that the application's storage takes are installed as EKS add-ons, with their roles. One application of a cluster does so;
     * the others say false, and whose roles the drivers have.
     * @default true
     */
    installsAddOns?: boolean;
    /**
     * The agent that EKS Pod Identity needs is installed too. False where the cluster has it.
     * @default true, where drivers are installed and no `oidcProviderArn` is given
     */
    installsPodIdentityAgent?: boolean;
    /**
     * The cluster's OIDC provider in IAM, by its ARN. Roles are given to service accounts with it, instead of by EKS Pod Identity.
     * @default none: Pod Identity. China's regions don't have it, so that it is required there
     */
    oidcProviderArn?: pulumi.Input<string>;
    /**
     * A key that exists, by its ARN, for volumes and file systems.
     * @default none: one is made for each storage
     */
    kmsKeyArn?: pulumi.Input<string>;
    /**
     * A role that EBS' driver has already, by its ARN.
     * @default none: one is made
     */
    ebsRoleArn?: pulumi.Input<string>;
    /**
     * A role that the controller of EFS' driver has already, by its ARN.
     * @default none: one is made
     */
    efsRoleArn?: pulumi.Input<string>;
    /**
     * A role with which nodes mount EFS already, by its ARN.
     * @default none: one is made
     */
    efsNodeRoleArn?: pulumi.Input<string>;
    /**
     * An EFS file system that exists, for shared volumes.
     * @default none: one is made, where a volume is shared
     */
    fileSystemId?: pulumi.Input<string>;
    /**
     * The VPC of the cluster.
     * @default none; required where a file system is made
     */
    vpcId?: pulumi.Input<string>;
    /**
     * Subnets that get a mount target of EFS, one in each zone. Add new ones at the end.
     * @default none; required where a file system is made
     */
    subnetIds?: pulumi.Input<string>[];
    /**
     * Security groups of the nodes, which alone reach EFS.
     * @default none; required where a file system is made
     */
    nodeSecurityGroupIds?: pulumi.Input<string>[];
    /**
     * Security groups that EFS' mount targets get; none is made then.
     * @default none: one is made
     */
    securityGroupIds?: pulumi.Input<string>[];
    /**
     * Tags of everything that is made, volumes and snapshots included. Changed ones make a new class; volumes that exist keep theirs.
     * @default only those that say what it belongs to
     */
    tags?: { [key: string]: string };
}

/** Where an argument of one driver's storage comes from in the application's. */
const ofEvery = {
    clusterName: "clusterName",
    accountId: "accountId",
    installsAddOns: "installsAddOns",
    installsPodIdentityAgent: "installsPodIdentityAgent",
    oidcProviderArn: "oidcProviderArn",
    kmsKeyArn: "kmsKeyArn",
    tags: "tags",
} as const;

const sources: Record<Family["name"], Partial<Record<keyof CloudStorageArgs, keyof AwsCluster>>> = {
    ebs: { ...ofEvery, roleArn: "ebsRoleArn" },
    efs: {
        ...ofEvery,
        roleArn: "efsRoleArn",
        nodeRoleArn: "efsNodeRoleArn",
        fileSystemId: "fileSystemId",
        vpcId: "vpcId",
        subnetIds: "subnetIds",
        nodeSecurityGroupIds: "nodeSecurityGroupIds",
        securityGroupIds: "securityGroupIds",
    },
};

/** What a file system that exists has decided: given for other storage of the same application, it is not for this one. */
const ofMadeFileSystems: (keyof CloudStorageArgs)[] = ["kmsKeyArn", "vpcId", "subnetIds", "nodeSecurityGroupIds", "securityGroupIds"];

/** The application's cluster as arguments of one driver's storage. */
export function clusterArgs(cluster: AwsCluster, family: Family): Partial<CloudStorageArgs> {
    const isGiven = family.name === "efs" && cluster.fileSystemId !== undefined;
    const entries = Object.entries(sources[family.name]) as [keyof CloudStorageArgs, keyof AwsCluster][];
    return Object.fromEntries(
        entries
            .filter(([name]) => !(isGiven && ofMadeFileSystems.includes(name)))
            .map(([name, source]) => [name, cluster[source]] as const)
            .filter(([, value]) => value !== undefined),
    );
}

/** The application's name for an argument of one driver's storage; undefined for one that isn't about the cluster. */
export function clusterPath(path: string, family: Family | undefined): string | undefined {
    const [, name, rest] = /^([a-zA-Z]+)(.*)$/.exec(path) ?? [];
    const source = family && (sources[family.name] as Record<string, string>)[name ?? ""];
    return source === undefined ? undefined : `${source}${rest ?? ""}`;
}
