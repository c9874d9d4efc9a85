/** What the Kubernetes provider makes of storage: attributes, snapshots, sources and static volumes, each through the real engine. */
import { poolDriver } from "../../../sandbox/cluster/control-plane";
import { useCluster } from "./cluster";
import { type Entry, kubectl, type Manifest, type Program, Stack } from "./stack";

const cluster = useCluster("provider-storage", "--with", "snapshots");
const namespace = "provider-storage";

const storageClass = (name: string, more: Record<string, unknown>): Manifest => ({
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name },
    ...more,
});

const attributes = (name: string, compression: string): Manifest => ({
    apiVersion: "storage.k8s.io/v1",
    kind: "VolumeAttributesClass",
    metadata: { name },
    driverName: poolDriver,
    parameters: { compression },
});

const claim = (name: string, more: Record<string, unknown> = {}): Manifest => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace },
    spec: { storageClassName: "pool", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "64Mi" } }, ...more },
});

const snapshot = (name: string, source: string, seconds = 60): Manifest => ({
    apiVersion: "snapshot.storage.k8s.io/v1",
    kind: "VolumeSnapshot",
    metadata: {
        name,
        namespace,
        annotations: { "pulumi.com/waitFor": "jsonpath={.status.readyToUse}=true", "pulumi.com/timeoutSeconds": String(seconds) },
    },
    spec: { volumeSnapshotClassName: "pool", source: { persistentVolumeClaimName: source } },
});

/** The objects in this order, each after the one before it. */
const inOrder = (...objects: Manifest[]): Program => ({
    objects: objects.map(
        (obj, i): Entry => ({
            name: obj.metadata.name as string,
            obj,
            opts: i > 0 ? { dependsOn: [objects[i - 1]?.metadata.name as string] } : {},
        }),
    ),
});

const get = (what: string, path: string) => kubectl(["-n", namespace, "get", what, "-o", `jsonpath=${path}`]);

let stack: Stack;

beforeAll(() => {
    kubectl(["create", "namespace", namespace]);
    const objects = [
        storageClass("pool", { provisioner: poolDriver, volumeBindingMode: "Immediate", allowVolumeExpansion: true }),
        storageClass("static", { provisioner: "kubernetes.io/no-provisioner", volumeBindingMode: "Immediate" }),
        {
            apiVersion: "snapshot.storage.k8s.io/v1",
            kind: "VolumeSnapshotClass",
            metadata: { name: "pool" },
            driver: poolDriver,
            deletionPolicy: "Delete",
        },
        attributes("plain", "none"),
        attributes("compressed", "zstd"),
    ];
    kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
});
afterAll(() => {
    kubectl(["delete", "namespace", namespace, "--ignore-not-found"]);
    cluster.destroy();
});
beforeEach(() => {
    stack = new Stack("storage");
});
afterEach(async () => {
    await stack.dispose();
});

test("a claim's attributes class is an update in place, and the claim is the same one after it", async () => {
    stack.write(inOrder(claim("changed", { volumeAttributesClassName: "plain" })));
    await stack.mustUp();
    const before = get("pvc/changed", "{.metadata.uid} {.spec.volumeName}");

    stack.write(inOrder(claim("changed", { volumeAttributesClassName: "compressed" })));
    const plan = await stack.preview();
    expect(plan.steps).toEqual({
        "kubernetes:core/v1:PersistentVolumeClaim changed": ["update", "spec.volumeAttributesClassName:update"],
    });
    await stack.mustUp();
    kubectl([
        "-n",
        namespace,
        "wait",
        "pvc/changed",
        "--for=jsonpath={.status.currentVolumeAttributesClassName}=compressed",
        "--timeout=60s",
    ]);
    expect(get("pvc/changed", "{.metadata.uid} {.spec.volumeName}")).toBe(before);
    expect((await stack.preview()).steps).toEqual({});
});

test("parameters of an attributes class can't be changed: the preview has the API's own words", async () => {
    stack.write(inOrder(attributes("fixed", "none")));
    await stack.mustUp();
    stack.write(inOrder(attributes("fixed", "zstd")));
    const plan = await stack.preview();
    expect(plan.rc).not.toBe(0);
    expect(plan.errors.join()).toMatch(/parameters.*(immutable|forbidden)/is);
});

test("a snapshot is made when it can be used; a claim restored from it needs no change, refreshed or imported", async () => {
    const source = claim("source");
    const restored = claim("restored", {
        dataSource: { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "point" },
    });
    stack.write(inOrder(source, snapshot("point", "source"), restored));
    await stack.mustUp();
    expect(get("volumesnapshot/point", "{.status.readyToUse}")).toBe("true");
    expect(get("pvc/restored", "{.status.phase} {.spec.dataSourceRef.name}")).toBe("Bound point");
    expect((await stack.preview()).steps).toEqual({});
    expect((await stack.run(["refresh", "-y", "--skip-preview", "--expect-no-changes"])).code).toBe(0);

    const importing = new Stack("adopting");
    try {
        const adopted = inOrder(source, snapshot("point", "source"), restored);
        for (const entry of adopted.objects) entry.opts = { import: `${namespace}/${entry.name}`, retainOnDelete: true };
        importing.write(adopted);
        await importing.mustUp();
        for (const entry of adopted.objects) entry.opts = { retainOnDelete: true };
        importing.write(adopted);
        expect((await importing.preview()).steps).toEqual({});
    } finally {
        await importing.dispose();
    }
});

test("a snapshot that doesn't get ready says what is missing, and stays in the state", async () => {
    stack.write(inOrder(snapshot("never", "no-such-claim", 5)));
    const run = await stack.up();
    expect(run.code).not.toBe(0);
    expect(run.output).toMatch(/VolumeSnapshot "provider-storage\/never" was not ready within 5s/);
    expect(run.output).toMatch(/readyToUse/);
    expect(stack.resource("never")?.id).toBe(`${namespace}/never`);
});

test("a static volume and its claim are made and bound; another disk is another volume", async () => {
    const volume = (path: string): Manifest => ({
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name: "static-disk" },
        spec: {
            capacity: { storage: "1Gi" },
            accessModes: ["ReadWriteOnce"],
            persistentVolumeReclaimPolicy: "Retain",
            storageClassName: "static",
            local: { path },
            nodeAffinity: {
                required: {
                    nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["node-1"] }] }],
                },
            },
        },
    });
    const program = (path: string) => inOrder(volume(path), claim("on-disk", { storageClassName: "static" }));
    stack.write(program("/mnt/disks/disk-1"));
    await stack.mustUp();
    expect(get("pvc/on-disk", "{.status.phase} {.spec.volumeName}")).toBe("Bound static-disk");
    expect((await stack.preview()).steps).toEqual({});
    expect((await stack.run(["refresh", "-y", "--skip-preview", "--expect-no-changes"])).code).toBe(0);
    stack.write(program("/mnt/disks/disk-2"));
    const { steps } = await stack.preview();
    expect(steps["kubernetes:core/v1:PersistentVolume static-disk"]).toContain("spec.local.path:update-replace");
});
