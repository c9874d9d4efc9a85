import { runSimulation } from "@cloud-copilot/iam-simulate";
import { bucketKeyPolicy, bucketPolicy, repositoryPolicy } from "../../../components/backups/aws/bucket-policies";
import { type PolicyDocument, policy } from "../../../components/storage/aws/policy";
import { type Partition, type Place, partitionOf } from "../../../components/storage/aws/region";
import { webIdentityTrust } from "../../../components/storage/aws/trust-policy";
import { type PolicyKind, policyProblems } from "../../support/iam";

const accountId = "111122223333";
const placeOf = (region: string): Place => ({ partition: partitionOf(region) as Partition, region, accountId });
const here = placeOf("eu-central-1");
const name = "example-ledger-backups";
const user = `arn:aws:iam::${accountId}:user/backups`;
const key = `arn:aws:kms:eu-central-1:${accountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const bucket = `arn:aws:s3:::${name}`;
const repository = { bucket: name, prefix: "shop/ledger" };

function policiesOf(place: Place): [string, PolicyKind, PolicyDocument][] {
    const arn = (text: string) => text.replace("arn:aws:", `arn:${place.partition.name}:`).replace("eu-central-1", place.region);
    const issuer = `arn:${place.partition.name}:iam::${accountId}:oidc-provider/oidc.eks.${place.region}.${place.partition.dnsSuffix}/id/0123ABCD`;
    return [
        ["bucket", "resource", bucketPolicy(place, name, arn(key), arn(user))],
        ["key", "resource", bucketKeyPolicy(place, name)],
        ["identity", "identity", repositoryPolicy(place, repository, arn(key))],
        ["trust", "trust", webIdentityTrust(issuer, ["pod-executor", "default"], "ledger")],
    ];
}

const regions = ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"];

describe.each(regions)("policies in %s", (region) => {
    it.each(policiesOf(placeOf(region)))("%s: linters find nothing", async (_name, kind, document) => {
        expect(await policyProblems(document, kind)).toEqual([]);
    });

    it("name that partition and region only", () => {
        const text = JSON.stringify(policiesOf(placeOf(region)));
        expect(new Set(text.match(/arn:aws[\w-]*/g))).toEqual(new Set([`arn:${placeOf(region).partition.name}`]));
        expect(regions.filter((other) => text.includes(other))).toEqual([region]);
    });
});

interface Attempt {
    action: string;
    resource?: string;
    context?: Record<string, string>;
    identity?: PolicyDocument[];
    onResource?: PolicyDocument;
    as?: string;
}

const tls = { "aws:SecureTransport": "true", "s3:TlsVersion": "1.3" };
const own = [repositoryPolicy(here, repository, key)];
const everything = [policy({ Sid: "All", Effect: "Allow", Action: "*", Resource: "*" })];
const admin = `arn:aws:iam::${accountId}:user/admin`;
const object = (path: string) => `${bucket}/${path}`;

/** The simulator doesn't know the keys of an encryption context; one that it knows, and that nothing here uses, stands for it. */
const stoodIn = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll("kms:EncryptionContext:aws:s3:arn", "kms:RequestAlias"));

/** What IAM would say, by @cloud-copilot/iam-simulate. */
async function attempt(asked: Attempt): Promise<string> {
    const { action, resource = object("shop/ledger/config"), context = tls, identity = own, as = user } = asked;
    const onResource = "onResource" in asked ? asked.onResource : bucketPolicy(here, name, key, user);
    const answer = await runSimulation(
        {
            request: {
                action,
                resource: { resource, accountId },
                principal: as,
                contextVariables: { "aws:PrincipalArn": as, ...stoodIn(context) },
            },
            identityPolicies: identity.map((document, index) => ({ name: `identity-${index}`, policy: stoodIn(document) })),
            serviceControlPolicies: [],
            resourceControlPolicies: [],
            ...(onResource ? { resourcePolicy: stoodIn(onResource) } : {}),
        },
        {},
    );
    if (answer.resultType === "error") {
        throw new Error(JSON.stringify(answer.errors));
    }
    return answer.overallResult;
}

describe("the identity that writes backups", () => {
    it.each([
        ["list the bucket", "s3:ListBucket", bucket],
        ["make the repository", "s3:PutObject", object("shop/ledger/config")],
        ["read it", "s3:GetObject", object("shop/ledger/keys/0123")],
        ["write a pack", "s3:PutObject", object("shop/ledger/data/ab/abcd")],
        ["take its own lock away", "s3:DeleteObject", object("shop/ledger/locks/0123")],
        ["forget a snapshot", "s3:DeleteObject", object("shop/ledger/snapshots/0123")],
        ["prune a pack", "s3:DeleteObject", object("shop/ledger/data/ab/abcd")],
        ["replace an index", "s3:DeleteObject", object("shop/ledger/index/0123")],
    ])("can %s", async (_what, action, resource) => {
        expect(await attempt({ action, resource })).toBe("Allowed");
    });

    it.each([
        ["delete the repository's key", "s3:DeleteObject", object("shop/ledger/keys/0123")],
        ["delete its config", "s3:DeleteObject", object("shop/ledger/config")],
        ["read another application's repository", "s3:GetObject", object("shop/other/config")],
        ["read one whose name begins the same", "s3:GetObject", object("shop/ledger-2/config")],
        ["write beside it", "s3:PutObject", object("shop/other/data/ab/abcd")],
        ["write into another bucket", "s3:PutObject", "arn:aws:s3:::another/shop/ledger/config"],
        ["read versions", "s3:GetObjectVersion", object("shop/ledger/config")],
        ["say who may read an object", "s3:PutObjectAcl", object("shop/ledger/config")],
    ])("can't %s", async (_what, action, resource) => {
        expect(await attempt({ action, resource })).toBe("ImplicitlyDenied");
    });

    const undone: [string, string, string][] = [
        ["delete a version", "s3:DeleteObjectVersion", object("shop/ledger/data/ab/abcd")],
        ["get around a governance lock", "s3:BypassGovernanceRetention", object("shop/ledger/data/ab/abcd")],
        ["shorten a lock", "s3:PutObjectRetention", object("shop/ledger/data/ab/abcd")],
        ["take a legal hold away", "s3:PutObjectLegalHold", object("shop/ledger/data/ab/abcd")],
        ["change the bucket's lock", "s3:PutBucketObjectLockConfiguration", bucket],
        ["suspend versions", "s3:PutBucketVersioning", bucket],
        ["let everything expire", "s3:PutLifecycleConfiguration", bucket],
        ["rewrite the bucket's policy", "s3:PutBucketPolicy", bucket],
        ["delete the bucket", "s3:DeleteBucket", bucket],
    ];
    it.each(undone)("can't %s, whatever else it is given", async (_what, action, resource) => {
        expect(await attempt({ action, resource, identity: everything })).toBe("ExplicitlyDenied");
        expect(await attempt({ action, resource, onResource: undefined })).toBe("ImplicitlyDenied");
    });

    it.each(undone)("leaves to an administrator to %s", async (_what, action, resource) => {
        expect(await attempt({ action, resource, identity: everything, as: admin })).toBe("Allowed");
    });
});

describe("the bucket", () => {
    const put = { action: "s3:PutObject", resource: object("shop/ledger/data/ab/abcd") };
    const header = "s3:x-amz-server-side-encryption";

    it.each(["s3:GetObject", "s3:PutObject"])("refuses %s without TLS, and with one of yesterday", async (action) => {
        const plain = { "aws:SecureTransport": "false" };
        expect(await attempt({ action, context: plain })).toBe("ExplicitlyDenied");
        expect(await attempt({ action, context: plain, identity: everything, as: admin })).toBe("ExplicitlyDenied");
        expect(await attempt({ action, context: { ...tls, "s3:TlsVersion": "1.1" } })).toBe("ExplicitlyDenied");
        expect(await attempt({ action, context: { ...tls, "s3:TlsVersion": "1.2" } })).toBe("Allowed");
    });

    it("takes what names its own key, or no encryption at all, and nothing else", async () => {
        const mine = { ...tls, [header]: "aws:kms", [`${header}-aws-kms-key-id`]: key };
        expect(await attempt({ ...put, context: mine })).toBe("Allowed");
        expect(await attempt(put)).toBe("Allowed");
        expect(await attempt({ ...put, context: { ...tls, [header]: "AES256" } })).toBe("ExplicitlyDenied");
        const other = { ...mine, [`${header}-aws-kms-key-id`]: key.replace("1234abcd", "ffffffff") };
        expect(await attempt({ ...put, context: other })).toBe("ExplicitlyDenied");
        expect(await attempt({ ...put, context: { ...tls, [`${header}-customer-algorithm`]: "AES256" } })).toBe("ExplicitlyDenied");
    });

    it("lets nobody in by itself", async () => {
        expect(await attempt({ action: "s3:GetObject", identity: [] })).toBe("ImplicitlyDenied");
    });
});

describe("the key", () => {
    const onResource = bucketKeyPolicy(here, name);
    const context = {
        "kms:CallerAccount": accountId,
        "kms:ViaService": "s3.eu-central-1.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": bucket,
    };
    const asked = (action: string, change: Partial<Attempt> = {}) => attempt({ action, resource: key, context, onResource, ...change });

    it.each(["kms:Decrypt", "kms:GenerateDataKey"])("gives %s to the identity through S3, for this bucket", async (action) => {
        expect(await asked(action)).toBe("Allowed");
        expect(await asked(action, { context: { "kms:CallerAccount": accountId } })).toBe("ImplicitlyDenied");
        expect(await asked(action, { context: { ...context, "kms:ViaService": "ec2.eu-central-1.amazonaws.com" } })).toBe(
            "ImplicitlyDenied",
        );
        expect(await asked(action, { context: { ...context, "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::another" } })).toBe(
            "ImplicitlyDenied",
        );
        expect(await asked(action, { identity: [] })).toBe("ImplicitlyDenied");
    });

    it.each(["kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy", "kms:CreateGrant"])(
        "gives %s to no backup",
        async (action) => {
            expect(await asked(action)).toBe("ImplicitlyDenied");
        },
    );

    it("is administered by whom IAM allows it, who decrypts nothing with it by hand", async () => {
        expect(await asked("kms:ScheduleKeyDeletion", { identity: everything, as: admin })).toBe("Allowed");
        expect(await asked("kms:Decrypt", { identity: everything, as: admin, context: { "kms:CallerAccount": accountId } })).toBe(
            "ImplicitlyDenied",
        );
        expect(await asked("kms:Decrypt", { identity: everything, as: admin })).toBe("Allowed");
    });
});

// Read, not simulated: the simulator knows no keys of a cluster's issuer.
it("a role is for the named service accounts of one namespace alone", () => {
    const issuer = "oidc.eks.eu-central-1.amazonaws.com/id/0123ABCD";
    const provider = `arn:aws:iam::${accountId}:oidc-provider/${issuer}`;
    expect(webIdentityTrust(provider, ["pod-executor", "default"], "ledger").Statement).toEqual([
        {
            Sid: "PodsOfTheNamespace",
            Effect: "Allow",
            Principal: { Federated: provider },
            Action: "sts:AssumeRoleWithWebIdentity",
            Condition: {
                StringEquals: {
                    [`${issuer}:aud`]: "sts.amazonaws.com",
                    [`${issuer}:sub`]: ["system:serviceaccount:ledger:pod-executor", "system:serviceaccount:ledger:default"],
                },
            },
        },
    ]);
});
