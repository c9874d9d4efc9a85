/** What a bare cluster gets: pinned, checked, and never without a word taken away again. */

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { k8upNeed } from "../../../components/backups/operator-presence";
import { cloudnativePgNeed } from "../../../components/workloads/cloudnative-pg-presence";
import { readPlatform } from "../../../stacks/platform/config";
import { fromFolder, objectsIn, readFiles } from "../../../stacks/platform/manifests";
import { partNames, parts } from "../../../stacks/platform/parts";
import { deploy } from "../../../stacks/platform/program";
import { withStandBy } from "../../../stacks/platform/stand-by";
import { record } from "../../support/mocks";

const folder = mkdtempSync(join(tmpdir(), "holdfast-platform-"));
const kubeconfig = join(folder, "config");
writeFileSync(kubeconfig, "contexts: [{ name: kind-kind }]\n");
afterAll(() => rmSync(folder, { recursive: true }));

/** A release with one object of each sort, as upstream's are: definitions, a namespace, a class, and what runs. */
const release = (kind: string) =>
    [
        {
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            metadata: { name: `${kind}s.example.org` },
            spec: {
                group: "example.org",
                scope: "Namespaced",
                names: { plural: `${kind}s`, kind },
                versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
            },
        },
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "operators" } },
        {
            apiVersion: "storage.k8s.io/v1",
            kind: "StorageClass",
            metadata: { name: "local" },
            provisioner: "example.org",
            reclaimPolicy: "Delete",
        },
        { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: kind, namespace: "by-mistake" }, rules: [] },
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: kind } },
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: `${kind}-elsewhere`, namespace: "elsewhere" } },
    ]
        .map((object) => stringify(object))
        .join("---\n");

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
/** What is read in these tests, and that its checksum is the table's. */
const read = async ({ url }: { url: string }) => release(url.includes("cloudnative-pg") ? "database" : "other");
const original = Object.fromEntries(partNames.map((name) => [name, parts[name].files]));
beforeAll(() => {
    for (const name of partNames) {
        const kind = name === "cloudnative-pg" ? "database" : "other";
        Object.assign(parts[name], { files: [{ url: `https://example.org/${name}.yaml`, sha256: sha256(release(kind)) }] });
    }
});
afterAll(() => {
    for (const name of partNames) Object.assign(parts[name], { files: original[name] });
});

const config = (more: Record<string, string>) => ({
    "holdfast-platform:context": "kind-kind",
    "holdfast-platform:kubeconfig": kubeconfig,
    ...more,
});
const made = (more: Record<string, string>, preview = false) => record(() => deploy(read), { config: config(more), preview });

describe.each([
    ["update", false],
    ["preview", true],
])("the platform, in an %s", (_, preview) => {
    it("keeps definitions and namespaces, has the rest wait for them, and names every namespace", async () => {
        const { resources } = await made({ "holdfast-platform:parts": '["cloudnative-pg"]' }, preview);
        const objects = resources.filter(({ type }) => !type.startsWith("pulumi:"));
        expect(
            objects
                .map(({ name, protect, retainOnDelete, dependsOn }) => [name, protect ?? false, retainOnDelete ?? false, dependsOn ?? []])
                .sort(),
        ).toEqual([
            ["cloudnative-pg-clusterrole-database", false, false, expect.arrayContaining(["cloudnative-pg-namespace-operators"])],
            ["cloudnative-pg-customresourcedefinition-databases.example.org", true, true, []],
            ["cloudnative-pg-namespace-operators", true, true, []],
            [
                "cloudnative-pg-serviceaccount-cnpg-system-database",
                false,
                false,
                expect.arrayContaining(["cloudnative-pg-customresourcedefinition-databases.example.org"]),
            ],
            ["cloudnative-pg-serviceaccount-elsewhere-database-elsewhere", false, false, expect.any(Array)],
        ]);
        expect(
            objects
                .map(({ inputs }) => inputs.metadata.namespace)
                .filter(Boolean)
                .sort(),
        ).toEqual(["cnpg-system", "elsewhere"]);
    });

    it("without a part keeps its definitions and its namespace, where they are named", async () => {
        const { resources } = await made({ "holdfast-platform:definitionsOf": '["cloudnative-pg"]' }, preview);
        expect(resources.filter(({ type }) => !type.startsWith("pulumi:")).map(({ name, protect }) => [name, protect])).toEqual([
            ["cloudnative-pg-customresourcedefinition-databases.example.org", true],
            ["cloudnative-pg-namespace-operators", true],
        ]);
    });

    it("has K8up's operator beside what its release has", async () => {
        const { resources, only } = await made({ "holdfast-platform:parts": '["k8up"]' }, preview);
        const { spec } = only("kubernetes:apps/v1:Deployment").inputs;
        expect(spec.template.spec.containers[0]).toMatchObject({ image: "ghcr.io/k8up-io/k8up:v2.12.0", args: ["operator"] });
        expect(spec.replicas).toBe(1);
        expect(
            resources
                .filter(({ type }) => type.endsWith(":ClusterRole"))
                .map(({ inputs }) => inputs.metadata.name)
                .sort(),
        ).toEqual(["k8up-executor", "k8up-manager"]);
    });
});

describe("an operator whose pods elect a leader", () => {
    const labels = { "app.kubernetes.io/name": "operator" };
    const deployment = (args: string[]) => ({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "operator", namespace: "operators" },
        spec: {
            replicas: 1,
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [{ name: "manager", image: "operator:1", args }] } },
        },
    });

    it("has a second one on another node, to take over where the first is lost", async () => {
        const text = stringify(deployment(["controller", "--leader-elect"]));
        const [file] = parts["cloudnative-pg"].files;
        Object.assign(parts["cloudnative-pg"], { files: [{ ...file, sha256: sha256(text) }] });
        const { only } = await record(() => deploy(async () => text), {
            config: config({ "holdfast-platform:parts": '["cloudnative-pg"]' }),
        });
        Object.assign(parts["cloudnative-pg"], { files: [file] });
        const { replicas, template } = only("kubernetes:apps/v1:Deployment").inputs.spec;
        expect(replicas).toBe(2);
        expect(template.spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm).toEqual({
            labelSelector: { matchLabels: labels },
            topologyKey: "kubernetes.io/hostname",
        });
        expect(template.spec.containers).toHaveLength(1);
    });

    it("is the only one that is changed: two of another would both be at work", () => {
        const others = [deployment([]), { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "operator" } }];
        expect(withStandBy(others)).toEqual(others);
    });
});

it("refuses, with all of it, what is not what was released or can't be read; nothing is registered", async () => {
    const wrong = record(
        () =>
            deploy(async ({ url }) => {
                if (url.includes("k8up")) throw new Error("no way out");
                return "something else";
            }),
        { config: config({ "holdfast-platform:parts": '["cloudnative-pg", "k8up"]' }) },
    );
    await expect(wrong).rejects.toThrow(
        /nothing was changed\.\n {2}- https:\/\/example\.org\/cloudnative-pg\.yaml is not what was released: its SHA-256 is [0-9a-f]{64}, and should be [0-9a-f]{64}\n {2}- https:\/\/example\.org\/k8up\.yaml can't be read: no way out/,
    );
});

it("reads from a folder for a cluster without a way out", async () => {
    const [file] = parts["cloudnative-pg"].files;
    const path = join(folder, "manifests", "example.org", "cloudnative-pg.yaml");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, release("database"));
    expect(await readFiles([file], fromFolder(join(folder, "manifests")))).toEqual({ texts: [release("database")], problems: [] });
    const missing = await readFiles([file], fromFolder(join(folder, "nowhere")));
    expect(missing.problems).toEqual([expect.stringContaining("https://example.org/cloudnative-pg.yaml can't be read: ")]);
});

it("leaves a release's own classes out: they would delete volumes", () => {
    const kinds = objectsIn(parts["local-path"], [release("other"), "# nothing\n"]).map(({ kind }) => kind);
    expect(kinds).toEqual(["CustomResourceDefinition", "Namespace", "ClusterRole", "ServiceAccount", "ServiceAccount"]);
});

describe("its configuration", () => {
    const around = { env: {}, home: "/home/x", read: () => "text", contextsIn: () => ["kind-kind"] };
    const problems = (raw: Record<string, string>) => readPlatform(raw, around).problems;
    const context = { "holdfast-platform:context": "kind-kind" };

    it.each<[string, Record<string, string>, RegExp[]]>([
        ["takes parts", { ...context, "holdfast-platform:parts": '["snapshots", "k8up"]' }, []],
        ["takes other programs' keys", { ...context, "holdfast-platform:parts": "[]", "other:key": "1" }, []],
        [
            "misses parts and context",
            {},
            [/:parts: missing\. Write those .* \[snapshots, cloudnative-pg, k8up, local-path\]/, /^holdfast-platform:context: missing/],
        ],
        [
            "refuses everything at once",
            {
                ...context,
                "holdfast-platform:partz": "1",
                "holdfast-platform:parts": '["cnpg"]',
                "holdfast-platform:definitionsOf": "k8up",
            },
            [/partz: there is no such key/, /parts: "cnpg" is not a list of parts/, /definitionsOf: k8up is not a list of parts/],
        ],
        [
            "refuses a part twice",
            { ...context, "holdfast-platform:parts": '["k8up"]', "holdfast-platform:definitionsOf": '["k8up"]' },
            [/definitionsOf: "k8up" is among the parts/],
        ],
    ])("%s", (_what, raw, expected) => {
        const said = problems(raw);
        expect(said).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
    });
});

it("has a checksum and a tag for each file, and is what a missing operator is got by", () => {
    for (const name of partNames) {
        for (const { url, sha256: checksum } of original[name]) {
            expect(checksum).toMatch(/^[0-9a-f]{64}$/);
            expect(url).toMatch(/^https:\/\/raw\.githubusercontent\.com\/[^/]+\/[^/]+\/(refs\/tags\/client\/)?v\d+\.\d+\.\d+\//);
        }
    }
    expect(k8upNeed("a").missing).toContain("stacks/platform");
    expect(cloudnativePgNeed("a").missing).toContain("stacks/platform");
});
