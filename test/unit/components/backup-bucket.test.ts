import * as pulumi from "@pulumi/pulumi";
import { BackupBucket } from "../../../components/backups/backup-bucket";
import type { BackupBucketArgs } from "../../../components/backups/backup-bucket-args";
import { bucketTimesOf } from "../../../components/backups/backup-bucket-times";
import { BackupRepository } from "../../../components/backups/backup-repository";
import type { Thing } from "../../../policies/guardrails/guardrail";
import { violationsOf } from "../../../policies/guardrails/judge";
import { bucketGuardrails } from "../../../policies/guardrails/rules/buckets";
import { expectGolden } from "../../support/golden";
import { type RecordedResource, type RecordingOptions, record } from "../../support/mocks";
import { answers, arn, readable, regions } from "./cloud-storage-cases";

const region = "eu-central-1";
const secretAccessKey = "made by AWS";

const argsIn = (where: string): BackupBucketArgs => ({ app: "ledger", bucket: "example-ledger-backups", region: where });
const oidc = (where: string) => arn(where, "iam", `oidc-provider/oidc.eks.${where}.amazonaws.com/id/0123456789ABCDEF`);

/** Arguments of each kind that the golden lists have, in a region. */
const kinds: Record<string, (where: string) => BackupBucketArgs> = {
    "backup-bucket": argsIn,
    "backup-bucket-locked": (where) => ({
        ...argsIn(where),
        policy: "continuous-locked",
        prefix: "shop/ledger",
        kmsKeyArn: arn(where, "kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab"),
        oidcProviderArn: oidc(where),
        tags: { team: "payments" },
    }),
};

/** What AWS answers when a key is made. */
const live: RecordingOptions["live"] = (_name, inputs, type) =>
    type === "aws:iam/accessKey:AccessKey" ? { ...inputs, secret: secretAccessKey } : inputs;

const recorded = (args: BackupBucketArgs, options: RecordingOptions = {}) =>
    record(
        () => {
            const {
                bucket,
                bucketArn,
                endpoint,
                prefix,
                kmsKeyArn,
                accessKeyId,
                secretAccessKey: secret,
                roleArn,
            } = new BackupBucket("backups", args);
            return { bucket, bucketArn, endpoint, prefix, kmsKeyArn, accessKeyId, secretAccessKey: secret, roleArn };
        },
        { answers, live, ...options },
    );
const made = (change: Partial<BackupBucketArgs> = {}, options?: RecordingOptions) => recorded({ ...argsIn(region), ...change }, options);

const s3 = (name: string) => `aws:s3/bucket${name}:Bucket${name}`;
const lifecycle = s3("LifecycleConfiguration");
const lock = s3("ObjectLockConfiguration");
const lockRule = ({ inputs }: RecordedResource) => inputs.rule.defaultRetention;

describe.each(Object.keys(kinds).flatMap((kind) => regions.map((where) => [kind, where] as const)))("%s in %s", (kind, where) => {
    it("is made of these resources, each with its region and its tags", async () => {
        const resources = readable((await recorded(kinds[kind](where))).resources);
        expectGolden(`aws/${kind}.${where}`, resources);
        const tagged = ["aws:s3/bucket:Bucket", "aws:kms/key:Key", "aws:iam/user:User", "aws:iam/role:Role"];
        for (const { type, inputs } of resources.filter(({ type }) => type.startsWith("aws:"))) {
            expect([type, inputs.region]).toEqual([type, type.startsWith("aws:iam/") ? undefined : where]);
            expect([type, inputs.tags?.["holdfast.dev/backups-of"]]).toEqual([type, tagged.includes(type) ? "ledger" : undefined]);
        }
    });
});

describe("a bucket of backups", () => {
    it("is private, versioned, encrypted with its key, and never emptied by AWS", async () => {
        const { only } = await made();
        expect(only("aws:s3/bucket:Bucket").inputs).toMatchObject({ bucket: "example-ledger-backups", forceDestroy: false });
        expect(only(s3("PublicAccessBlock")).inputs).toMatchObject({
            blockPublicAcls: true,
            blockPublicPolicy: true,
            ignorePublicAcls: true,
            restrictPublicBuckets: true,
        });
        expect(only(s3("OwnershipControls")).inputs.rule).toEqual({ objectOwnership: "BucketOwnerEnforced" });
        expect(only(s3("Versioning")).inputs.versioningConfiguration).toEqual({ status: "Enabled" });
        expect(only(s3("ServerSideEncryptionConfiguration")).inputs.rules).toEqual([
            {
                applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: arn(region, "kms", "key/backups-key-id") },
                bucketKeyEnabled: true,
            },
        ]);
        expect(only("aws:kms/key:Key").inputs).toMatchObject({ enableKeyRotation: true, deletionWindowInDays: 30 });
    });

    it("is kept with all of its settings and its key, without which it would be another", async () => {
        const { resources } = await made({ policy: "continuous-locked" });
        const kept = resources.filter(({ protect, retainOnDelete }) => protect && retainOnDelete).map(({ name }) => name);
        const parts = ["bucket", "encryption", "key", "lifecycle", "lock", "ownership", "policy", "public-access", "versioning"];
        expect(kept.sort()).toEqual(parts.map((part) => `backups-${part}`));
    });

    it("is let go piece by piece, by permissions that name it", async () => {
        const kept = async (...objects: string[]) => {
            const { resources } = await made({ allow: objects.map((object) => `delete ${object}/example-ledger-backups`) });
            return resources.filter(({ protect, retainOnDelete }) => protect || retainOnDelete).map(({ name }) => name);
        };
        expect(await kept("bucket", "bucketversioning")).toEqual(["backups-key"]);
        expect(await kept("bucket", "key")).toEqual(["backups-versioning"]);
        expect(await kept("bucket", "bucketversioning", "key")).toEqual([]);
    });

    it("never lets a current object expire, and moves none to a class that restic can't read", async () => {
        for (const policy of [undefined, "continuous-locked"]) {
            const [rule, ...others] = (await made({ policy })).only(lifecycle).inputs.rules;
            expect(others).toEqual([]);
            expect(Object.keys(rule).sort()).toEqual([
                "abortIncompleteMultipartUpload",
                "expiration",
                "filter",
                "id",
                "noncurrentVersionExpiration",
                "status",
            ]);
            expect(rule).toMatchObject({ status: "Enabled", filter: { prefix: "" }, expiration: { expiredObjectDeleteMarker: true } });
            expect(Object.keys(rule.expiration)).toEqual(["expiredObjectDeleteMarker"]);
        }
    });

    it("is written to only once versions, lock, encryption and policy are in force", async () => {
        const { only } = await made({ lockMode: "governance", lockDays: 7 });
        const settings = ["encryption", "lifecycle", "lock", "ownership", "policy", "public-access", "versioning"];
        expect(
            only("aws:iam/userPolicy:UserPolicy")
                .dependsOn.map((urn) => urn.split("::").at(-1))
                .sort(),
        ).toEqual(expect.arrayContaining(settings.map((part) => `backups-${part}`)));
    });

    it("takes a key that exists, and makes none", async () => {
        const kmsKeyArn = arn(region, "kms", "key/0123");
        const { all, only, outputs } = await made({ kmsKeyArn });
        expect([all("aws:kms/key:Key"), all("aws:kms/alias:Alias")]).toEqual([[], []]);
        expect(outputs.kmsKeyArn).toBe(kmsKeyArn);
        expect(only(s3("ServerSideEncryptionConfiguration")).inputs.rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId).toBe(
            kmsKeyArn,
        );
        expect(only("aws:iam/userPolicy:UserPolicy").inputs.policy).toContain(kmsKeyArn);
    });

    it("asks for the account only where it isn't given", async () => {
        const { only } = await made({ accountId: "999988887777" }, { answers: {} });
        expect(only("aws:kms/key:Key").inputs.policy).toContain("arn:aws:iam::999988887777:root");
    });
});

it("the guardrails for buckets find nothing in it, and something in it without its settings", async () => {
    const { resources } = await made();
    const things = resources.map(
        ({ urn, type, name, inputs, protect }): Thing => ({ urn, type, name, props: inputs, isProtected: protect, from: {} }),
    );
    const found = (list: Thing[]) => bucketGuardrails.filter((guardrail) => violationsOf(guardrail, list).length > 0).length;
    expect(found(things)).toBe(0);
    expect(found(things.filter(({ type }) => type === "aws:s3/bucket:Bucket"))).toBe(bucketGuardrails.length);
    expect(bucketGuardrails.length).toBeGreaterThan(2);
});

describe("the lock", () => {
    it("is there only where one was asked for", async () => {
        expect((await made({ policy: "hourly" })).all(lock)).toEqual([]);
        expect(lockRule((await made({ lockMode: "governance", lockDays: 14 })).only(lock))).toEqual({ mode: "GOVERNANCE", days: 14 });
    });

    it("is the policy's, and what is written out wins over it", async () => {
        expect(bucketTimesOf({ policy: "continuous-locked" }).lock).toEqual({ mode: "compliance", days: 35 });
        const args = { policy: "continuous-locked", lockMode: "governance", lockDays: 90 };
        expect(lockRule((await made(args)).only(lock))).toEqual({ mode: "GOVERNANCE", days: 90 });
    });

    it("can be added to a bucket that exists: the bucket itself is made the same", async () => {
        const bucketOf = async (args: Partial<BackupBucketArgs>) => (await made(args)).only("aws:s3/bucket:Bucket").inputs;
        expect(await bucketOf({ lockMode: "compliance", lockDays: 1 })).toEqual(await bucketOf({}));
    });
});

describe("the identity", () => {
    it("is a user with an access key, which feeds a repository in the same program", async () => {
        const program = () => {
            const bucket = new BackupBucket("backups", argsIn(region));
            return new BackupRepository("repository", {
                app: "ledger",
                namespace: "ledger",
                endpoint: bucket.endpoint,
                bucket: bucket.bucket,
                accessKeyId: bucket.accessKeyId,
                secretAccessKey: bucket.secretAccessKey,
                password: pulumi.secret("the repository's own"),
            }).url;
        };
        const { only } = await record(program, { answers, live });
        const secret = only("kubernetes:core/v1:Secret");
        expect(secret.inputs.data).toMatchObject({
            "access-key-id": Buffer.from("backups-access-key-id").toString("base64"),
            "secret-access-key": Buffer.from(secretAccessKey).toString("base64"),
        });
        expect(secret.secrets).toEqual(["data"]);
        const preview = await record(program, { answers, live, preview: true });
        expect(preview.only("kubernetes:core/v1:Secret").inputs.metadata.name).toBe("ledger-backup-repository");
    });

    it("gives out what a repository takes", async () => {
        expect((await made()).outputs).toEqual({
            bucket: "example-ledger-backups",
            bucketArn: "arn:aws:s3:::example-ledger-backups",
            endpoint: "https://s3.eu-central-1.amazonaws.com",
            prefix: "ledger",
            kmsKeyArn: arn(region, "kms", "key/backups-key-id"),
            accessKeyId: "backups-access-key-id",
            secretAccessKey,
            roleArn: "",
        });
        expect((await recorded(argsIn("cn-north-1"))).outputs.endpoint).toBe("https://s3.cn-north-1.amazonaws.com.cn");
    });

    it("is a role for service accounts where the cluster's issuer is given", async () => {
        const { all, only, outputs } = await made({ oidcProviderArn: oidc(region), namespace: "shop", serviceAccounts: ["backups"] });
        expect(all("aws:iam/user:User")).toEqual([]);
        expect(all("aws:iam/accessKey:AccessKey")).toEqual([]);
        expect(only("aws:iam/role:Role").inputs.assumeRolePolicy).toContain("system:serviceaccount:shop:backups");
        const role = arn(region, "iam", "role/example-ledger-backups-eu-central-1-backups");
        expect(outputs).toMatchObject({ accessKeyId: "", secretAccessKey: "", roleArn: role });
        expect(only(s3("Policy")).inputs.policy).toContain(role);
    });

    it("has a name that fits, however long the bucket's is", async () => {
        const { only } = await made({ bucket: "b".repeat(63) });
        expect(only("aws:iam/user:User").inputs.name).toMatch(/^b{55}-[0-9a-f]{8}$/);
    });
});

it("a preview shows everything but what AWS names", async () => {
    const [preview, update] = [await made({}, { preview: true }), await made()];
    const names = (resources: RecordedResource[]) => resources.map(({ name }) => name).sort();
    expect(names(preview.resources)).toEqual(names(update.resources));
    const unknown = preview.resources.filter(({ inputs }) => JSON.stringify(inputs).includes("[unknown]")).map(({ name }) => name);
    expect(unknown.sort()).toEqual(["backups-encryption", "backups-key-alias", "backups-policy", "backups-user-policy"]);
    expect(preview.only(lifecycle)).toMatchObject({ protect: true, inputs: update.only(lifecycle).inputs });
});

it("what was deleted is let go when the policy says", async () => {
    const { noncurrentVersionExpiration } = (await made({ policy: "hourly" })).only(lifecycle).inputs.rules[0];
    expect(noncurrentVersionExpiration).toEqual({ noncurrentDays: 14 });
});

it("what is refused is told all at once, with what to write", async () => {
    const message = await made({
        app: "Ledger",
        bucket: "example.ledger",
        region: "mars-1",
        accountId: "12",
        prefix: "/ledger",
        policy: "weekly",
        lockMode: "strict",
        deletedKeptDays: 0,
        namespace: "shop",
        serviceAccounts: ["backups"],
        tags: { "aws:x": "1" },
        allow: ["delete"],
    }).then(String, (error: Error) => error.message);
    const paths = [...message.matchAll(/^ {2}- ([\w[\]]+)[:[]/gm)].map(([, path]) => path);
    expect([...new Set(paths)].sort()).toEqual(
        ["accountId", "app", "bucket", "deletedKeptDays", "lockDays", "lockMode", "namespace", "policy", "prefix", "region"]
            .concat("serviceAccounts", "tags", "allow[0]")
            .sort(),
    );
    expect(message).toContain("Write example-ledger.");
    expect(message).toContain("There are daily, hourly, continuous, continuous-locked");
});
