import * as pulumi from "@pulumi/pulumi";
import type { AwsCluster } from "../../../components/storage/aws/app-cluster";
import {
    clusterNeedsOf,
    createStorage,
    plannedClassNames,
    plannedStorageProblems,
    type StorageOptions,
} from "../../../components/storage/planned-storage";
import type { Plan } from "../../../components/usecases/plan";
import { resolve, type Wish } from "../../../components/usecases/resolve";
import { record } from "../../support/mocks";
import { answers } from "./cloud-storage-cases";

function planOf(wish: Omit<Wish, "app" | "target">): Plan {
    const resolution = resolve({ app: "feed", target: "eks", ...wish });
    if ("problems" in resolution) {
        throw new Error(resolution.problems.map(({ message }) => message).join("\n"));
    }
    return resolution.plan;
}

const feed = planOf({ useCase: "social-feed", overrides: { region: "eu-central-1" } });
const ledger = planOf({ useCase: "banking-ledger", overrides: { region: "eu-central-1", "storage.iops": "9000" } });
const cluster: AwsCluster = { clusterName: "shop", vpcId: "vpc-1", subnetIds: ["subnet-a"], nodeSecurityGroupIds: ["sg-nodes"] };

class Holder extends pulumi.ComponentResource {
    constructor() {
        super("test:index:Holder", "holder");
    }
}

const made = (plan: Plan, options: StorageOptions) =>
    record(() => void createStorage(new Holder(), "storage", plan, "feed", options), { answers });
const problemsOf = (plan: Plan, aws: AwsCluster | undefined, isRegionSaid = true) => plannedStorageProblems(plan, { aws }, isRegionSaid);
const addOn = "aws:eks/addon:Addon";
const storageClass = "kubernetes:storage.k8s.io/v1:StorageClass";

describe("a plan's storage on AWS", () => {
    it("is volumes of EBS, and folders of EFS for what is shared, with one agent for both", async () => {
        expect(problemsOf(feed, cluster)).toEqual([]);
        const { all, only } = await made(feed, { aws: cluster });
        expect(
            all(addOn)
                .map(({ name, inputs }) => `${name}: ${inputs.addonName}`)
                .sort(),
        ).toEqual([
            "storage-driver: aws-ebs-csi-driver",
            "storage-media-driver: aws-efs-csi-driver",
            "storage-pod-identity-agent: eks-pod-identity-agent",
        ]);
        expect(
            all(storageClass)
                .map(({ inputs }) => inputs.provisioner)
                .sort(),
        ).toEqual(["ebs.csi.aws.com", "efs.csi.aws.com"]);
        expect(only("aws:efs/mountTarget:MountTarget").inputs.subnetId).toBe("subnet-a");
        // Named apart, though they belong to one application.
        expect(
            all("aws:kms/alias:Alias")
                .map(({ inputs }) => inputs.name)
                .sort(),
        ).toEqual(["alias/holdfast/shop/feed", "alias/holdfast/shop/feed-media"]);
    });

    it("buys the IOPS that were planned", async () => {
        const { only } = await made(ledger, { aws: cluster });
        expect(only(storageClass).inputs.parameters).toMatchObject({ type: "io2", iops: "9000", encrypted: "true" });
        expect(only(storageClass).inputs.parameters.throughput).toBeUndefined();
    });

    it("gives the classes the names that are said before anything is made", async () => {
        const { all } = await made(feed, { aws: cluster });
        expect(
            all(storageClass)
                .map(({ inputs }) => inputs.metadata.name)
                .sort(),
        ).toEqual(plannedClassNames(feed, "feed", { aws: cluster }).sort());
        expect(plannedClassNames(feed, "feed", { aws: { ...cluster, clusterName: "other" } })).not.toEqual(
            plannedClassNames(feed, "feed", { aws: cluster }),
        );
    });

    it("is looked for in the cluster only where it isn't installed", () => {
        const shownBy = (aws: AwsCluster) => clusterNeedsOf(feed, { aws }).flatMap((need) => need.shownBy);
        expect(shownBy(cluster)).toEqual([]);
        expect(shownBy({ ...cluster, installsAddOns: false })).toEqual([
            "csidriver.storage.k8s.io/ebs.csi.aws.com",
            "csidriver.storage.k8s.io/efs.csi.aws.com",
        ]);
    });

    it("takes what exists for each of its drivers", async () => {
        const existing: AwsCluster = {
            clusterName: "shop",
            installsAddOns: false,
            kmsKeyArn: "arn:aws:kms:eu-central-1:111122223333:key/1",
            ebsRoleArn: "arn:aws:iam::111122223333:role/ebs",
            efsRoleArn: "arn:aws:iam::111122223333:role/efs",
            efsNodeRoleArn: "arn:aws:iam::111122223333:role/nodes",
            fileSystemId: "fs-0123456789abcdef0",
            vpcId: "vpc-1",
        };
        expect(problemsOf(feed, existing)).toEqual([]);
        const { resources } = await made(feed, { aws: existing });
        expect(resources.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
    });

    it("is refused by the names of the application's arguments, each fault once", () => {
        const faulty = { clusterName: "my shop", tags: { "aws:x": "y" }, ebsRoleArn: "driver" };
        expect(problemsOf(feed, faulty).map(({ path }) => path)).toEqual([
            "aws.clusterName",
            'aws.tags["aws:x"]',
            "aws.ebsRoleArn",
            "aws.subnetIds",
            "aws.vpcId",
            "aws.nodeSecurityGroupIds",
        ]);
        expect(problemsOf(feed, undefined, false).map(({ path }) => path)).toEqual(["region", "aws.clusterName"]);
        expect(problemsOf(feed, cluster, false).map(({ path }) => path)).toEqual(["region"]);
    });

    it("is always encrypted", () => {
        const open = planOf({
            useCase: "social-feed",
            environment: "development",
            overrides: { region: "eu-central-1", "storage.encrypted": "false" },
        });
        expect(problemsOf(open, cluster).map(({ path }) => path)).toEqual(['set["storage.encrypted"]']);
    });
});

describe("a plan's storage in another cloud", () => {
    const azure = {
        kind: "cloud",
        provisioner: "disk.csi.azure.com",
        expansion: "online",
        encryption: "always",
        delayedBinding: true,
    } as const;
    const drivers = { "azure-disk": { ...azure, parameters: { skuName: "Premium_LRS" } } };
    const prefs = () => {
        const resolution = resolve({
            app: "feed",
            useCase: "user-preferences",
            target: "kubernetes",
            environment: "development",
            drivers,
            overrides: { storageDriver: "azure-disk" },
        });
        if ("problems" in resolution) {
            throw new Error(JSON.stringify(resolution.problems));
        }
        return resolution.plan;
    };

    it("is its class, by the driver that is described", async () => {
        expect(plannedStorageProblems(prefs(), { drivers }, false)).toEqual([]);
        const { resources, only } = await made(prefs(), { drivers });
        expect(resources.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
        expect(only(storageClass).inputs).toMatchObject({ provisioner: "disk.csi.azure.com", parameters: { skuName: "Premium_LRS" } });
    });

    it("has no use for an EKS cluster", () => {
        expect(plannedStorageProblems(prefs(), { drivers, aws: cluster }, true)).toEqual([
            { path: "aws", reason: expect.stringContaining("Leave it out") },
        ]);
    });
});
