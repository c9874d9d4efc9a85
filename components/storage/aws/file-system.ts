import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import { BackupPolicy } from "@pulumi/aws/efs/backupPolicy";
import { FileSystem } from "@pulumi/aws/efs/fileSystem";
import { FileSystemPolicy } from "@pulumi/aws/efs/fileSystemPolicy";
import { MountTarget } from "@pulumi/aws/efs/mountTarget";
import { ReplicationConfiguration } from "@pulumi/aws/efs/replicationConfiguration";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule";
import * as pulumi from "@pulumi/pulumi";
import { protection } from "../../volumes/permissions";
import { type AwsContext, policyText } from "./context";
import type { DriverRole } from "./driver-role";
import { fileSystemPolicy } from "./efs-policy";
import { lifecycleOf } from "./file-system-problems";
import { creationToken, securityGroupName } from "./names";
import { arnOf } from "./region";

/** EFS takes each move of files as an entry of its own. */
function lifecyclePolicies({ args }: AwsContext) {
    const { infrequent, archive } = lifecycleOf(args);
    const after = (days: number) => `AFTER_${days}_DAY${days === 1 ? "" : "S"}`;
    return [
        ...(infrequent > 0 ? [{ transitionToIa: after(infrequent) }] : []),
        ...(archive > 0 ? [{ transitionToArchive: after(archive) }] : []),
        // A file that is read again is read often: it comes back with the first access.
        ...(infrequent > 0 ? [{ transitionToPrimaryStorageClass: "AFTER_1_ACCESS" }] : []),
    ];
}

/** A group that lets NFS in from the nodes, and nothing out: a mount target only answers. */
function createSecurityGroup({ component, name, storage, args, tags }: AwsContext): pulumi.Output<string>[] {
    const called = securityGroupName(args.clusterName, storage);
    const group = new SecurityGroup(
        `${name}-security-group`,
        {
            name: called,
            description: `NFS from the nodes of ${args.clusterName} to ${storage}`,
            vpcId: args.vpcId,
            revokeRulesOnDelete: true,
            region: args.region,
            tags: { ...tags, Name: called },
        },
        { parent: component },
    );
    (args.nodeSecurityGroupIds ?? []).forEach((nodes, index) => {
        new SecurityGroupIngressRule(
            `${name}-nfs-from-nodes-${index}`,
            {
                securityGroupId: group.id,
                referencedSecurityGroupId: nodes,
                description: "NFS from the nodes",
                ipProtocol: "tcp",
                fromPort: 2049,
                toPort: 2049,
                region: args.region,
                tags,
            },
            { parent: component },
        );
    });
    return [group.id];
}

/** A file system with all that makes it reachable by the nodes, by nobody else, and its copies. */
export function createFileSystem(context: AwsContext, keyArn: pulumi.Output<string>, nodeRole: DriverRole): pulumi.Output<string> {
    const { component, name, storage, args, place, tags } = context;
    const token = creationToken(args.clusterName, storage);
    const region = args.region;
    const fileSystem = new FileSystem(
        `${name}-file-system`,
        {
            creationToken: token,
            encrypted: true,
            kmsKeyId: keyArn,
            performanceMode: "generalPurpose",
            throughputMode: args.throughputMode ?? "elastic",
            ...(args.provisionedThroughputMiB === undefined ? {} : { provisionedThroughputInMibps: args.provisionedThroughputMiB }),
            lifecyclePolicies: lifecyclePolicies(context),
            // No other file system's replication may overwrite it.
            protection: { replicationOverwrite: "ENABLED" },
            region,
            tags: { ...tags, Name: token },
        },
        { parent: component, ...protection(args.allow, `file-system/${storage}`, component) },
    );
    const policy = new FileSystemPolicy(
        `${name}-file-system-policy`,
        {
            fileSystemId: fileSystem.id,
            policy: policyText(pulumi.all([place, fileSystem.id, nodeRole.arn]), ([where, id, role]) =>
                fileSystemPolicy(where, arnOf(where, "elasticfilesystem", `file-system/${id}`), [role]),
            ),
            region,
        },
        { parent: component, dependsOn: nodeRole.made ? [nodeRole.made] : [] },
    );
    new BackupPolicy(
        `${name}-backup-policy`,
        {
            fileSystemId: fileSystem.id,
            backupPolicy: { status: (args.hasAutomaticBackups ?? true) ? "ENABLED" : "DISABLED" },
            region,
        },
        { parent: component },
    );
    const securityGroups = args.securityGroupIds ?? createSecurityGroup(context);
    (args.subnetIds ?? []).forEach((subnetId, index) => {
        new MountTarget(
            `${name}-mount-target-${index}`,
            { fileSystemId: fileSystem.id, subnetId, securityGroups, region },
            // Never reachable without its policy. A zone takes one mount target: a replaced one has to go first.
            { parent: component, dependsOn: [policy], deleteBeforeReplace: true },
        );
    });
    if (args.replicaRegion !== undefined) {
        new ReplicationConfiguration(
            `${name}-replication`,
            {
                sourceFileSystemId: fileSystem.id,
                destination: {
                    region: args.replicaRegion,
                    ...(args.replicaKmsKeyArn === undefined ? {} : { kmsKeyId: args.replicaKmsKeyArn }),
                },
                region,
            },
            { parent: component },
        );
    }
    return fileSystem.id;
}
