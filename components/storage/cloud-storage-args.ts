import type * as pulumi from "@pulumi/pulumi";

/** What a {@link CloudStorage} is made from. Ids and ARNs may be outputs of other resources; what decides what is made is plain. */
export interface CloudStorageArgs {
    /**
     * Key of the driver in the table of drivers: `ebs-gp3`, `ebs-io2`, `efs`, or `fsx-ontap`. Of the last, and of drivers that aren't in the
     * table (with `provisioner`), the classes are made and nothing else.
     */
    driver: string;
    /**
     * The CSI provisioner; needed for a driver that is not in the table.
     * @default the driver's
     */
    provisioner?: string;
    /**
     * Name of the EKS cluster. Volumes, roles and add-ons belong to it by this name.
     * @default none; required for EBS and EFS
     */
    clusterName?: string;
    /**
     * The region everything is in, e.g. `eu-central-1`. Its partition (China, GovCloud) follows from it.
     * @default none; required for EBS and EFS
     */
    region?: string;
    /**
     * The AWS account, twelve digits.
     * @default the account of the AWS provider's credentials, which is asked
     */
    accountId?: pulumi.Input<string>;
    /**
     * First part of the class's name, which is shared by the whole cluster. Names on AWS contain it too: don't change it once there is data.
     * @default the component's name
     */
    className?: string;
    /**
     * Further parameters the provisioner reads. A changed one makes a new class and leaves the old one.
     * @default the driver's
     */
    parameters?: { [name: string]: string };
    /**
     * Options to mount every volume with.
     * @default the driver's; for a file system that is made here, with `iam`, which its policy asks for
     */
    mountOptions?: string[];
    /**
     * Volumes are made before a pod asks for them, in any zone.
     * @default false: a volume is made where its first pod runs (WaitForFirstConsumer)
     */
    bindsImmediately?: boolean;
    /**
     * Claims of the class may grow.
     * @default what the driver can
     */
    allowsExpansion?: boolean;
    /**
     * Claims that name no class get this one, in the whole cluster.
     * @default false
     */
    isClusterDefault?: boolean;
    /**
     * Where volumes may be made: labels of nodes, each with the values that will do:
     * `{ "topology.kubernetes.io/zone": ["eu-central-1a"] }`.
     * @default every zone that has nodes
     */
    allowedTopologies?: { [label: string]: string[] };
    /**
     * A VolumeSnapshotClass is made too. It takes the snapshot CRDs in the cluster: write false where they are not.
     * @default what the driver can
     */
    makesSnapshotClass?: boolean;
    /**
     * VolumeAttributesClasses to make, by a name of your choice: `{ busy: { iops: "8000" } }`. A claim that names one has its volume changed
     * while it is in use. It takes Kubernetes 1.34 and a driver that can.
     * @default none
     */
    attributes?: { [name: string]: { [parameter: string]: string } };
    /**
     * Operations a second of each volume, within the driver's limits.
     * @default what is in the price: 3000 of gp3; io2 has to be told
     */
    iops?: number;
    /**
     * MiB a second of each volume of gp3, at most a quarter of its IOPS.
     * @default what is in the price: 125 of gp3
     */
    throughputMiB?: number;
    /**
     * Size of the smallest volume that will be asked for, e.g. `10Gi`: the IOPS a volume may have grow with it, and are checked by it.
     * @default not checked
     */
    smallestSize?: string;
    /**
     * Tags of everything that is made, volumes and snapshots included. Changed ones make a new class; volumes that exist keep theirs.
     * @default only those that say what it belongs to
     */
    tags?: { [key: string]: string };
    /**
     * Permissions to delete, by exact name: `["delete key/ledger"]`, `["delete file-system/media"]`, with `className` as the name.
     * @default none: keys and file systems are protected and kept
     */
    allow?: string[];
    /**
     * A key that exists, by its ARN, in the same region. Its policy has to let the driver's role use it, or leave that to IAM. Written as
     * text it is part of the class's name, so that another key makes another class; an output can't be.
     * @default none: a key is made, rotated every year, protected
     */
    kmsKeyArn?: pulumi.Input<string>;
    /**
     * The driver is installed as an EKS add-on, with a role. One storage of a cluster does so; others say false, and whose role it has.
     * @default true
     */
    installsAddOns?: boolean;
    /**
     * Version of the add-on, e.g. `v1.54.0-eksbuild.1`.
     * @default the cluster's default version at the time it is made
     */
    addOnVersion?: string;
    /**
     * A role the driver's controller has already, by its ARN; none is made then.
     * @default none: one is made, limited to what carries the cluster's tag
     */
    roleArn?: pulumi.Input<string>;
    /**
     * A role with which nodes mount EFS already, by its ARN; none is made then.
     * @default none: one is made, limited to this file system
     */
    nodeRoleArn?: pulumi.Input<string>;
    /**
     * The cluster's OIDC provider in IAM, by its ARN. Roles are given to service accounts with it, instead of by EKS Pod Identity.
     * @default none: Pod Identity. China's regions don't have it, so that it is required there
     */
    oidcProviderArn?: pulumi.Input<string>;
    /**
     * The agent that Pod Identity needs on every node is installed too, as an EKS add-on. False where the cluster has it.
     * @default true, where the driver is installed and no `oidcProviderArn` is given
     */
    installsPodIdentityAgent?: boolean;
    /**
     * Version of the agent's add-on.
     * @default the cluster's default version at the time it is made
     */
    podIdentityAgentVersion?: string;
    /**
     * An EFS file system that exists, reachable from the nodes. None is made then, nor mount targets, a security group or a key.
     * @default none: one is made
     */
    fileSystemId?: pulumi.Input<string>;
    /**
     * The VPC of the mount targets' security group.
     * @default none; required where a security group for EFS is made
     */
    vpcId?: pulumi.Input<string>;
    /**
     * Subnets that get a mount target of EFS, one in each zone. Add new ones at the end: the order is part of the resources' names.
     * @default none; required where a file system is made
     */
    subnetIds?: pulumi.Input<string>[];
    /**
     * Security groups of the nodes: what they send to TCP 2049 is let in to EFS, and nothing else.
     * @default none; required where a security group for EFS is made
     */
    nodeSecurityGroupIds?: pulumi.Input<string>[];
    /**
     * Security groups that the mount targets of EFS get; none is made then.
     * @default none: one is made
     */
    securityGroupIds?: pulumi.Input<string>[];
    /**
     * How EFS gives throughput: `elastic` (as much as is used), `provisioned` (with `provisionedThroughputMiB`) or `bursting` (with its size).
     * @default elastic
     */
    throughputMode?: string;
    /**
     * MiB a second of EFS in throughput mode `provisioned`.
     * @default none
     */
    provisionedThroughputMiB?: number;
    /**
     * Days without access after which EFS moves a file to Infrequent Access; 0 for never.
     * @default 30
     */
    infrequentAccessAfterDays?: number;
    /**
     * Days without access after which EFS moves a file to Archive; 0 for never. Only in throughput mode `elastic`.
     * @default 90 in throughput mode `elastic`; 0 in the others, in China and in GovCloud
     */
    archiveAfterDays?: number;
    /**
     * AWS Backup's daily plan for EFS is on, kept for 35 days in the same region.
     * @default true
     */
    hasAutomaticBackups?: boolean;
    /**
     * Another region to which EFS replicates the file system, as a read-only copy some minutes behind.
     * @default none
     */
    replicaRegion?: string;
    /**
     * Key of the replica, by its ARN, in the replica's region.
     * @default the replica region's AWS managed key for EFS
     */
    replicaKmsKeyArn?: pulumi.Input<string>;
    /**
     * Folder of EFS below which each volume gets its own.
     * @default the root
     */
    basePath?: string;
    /**
     * User to whom everything in volumes of EFS belongs, whoever writes it; with `groupId`.
     * @default one of its own for each volume
     */
    userId?: number;
    /**
     * Group beside `userId`.
     * @default one of its own for each volume
     */
    groupId?: number;
    /**
     * First of the group ids from which each volume of EFS gets its own; with `lastGroupId`.
     * @default the driver's
     */
    firstGroupId?: number;
    /**
     * Last of the group ids from which each volume of EFS gets its own.
     * @default the driver's
     */
    lastGroupId?: number;
    /**
     * Kubeconfig of the cluster in which a preview looks for a driver that isn't installed here. Nothing is looked for without this or
     * `context`.
     * @default kubectl's own search, for the given context
     */
    kubeconfig?: string;
    /**
     * Context of the cluster in which a preview looks for a driver that isn't installed here.
     * @default the current one of the given kubeconfig
     */
    context?: string;
}

/** The arguments once they are judged, where AWS resources are made. */
export type AwsStorageArgs = CloudStorageArgs & { clusterName: string; region: string };
