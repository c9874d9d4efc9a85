import type { PolicyResource, ResourceValidationArgs, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { unknownCheckingProxy } from "@pulumi/policy";
import { plain, policyOf } from "../../../policies/guardrails/policies";
import { guardrails } from "../../../policies/guardrails/rules";
import { unknown } from "../../../policies/guardrails/values";

/** What the engine sends for a text that isn't known, and for a list. */
const [unknownText, unknownList] = ["04da6b54-80e4-46f7-96ec-b56ff0331ba9", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2"];

const policies = guardrails.map(policyOf);
const named = (name: string) => policies.find((policy) => policy.name === name);

// biome-ignore lint/suspicious/noExplicitAny: properties of every kind.
const args = (type: string, props: Record<string, any>, config: object = {}, more: object = {}) =>
    ({
        type,
        name: "it",
        urn: `urn:pulumi:dev::shop::${type}::it`,
        props: unknownCheckingProxy(props),
        opts: { protect: false },
        propertyDependencies: {},
        getConfig: () => config,
        ...more,
    }) as unknown as ResourceValidationArgs;

async function resource(policy: string, given: ResourceValidationArgs): Promise<string[]> {
    const said: string[] = [];
    const { validateResource } = named(policy) as ResourceValidationPolicy;
    if (typeof validateResource !== "function") throw new Error(`${policy} judges no resource`);
    await validateResource(given, (message) => said.push(message));
    return said;
}

async function stack(policy: string, resources: ResourceValidationArgs[], config: object = {}): Promise<string[]> {
    const said: string[] = [];
    const given = {
        resources: resources as unknown as PolicyResource[],
        getConfig: () => config,
        stackTags: new Map(),
        notApplicable: () => {},
    };
    await (named(policy) as StackValidationPolicy).validateStack(given as never, (message, urn) =>
        said.push(`${urn?.split("::").pop()}: ${message}`),
    );
    return said;
}

const storageClass = "kubernetes:storage.k8s.io/v1:StorageClass";
const claim = "kubernetes:core/v1:PersistentVolumeClaim";

test("values that aren't known become a mark, whole lists and elements alike", () => {
    const props = unknownCheckingProxy({ a: unknownText, b: [1, unknownText, { c: unknownList }], d: null, e: { f: "known" } });
    expect(plain(props)).toEqual({ a: unknown, b: [1, unknown, { c: unknown }], d: null, e: { f: "known" } });
});

test("a resource policy judges its types, in any version, and no other", async () => {
    const props = { metadata: { name: "slow" }, provisioner: "ebs.csi.aws.com" };
    expect(await resource("reclaim-retain", args(storageClass, props))).toEqual([
        expect.stringContaining("StorageClass slow: reclaimPolicy"),
    ]);
    expect(await resource("reclaim-retain", args(storageClass.replace("v1:", "v1beta1:"), props))).toHaveLength(1);
    expect(await resource("reclaim-retain", args(claim, props))).toEqual([]);
});

test("a value that isn't known is passed over, or reported where config says so", async () => {
    const props = { metadata: { name: "slow" }, reclaimPolicy: unknownText };
    expect(await resource("reclaim-retain", args(storageClass, props))).toEqual([]);
    expect(await resource("reclaim-retain", args(storageClass, props, { unknown: "report" }))).toHaveLength(1);
});

test("a stack policy names the resource that it is about, and knows what its values come from", async () => {
    const unprotected = args(claim, { metadata: { name: "data-a-0" } });
    const guarded = args(claim, { metadata: { name: "data-b-0" } }, {}, { opts: { protect: true } });
    expect(await stack("claims-protected", [unprotected, guarded])).toEqual([expect.stringMatching(/^it: PersistentVolumeClaim data-a-0/)]);
    expect(await stack("claims-protected", [unprotected], { exceptions: ["data-*"] })).toEqual([]);

    const bucket = args("aws:s3/bucket:Bucket", {}, {}, { urn: "urn:bucket", name: "bucket" });
    const versioning = (from: object[]) =>
        args(
            "aws:s3/bucketVersioning:BucketVersioning",
            { bucket: unknownText, versioningConfiguration: { status: "Enabled" } },
            {},
            { propertyDependencies: { bucket: from } },
        );
    expect(await stack("bucket-versioned", [bucket, versioning([bucket])])).toEqual([]);
    expect(await stack("bucket-versioned", [bucket, versioning([])])).toHaveLength(1);
});

test("config is described for the engine to check, and the engine knows how grave each policy is", () => {
    for (const { name, configSchema, enforcementLevel, severity, remediationSteps, description, tags } of policies) {
        expect(Object.keys(configSchema?.properties ?? {})).toEqual(expect.arrayContaining(["exceptions", "unknown"]));
        expect([name, enforcementLevel, severity, remediationSteps]).not.toContain(undefined);
        for (const tag of tags ?? []) expect(description).toContain(tag.split(" ").pop());
    }
    expect(named("all")).toBeUndefined();
});
