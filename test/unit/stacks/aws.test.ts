import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { awsOf, keyOf } from "../../../stacks/aws";
import { deploy } from "../../../stacks/program";
import { expectGolden } from "../../support/golden";
import { type Recording, record } from "../../support/mocks";
import { answers, readable } from "../components/cloud-storage-cases";

let home: string;

beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "holdfast-test-"));
    writeFileSync(join(home, "config"), "contexts: [{ name: shop }]\n");
});

afterAll(() => rmSync(home, { recursive: true }));

const eks = () => ({
    "holdfast:useCase": "user-preferences",
    "holdfast:target": "eks",
    "holdfast:region": "eu-central-1",
    "holdfast:eksCluster": "shop",
    "holdfast:tags": '{"team":"payments"}',
    "holdfast:context": "shop",
    "holdfast:kubeconfig": join(home, "config"),
});

const existing = { "holdfast:storageClass": "gp3", "holdfast:storageDriver": "ebs-gp3" };

const run = (config: Record<string, string>, preview = false) =>
    record(deploy, { config: { ...eks(), ...config }, preview, stack: "user-preferences", answers });

/** The plain stack, recorded once for all that look at it. */
let update: Recording;

beforeAll(async () => {
    update = await run({});
});

describe("a stack on EKS", () => {
    it("is made of these resources", async () => {
        expectGolden("aws/user-preferences.eks", readable(update.resources));
    });

    it("has the same resources in a preview, with its class's name known", async () => {
        const names = ({ resources }: Recording) => resources.map(({ type, name }) => `${type} ${name}`).sort();
        const preview = await run({}, true);
        expect(names(preview)).toEqual(names(update));
        const claim = "kubernetes:core/v1:PersistentVolumeClaim";
        const known = update.only(claim).inputs.spec.storageClassName;
        expect(known).toMatch(/^user-preferences-[0-9a-f]{6}$/);
        expect(preview.only(claim).inputs.spec.storageClassName).toBe(known);
    });

    it("keeps the key, the driver and its role as long as a claim is kept", async () => {
        const { resources, only } = update;
        const kept = only("kubernetes:core/v1:PersistentVolumeClaim").dependsOn;
        const made = resources.filter(({ type }) => type.startsWith("aws:")).map(({ name }) => name);
        expect(made.length).toBeGreaterThan(5);
        expect(made.filter((name) => !kept.includes(name))).toEqual([]);
        expect(only("aws:kms/key:Key")).toMatchObject({ protect: true, retainOnDelete: true });
    });

    it("has one provider for AWS, in the region and for the account that config names", async () => {
        const { resources, only } = await run({ "holdfast:accountId": "111122223333" });
        expect(only("pulumi:providers:aws").inputs).toMatchObject({ region: "eu-central-1", allowedAccountIds: '["111122223333"]' });
        const providers = resources.filter(({ type }) => type.startsWith("aws:")).map(({ provider }) => provider);
        expect(new Set(providers)).toEqual(new Set(["aws"]));
    });

    it("says that nobody tried it in an account, unless its class exists", async () => {
        const proven = "storage on AWS is proven by mocks only: its resources were never created in an account by its authors";
        expect(update.outputs.promise.notYet).toContain(proven);
        const { "holdfast:eksCluster": _cluster, "holdfast:tags": _tags, ...config } = eks();
        const { outputs } = await record(deploy, { config: { ...config, ...existing }, stack: "user-preferences" });
        expect(outputs.promise.notYet).not.toContain(proven);
    });

    it("takes what exists instead of making it", async () => {
        const { resources, only } = await run({
            "holdfast:installsAddOns": "false",
            "holdfast:kmsKeyArn": "arn:aws:kms:eu-central-1:111122223333:key/1234",
            "holdfast:ebsRoleArn": "arn:aws:iam::111122223333:role/driver",
        });
        expect(resources.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
        expect(only("kubernetes:storage.k8s.io/v1:StorageClass").inputs.parameters).toMatchObject({
            encrypted: "true",
            kmsKeyId: "arn:aws:kms:eu-central-1:111122223333:key/1234",
        });
    });

    it("makes nothing on AWS for a class that exists", async () => {
        const { "holdfast:eksCluster": _cluster, "holdfast:tags": _tags, ...config } = eks();
        const { resources } = await record(deploy, { config: { ...config, ...existing }, stack: "user-preferences" });
        expect(resources.filter(({ type }) => /aws/.test(type))).toEqual([]);
    });

    it("is refused with the keys that are missing or wrong, all at once", async () => {
        const { "holdfast:region": _region, ...config } = eks();
        const wrong = {
            ...config,
            "holdfast:tags": '{"aws:team":"x"}',
            "holdfast:ebsRoleArn": "driver",
            "holdfast:set": '{"storage.iops":"99999"}',
        };
        await expect(record(deploy, { config: wrong, stack: "user-preferences" })).rejects.toThrow(/iops/);
        const { "holdfast:set": _set, ...legal } = wrong;
        await expect(record(deploy, { config: legal, stack: "user-preferences" })).rejects.toThrow(
            /3 problems[\s\S]*holdfast:region: missing[\s\S]*holdfast:tags\["aws:team"\]: the key is reserved[\s\S]*holdfast:ebsRoleArn: "driver" is not the ARN of a role/,
        );
        const { "holdfast:eksCluster": _cluster, ...homeless } = eks();
        await expect(record(deploy, { config: homeless, stack: "user-preferences" })).rejects.toThrow(
            /holdfast:eksCluster: missing: ebs-gp3 is made for an EKS cluster/,
        );
    });

    it("refuses a cluster that nothing is made for", async () => {
        await expect(run(existing)).rejects.toThrow(/holdfast:eksCluster: no storage of AWS is made for this plan/);
    });
});

describe("the keys about AWS", () => {
    it("are the cluster's arguments, and nothing without a cluster", () => {
        expect(awsOf({ eksCluster: "shop", subnetIds: ["a"], installsAddOns: false })).toEqual({
            clusterName: "shop",
            subnetIds: ["a"],
            installsAddOns: false,
        });
        expect(awsOf({ subnetIds: ["a"] })).toBeUndefined();
    });

    it("are named in messages as they are written", () => {
        expect(["aws", "aws.clusterName", "aws.subnetIds", 'aws.tags["a.b"]', "size"].map(keyOf)).toEqual([
            "eksCluster",
            "eksCluster",
            "subnetIds",
            'tags["a.b"]',
            "size",
        ]);
    });
});
