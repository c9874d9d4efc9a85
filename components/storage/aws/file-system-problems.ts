/** What can be wrong with the arguments of an EFS file system. */

import type { InputProblem } from "../../problems";
import type { CloudStorageArgs } from "../cloud-storage-args";
import { arnProblems, type Partition, partitionOf } from "./region";

const throughputModes = ["elastic", "provisioned", "bursting"];

/** The days EFS knows: https://docs.aws.amazon.com/efs/latest/ug/API_LifecyclePolicy.html, read 2026-11. */
const lifecycleDays = [1, 7, 14, 30, 60, 90, 180, 270, 365];

/** Days without access after which files move on; 0 is never. */
export function lifecycleOf(args: CloudStorageArgs): { infrequent: number; archive: number } {
    const canArchive = (args.throughputMode ?? "elastic") === "elastic" && (partitionOf(args.region ?? "")?.hasArchive ?? false);
    const infrequent = args.infrequentAccessAfterDays ?? 30;
    return { infrequent, archive: args.archiveAfterDays ?? (canArchive && infrequent > 0 && infrequent < 90 ? 90 : 0) };
}

/** Arguments of a file system that is made, which one that exists has decided already. */
const ofTheFileSystem = [
    "vpcId",
    "subnetIds",
    "nodeSecurityGroupIds",
    "securityGroupIds",
    "kmsKeyArn",
    "throughputMode",
    "provisionedThroughputMiB",
    "infrequentAccessAfterDays",
    "archiveAfterDays",
    "hasAutomaticBackups",
    "replicaRegion",
    "replicaKmsKeyArn",
] as const;

function networkProblems(args: CloudStorageArgs): InputProblem[] {
    const problems: InputProblem[] = [];
    const missing = (path: string, reason: string) => problems.push({ path, reason });
    if ((args.subnetIds ?? []).length === 0) {
        missing(
            "subnetIds",
            `missing: without a mount target in a zone, no node there reaches the file system. Write a subnet of each zone that has nodes: subnetIds: ["subnet-…", "subnet-…"], or fileSystemId.`,
        );
    }
    if (args.securityGroupIds !== undefined) {
        for (const name of ["vpcId", "nodeSecurityGroupIds"] as const) {
            if (args[name] !== undefined) {
                missing(name, "it is for a security group that is made, and securityGroupIds are given. Leave one of them out.");
            }
        }
        return args.securityGroupIds.length > 0
            ? problems
            : [...problems, { path: "securityGroupIds", reason: "it is empty. Write at least one, or leave it out and one is made." }];
    }
    if (args.vpcId === undefined) {
        missing("vpcId", `missing: the mount targets' security group is in a VPC. Write vpcId: "vpc-…", or securityGroupIds.`);
    }
    if ((args.nodeSecurityGroupIds ?? []).length === 0) {
        missing(
            "nodeSecurityGroupIds",
            `missing: only these may reach the file system. Write the security groups of the nodes: nodeSecurityGroupIds: ["sg-…"], or securityGroupIds.`,
        );
    }
    return problems;
}

function throughputProblems({ throughputMode = "elastic", provisionedThroughputMiB }: CloudStorageArgs): InputProblem[] {
    if (!throughputModes.includes(throughputMode)) {
        return [
            {
                path: "throughputMode",
                reason: `"${throughputMode}" is none of ${throughputModes.join(", ")}. Write throughputMode: elastic.`,
            },
        ];
    }
    if (throughputMode !== "provisioned") {
        return provisionedThroughputMiB === undefined
            ? []
            : [
                  {
                      path: "provisionedThroughputMiB",
                      reason: `it means nothing in throughput mode ${throughputMode}. Leave it out, or write throughputMode: provisioned.`,
                  },
              ];
    }
    return Number.isInteger(provisionedThroughputMiB) && Number(provisionedThroughputMiB) >= 1
        ? []
        : [
              {
                  path: "provisionedThroughputMiB",
                  reason: `${provisionedThroughputMiB ?? "missing"}: throughput mode provisioned takes a whole number from 1. Write e.g. provisionedThroughputMiB: 100.`,
              },
          ];
}

function lifecycleProblems(args: CloudStorageArgs): InputProblem[] {
    const { infrequent, archive } = lifecycleOf(args);
    const days = (path: string, value: number): InputProblem[] =>
        value === 0 || lifecycleDays.includes(value)
            ? []
            : [{ path, reason: `${value} is not what EFS takes: ${lifecycleDays.join(", ")}, or 0 for never. Write ${path}: 30.` }];
    const problems = [...days("infrequentAccessAfterDays", infrequent), ...days("archiveAfterDays", archive)];
    if (archive > 0 && (infrequent === 0 || archive <= infrequent)) {
        problems.push({
            path: "archiveAfterDays",
            reason: `${archive}: files reach Archive only after Infrequent Access (${infrequent || "never"}). Write a larger archiveAfterDays, or 0.`,
        });
    }
    if (archive > 0 && (args.throughputMode ?? "elastic") !== "elastic") {
        problems.push({
            path: "archiveAfterDays",
            reason: `${archive}: Archive is there in throughput mode elastic only. Write archiveAfterDays: 0, or throughputMode: elastic.`,
        });
    }
    return problems;
}

function replicaProblems({ region = "", replicaRegion, replicaKmsKeyArn }: CloudStorageArgs, partition: Partition): InputProblem[] {
    if (replicaRegion === undefined) {
        return replicaKmsKeyArn === undefined
            ? []
            : [{ path: "replicaKmsKeyArn", reason: "there is no replica. Leave it out, or write replicaRegion." }];
    }
    if (replicaRegion === region || partitionOf(replicaRegion) !== partition) {
        return [
            {
                path: "replicaRegion",
                reason: `"${replicaRegion}" can't hold a replica of ${region}: another region of the same partition (${partition.name}) can. Write e.g. ${region.startsWith("eu-") ? "eu-west-1" : "the nearest one"}.`,
            },
        ];
    }
    return arnProblems("replicaKmsKeyArn", replicaKmsKeyArn, partition, "kms", replicaRegion, "key");
}

function ownerProblems({ userId, groupId, firstGroupId, lastGroupId, basePath }: CloudStorageArgs): InputProblem[] {
    const problems: InputProblem[] = [];
    const ids = { userId, groupId, firstGroupId, lastGroupId };
    for (const [path, value] of Object.entries(ids)) {
        if (value !== undefined && (!Number.isInteger(value) || value < 0 || value > 4_294_967_295)) {
            problems.push({ path, reason: `${value} is no id of a user or a group. Write a whole number, e.g. ${path}: 1000.` });
        }
    }
    const pair = (a: "userId" | "firstGroupId", b: "groupId" | "lastGroupId") => {
        const lone = ids[a] === undefined ? b : a;
        if ((ids[a] === undefined) !== (ids[b] === undefined)) {
            problems.push({ path: lone, reason: `it goes with ${lone === a ? b : a}. Write both, or neither.` });
        }
    };
    pair("userId", "groupId");
    pair("firstGroupId", "lastGroupId");
    if (userId !== undefined && firstGroupId !== undefined) {
        problems.push({ path: "firstGroupId", reason: "the range means nothing beside userId. Leave one of them out." });
    }
    if (firstGroupId !== undefined && lastGroupId !== undefined && firstGroupId >= lastGroupId) {
        problems.push({ path: "lastGroupId", reason: `${lastGroupId} is not above firstGroupId (${firstGroupId}). Write a larger one.` });
    }
    // EFS makes folders four deep at most, and the volume's own is one of them.
    if (basePath !== undefined && !/^(\/[\w.-]{1,30}){1,3}$/.test(basePath)) {
        problems.push({
            path: "basePath",
            reason: `"${basePath}" is no folder here: one to three names, each after "/". Write e.g. basePath: /volumes.`,
        });
    }
    return problems;
}

export function fileSystemProblems(args: CloudStorageArgs, partition: Partition): InputProblem[] {
    if (args.fileSystemId === undefined) {
        return [
            ...networkProblems(args),
            ...throughputProblems(args),
            ...lifecycleProblems(args),
            ...replicaProblems(args, partition),
            ...ownerProblems(args),
        ];
    }
    const decided = ofTheFileSystem.filter((name) => args[name] !== undefined);
    const form: InputProblem[] =
        typeof args.fileSystemId === "string" && !/^fs-[0-9a-f]+$/.test(args.fileSystemId)
            ? [{ path: "fileSystemId", reason: `"${args.fileSystemId}" is no id of a file system. Write e.g. fs-0123456789abcdef0.` }]
            : [];
    return [
        ...form,
        ...decided.map((path) => ({ path, reason: "the file system exists and has its own. Leave it out, or leave fileSystemId out." })),
        ...ownerProblems(args),
    ];
}
