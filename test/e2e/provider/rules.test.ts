/**
 * Rules of the Kubernetes provider beyond the recorded edits, each through the real engine on a sandbox of its own, or
 * on the cluster of KUBECONFIG with the engine on PATH (then without the outage test).
 */
import { useCluster } from "./cluster";
import { type Entry, kubectl, type Manifest, type Program, Stack, until } from "./stack";

const cluster = useCluster("provider-rules");
const namespace = "provider-rules";
const image = process.env.E2E_IMAGE ?? "registry.sandbox.holdfast/pause:1";

const configMap = (name: string, more: Record<string, unknown> = {}): Manifest => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, ...more },
    data: { a: "1" },
});

const deployment = (name: string, more: { annotations?: Record<string, string>; image?: string; replicas?: number } = {}): Manifest => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, annotations: more.annotations ?? {} },
    spec: {
        replicas: more.replicas ?? 1,
        selector: { matchLabels: { app: name } },
        template: {
            metadata: { labels: { app: name } },
            spec: {
                terminationGracePeriodSeconds: 0,
                containers: [{ name: "c", image: more.image ?? image, imagePullPolicy: "IfNotPresent" }],
            },
        },
    },
});

const statefulSet = (name: string): Manifest => {
    const { spec } = deployment(name) as unknown as { spec: Record<string, unknown> };
    return { apiVersion: "apps/v1", kind: "StatefulSet", metadata: { name, namespace }, spec: { ...spec, serviceName: name } };
};

const definition: Manifest = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "widgets.rules.test" },
    spec: {
        group: "rules.test",
        scope: "Namespaced",
        names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
        versions: [
            {
                name: "v1",
                served: true,
                storage: true,
                subresources: { status: {} },
                schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
            },
        ],
    },
};

const widget = (name: string, waitFor: string): Manifest => ({
    apiVersion: "rules.test/v1",
    kind: "Widget",
    metadata: { name, namespace, annotations: { "pulumi.com/waitFor": waitFor, "pulumi.com/timeoutSeconds": "60" } },
    spec: { size: 1 },
});

const of = (...objects: Manifest[]): Program => ({
    objects: objects.map((obj): Entry => ({ name: String(obj.metadata.name).replaceAll(".", "-"), obj })),
});

const exists = (kind: string, name: string) => kubectl(["-n", namespace, "get", kind, name, "--ignore-not-found", "-o", "name"]) !== "";

let stack: Stack;

beforeAll(() => {
    kubectl(["create", "namespace", namespace]);
});
afterAll(() => {
    kubectl(["delete", "namespace", namespace, "--ignore-not-found"]);
    cluster.destroy();
});
beforeEach(() => {
    stack = new Stack("rules");
});
afterEach(async () => {
    await stack.dispose();
});

describe("create", () => {
    test("an object that exists is an error that says how to take it over, and upsertExistingObjects takes it over", async () => {
        kubectl(["-n", namespace, "create", "configmap", "there", "--from-literal=a=0"]);
        stack.write(of(configMap("there")));
        const refused = await stack.up();
        expect(refused.code).not.toBe(0);
        expect(refused.output).toMatch(/"there" already exists/);
        expect(refused.output).toMatch(/import/);
        expect(stack.resource("there")).toBeUndefined();

        stack.write({ ...of(configMap("there")), provider: { clusterIdentifier: "x", upsertExistingObjects: true } });
        await stack.mustUp();
        expect(kubectl(["-n", namespace, "get", "configmap", "there", "-o", "jsonpath={.data.a}"])).toBe("1");
    });

    test("a kind nobody serves is an error that names it and what is served", async () => {
        stack.write(of({ apiVersion: "apps/v1beta9", kind: "Deployment", metadata: { name: "none", namespace }, spec: {} }));
        const plan = await stack.preview();
        expect(plan.rc).not.toBe(0);
        expect(plan.errors.join()).toMatch(/no kind Deployment of apps\/v1beta9 \(Deployment is served as apps\/v1\)/);
        stack.write(of({ apiVersion: "nowhere.test/v1", kind: "Ghost", metadata: { name: "none", namespace } }));
        const run = await stack.up();
        expect(run.code).not.toBe(0);
        expect(run.output).toMatch(/no kind Ghost of nowhere\.test\/v1/);
    });

    test("a wait that runs out says what is missing, keeps the object in the state, and the next update carries on", async () => {
        const stuck = deployment("stuck", { annotations: { "pulumi.com/timeoutSeconds": "5" } });
        (stuck.spec as { template: { spec: Record<string, unknown> } }).template.spec.nodeSelector = { nowhere: "true" };
        stack.write(of(stuck));
        const run = await stack.up();
        expect(run.code).not.toBe(0);
        expect(run.output).toMatch(/was not ready within 5s/);
        expect(run.output).toMatch(/can't be scheduled/);
        expect(stack.resource("stuck")?.id).toBe(`${namespace}/stuck`);

        stack.write(of(deployment("stuck")));
        await stack.mustUp();
        expect((await stack.preview()).steps).toEqual({});
    });

    test("skipAwait doesn't wait", async () => {
        const object = deployment("unwaited", { annotations: { "pulumi.com/skipAwait": "true" } });
        (object.spec as { template: { spec: Record<string, unknown> } }).template.spec.nodeSelector = { nowhere: "true" };
        stack.write(of(object));
        await stack.mustUp();
    });

    test("waitFor holds a custom resource back until its status says so, all conditions of a list", async () => {
        const custom = widget("waited", JSON.stringify(["condition=Ready", "jsonpath={.status.phase}=Done"]));
        const program = of(definition, custom);
        program.objects[1].opts = { dependsOn: ["widgets-rules-test"] };
        stack.write(program);
        const update = stack.start(["up", "-y", "--skip-preview"]);
        const report = (status: unknown) =>
            kubectl([
                "-n",
                namespace,
                "patch",
                "widget",
                "waited",
                "--subresource=status",
                "--type=merge",
                "-p",
                JSON.stringify({ status }),
            ]);
        await until("the widget exists", () => {
            try {
                return exists("widget", "waited");
            } catch {
                return false; // not served yet
            }
        });
        report({ conditions: [{ type: "Ready", status: "True" }] });
        const early = await Promise.race([update.done, new Promise((resolve) => setTimeout(() => resolve("waiting"), 3000))]);
        expect(early).toBe("waiting");
        report({ phase: "Done" });
        expect((await update.done).code).toBe(0);
    });

    test("an automatic name is kept over updates, and its object says that it is one", async () => {
        const { name: _, ...metadata } = configMap("x").metadata;
        stack.write({ objects: [{ name: "auto", obj: { ...configMap("x"), metadata } }] });
        await stack.mustUp();
        const id = stack.resource("auto")?.id;
        expect(id).toMatch(new RegExp(`^${namespace}/auto-[0-9a-f]{8}$`));
        stack.write({ objects: [{ name: "auto", obj: { ...configMap("x"), metadata: { ...metadata, labels: { a: "b" } } } }] });
        await stack.mustUp();
        expect(stack.resource("auto")?.id).toBe(id);
        expect(
            kubectl(["-n", namespace, "get", "configmap", String(id).split("/")[1], "-o", "jsonpath={.metadata.annotations}"]),
        ).toContain("pulumi.com/autonamed");
    });
});

describe("update", () => {
    test("a field of another manager is a conflict that names both; patchForce takes it over", async () => {
        stack.write(of(deployment("scaled")));
        await stack.mustUp();
        kubectl(["-n", namespace, "scale", "deployment", "scaled", "--replicas=2"]);
        expect((await stack.preview()).steps).toEqual({});

        stack.write(of(deployment("scaled", { replicas: 3 })));
        const refused = await stack.up();
        expect(refused.code).not.toBe(0);
        expect(refused.output).toMatch(/spec\.replicas, managed by "kubectl"/);

        stack.write(of(deployment("scaled", { replicas: 3, annotations: { "pulumi.com/patchForce": "true" } })));
        await stack.mustUp();
        expect(kubectl(["-n", namespace, "get", "deployment", "scaled", "-o", "jsonpath={.spec.replicas}"])).toBe("3");
    });

    test("a field removed from the program leaves the object, also right after its creation", async () => {
        stack.write(of(configMap("labelled", { labels: { a: "1", b: "2" } })));
        await stack.mustUp();
        stack.write(of(configMap("labelled", { labels: { a: "1" } })));
        await stack.mustUp();
        expect(JSON.parse(kubectl(["-n", namespace, "get", "configmap", "labelled", "-o", "jsonpath={.metadata.labels}"]))).toEqual({
            a: "1",
        });
    });

    test("an object deleted behind Pulumi's back shows after a refresh only", async () => {
        stack.write(of(configMap("vanished")));
        await stack.mustUp();
        kubectl(["-n", namespace, "delete", "configmap", "vanished"]);
        expect((await stack.preview()).steps).toEqual({});
        stack.write(of(configMap("vanished", { labels: { a: "b" } })));
        const refused = await stack.up();
        expect(refused.code).not.toBe(0);
        expect(refused.output).toMatch(/not found/);
        expect((await stack.run(["refresh", "-y", "--skip-preview"])).code).toBe(0);
        expect(stack.resource("vanished")).toBeUndefined();
        await stack.mustUp();
        expect(exists("configmap", "vanished")).toBe(true);
    });

    test("secrets are encrypted in the state, whatever the program said", async () => {
        stack.write(of({ apiVersion: "v1", kind: "Secret", metadata: { name: "hidden", namespace }, stringData: { p: "hunter2" } }));
        await stack.mustUp();
        const state = JSON.stringify(stack.resource("hidden"));
        expect(state).not.toContain("hunter2");
        expect(state).not.toContain(Buffer.from("hunter2").toString("base64"));
        expect((await stack.preview()).steps).toEqual({});
    });
});

describe("refresh and import", () => {
    const everything = () =>
        of(
            configMap("r-config"),
            deployment("r-deployment"),
            statefulSet("r-sts"),
            {
                apiVersion: "v1",
                kind: "Service",
                metadata: { name: "r-service", namespace },
                spec: { selector: { app: "r-deployment" }, ports: [{ name: "p", port: 80 }] },
            },
            {
                apiVersion: "v1",
                kind: "ResourceQuota",
                metadata: { name: "r-quota", namespace },
                spec: { hard: { "requests.storage": "2048Gi" } },
            },
            { apiVersion: "v1", kind: "Secret", metadata: { name: "r-secret", namespace }, stringData: { p: "x" } },
        );

    test("a refresh after nothing changed finds no difference; one after a change finds it and an update mends it", async () => {
        stack.write(everything());
        await stack.mustUp();
        const quiet = await stack.run(["refresh", "--preview-only", "--expect-no-changes"]);
        expect(quiet.output).toMatch(/unchanged/);
        expect(quiet.code).toBe(0);
        expect((await stack.run(["refresh", "-y", "--skip-preview", "--expect-no-changes"])).code).toBe(0);
        expect((await stack.preview()).steps).toEqual({});

        kubectl(["-n", namespace, "label", "configmap", "r-config", "foreign=1"]);
        kubectl([
            "-n",
            namespace,
            "patch",
            "service",
            "r-service",
            "--type=json",
            "-p",
            '[{"op":"replace","path":"/spec/ports/0/port","value":81}]',
        ]);
        expect((await stack.run(["refresh", "-y", "--skip-preview"])).code).toBe(0);
        expect(Object.keys((await stack.preview()).steps)).toEqual(["kubernetes:core/v1:Service r-service"]);
    });

    test("imported objects, made by kubectl from the same manifests, need no change", async () => {
        const { objects } = everything();
        for (const { obj } of objects) kubectl(["apply", "--server-side", "-f", "-"], JSON.stringify(obj));
        stack.write({ objects: objects.map((o) => ({ ...o, opts: { import: `${namespace}/${o.name}` } })) });
        await stack.mustUp();
        stack.write({ objects });
        expect((await stack.preview()).steps).toEqual({});
    });

    test("a create killed halfway is a conflict with the object it left, until an import takes that over as it is", async () => {
        const object = deployment("killed");
        (object.spec as { template: { spec: Record<string, unknown> } }).template.spec.nodeSelector = { "provider-rules/later": "true" };
        stack.write(of(object));
        const update = stack.start(["up", "-y", "--skip-preview"]);
        await until("the deployment exists", () => exists("deployment", "killed"));
        update.process.kill("SIGKILL");
        await update.done;
        await stack.run(["cancel", "-y"]);
        const again = await stack.up();
        expect(again.code).not.toBe(0);
        expect(again.output).toMatch(/"killed" already exists/);

        const provider = stack.resource("k8s")?.urn;
        const imported = await stack.run([
            ...["import", "kubernetes:apps/v1:Deployment", "killed", `${namespace}/killed`, "--provider", `k8s=${provider}`],
            ...["--protect=false", "--generate-code=false", "--yes", "--skip-preview"],
        ]);
        expect(imported.output).toMatch(/imported/);
        expect(stack.resource("killed")?.id).toBe(`${namespace}/killed`);
        const uid = () => kubectl(["-n", namespace, "get", "deployment", "killed", "-o", "jsonpath={.metadata.uid}"]);
        const before = uid();
        stack.write(of(deployment("killed")));
        await stack.mustUp();
        expect(uid()).toBe(before);
        expect((await stack.preview()).steps).toEqual({});
    });
});

describe("a cluster that doesn't answer", () => {
    test("previews from the state, fails updates and refreshes, and keeps the state", async () => {
        stack.write(of(configMap("far")));
        await stack.mustUp();
        stack.write(of(configMap("far", { labels: { a: "b" } })));
        const away = { PROVIDER_SERVER: "https://127.0.0.1:1" };
        const plan = await stack.preview(away);
        expect(plan.rc).toBe(0);
        expect(plan.steps["kubernetes:core/v1:ConfigMap far"]).toEqual(["update", "metadata.labels:add"]);

        const update = await stack.up(away);
        expect(update.code).not.toBe(0);
        expect(update.output).toMatch(/can't be reached/);
        const refresh = await stack.run(["refresh", "-y", "--skip-preview"], away);
        expect(refresh.code).not.toBe(0);
        expect(stack.resource("far")).toBeDefined();

        await stack.mustUp(); // the way back, for which the state had to be kept
        expect((await stack.preview()).steps).toEqual({});
    });

    const restart = cluster.restartApiServer;
    (restart ? test : test.skip)("a restart of the API server in the middle of an update loses nothing", async () => {
        stack.write(
            of(...[1, 2, 3, 4, 5, 6].map((n) => statefulSet(`outlast-${n}`)), ...[1, 2, 3, 4].map((n) => configMap(`outlast-map-${n}`))),
        );
        const update = stack.start(["up", "-y", "--skip-preview", "--parallel", "2"]);
        await until("the first StatefulSet exists", () => exists("statefulset", "outlast-1") || exists("statefulset", "outlast-2"));
        restart?.();
        const run = await update.done;
        expect(run.output).not.toMatch(/error:/);
        expect(run.code).toBe(0);
        expect((await stack.run(["refresh", "-y", "--skip-preview", "--expect-no-changes"])).code).toBe(0);
    });
});

describe("delete", () => {
    test("waits until the object and the pods of a StatefulSet are gone", async () => {
        stack.write(of(statefulSet("removed"), configMap("kept")));
        await stack.mustUp();
        stack.write(of(configMap("kept")));
        await stack.mustUp();
        expect(exists("statefulset", "removed")).toBe(false);
        expect(kubectl(["-n", namespace, "get", "pods", "-l", "app=removed", "-o", "name"])).toBe("");
    });

    test("waits for finalizers, and an object that is gone already is fine", async () => {
        stack.write(of(configMap("held", { finalizers: ["rules.test/hold"] }), configMap("gone")));
        await stack.mustUp();
        kubectl(["-n", namespace, "delete", "configmap", "gone"]);
        stack.write(of());
        const update = stack.start(["up", "-y", "--skip-preview"]);
        await until(
            "the deletion was asked for",
            () => kubectl(["-n", namespace, "get", "configmap", "held", "-o", "jsonpath={.metadata.deletionTimestamp}"]) !== "",
        );
        const early = await Promise.race([update.done, new Promise((resolve) => setTimeout(() => resolve("waiting"), 2000))]);
        expect(early).toBe("waiting");
        kubectl(["-n", namespace, "patch", "configmap", "held", "--type=merge", "-p", '{"metadata":{"finalizers":null}}']);
        expect((await update.done).code).toBe(0);
    });

    test("deletionPropagationPolicy counts on the old object", async () => {
        const orphaning = deployment("orphaning", { annotations: { "pulumi.com/deletionPropagationPolicy": "orphan" } });
        stack.write(of(orphaning));
        await stack.mustUp();
        stack.write(of());
        await stack.mustUp();
        expect(exists("deployment", "orphaning")).toBe(false);
        const left = kubectl(["-n", namespace, "get", "replicasets", "-l", "app=orphaning", "-o", "name"]).trim();
        expect(left).toMatch(/replicaset/);
        kubectl(["-n", namespace, "delete", left]);
    });
});
