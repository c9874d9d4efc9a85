import * as pulumi from "@pulumi/pulumi";
import { BackupRepository, type BackupRepositoryArgs } from "../../../components/backups/backup-repository";
import { type RecordingOptions, record } from "../../support/mocks";

const args: BackupRepositoryArgs = {
    app: "ledger",
    namespace: "shop",
    endpoint: "https://minio.example.com:9000",
    bucket: "example-shop-backups",
    accessKeyId: pulumi.secret("AKIDEXAMPLE"),
    secretAccessKey: pulumi.secret("wJalrXUtnFEMI"),
    password: pulumi.secret("the repository's own"),
};

async function made(change: Partial<BackupRepositoryArgs> = {}, options: RecordingOptions = {}) {
    const recording = await record(() => {
        const { secret, endpoint, bucket, region, caConfigMap, hasAccessKey, url } = new BackupRepository("backups", {
            ...args,
            ...change,
        });
        return { secret, endpoint, bucket, region, caConfigMap, hasAccessKey, url };
    }, options);
    return { ...recording, secret: recording.only("kubernetes:core/v1:Secret") };
}

const decoded = (data: Record<string, string>) =>
    Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));

/** The message of the one error that names every problem. */
async function refusal(change: Partial<BackupRepositoryArgs>): Promise<string> {
    return made(change).then(
        () => "it was made",
        (error: Error) => error.message,
    );
}

describe("a repository", () => {
    it("is one Secret in the application's namespace, kept as its claims are", async () => {
        const { secret, resources } = await made();
        expect(resources.filter(({ isComponent }) => !isComponent).map(({ name }) => name)).toEqual(["backups-secret"]);
        expect(secret).toMatchObject({
            protect: true,
            retainOnDelete: true,
            inputs: {
                type: "Opaque",
                metadata: { name: "ledger-backup-repository", namespace: "shop", labels: { "app.kubernetes.io/name": "ledger" } },
            },
        });
        expect(decoded(secret.inputs.data)).toEqual({
            "access-key-id": "AKIDEXAMPLE",
            "secret-access-key": "wJalrXUtnFEMI",
            password: "the repository's own",
        });
    });

    it.each([false, true])("says where it is, as K8up and as restic take it (preview: %s)", async (preview) => {
        const { outputs } = await made({ caConfigMap: "kube-root-ca.crt" }, { preview });
        expect(outputs).toEqual({
            secret: "ledger-backup-repository",
            endpoint: "https://minio.example.com:9000",
            bucket: "example-shop-backups/ledger",
            region: "",
            caConfigMap: "kube-root-ca.crt",
            hasAccessKey: true,
            url: "s3:https://minio.example.com:9000/example-shop-backups/ledger",
        });
    });

    it("marks its data as secret, even where plain text was given", async () => {
        const { secret } = await made({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI", password: "plain" });
        expect(secret.secrets).toEqual(["data"]);
        expect((await made()).secret.secrets).toEqual(["data"]);
    });

    it("leaves the keys out where the pods have an identity of their own", async () => {
        const { secret, outputs } = await made({ accessKeyId: undefined, secretAccessKey: undefined });
        expect(decoded(secret.inputs.data)).toEqual({ password: "the repository's own" });
        expect(outputs.hasAccessKey).toBe(false);
    });

    it("is let go by a permission that names it, and by no other", async () => {
        const allowed = await made({ allow: ["delete secret/ledger-backup-repository"] });
        expect(allowed.secret).toMatchObject({ protect: false, retainOnDelete: false });
        expect((await made({ allow: ["delete secret/ledger-password"] })).secret).toMatchObject({ protect: true, retainOnDelete: true });
    });

    it("takes outputs of what is made beside it", async () => {
        const { outputs } = await made({ endpoint: pulumi.output("https://S3.eu-central-1.amazonaws.com/"), bucket: pulumi.output("b-1") });
        expect(outputs).toMatchObject({
            endpoint: "https://s3.eu-central-1.amazonaws.com",
            bucket: "b-1/ledger",
            region: "eu-central-1",
            caConfigMap: "",
        });
    });

    it("shows what it knows in a preview that doesn't know the bucket", async () => {
        const notKnown = new (pulumi.Output as unknown as new (...parts: unknown[]) => pulumi.Output<string>)(
            new Set(),
            Promise.resolve(""),
            Promise.resolve(false),
            Promise.resolve(false),
            Promise.resolve(new Set()),
        );
        const { outputs, secret } = await made({ bucket: notKnown }, { preview: true });
        expect(outputs).toMatchObject({ bucket: "[unknown]", url: "[unknown]", secret: "ledger-backup-repository", hasAccessKey: true });
        expect(secret).toMatchObject({ protect: true, inputs: { metadata: { name: "ledger-backup-repository" } } });
    });

    it("lies where it is told to, in a region that is told", async () => {
        const { outputs } = await made({ prefix: "shop/ledger.v2", region: "garage" });
        expect(outputs).toMatchObject({ bucket: "example-shop-backups/shop/ledger.v2", region: "garage" });
    });
});

describe("what is refused", () => {
    it("is told all at once, with what to write, and without the secrets", async () => {
        const message = await refusal({
            app: "Ledger",
            namespace: "a_b",
            endpoint: "http://minio:9000",
            bucket: "UPPER",
            prefix: "",
            region: "EU",
            caConfigMap: "ca/crt",
            accessKeyId: undefined,
            secretAccessKey: "very secret\n",
            password: "",
            allow: ["delete"],
        });
        expect(message).toContain(`BackupRepository "backups" can't be made (11 problems)`);
        const paths = [...message.matchAll(/^ {2}- ([\w[\]]+):/gm)].map(([, path]) => path);
        expect(paths.sort()).toEqual(
            ["app", "namespace", "endpoint", "bucket", "prefix", "region", "caConfigMap", "accessKeyId", "secretAccessKey", "password"]
                .concat("allow[0]")
                .sort(),
        );
        expect(message).toContain("Write https://minio:9000");
        expect(message).not.toContain("very secret");
    });

    it.each([
        ["minio.example.com", /no URL.*Write e\.g\. https/],
        ["ftp://minio.example.com", /isn't https/],
        ["https://minio.example.com/bucket", /Write https:\/\/minio\.example\.com, and what follows it in bucket/],
        ["https://minio.example.com?x=1", /more than a host/],
        ["https://shop.s3.eu-central-1.amazonaws.com", /Write https:\/\/s3\.eu-central-1\.amazonaws\.com, and bucket: "shop"/],
        ["https://shop.s3.cn-north-1.amazonaws.com.cn", /and bucket: "shop"/],
    ])("%s is no endpoint", async (endpoint, reason) => {
        expect(await refusal({ endpoint })).toMatch(reason);
    });

    it("is an endpoint with keys in it, which aren't repeated", async () => {
        const message = await refusal({ endpoint: "http://AKID:hunter2@minio.example.com:9000" });
        expect(message).toMatch(/endpoint: it has a user or a password in it.*Write https:\/\/minio\.example\.com:9000/);
        expect(message).not.toMatch(/hunter2|AKID/);
    });

    it("is a region other than the endpoint's", async () => {
        const endpoint = "https://s3.eu-central-1.amazonaws.com";
        expect(await refusal({ endpoint, region: "us-east-1" })).toContain("is in eu-central-1, and region says us-east-1");
        expect(await refusal({ endpoint, region: "eu-central-1" })).toBe("it was made");
        expect(await refusal({ endpoint: "https://s3.amazonaws.com", region: "eu-central-1" })).toContain("is in us-east-1");
    });

    it.each(["ab", "a".repeat(64), "-shop", "shop.", "a..b", "10.0.0.1", "sh_op", "xn--shop", "shop-s3alias", "shop/ledger"])(
        "%s is no bucket",
        async (bucket) => {
            expect(await refusal({ bucket })).toMatch(/- bucket: "/);
        },
    );

    it.each(["abc", "a".repeat(63), "10.0.0.1.example", "example.shop-1"])("%s is a bucket", async (bucket) => {
        expect(await refusal({ bucket })).toBe("it was made");
    });

    it.each(["/ledger", "ledger/", "a//b", "a/../b", ".", "a b", "ä", "p".repeat(513)])("%s is no prefix", async (prefix) => {
        expect(await refusal({ prefix })).toMatch(/- prefix: /);
    });

    it("is one half of an access key", async () => {
        expect(await refusal({ secretAccessKey: undefined })).toContain("secretAccessKey: missing: accessKeyId is given");
        expect(await refusal({ accessKeyId: undefined })).toContain("accessKeyId: missing: secretAccessKey is given");
    });

    it("is a repository without a password, which no type forbids in a program that isn't checked", async () => {
        expect(await refusal({ password: undefined })).toContain("password: missing: without it nobody reads the backups");
    });

    it.each(["password", "accessKeyId", "secretAccessKey"] as const)("is a %s with the line break of its file", async (path) => {
        expect(await refusal({ [path]: "hunter2\n" })).toContain(`${path}: it begins or ends with white space`);
    });
});
