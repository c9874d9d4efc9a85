/** What config says of AWS: the EKS cluster, what is there already, and the provider that makes the rest. */

import type { Provider } from "@pulumi/aws/provider";
import type { AwsCluster } from "../components/storage/aws/app-cluster";
import type { Settings } from "./keys";

/** Keys whose name says more than the argument's does, where it stands alone. */
const renamed = { eksCluster: "clusterName" } as const satisfies Partial<Record<keyof Settings, keyof AwsCluster>>;

/** Keys that are the cluster's arguments by the same name. */
const same = [
    "accountId",
    "installsAddOns",
    "installsPodIdentityAgent",
    "oidcProviderArn",
    "kmsKeyArn",
    "ebsRoleArn",
    "efsRoleArn",
    "efsNodeRoleArn",
    "fileSystemId",
    "vpcId",
    "subnetIds",
    "nodeSecurityGroupIds",
    "securityGroupIds",
    "tags",
] as const satisfies (keyof Settings & keyof AwsCluster)[];

/** The EKS cluster that config names, with all it says of it. */
export function awsOf(settings: Partial<Settings>): AwsCluster | undefined {
    if (settings.eksCluster === undefined) {
        return undefined;
    }
    const given = same.filter((key) => settings[key] !== undefined).map((key) => [key, settings[key]]);
    return { clusterName: settings.eksCluster, ...Object.fromEntries(given) };
}

/** The key of config for a path of the arguments: `aws.clusterName` is `eksCluster`. */
export function keyOf(path: string): string {
    if (path === "aws") {
        return "eksCluster";
    }
    const [, name, rest] = /^aws\.([a-zA-Z]+)(.*)$/.exec(path) ?? [];
    const key = Object.entries(renamed).find(([, argument]) => argument === name)?.[0] ?? name;
    return key === undefined ? path : `${key}${rest}`;
}

/** Makes what is made on AWS, in that region and, where config names one, in no other account. */
export function awsProvider(region: string, accountId: string | undefined): Provider {
    // Loaded here because other targets have nothing on AWS.
    const aws = require("@pulumi/aws/provider") as typeof import("@pulumi/aws/provider");
    return new aws.Provider("aws", { region, ...(accountId === undefined ? {} : { allowedAccountIds: [accountId] }) });
}
