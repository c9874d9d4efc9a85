import { CloudStorage } from "../../../components/storage/cloud-storage";
import type { CloudStorageArgs } from "../../../components/storage/cloud-storage-args";
import { record } from "../../support/mocks";
import { accountId, answers, arn, kinds } from "./cloud-storage-cases";

const region = "eu-central-1";
const recorded = (args: Partial<CloudStorageArgs>, kind: string) =>
    record(
        () => {
            const storage = new CloudStorage("ledger", { ...kinds[kind](region), ...args });
            const { className, snapshotClassName, attributesClassNames, kmsKeyArn, roleArn, nodeRoleArn, fileSystemId } = storage;
            return { className, snapshotClassName, attributesClassNames, kmsKeyArn, roleArn, nodeRoleArn, fileSystemId };
        },
        { answers },
    );
const recordings = new Map<string, ReturnType<typeof record>>();

/** What a storage with these arguments makes; looked at by several tests, recorded once. */
function made(args: Partial<CloudStorageArgs>, kind = "ebs-io2") {
    const called = kind + JSON.stringify(args);
    const recording = recordings.get(called) ?? recorded(args, kind);
    recordings.set(called, recording);
    return recording;
}

const key = "aws:kms/key:Key";
const addOn = "aws:eks/addon:Addon";
const storageClass = "kubernetes:storage.k8s.io/v1:StorageClass";
const fileSystem = "aws:efs/fileSystem:FileSystem";

describe("volumes of EBS", () => {
    it("give out the names of what was made", async () => {
        const { outputs, only } = await made({ attributes: { busy: { iops: "9000" } } });
        expect(outputs).toEqual({
            className: only(storageClass).inputs.metadata.name,
            snapshotClassName: only("kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass").inputs.metadata.name,
            attributesClassNames: { busy: only("kubernetes:storage.k8s.io/v1:VolumeAttributesClass").inputs.metadata.name },
            kmsKeyArn: arn(region, "kms", "key/ledger-key-id"),
            roleArn: arn(region, "iam", "role/shop-eu-central-1-ebs-csi"),
            nodeRoleArn: "",
            fileSystemId: "",
        });
    });

    it("are encrypted with the key, tagged, kept, made where the pod is, and may grow", async () => {
        const { only } = await made({ tags: { team: "payments" } });
        expect(only(storageClass)).toMatchObject({
            retainOnDelete: true,
            inputs: {
                provisioner: "ebs.csi.aws.com",
                reclaimPolicy: "Retain",
                volumeBindingMode: "WaitForFirstConsumer",
                allowVolumeExpansion: true,
                parameters: {
                    type: "io2",
                    iops: "8000",
                    encrypted: "true",
                    kmsKeyId: arn(region, "kms", "key/ledger-key-id"),
                    tagSpecification_1: "holdfast.dev/cluster=shop",
                    tagSpecification_4: "team=payments",
                },
            },
        });
        expect(only("kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass").inputs.parameters).toMatchObject({
            tagSpecification_1: "holdfast.dev/cluster=shop",
            tagSpecification_4: "team=payments",
        });
    });

    it("keep the key and its data until a permission names it", async () => {
        expect((await made({})).only(key)).toMatchObject({ protect: true, retainOnDelete: true });
        expect((await made({ allow: ["delete key/other"] })).only(key)).toMatchObject({ protect: true, retainOnDelete: true });
        expect((await made({ allow: ["delete key/ledger"] })).only(key)).toMatchObject({ protect: false, retainOnDelete: false });
    });

    it("make a class of another name for a changed parameter, tag or key, and for nothing else", async () => {
        const nameOf = async (args: Partial<CloudStorageArgs>) => (await made(args)).outputs.className;
        const name = await nameOf({});
        const given = (id: string) => ({ kmsKeyArn: arn(region, "kms", `key/${id}`) });
        const names = [
            name,
            await nameOf({ iops: 9000 }),
            await nameOf({ tags: { team: "x" } }),
            await nameOf(given("1")),
            await nameOf(given("2")),
            await nameOf({ clusterName: "other" }),
        ];
        expect(new Set(names).size).toBe(names.length);
        expect(await nameOf({ mountOptions: ["noatime"], allowsExpansion: false, addOnVersion: "v1.64.0-eksbuild.1" })).toBe(name);
    });

    it("ask for the account only where it isn't given", async () => {
        const silent = await record(() => void new CloudStorage("ledger", { ...kinds["ebs-io2"](region), accountId: "999988887777" }));
        expect(silent.only(key).inputs.policy).toContain("arn:aws:iam::999988887777:root");
        expect((await made({})).only(key).inputs.policy).toContain(`arn:aws:iam::${accountId}:root`);
    });

    it("install the versions that were asked for, and the agent unless it is there", async () => {
        const asked = await made({ addOnVersion: "v1.64.0-eksbuild.1", podIdentityAgentVersion: "v1.3.0-eksbuild.1" });
        expect(asked.all(addOn).map(({ inputs }) => [inputs.addonName, inputs.addonVersion])).toEqual(
            expect.arrayContaining([
                ["aws-ebs-csi-driver", "v1.64.0-eksbuild.1"],
                ["eks-pod-identity-agent", "v1.3.0-eksbuild.1"],
            ]),
        );
        expect((await made({ installsPodIdentityAgent: false })).all(addOn).map(({ inputs }) => inputs.addonName)).toEqual([
            "aws-ebs-csi-driver",
        ]);
    });

    it("give a role that exists to the driver, and say nothing of what it may do", async () => {
        const roleArn = arn(region, "iam", "role/driver");
        const { all, only } = await made({ roleArn });
        expect(all("aws:iam/role:Role")).toEqual([]);
        expect(all("aws:iam/rolePolicy:RolePolicy")).toEqual([]);
        expect(only(addOn, "ledger-driver").inputs.podIdentityAssociations).toEqual([{ serviceAccount: "ebs-csi-controller-sa", roleArn }]);
        expect(only(key).inputs.policy).toContain(roleArn);
    });

    it("make a key for the driver of another storage", async () => {
        const { resources, only } = await made({ installsAddOns: false, roleArn: arn(region, "iam", "role/driver") });
        expect(
            resources
                .filter(({ type }) => type.startsWith("aws:"))
                .map(({ name }) => name)
                .sort(),
        ).toEqual(["ledger-key", "ledger-key-alias"]);
        expect(only(key).inputs.policy).toContain("role/driver");
    });

    it("are given by the cluster's tokens where a provider of them is given", async () => {
        const oidcProviderArn = arn(region, "iam", "oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0123");
        const { only } = await made({ oidcProviderArn });
        expect(only(addOn).inputs.serviceAccountRoleArn).toBe(arn(region, "iam", "role/shop-eu-central-1-ebs-csi"));
        expect(only(addOn).inputs.podIdentityAssociations).toBeUndefined();
        expect(JSON.parse(only("aws:iam/role:Role").inputs.assumeRolePolicy).Statement[0]).toMatchObject({
            Action: "sts:AssumeRoleWithWebIdentity",
            Principal: { Federated: oidcProviderArn },
        });
    });

    it("have names on AWS that fit, however long the cluster's is", async () => {
        const { only } = await made({ clusterName: "c".repeat(100) });
        expect(only("aws:iam/role:Role").inputs.name).toMatch(/^c{55}-[0-9a-f]{8}$/);
    });
});

describe("folders of EFS", () => {
    it("keep the file system until a permission names it", async () => {
        expect((await made({}, "efs")).only(fileSystem)).toMatchObject({ protect: true, retainOnDelete: true });
        expect((await made({ allow: ["delete file-system/ledger"] }, "efs")).only(fileSystem)).toMatchObject({ protect: false });
    });

    it("let in what comes from the nodes to NFS, and nothing else", async () => {
        const { all, only } = await made({}, "efs");
        const group = only("aws:ec2/securityGroup:SecurityGroup").inputs;
        expect([group.ingress, group.egress]).toEqual([undefined, undefined]);
        expect(all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").map(({ inputs }) => inputs)).toEqual(
            ["sg-nodes", "sg-more-nodes"].map((nodes) =>
                expect.objectContaining({ referencedSecurityGroupId: nodes, ipProtocol: "tcp", fromPort: 2049, toPort: 2049 }),
            ),
        );
    });

    it("take security groups that exist", async () => {
        const { all } = await made({ securityGroupIds: ["sg-efs"], vpcId: undefined, nodeSecurityGroupIds: undefined }, "efs");
        expect(all("aws:ec2/securityGroup:SecurityGroup")).toEqual([]);
        expect(all("aws:efs/mountTarget:MountTarget").map(({ inputs }) => inputs.securityGroups)).toEqual([
            ["sg-efs"],
            ["sg-efs"],
            ["sg-efs"],
        ]);
    });

    it("are replicated, moved and backed up as asked", async () => {
        const replicaKmsKeyArn = arn("eu-west-1", "kms", "key/1");
        const asked = await made(
            { replicaRegion: "eu-west-1", replicaKmsKeyArn, infrequentAccessAfterDays: 1, archiveAfterDays: 0, hasAutomaticBackups: false },
            "efs",
        );
        expect(asked.only("aws:efs/replicationConfiguration:ReplicationConfiguration").inputs).toEqual({
            sourceFileSystemId: "ledger-file-system-id",
            destination: { region: "eu-west-1", kmsKeyId: replicaKmsKeyArn },
            region,
        });
        expect(asked.only(fileSystem).inputs.lifecyclePolicies).toEqual([
            { transitionToIa: "AFTER_1_DAY" },
            { transitionToPrimaryStorageClass: "AFTER_1_ACCESS" },
        ]);
        expect(asked.only("aws:efs/backupPolicy:BackupPolicy").inputs.backupPolicy).toEqual({ status: "DISABLED" });
        expect((await made({}, "efs")).all("aws:efs/replicationConfiguration:ReplicationConfiguration")).toEqual([]);
    });

    it("have a throughput that is bought", async () => {
        const { only } = await made({ throughputMode: "provisioned", provisionedThroughputMiB: 100 }, "efs");
        expect(only(fileSystem).inputs).toMatchObject({ throughputMode: "provisioned", provisionedThroughputInMibps: 100 });
        expect(only(fileSystem).inputs.lifecyclePolicies).toEqual([
            { transitionToIa: "AFTER_30_DAYS" },
            { transitionToPrimaryStorageClass: "AFTER_1_ACCESS" },
        ]);
    });

    it("belong to whom the class says", async () => {
        const owned = (await made({ userId: 1000, groupId: 2000 }, "efs")).only(storageClass).inputs.parameters;
        expect(owned).toMatchObject({ uid: "1000", gid: "2000", provisioningMode: "efs-ap", directoryPerms: "700", basePath: "/volumes" });
        const ranged = (await made({ firstGroupId: 60000, lastGroupId: 61000 }, "efs")).only(storageClass).inputs.parameters;
        expect(ranged).toMatchObject({ gidRangeStart: "60000", gidRangeEnd: "61000" });
    });

    it("make access points on a file system that exists, with a driver that is installed", async () => {
        const { resources, only } = await made(
            { fileSystemId: "fs-0123", vpcId: undefined, subnetIds: undefined, nodeSecurityGroupIds: undefined },
            "efs",
        );
        expect(resources.filter(({ type }) => /efs|kms|ec2/.test(type))).toEqual([]);
        expect(only("aws:iam/rolePolicy:RolePolicy", "ledger-role-policy").inputs.policy).toContain("file-system/fs-0123");
        expect(only("aws:iam/rolePolicy:RolePolicy", "ledger-node-role-policy").inputs.policy).toContain("file-system/fs-0123");
        expect(only(storageClass).inputs.mountOptions).toEqual(["tls"]);
    });
});

describe("a cloud's driver of which only the class is made", () => {
    it("is Trident for FSx, and any that isn't in the table", async () => {
        const ontap = await record(() => void new CloudStorage("files", { driver: "fsx-ontap" }));
        expect(ontap.resources.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
        expect(ontap.only(storageClass).inputs).toMatchObject({
            provisioner: "csi.trident.netapp.io",
            parameters: { backendType: "ontap-nas" },
        });
        const azure = { driver: "azure-disk", provisioner: "disk.csi.azure.com", parameters: { skuName: "Premium_LRS" } };
        const disk = await record(() => void new CloudStorage("disk", azure));
        expect(disk.resources.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
        expect(disk.only(storageClass).inputs).toMatchObject({ provisioner: "disk.csi.azure.com", parameters: { skuName: "Premium_LRS" } });
    });
});
