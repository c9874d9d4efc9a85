import * as pulumi from "@pulumi/pulumi";
import { type InputProblem, refuseProblems } from "../problems";
import { drivers } from "../usecases/drivers";
import { classArgsOf } from "./aws/class-parameters";
import { familyOf } from "./aws/family";
import type { CreateOnAws } from "./aws/made";
import { awsProblems } from "./aws/problems";
import { classSpecOf } from "./class-spec";
import type { AwsStorageArgs, CloudStorageArgs } from "./cloud-storage-args";
import { createClasses } from "./storage-class";

/** Loaded when it is needed, because a program without storage on AWS should not pay for its SDK. */
const onAws = (): { createOnAws: CreateOnAws } => require("./aws/resources");

/** Everything that is wrong with the arguments, of which a preview knows all. */
export function cloudStorageProblems(name: string, args: CloudStorageArgs): InputProblem[] {
    const driver = Object.hasOwn(drivers, args.driver) ? drivers[args.driver] : undefined;
    const family = familyOf(driver);
    const { problems } = classSpecOf(name, "cloud", classArgsOf(name, args, driver, family));
    // A driver that is of another kind, or nobody's, is told of already; the rest can't be judged by it.
    const canBeJudged = driver ? driver.kind === "cloud" : args.provisioner !== undefined;
    return canBeJudged ? [...problems, ...awsProblems(args, driver, family)] : problems;
}

/**
 * Storage of AWS for an EKS cluster: volumes of EBS (`ebs-gp3`, `ebs-io2`) or folders of EFS (`efs`), with what they need in the account.
 *
 * Makes the StorageClass and the classes for snapshots and attributes; a customer-managed KMS key, rotated every year; the driver as an EKS
 * add-on, with a role that may touch only what carries the cluster's tag; for EFS a file system with mount targets, a security group that
 * lets in the nodes alone, a policy that asks for TLS and the nodes' role, lifecycle, backups and a replica. What exists already is given
 * instead: `kmsKeyArn`, `roleArn`, `fileSystemId`, `securityGroupIds`, `installsAddOns: false`. For `fsx-ontap` the class is made and nothing
 * else: Trident and the file system have to be there; the same goes for other clouds' drivers, by their `provisioner`. Clusters in EKS Auto Mode, which have a driver of their own, are not supported.
 *
 * Keys and file systems are protected and kept: whoever loses the key loses the data, wherever copies of it are.
 *
 * Proven by mocks only: the resources and policies are asserted, linted and simulated, and never were created in an account.
 *
 * Durability: gp3 99.8 %, io2 99.999 % a year, in one zone; EFS 99.999999999 % in the region. Price: the volumes', which `holdfast plan`
 * adds up, and 1 dollar a month for the key.
 *
 * @example
 * const ledger = new CloudStorage("ledger", { driver: "ebs-io2", clusterName: "shop", region: "eu-central-1", iops: 8000 });
 * @example
 * const media = new CloudStorage("media", {
 *     driver: "efs",
 *     clusterName: "shop",
 *     region: "eu-central-1",
 *     vpcId: vpc.id,
 *     subnetIds: [a.id, b.id],
 *     nodeSecurityGroupIds: [nodes.id],
 * });
 */
export class CloudStorage extends pulumi.ComponentResource {
    /** Name of the StorageClass, with a hash of its immutable fields: `ledger-3f9c1a`. */
    public readonly className: pulumi.Output<string>;
    /** Name of the VolumeSnapshotClass; empty where there is none. */
    public readonly snapshotClassName: pulumi.Output<string>;
    /** The cluster's name of each VolumeAttributesClass, by the name in `attributes`. */
    public readonly attributesClassNames: pulumi.Output<{ [name: string]: string }>;
    /** ARN of the key, made or given; empty where a given file system has its own. */
    public readonly kmsKeyArn: pulumi.Output<string>;
    /** ARN of the role of the driver's controller, for other storages of the cluster; empty where it is another storage's. */
    public readonly roleArn: pulumi.Output<string>;
    /** ARN of the role with which nodes mount EFS; empty for EBS. */
    public readonly nodeRoleArn: pulumi.Output<string>;
    /** Id of the EFS file system; empty for EBS. */
    public readonly fileSystemId: pulumi.Output<string>;

    constructor(name: string, args: CloudStorageArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:CloudStorage", name, {}, opts);
        refuseProblems("CloudStorage", name, cloudStorageProblems(name, args));
        const driver = Object.hasOwn(drivers, args.driver) ? drivers[args.driver] : undefined;
        const family = familyOf(driver);
        const aws = family ? onAws().createOnAws(this, name, args as AwsStorageArgs, family) : {};
        const classes = createClasses(this, name, "cloud", classArgsOf(name, args, driver, family), undefined, {
            ...(aws.keyArn && family?.name === "ebs" ? { kmsKeyId: aws.keyArn } : {}),
            ...(aws.fileSystemId ? { fileSystemId: aws.fileSystemId } : {}),
        });
        this.className = classes.className;
        this.snapshotClassName = classes.snapshotClassName;
        this.attributesClassNames = classes.attributesClassNames;
        this.kmsKeyArn = pulumi.output(aws.keyArn ?? "");
        this.roleArn = pulumi.output(aws.roleArn ?? "");
        this.nodeRoleArn = pulumi.output(aws.nodeRoleArn ?? "");
        this.fileSystemId = pulumi.output(aws.fileSystemId ?? "");
        const { className, snapshotClassName, attributesClassNames, kmsKeyArn, roleArn, nodeRoleArn, fileSystemId } = this;
        this.registerOutputs({ className, snapshotClassName, attributesClassNames, kmsKeyArn, roleArn, nodeRoleArn, fileSystemId });
    }
}
