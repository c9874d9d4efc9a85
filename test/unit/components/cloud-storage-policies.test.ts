import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { ebsDriverPolicy } from "../../../components/storage/aws/ebs-policy";
import { efsControllerPolicy, efsNodePolicy, fileSystemPolicy } from "../../../components/storage/aws/efs-policy";
import { keyPolicy } from "../../../components/storage/aws/key-policy";
import { type PolicyDocument, policy, type Statement } from "../../../components/storage/aws/policy";
import { type Partition, type Place, partitionOf } from "../../../components/storage/aws/region";
import { podIdentityTrust, webIdentityTrust } from "../../../components/storage/aws/trust-policy";
import { type PolicyKind, policyProblems } from "../../support/iam";

const accountId = "111122223333";
const placeOf = (region: string): Place => ({ partition: partitionOf(region) as Partition, region, accountId });
const here = placeOf("eu-central-1");
const role = `arn:aws:iam::${accountId}:role/shop-eu-central-1-ebs-csi`;
const key = `arn:aws:kms:eu-central-1:${accountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const fileSystem = `arn:aws:elasticfilesystem:eu-central-1:${accountId}:file-system/fs-0123456789abcdef0`;

function policiesOf(place: Place): [string, PolicyKind, PolicyDocument][] {
    const arn = (text: string) => text.replace("arn:aws:", `arn:${place.partition.name}:`).replace("eu-central-1", place.region);
    const issuer = `arn:${place.partition.name}:iam::${accountId}:oidc-provider/oidc.eks.${place.region}.${place.partition.dnsSuffix}/id/0123ABCD`;
    return [
        ["EBS driver", "identity", ebsDriverPolicy(place, "shop", arn(key))],
        ["EFS controller, own file systems", "identity", efsControllerPolicy(place, { clusterName: "shop" })],
        [
            "EFS controller, a given file system",
            "identity",
            efsControllerPolicy(place, { clusterName: "shop", given: "fs-0123456789abcdef0" }),
        ],
        ["EFS node", "identity", efsNodePolicy(place, "fs-0123456789abcdef0")],
        ["file system", "resource", fileSystemPolicy(place, arn(fileSystem), [arn(role)])],
        ["key of volumes", "resource", keyPolicy(place, "ec2", [arn(role)])],
        ["key of a file system", "resource", keyPolicy(place, "elasticfilesystem", [])],
        ["trust by Pod Identity", "trust", podIdentityTrust(place, "shop", "ebs-csi-controller-sa")],
        ["trust by token", "trust", webIdentityTrust(issuer, ["efs-csi-controller-sa", "efs-csi-node-sa"])],
    ];
}

const regions = ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"];

describe.each(regions)("policies in %s", (region) => {
    it.each(policiesOf(placeOf(region)))("%s: linters find nothing", async (_name, kind, document) => {
        expect(await policyProblems(document, kind)).toEqual([]);
    });

    it("name that partition and region only", () => {
        const text = JSON.stringify(policiesOf(placeOf(region)));
        const { name, dnsSuffix } = placeOf(region).partition;
        expect(new Set(text.match(/arn:aws[\w-]*/g))).toEqual(new Set([`arn:${name}`]));
        expect(text).toContain(`ec2.${region}.${dnsSuffix}`);
        expect(regions.filter((other) => text.includes(other))).toEqual([region]);
    });
});

describe("the linters", () => {
    const good: Statement = {
        Sid: "Delete",
        Effect: "Allow",
        Action: "ec2:DeleteVolume",
        Resource: `arn:aws:ec2:eu-central-1:${accountId}:volume/*`,
        Condition: { StringEquals: { "ec2:ResourceTag/team": "shop" } },
    };

    it("find nothing in a statement that is right", async () => {
        expect(await policyProblems(policy(good), "identity")).toEqual([]);
    });

    const wrong: [string, Partial<Record<keyof Statement, unknown>>, RegExp][] = [
        ["an action that isn't there", { Action: "ec2:DeleteVolumes" }, /no such action/],
        ["a resource of another kind", { Resource: `arn:aws:ec2:eu-central-1:${accountId}:instance/*` }, /is a resource of it/],
        ["all resources", { Resource: "*" }, /"\*" is all of them/],
        ["a condition key that isn't there", { Condition: { StringEquals: { "ec2:TagOfResource/team": "shop" } } }, /no condition key/],
        ["a condition key of other actions", { Condition: { StringEquals: { "ec2:CreateAction": "x" } } }, /is never there/],
        ["an operator that isn't there", { Condition: { StringIs: { "ec2:ResourceTag/team": "shop" } } }, /no operator StringIs/],
        ["a principal in a role's policy", { Principal: { AWS: "*" } }, /Principal/],
        ["an effect that isn't there", { Effect: "Permit" }, /Effect/],
        ["a Sid with spaces", { Sid: "delete it" }, /a Sid is/],
    ];
    it.each(wrong)("find %s", async (_name, change, found) => {
        expect((await policyProblems(policy({ ...good, ...change } as Statement), "identity")).join("\n")).toMatch(found);
    });

    it("find two statements of one Sid, and a trust without a principal", async () => {
        expect((await policyProblems(policy(good, good), "identity")).join("\n")).toMatch(/Sid/);
        expect((await policyProblems(policy({ Sid: "T", Effect: "Allow", Action: "sts:AssumeRole" }), "trust")).join("\n")).toMatch(
            /Principal/,
        );
    });
});

interface Attempt {
    action: string;
    resource: string;
    context?: Record<string, string>;
    identity: PolicyDocument[];
    onResource?: PolicyDocument;
    as?: string;
}

/** What IAM would say, by @cloud-copilot/iam-simulate: `Allowed`, `ImplicitlyDenied` or `ExplicitlyDenied`. */
async function attempt({
    action,
    resource,
    context = {},
    identity,
    onResource,
    as = `arn:aws:sts::${accountId}:assumed-role/shop-eu-central-1-ebs-csi/pod`,
}: Attempt) {
    const answer = await runSimulation(
        {
            request: {
                principal: as,
                action,
                resource: { resource, accountId },
                contextVariables: { "aws:RequestedRegion": "eu-central-1", ...context },
            },
            identityPolicies: identity.map((document, index) => ({ name: String(index), policy: document })),
            serviceControlPolicies: [],
            resourceControlPolicies: [],
            ...(onResource ? { resourcePolicy: onResource } : {}),
        },
        {},
    );
    if (answer.resultType === "error") {
        throw new Error(JSON.stringify(answer.errors));
    }
    return answer.overallResult;
}

const volume = `arn:aws:ec2:eu-central-1:${accountId}:volume/vol-0123456789abcdef0`;
const snapshot = "arn:aws:ec2:eu-central-1::snapshot/snap-0123456789abcdef0";
const instance = `arn:aws:ec2:eu-central-1:${accountId}:instance/i-0123456789abcdef0`;
const tag = (kind: "Request" | "Resource", value: string) => ({
    [`${kind === "Request" ? "aws" : "ec2"}:${kind}Tag/holdfast.dev/cluster`]: value,
});

describe("the EBS driver", () => {
    const identity = [ebsDriverPolicy(here, "shop", key)];

    it.each([
        ["make a volume with the cluster's tag", "ec2:CreateVolume", volume, tag("Request", "shop")],
        ["make one from the cluster's snapshot", "ec2:CreateVolume", snapshot, tag("Resource", "shop")],
        ["tag it while it is made", "ec2:CreateTags", volume, { "ec2:CreateAction": "CreateVolume" }],
        ["attach the cluster's volume", "ec2:AttachVolume", volume, tag("Resource", "shop")],
        ["attach to a managed node", "ec2:AttachVolume", instance, { "ec2:ResourceTag/eks:cluster-name": "shop" }],
        [
            "detach from another node of the cluster",
            "ec2:DetachVolume",
            instance,
            { "ec2:ResourceTag/kubernetes.io/cluster/shop": "owned" },
        ],
        ["grow the cluster's volume", "ec2:ModifyVolume", volume, tag("Resource", "shop")],
        ["delete the cluster's volume", "ec2:DeleteVolume", volume, tag("Resource", "shop")],
        ["snapshot the cluster's volume", "ec2:CreateSnapshot", volume, tag("Resource", "shop")],
        ["make a snapshot with the cluster's tag", "ec2:CreateSnapshot", snapshot, tag("Request", "shop")],
        ["delete the cluster's snapshot", "ec2:DeleteSnapshot", snapshot, tag("Resource", "shop")],
        ["look at volumes", "ec2:DescribeVolumes", "*", {}],
    ])("can %s", async (_what, action, resource, context) => {
        expect(await attempt({ action, resource, context, identity })).toBe("Allowed");
    });

    it.each([
        ["make a volume without the tag", "ec2:CreateVolume", volume, {}],
        ["make one for another cluster", "ec2:CreateVolume", volume, tag("Request", "other")],
        ["delete a volume without the tag", "ec2:DeleteVolume", volume, {}],
        ["delete another cluster's volume", "ec2:DeleteVolume", volume, tag("Resource", "other")],
        ["attach a volume without the tag", "ec2:AttachVolume", volume, {}],
        ["attach to an instance that is no node", "ec2:AttachVolume", instance, {}],
        ["attach to another cluster's node", "ec2:AttachVolume", instance, { "ec2:ResourceTag/eks:cluster-name": "other" }],
        ["tag a volume that exists", "ec2:CreateTags", volume, {}],
        ["take a tag away", "ec2:DeleteTags", volume, tag("Resource", "shop")],
        ["delete a snapshot without the tag", "ec2:DeleteSnapshot", snapshot, {}],
        ["give a snapshot to someone", "ec2:ModifySnapshotAttribute", snapshot, tag("Resource", "shop")],
        ["make a volume in another region", "ec2:CreateVolume", volume.replace("eu-central-1", "us-east-1"), tag("Request", "shop")],
        ["look at volumes of another region", "ec2:DescribeVolumes", "*", { "aws:RequestedRegion": "us-east-1" }],
        ["start an instance", "ec2:StartInstances", instance, {}],
    ])("can't %s", async (_what, action, resource, context) => {
        expect(await attempt({ action, resource, context, identity })).toBe("ImplicitlyDenied");
    });
});

describe("the key of volumes", () => {
    const identity = [ebsDriverPolicy(here, "shop", key)];
    const onResource = keyPolicy(here, "ec2", [role]);
    const throughEc2 = { "kms:ViaService": "ec2.eu-central-1.amazonaws.com", "kms:CallerAccount": accountId };
    const grant = { ...throughEc2, "kms:GrantIsForAWSResource": "true" };
    const everything = [policy({ Sid: "All", Effect: "Allow", Action: "*", Resource: "*" })];
    const admin = `arn:aws:iam::${accountId}:user/admin`;

    it.each([
        ["encrypts a new volume", "kms:GenerateDataKeyWithoutPlaintext", throughEc2],
        ["decrypts a volume that is attached", "kms:Decrypt", throughEc2],
        ["re-encrypts a snapshot", "kms:ReEncryptFrom", throughEc2],
        ["grants it to the instance's service", "kms:CreateGrant", grant],
    ])("%s for the driver, through EC2", async (_what, action, context) => {
        expect(await attempt({ action, resource: key, context, identity, onResource })).toBe("Allowed");
        // Either of the two policies is enough in one account: the key's own, for a role that was given.
        expect(await attempt({ action, resource: key, context, identity: [], onResource })).toBe("Allowed");
    });

    it.each([
        ["decrypts by a direct call", "kms:Decrypt", { "kms:CallerAccount": accountId }],
        ["decrypts through another service", "kms:Decrypt", { ...throughEc2, "kms:ViaService": "s3.eu-central-1.amazonaws.com" }],
        ["grants it to someone who is no service", "kms:CreateGrant", { ...throughEc2, "kms:GrantIsForAWSResource": "false" }],
        ["grants it by a direct call", "kms:CreateGrant", { "kms:CallerAccount": accountId, "kms:GrantIsForAWSResource": "true" }],
        ["deletes it", "kms:ScheduleKeyDeletion", {}],
        ["rewrites its policy", "kms:PutKeyPolicy", {}],
    ])("never %s for the driver", async (_what, action, context) => {
        expect(await attempt({ action, resource: key, context, identity, onResource })).toBe("ImplicitlyDenied");
    });

    it("is the only one the driver uses", async () => {
        const other = key.replace("1234abcd", "ffffffff");
        expect(
            await attempt({
                action: "kms:Decrypt",
                resource: other,
                context: throughEc2,
                identity,
                onResource: keyPolicy(here, "ec2", []),
            }),
        ).toBe("ImplicitlyDenied");
    });

    it("is administered by whom IAM allows it, who decrypts nothing with it by hand", async () => {
        const asAdmin = { resource: key, identity: everything, onResource, as: admin };
        expect(await attempt({ ...asAdmin, action: "kms:PutKeyPolicy" })).toBe("Allowed");
        expect(await attempt({ ...asAdmin, action: "kms:ScheduleKeyDeletion" })).toBe("Allowed");
        expect(await attempt({ ...asAdmin, action: "kms:Decrypt", context: { "kms:CallerAccount": accountId } })).toBe("ImplicitlyDenied");
        expect(await attempt({ ...asAdmin, action: "kms:Decrypt", context: throughEc2 })).toBe("Allowed");
        expect(await attempt({ ...asAdmin, identity: [], action: "kms:PutKeyPolicy" })).toBe("ImplicitlyDenied");
    });
});

describe("EFS", () => {
    const controller = [efsControllerPolicy(here, { clusterName: "shop" })];
    const accessPoint = `arn:aws:elasticfilesystem:eu-central-1:${accountId}:access-point/fsap-0123456789abcdef0`;
    const driver = { "aws:RequestTag/efs.csi.aws.com/cluster": "true" };
    const mounted = {
        "aws:SecureTransport": "true",
        "elasticfilesystem:AccessedViaMountTarget": "true",
        "elasticfilesystem:AccessPointArn": accessPoint,
    };
    const onResource = fileSystemPolicy(here, fileSystem, [role]);
    const node = [efsNodePolicy(here, "fs-0123456789abcdef0")];

    it.each([
        [
            "makes access points on the cluster's file system",
            "elasticfilesystem:CreateAccessPoint",
            fileSystem,
            { ...driver, "aws:ResourceTag/holdfast.dev/cluster": "shop" },
            "Allowed",
        ],
        [
            "makes none without the driver's tag",
            "elasticfilesystem:CreateAccessPoint",
            fileSystem,
            { "aws:ResourceTag/holdfast.dev/cluster": "shop" },
            "ImplicitlyDenied",
        ],
        ["makes none on another file system", "elasticfilesystem:CreateAccessPoint", fileSystem, driver, "ImplicitlyDenied"],
        [
            "tags them while they are made",
            "elasticfilesystem:TagResource",
            accessPoint,
            { "elasticfilesystem:CreateAction": "CreateAccessPoint" },
            "Allowed",
        ],
        ["tags none that exists", "elasticfilesystem:TagResource", accessPoint, {}, "ImplicitlyDenied"],
        [
            "deletes access points of drivers",
            "elasticfilesystem:DeleteAccessPoint",
            accessPoint,
            { "aws:ResourceTag/efs.csi.aws.com/cluster": "true" },
            "Allowed",
        ],
        ["deletes no other access point", "elasticfilesystem:DeleteAccessPoint", accessPoint, {}, "ImplicitlyDenied"],
        [
            "deletes no file system",
            "elasticfilesystem:DeleteFileSystem",
            fileSystem,
            { "aws:ResourceTag/holdfast.dev/cluster": "shop" },
            "ImplicitlyDenied",
        ],
        ["rewrites no file system's policy", "elasticfilesystem:PutFileSystemPolicy", fileSystem, {}, "ImplicitlyDenied"],
    ])("'s controller %s", async (_what, action, resource, context, result) => {
        expect(await attempt({ action, resource, context: context as Record<string, string>, identity: controller })).toBe(result);
    });

    it.each([
        ["mounts by an access point, over TLS", "elasticfilesystem:ClientMount", mounted, "Allowed"],
        ["writes", "elasticfilesystem:ClientWrite", mounted, "Allowed"],
        ["mounts nothing without TLS", "elasticfilesystem:ClientMount", { ...mounted, "aws:SecureTransport": "false" }, "ExplicitlyDenied"],
        ["is nobody's root", "elasticfilesystem:ClientRootAccess", mounted, "ImplicitlyDenied"],
    ])("'s node %s", async (_what, action, context, result) => {
        expect(await attempt({ action, resource: fileSystem, context, identity: node, onResource })).toBe(result);
    });

    it("is never mounted from its root", async () => {
        const { "elasticfilesystem:AccessPointArn": _, ...root } = mounted;
        expect(
            await attempt({ action: "elasticfilesystem:ClientMount", resource: fileSystem, context: root, identity: node, onResource }),
        ).toBe("ImplicitlyDenied");
    });

    it("is mounted by no other role", async () => {
        const as = `arn:aws:sts::${accountId}:assumed-role/someone/pod`;
        expect(
            await attempt({
                action: "elasticfilesystem:ClientMount",
                resource: fileSystem,
                context: mounted,
                identity: [],
                onResource,
                as,
            }),
        ).toBe("ImplicitlyDenied");
    });
});

describe("a driver's role", () => {
    const taken = (context: Record<string, string>) =>
        attempt({
            action: "sts:AssumeRole",
            resource: role,
            context,
            identity: [],
            onResource: podIdentityTrust(here, "shop", "ebs-csi-controller-sa"),
            as: "pods.eks.amazonaws.com",
        });
    const pod = {
        "aws:RequestTag/eks-cluster-arn": `arn:aws:eks:eu-central-1:${accountId}:cluster/shop`,
        "aws:RequestTag/kubernetes-namespace": "kube-system",
        "aws:RequestTag/kubernetes-service-account": "ebs-csi-controller-sa",
    };

    it("is taken by the driver's pods alone", async () => {
        expect(await taken(pod)).toBe("Allowed");
        expect(await taken({ ...pod, "aws:RequestTag/kubernetes-service-account": "default" })).toBe("ImplicitlyDenied");
        expect(await taken({ ...pod, "aws:RequestTag/kubernetes-namespace": "shop" })).toBe("ImplicitlyDenied");
        expect(await taken({ ...pod, "aws:RequestTag/eks-cluster-arn": `arn:aws:eks:eu-central-1:${accountId}:cluster/other` })).toBe(
            "ImplicitlyDenied",
        );
    });
});

it("keeps the linters out of everything that is shipped", () => {
    const root = join(__dirname, "../../..");
    const sources = ["components", "policies", "stacks", "cli", "sandbox"].flatMap((folder) =>
        (readdirSync(join(root, folder), { recursive: true }) as string[])
            .filter((file) => /\.[jt]s$/.test(file))
            .map((file) => join(root, folder, file)),
    );
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.filter((file) => readFileSync(file, "utf8").includes("@cloud-copilot"))).toEqual([]);
});
