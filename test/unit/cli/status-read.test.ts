import { type Printed, type RunKubectl, readCluster } from "../../../cli/status/read";
import { claim, cluster, pod, set } from "./status-fixtures";

const ok = (items: object[]): Printed => ({ status: 0, stdout: JSON.stringify({ kind: "List", items }), stderr: "" });
const failed = (stderr: string, items?: object[]): Printed => ({ ...(items ? ok(items) : { stdout: "" }), status: 1, stderr });

const forbidden = (resource: string) =>
    `Error from server (Forbidden): ${resource} is forbidden: User "jo" cannot list resource "${resource.split(".")[0]}" in API group "" at the cluster scope\n`;
const noSuchKind = "Error from server (NotFound): the server could not find the requested resource\n";

const selected = "clusters?labelSelector=app.kubernetes.io%2Fmanaged-by%3Dholdfast";
const clusters = `/apis/postgresql.cnpg.io/v1/${selected}`;

const kind = (name: string, objects: object[]) => objects.map((object) => ({ kind: name, ...object }));
const healthy = cluster();

/** A kubectl that answers by what is asked for, and keeps what it was asked. */
function kubectl(answers: Record<string, Printed> = {}) {
    const asked: string[][] = [];
    const usual: Record<string, Printed> = {
        "statefulsets,deployments,pods": ok([...kind("StatefulSet", [set(1)]), ...kind("Pod", [pod(0)])]),
        persistentvolumeclaims: ok(kind("PersistentVolumeClaim", [claim(0)])),
        namespaces: ok(kind("Namespace", healthy.namespaces)),
        "persistentvolumes,storageclasses,nodes": ok([
            ...kind("PersistentVolume", healthy.volumes),
            ...kind("StorageClass", healthy.classes),
            ...kind("Node", healthy.nodes),
        ]),
        events: ok([]),
        "/apis/snapshot.storage.k8s.io/v1/volumesnapshots": failed(noSuchKind),
        [clusters]: failed(noSuchKind),
        "/api/v1/nodes/node-1/proxy/stats/summary": { status: 0, stdout: JSON.stringify({ pods: [] }), stderr: "" },
    };
    const run: RunKubectl = async (args) => {
        asked.push(args);
        const what = args[1] === "--raw" ? args[2] : args[1];
        const answer = answers[what] ?? answers["*"] ?? usual[what];
        if (!answer) throw new Error(`nobody expects ${args.join(" ")}`);
        return answer;
    };
    return { run, asked };
}

test("a few calls bring everything, the nodes of the application's pods last", async () => {
    const { run, asked } = kubectl();
    const reading = await readCluster(run, {});
    expect(asked.map((args) => args.slice(0, 3).join(" "))).toEqual([
        "get statefulsets,deployments,pods -o",
        "get persistentvolumeclaims -o",
        "get namespaces -o",
        "get persistentvolumes,storageclasses,nodes -o",
        "get events -o",
        "get --raw /apis/snapshot.storage.k8s.io/v1/volumesnapshots",
        `get --raw ${clusters}`,
        "get --raw /api/v1/nodes/node-1/proxy/stats/summary",
    ]);
    expect(asked[0]).toEqual(["get", "statefulsets,deployments,pods", "-o", "json", "-A", "-l", "app.kubernetes.io/managed-by=holdfast"]);
    const names = (list: { metadata: { name: string } }[]) => list.map(({ metadata }) => metadata.name);
    expect([names(reading.statefulsets), names(reading.pods), names(reading.claims), names(reading.volumes)]).toEqual([
        ["ledger"],
        ["ledger-0"],
        ["data-ledger-0"],
        ["pv-0"],
    ]);
    expect([names(reading.classes), names(reading.nodes), names(reading.namespaces)]).toEqual([["ledger-3f9c1a"], ["node-1"], ["ledger"]]);
    expect(reading).toMatchObject({ notRead: {}, hasSnapshots: false, snapshots: [], stats: { "node-1": { pods: [] } } });
});

test("one namespace is read alone, and no node where the application asked for has none", async () => {
    const { run, asked } = kubectl({
        "/apis/snapshot.storage.k8s.io/v1/namespaces/shop/volumesnapshots": ok([{ metadata: { name: "s" } }]),
        [`/apis/postgresql.cnpg.io/v1/namespaces/shop/${selected}`]: failed(noSuchKind),
    });
    const reading = await readCluster(run, { namespace: "shop", app: "other" });
    expect(asked.filter((args) => args.includes("-n")).map((args) => args[1])).toEqual([
        "statefulsets,deployments,pods",
        "persistentvolumeclaims",
        "events",
    ]);
    expect(asked.filter((args) => args.includes("-A"))).toEqual([]);
    expect(reading.stats).toEqual({});
    expect([reading.hasSnapshots, reading.snapshots.length]).toEqual([true, 1]);
});

test("a kind that may not be read is told, and the others of its call are there", async () => {
    const { run } = kubectl({
        "persistentvolumes,storageclasses,nodes": failed(
            forbidden("persistentvolumes") + forbidden("storageclasses.storage.k8s.io"),
            kind("Node", healthy.nodes),
        ),
        "/apis/snapshot.storage.k8s.io/v1/volumesnapshots": failed(forbidden("volumesnapshots.snapshot.storage.k8s.io")),
        "/api/v1/nodes/node-1/proxy/stats/summary": failed(
            'Error from server (Forbidden): nodes "node-1" is forbidden: User "jo" cannot get resource "nodes/proxy" in API group "" at the cluster scope\n',
        ),
    });
    const { notRead, nodes, stats, hasSnapshots } = await readCluster(run, {});
    expect(notRead).toEqual({
        volumes: 'not allowed: User "jo" cannot list resource "persistentvolumes" in API group "" at the cluster scope',
        classes: 'not allowed: User "jo" cannot list resource "storageclasses" in API group "" at the cluster scope',
        snapshots: 'not allowed: User "jo" cannot list resource "volumesnapshots" in API group "" at the cluster scope',
    });
    expect(nodes).toHaveLength(1);
    expect(hasSnapshots).toBe(true);
    expect(stats["node-1"]).toEqual({
        reason: 'node-1 may not be asked (not allowed: User "jo" cannot get resource "nodes/proxy" in API group "" at the cluster scope)',
    });
});

test("a kubelet that doesn't answer costs its figures only", async () => {
    const { run } = kubectl({
        "/api/v1/nodes/node-1/proxy/stats/summary": failed(
            "Error from server (ServiceUnavailable): error trying to reach service: dial tcp\n",
        ),
    });
    const { stats, notRead } = await readCluster(run, {});
    expect(stats["node-1"]).toEqual({ reason: "node-1 doesn't answer (error trying to reach service: dial tcp)" });
    expect(notRead).toEqual({});
});

test.each([
    [
        "refused",
        "The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?\n",
        "127.0.0.1:6443 was refused",
    ],
    [
        "silent",
        "E1122 12:00:00.0 memcache.go:265] noise\nUnable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout\n",
        "Unable to connect",
    ],
    ["a login that is wrong", "error: You must be logged in to the server (Unauthorized)\n", "You must be logged in"],
])("a cluster that can't be read at all is a message of kubectl's: %s", async (_, stderr, words) => {
    const { run } = kubectl({ "*": failed(stderr) });
    await expect(readCluster(run, {})).rejects.toThrow(words);
});

test("the first call that finds the cluster silent ends the others", async () => {
    const { run } = kubectl({
        "/apis/snapshot.storage.k8s.io/v1/volumesnapshots": failed("Unable to connect to the server: context deadline exceeded\n"),
    });
    const ended: string[] = [];
    const patient: RunKubectl = (args, unwanted) =>
        args[1] === "--raw"
            ? run(args)
            : new Promise((resolve) =>
                  unwanted?.addEventListener("abort", () => {
                      ended.push(args[1]);
                      resolve(failed(""));
                  }),
              );
    await expect(readCluster(patient, {})).rejects.toThrow("context deadline exceeded");
    expect(ended).toHaveLength(5);
});

test("a call that fails as a whole, while others don't, is not taken for an empty cluster", async () => {
    const { run } = kubectl({ "statefulsets,deployments,pods": failed("Unable to connect to the server: context deadline exceeded\n") });
    await expect(readCluster(run, {})).rejects.toThrow("context deadline exceeded");
});

describe("databases that an operator runs", () => {
    const theirs = { metadata: { name: "ledger-1", namespace: "ledger", labels: { "cnpg.io/cluster": "ledger" } }, spec: {}, status: {} };
    const podCall = "get pods -o json -A -l cnpg.io/cluster,app.kubernetes.io/managed-by!=holdfast";

    test("are read where there are some, and their pods after them", async () => {
        const { run, asked } = kubectl({
            [clusters]: ok([{ metadata: { name: "ledger", namespace: "ledger" } }]),
            pods: ok(kind("Pod", [theirs])),
        });
        const reading = await readCluster(run, {});
        expect(asked.map((args) => args.join(" "))).toContain(podCall);
        expect(reading.databases.map(({ metadata }) => metadata.name)).toEqual(["ledger"]);
        expect(reading.pods.map(({ metadata }) => metadata.name)).toEqual(["ledger-0", "ledger-1"]);
    });

    test("may be forbidden where there are none, and are told where their claims show that there are", async () => {
        const answer = failed(forbidden("clusters.postgresql.cnpg.io"));
        expect((await readCluster(kubectl({ [clusters]: answer }).run, {})).notRead).toEqual({});
        const { run } = kubectl({
            [clusters]: answer,
            persistentvolumeclaims: ok(kind("PersistentVolumeClaim", [theirs])),
            pods: ok([]),
        });
        expect((await readCluster(run, {})).notRead.databases).toMatch(/^not allowed: User "jo" cannot list/);
    });
});
