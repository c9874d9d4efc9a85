/** Everything that can be wrong with a cloud storage's arguments before AWS is asked, each with what to write instead. */

import type { InputProblem } from "../../problems";
import type { Driver } from "../../usecases/drivers";
import { permissionProblems } from "../../volumes/permissions";
import type { CloudStorageArgs } from "../cloud-storage-args";
import type { Family } from "./family";
import { fileSystemProblems } from "./file-system-problems";
import { arnProblems, type Partition, partitionOf } from "./region";
import { tagProblems } from "./tags";
import { purchaseProblems } from "./volume-limits";

type ArgumentName = keyof CloudStorageArgs;

/** Arguments that mean something only where AWS resources are made, and for which family. */
const families: Partial<Record<ArgumentName, Family["name"][]>> = {
    clusterName: ["ebs", "efs"],
    region: ["ebs", "efs"],
    accountId: ["ebs", "efs"],
    tags: ["ebs", "efs"],
    allow: ["ebs", "efs"],
    kmsKeyArn: ["ebs", "efs"],
    installsAddOns: ["ebs", "efs"],
    addOnVersion: ["ebs", "efs"],
    roleArn: ["ebs", "efs"],
    oidcProviderArn: ["ebs", "efs"],
    installsPodIdentityAgent: ["ebs", "efs"],
    podIdentityAgentVersion: ["ebs", "efs"],
    iops: ["ebs", "efs"],
    throughputMiB: ["ebs", "efs"],
    smallestSize: ["ebs"],
    nodeRoleArn: ["efs"],
    fileSystemId: ["efs"],
    vpcId: ["efs"],
    subnetIds: ["efs"],
    nodeSecurityGroupIds: ["efs"],
    securityGroupIds: ["efs"],
    throughputMode: ["efs"],
    provisionedThroughputMiB: ["efs"],
    infrequentAccessAfterDays: ["efs"],
    archiveAfterDays: ["efs"],
    hasAutomaticBackups: ["efs"],
    replicaRegion: ["efs"],
    replicaKmsKeyArn: ["efs"],
    basePath: ["efs"],
    userId: ["efs"],
    groupId: ["efs"],
    firstGroupId: ["efs"],
    lastGroupId: ["efs"],
};

function meaningless(args: CloudStorageArgs, title: string, family: Family | undefined): InputProblem[] {
    const names = Object.keys(families) as ArgumentName[];
    return names
        .filter((name) => args[name] !== undefined && !(family && families[name]?.includes(family.name)))
        .map((name) => ({ path: name, reason: `it means nothing for ${title}. Leave it out.` }));
}

/** Parameters that have an argument, which also decides who may use what they name. */
const ownParameters: Record<string, ArgumentName> = { kmsKeyId: "kmsKeyArn", fileSystemId: "fileSystemId" };

function parameterProblems({ parameters = {} }: CloudStorageArgs, family: Family): InputProblem[] {
    return Object.entries(parameters).flatMap(([key, value]) => {
        const path = `parameters.${key}`;
        if (Object.hasOwn(ownParameters, key)) {
            return [{ path, reason: `it has an argument of its own. Write ${ownParameters[key]}.` }];
        }
        if (key.startsWith("tagSpecification")) {
            return [{ path, reason: `tags have an argument of their own. Write tags: { team: "shop" }.` }];
        }
        return family.name === "ebs" && key === "encrypted" && value !== "true"
            ? [{ path, reason: `"${value}": volumes are always encrypted here. Leave it out.` }]
            : [];
    });
}

function roleProblems(args: CloudStorageArgs, family: Family, partition: Partition): InputProblem[] {
    const problems: InputProblem[] = [];
    const makesKey = args.kmsKeyArn === undefined && args.fileSystemId === undefined;
    const installs = args.installsAddOns ?? true;
    if (!installs && family.name === "ebs" && makesKey && args.roleArn === undefined) {
        problems.push({
            path: "roleArn",
            reason: "missing: the key that is made has to know whose it is. Write the ARN of the role the driver has, or kmsKeyArn, or installsAddOns: true.",
        });
    }
    if (!installs && family.name === "efs" && args.fileSystemId === undefined && args.nodeRoleArn === undefined) {
        problems.push({
            path: "nodeRoleArn",
            reason: "missing: the file system that is made lets only one role mount it. Write the ARN of the role of efs-csi-node-sa, or fileSystemId, or installsAddOns: true.",
        });
    }
    if (installs && args.oidcProviderArn === undefined && !partition.hasPodIdentity) {
        problems.push({
            path: "oidcProviderArn",
            reason: `missing: ${args.region} has no EKS Pod Identity. Write the ARN of the cluster's OIDC provider, arn:${partition.name}:iam::<account>:oidc-provider/…, or installsAddOns: false.`,
        });
    }
    for (const name of ["addOnVersion", "installsPodIdentityAgent", "podIdentityAgentVersion", "oidcProviderArn"] as const) {
        if (!installs && args[name] !== undefined) {
            problems.push({ path: name, reason: "it means nothing while installsAddOns is false. Leave it out." });
        }
    }
    if (args.oidcProviderArn !== undefined && args.installsPodIdentityAgent) {
        problems.push({
            path: "installsPodIdentityAgent",
            reason: "roles are given by oidcProviderArn, without the agent. Leave one of them out.",
        });
    }
    return problems;
}

/** What is wrong with the name of the cluster, its region and its account. */
function placeProblems({ clusterName, region, accountId }: CloudStorageArgs): InputProblem[] {
    const problems: InputProblem[] = [];
    if (clusterName === undefined || !/^[0-9A-Za-z][\w-]{0,99}$/.test(clusterName)) {
        const what =
            clusterName === undefined
                ? "missing: volumes belong to a cluster by its name"
                : `"${clusterName}" is no name of an EKS cluster`;
        problems.push({ path: "clusterName", reason: `${what}. Write what \`aws eks list-clusters\` shows.` });
    }
    if (region === undefined || !partitionOf(region)) {
        const what = region === undefined ? "missing" : `"${region}" is no region known here`;
        problems.push({ path: "region", reason: `${what}. Write e.g. eu-central-1, cn-north-1 or us-gov-west-1.` });
    }
    if (typeof accountId === "string" && !/^\d{12}$/.test(accountId)) {
        problems.push({ path: "accountId", reason: `"${accountId}" is no AWS account. Write its twelve digits, in quotes.` });
    }
    return problems;
}

/**
 * What is wrong with the arguments about AWS; those about classes are judged with every storage's. A driver that isn't in the table, and
 * one without a family, takes none of them.
 */
export function awsProblems(args: CloudStorageArgs, driver: Driver | undefined, family: Family | undefined): InputProblem[] {
    const problems = [
        ...meaningless(args, driver?.title ?? `"${args.driver}"`, family),
        ...(driver && family ? purchaseProblems(driver, args) : []),
        ...(family
            ? [...placeProblems(args), ...permissionProblems(args.allow), ...tagProblems(args.tags), ...parameterProblems(args, family)]
            : []),
    ];
    const { region = "" } = args;
    const partition = partitionOf(region);
    if (!family || !partition) {
        return problems;
    }
    return [
        ...problems,
        ...roleProblems(args, family, partition),
        ...arnProblems("kmsKeyArn", args.kmsKeyArn, partition, "kms", region, "key"),
        ...arnProblems("roleArn", args.roleArn, partition, "iam", "", "role"),
        ...arnProblems("nodeRoleArn", args.nodeRoleArn, partition, "iam", "", "role"),
        ...arnProblems("oidcProviderArn", args.oidcProviderArn, partition, "iam", "", "oidc-provider"),
        ...(family.name === "efs" ? fileSystemProblems(args, partition) : []),
    ];
}
