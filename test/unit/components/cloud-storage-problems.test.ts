import * as pulumi from "@pulumi/pulumi";
import * as fc from "fast-check";
import { arnOf, type Partition, partitionOf, viaServices } from "../../../components/storage/aws/region";
import { tagParameters, tagProblems } from "../../../components/storage/aws/tags";
import { purchaseParameters, purchaseProblems } from "../../../components/storage/aws/volume-limits";
import { CloudStorage, cloudStorageProblems } from "../../../components/storage/cloud-storage";
import type { CloudStorageArgs } from "../../../components/storage/cloud-storage-args";
import { drivers } from "../../../components/usecases/drivers";
import { record } from "../../support/mocks";
import { arn } from "./cloud-storage-cases";

const [gp3, io2, efs] = [drivers["ebs-gp3"], drivers["ebs-io2"], drivers.efs];
const region = "eu-central-1";
const base = { driver: "ebs-gp3", clusterName: "shop", region };
const shared = { ...base, driver: "efs", vpcId: "vpc-1", subnetIds: ["subnet-a"], nodeSecurityGroupIds: ["sg-nodes"] };
const pathsOf = (args: CloudStorageArgs) => cloudStorageProblems("ledger", args).map(({ path }) => path);

describe("IOPS and throughput", () => {
    it.each([
        [gp3, { iops: 80_001 }, "iops", /from 3,000 to 80,000\. Write iops: 80000\./],
        [gp3, { iops: 2999 }, "iops", /Write iops: 3000\./],
        [gp3, { iops: 3000.5 }, "iops", /whole numbers/],
        [gp3, { iops: Number.NaN }, "iops", /Write iops: 3000\./],
        [gp3, { iops: 8000, smallestSize: "10Gi" }, "iops", /500 for each GiB\. Write iops: 5000, or volumes of 16Gi and more\./],
        [io2, { iops: 4001, smallestSize: "4Gi" }, "iops", /1000 for each GiB\. Write iops: 4000, or volumes of 5Gi and more\./],
        [io2, {}, "iops", /missing: nothing is included in EBS io2/],
        [gp3, { throughputMiB: 124 }, "throughputMiB", /Write throughputMiB: 125\./],
        [gp3, { throughputMiB: 2001 }, "throughputMiB", /Write throughputMiB: 2000\./],
        [gp3, { iops: 3000, throughputMiB: 751 }, "throughputMiB", /0\.25 MiB\/s for each\. Write throughputMiB: 750, or iops: 3004\./],
        [gp3, { throughputMiB: 1000 }, "throughputMiB", /with 3000 IOPS[\s\S]*or iops: 4000\./],
        [io2, { iops: 8000, throughputMiB: 500 }, "throughputMiB", /follows the IOPS\. Leave it out\./],
        [efs, { iops: 3000 }, "iops", /EFS doesn't sell IOPS/],
        [efs, { throughputMiB: 100 }, "throughputMiB", /isn't sold/],
        [gp3, { smallestSize: "10" }, "smallestSize", /Write e\.g\. smallestSize: 10Gi\./],
    ])("%#: refuses what can't be had, and says what can", (driver, purchase, path, reason) => {
        expect(purchaseProblems(driver, purchase)).toEqual([{ path, reason: expect.stringMatching(reason) }]);
    });

    it("takes what can be had, up to the limits", () => {
        const most = { iops: 80_000, throughputMiB: 2000, smallestSize: "160Gi" };
        expect(purchaseProblems(gp3, most)).toEqual([]);
        expect(purchaseProblems(gp3, { iops: 3000, throughputMiB: 750, smallestSize: "1Gi" })).toEqual([]);
        expect(purchaseProblems(gp3, {})).toEqual([]);
        expect(purchaseProblems(io2, { iops: 256_000, smallestSize: "256Gi" })).toEqual([]);
    });

    it("advises only what it would take", () => {
        const advice = fc.property(
            fc.integer({ min: 0, max: 400_000 }),
            fc.integer({ min: 1, max: 500 }),
            fc.integer({ min: 0, max: 3000 }),
            (iops, gib, throughputMiB) => {
                const smallestSize = `${gib}Gi`;
                const [found] = purchaseProblems(gp3, { iops, smallestSize });
                const advised = found ? Number(/Write iops: (\d+)/.exec(found.reason)?.[1]) : iops;
                const again = purchaseProblems(gp3, { iops: advised, smallestSize });
                // The first advice keeps the driver's limits, the second the volume's.
                const final = again[0] ? Number(/Write iops: (\d+)/.exec(again[0].reason)?.[1]) : advised;
                expect(purchaseProblems(gp3, { iops: final, smallestSize })).toEqual([]);
                const [slow] = purchaseProblems(gp3, { iops: final, smallestSize, throughputMiB });
                const rate = slow ? Number(/Write throughputMiB: (\d+)/.exec(slow.reason)?.[1]) : throughputMiB;
                const [slower] = purchaseProblems(gp3, { iops: final, smallestSize, throughputMiB: rate });
                const last = slower ? Number(/Write throughputMiB: (\d+)/.exec(slower.reason)?.[1]) : rate;
                expect(purchaseProblems(gp3, { iops: final, smallestSize, throughputMiB: last })).toEqual([]);
            },
        );
        fc.assert(advice, { numRuns: 300 });
    });

    it("asks the class only for what is beyond the price", () => {
        expect(purchaseParameters(gp3, { iops: 3000, throughputMiB: 125 })).toEqual({});
        expect(purchaseParameters(gp3, { iops: 3001, throughputMiB: 126 })).toEqual({ iops: "3001", throughput: "126" });
        expect(purchaseParameters(io2, { iops: 100 })).toEqual({ iops: "100" });
    });
});

describe("regions", () => {
    it.each([
        ["us-east-1", "aws"],
        ["ap-southeast-5", "aws"],
        ["mx-central-1", "aws"],
        ["cn-northwest-1", "aws-cn"],
        ["us-gov-east-1", "aws-us-gov"],
    ])("%s is in %s", (name, partition) => {
        expect(partitionOf(name)?.name).toBe(partition);
    });

    it.each(["us-iso-east-1", "us-isob-east-1", "eusc-de-east-1", "eu-central", "Frankfurt", "", "cn-north-11", "us-gov-1"])(
        "%j is none known here",
        (name) => {
            expect(partitionOf(name)).toBeUndefined();
        },
    );

    it("say how ARNs and services are called", () => {
        const place = { partition: partitionOf("cn-north-1") as Partition, region: "cn-north-1", accountId: "111122223333" };
        expect(arnOf(place, "kms", "key/1")).toBe("arn:aws-cn:kms:cn-north-1:111122223333:key/1");
        expect(arnOf(place, "iam", "role/r")).toBe("arn:aws-cn:iam::111122223333:role/r");
        expect(viaServices(place, ["ec2"])).toEqual(["ec2.cn-north-1.amazonaws.com.cn", "ec2.cn-north-1.amazonaws.com"]);
    });
});

describe("tags", () => {
    it("are parameters of the class, in the order of their keys", () => {
        expect(tagParameters({ b: "2", a: "1=1" })).toEqual({ tagSpecification_1: "a=1=1", tagSpecification_2: "b=2" });
    });

    it.each([
        ["aws:team"],
        ["AWS:team"],
        ["kubernetes.io/cluster/shop"],
        ["ebs.csi.aws.com/cluster"],
        ["CSIVolumeName"],
        ["holdfast.dev/cluster"],
        ["a=b"],
        [""],
        ["k".repeat(129)],
    ])("may not be called %j", (name) => {
        expect(tagProblems({ [name]: "x" })).toHaveLength(1);
    });

    it.each([["{{ .PVCName }}"], ["v".repeat(257)], ["a,b"]])("may not be %j", (value) => {
        expect(tagProblems({ team: value })).toHaveLength(1);
    });

    it("may be what AWS takes", () => {
        expect(tagProblems({ team: "payments + co", "cost-center": "42", Größe: "", "a/b:c": "x=y@z" })).toEqual([]);
        expect(tagProblems(Object.fromEntries(Array.from({ length: 36 }, (_, n) => [`k${n}`, "v"])))).toEqual([
            { path: "tags", reason: expect.stringContaining("36 are too many: 35") },
        ]);
    });
});

describe("a cloud storage", () => {
    it("is refused with everything that is wrong at once, before anything is made", async () => {
        const wrong = {
            driver: "ebs-gp3",
            clusterName: "my shop",
            region: "mars-1",
            iops: 99_999,
            throughputMiB: 1,
            tags: { "aws:x": "y" },
            accountId: "1",
            vpcId: "vpc-1",
        };
        const program = record(() => void new CloudStorage("ledger", wrong));
        await expect(program).rejects.toThrow(/CloudStorage "ledger" can't be made \(7 problems\)/);
        expect(pathsOf(wrong)).toEqual(["vpcId", "iops", "throughputMiB", "clusterName", "region", "accountId", 'tags["aws:x"]']);
    });

    it.each<[string, Partial<CloudStorageArgs>, string[]]>([
        ["a driver nobody knows", { driver: "ebs-gp4" }, ["driver"]],
        ["a driver of another kind", { driver: "local-path" }, ["driver"]],
        ["neither cluster nor region", { clusterName: undefined, region: undefined }, ["clusterName", "region"]],
        ["an unencrypted class", { parameters: { encrypted: "false" } }, ["parameters.encrypted"]],
        [
            "a key among the parameters",
            { parameters: { kmsKeyId: "x", tagSpecification_1: "a=b" } },
            ["parameters.kmsKeyId", "parameters.tagSpecification_1"],
        ],
        ["a key of another region", { kmsKeyArn: arn("us-east-1", "kms", "key/1") }, ["kmsKeyArn"]],
        ["a key's alias", { kmsKeyArn: arn(region, "kms", "alias/mine") }, ["kmsKeyArn"]],
        ["a role of another partition", { roleArn: arn("cn-north-1", "iam", "role/r") }, ["roleArn"]],
        ["no role for a key, where the driver is another's", { installsAddOns: false }, ["roleArn"]],
        [
            "versions of what isn't installed",
            { installsAddOns: false, roleArn: arn(region, "iam", "role/r"), addOnVersion: "v1" },
            ["addOnVersion"],
        ],
        [
            "an agent that isn't used",
            { oidcProviderArn: arn(region, "iam", "oidc-provider/x"), installsPodIdentityAgent: true },
            ["installsPodIdentityAgent"],
        ],
        ["China without tokens", { region: "cn-north-1" }, ["oidcProviderArn"]],
        ["a permission nobody can read", { allow: ["delete it all"] }, ["allow[0]"]],
        ["attributes beyond the limits", { attributes: { busy: { iops: "99999" } } }, ["attributes.busy.iops"]],
        ["a class's name that can't be one", { className: "My Ledger" }, ["className"]],
        ["AWS arguments for a driver without any", { driver: "fsx-ontap" }, ["clusterName", "region"]],
    ])("is refused for %s", (_what, args, paths) => {
        expect(pathsOf({ ...base, ...args })).toEqual(paths);
    });

    it("believes ids and ARNs that are known later", () => {
        const late = pulumi.output(new Promise<string>(() => undefined));
        expect(pathsOf({ ...base, kmsKeyArn: late, roleArn: late, accountId: late })).toEqual([]);
    });
});

describe("a file system", () => {
    it.each<[string, Partial<CloudStorageArgs>, string[]]>([
        [
            "no network",
            { vpcId: undefined, subnetIds: undefined, nodeSecurityGroupIds: undefined },
            ["subnetIds", "vpcId", "nodeSecurityGroupIds"],
        ],
        ["no subnets", { subnetIds: [] }, ["subnetIds"]],
        ["two kinds of security groups", { securityGroupIds: ["sg"] }, ["vpcId", "nodeSecurityGroupIds"]],
        ["no node role, where the driver is another's", { installsAddOns: false }, ["nodeRoleArn"]],
        ["IOPS", { iops: 3000 }, ["iops"]],
        ["a mode nobody knows", { throughputMode: "fast" }, ["throughputMode"]],
        ["bought throughput without how much", { throughputMode: "provisioned" }, ["provisionedThroughputMiB"]],
        ["throughput that isn't bought", { provisionedThroughputMiB: 10 }, ["provisionedThroughputMiB"]],
        ["days EFS doesn't know", { infrequentAccessAfterDays: 45 }, ["infrequentAccessAfterDays"]],
        ["Archive before Infrequent Access", { infrequentAccessAfterDays: 90, archiveAfterDays: 30 }, ["archiveAfterDays"]],
        ["Archive without Infrequent Access", { infrequentAccessAfterDays: 0, archiveAfterDays: 90 }, ["archiveAfterDays"]],
        ["Archive in another mode", { throughputMode: "bursting", archiveAfterDays: 90 }, ["archiveAfterDays"]],
        ["a replica at home", { replicaRegion: region }, ["replicaRegion"]],
        ["a replica in another partition", { replicaRegion: "cn-north-1" }, ["replicaRegion"]],
        ["a replica's key elsewhere", { replicaRegion: "eu-west-1", replicaKmsKeyArn: arn(region, "kms", "key/1") }, ["replicaKmsKeyArn"]],
        ["a key for no replica", { replicaKmsKeyArn: arn(region, "kms", "key/1") }, ["replicaKmsKeyArn"]],
        ["half an owner", { userId: 1000 }, ["userId"]],
        ["half a range", { lastGroupId: 1000 }, ["lastGroupId"]],
        ["a range that is none", { firstGroupId: 2000, lastGroupId: 1000 }, ["lastGroupId"]],
        ["an id that is none", { userId: -1, groupId: 1 }, ["userId"]],
        ["a path too deep", { basePath: "/a/b/c/d" }, ["basePath"]],
        ["a path without its slash", { basePath: "volumes" }, ["basePath"]],
        [
            "a file system that exists with another's network and key",
            { fileSystemId: "fs-0123", kmsKeyArn: arn(region, "kms", "key/1") },
            ["vpcId", "subnetIds", "nodeSecurityGroupIds", "kmsKeyArn"],
        ],
    ])("is refused for %s", (_what, args, paths) => {
        expect(pathsOf({ ...shared, ...args })).toEqual(paths);
    });

    it("is refused for an id that is none", () => {
        expect(pathsOf({ ...base, driver: "efs", fileSystemId: "media" })).toEqual(["fileSystemId"]);
        expect(pathsOf({ ...base, driver: "efs", fileSystemId: "fs-0123456789abcdef0" })).toEqual([]);
    });

    it("takes everything that is right", () => {
        const right = {
            replicaRegion: "eu-west-1",
            basePath: "/a/b/c",
            userId: 0,
            groupId: 0,
            infrequentAccessAfterDays: 7,
            archiveAfterDays: 365,
        };
        expect(pathsOf({ ...shared, ...right })).toEqual([]);
    });
});

it("loads nothing of AWS for a program that makes nothing there", async () => {
    const loaded = () => Object.keys(require.cache).filter((file) => file.includes("node_modules/@pulumi/aws/"));
    require("../../../components");
    await record(() => void new CloudStorage("files", { driver: "fsx-ontap" }));
    expect(loaded()).toEqual([]);
    await record(() => void new CloudStorage("ledger", { ...base, accountId: "111122223333" }));
    expect(loaded().length).toBeGreaterThan(5);
});
