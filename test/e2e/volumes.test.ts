import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { runSteps } from "../../cli/progress";
import { poolDriver } from "../../sandbox/cluster/control-plane";
import { userPaths } from "../../sandbox/paths";
import { Toolchain } from "../../sandbox/toolchain/toolchain";
import { measured, report } from "./support/measured";
import { World } from "./support/world";

const world = World.create("volumes");
beforeAll(() => {
    world.holdfast("sandbox", "up", "--nodes", "2", "--with", "snapshots,local-path");
    world.apply(
        {
            apiVersion: "storage.k8s.io/v1",
            kind: "StorageClass",
            metadata: { name: "pool" },
            provisioner: poolDriver,
            allowVolumeExpansion: true,
            volumeBindingMode: "Immediate",
        },
        {
            apiVersion: "storage.k8s.io/v1",
            kind: "StorageClass",
            metadata: { name: "local" },
            provisioner: "rancher.io/local-path",
            volumeBindingMode: "WaitForFirstConsumer",
        },
        {
            apiVersion: "snapshot.storage.k8s.io/v1",
            kind: "VolumeSnapshotClass",
            metadata: { name: "pool" },
            driver: poolDriver,
            deletionPolicy: "Delete",
        },
    );
});
afterAll(() => {
    report();
    world.destroy();
});

const seconds = (from: number) => (Date.now() - from) / 1000;
const wait = (what: string, condition: string) => world.kubectl("wait", what, `--for=${condition}`, "--timeout=90s");

function claim(
    name: string,
    more: { class?: string; modes?: string[]; size?: string; from?: { kind: string; name: string; apiGroup?: string } } = {},
): void {
    world.apply({
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name, namespace: "default" },
        spec: {
            storageClassName: more.class ?? "pool",
            accessModes: more.modes ?? ["ReadWriteOnce"],
            resources: { requests: { storage: more.size ?? "100Mi" } },
            ...(more.from ? { dataSource: more.from } : {}),
        },
    });
}

/** A pod of an ordinary user (1000, group 2000) with a claim at /data. */
function pod(name: string, claimName: string, node?: string): void {
    world.apply({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: "default" },
        spec: {
            ...(node ? { nodeSelector: { "kubernetes.io/hostname": node } } : {}),
            terminationGracePeriodSeconds: 0,
            securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000 },
            containers: [
                {
                    name: "main",
                    image: "registry.sandbox.holdfast/busybox:1",
                    imagePullPolicy: "IfNotPresent",
                    command: ["sleep", "infinity"],
                    volumeMounts: [{ name: "data", mountPath: "/data" }],
                },
            ],
            volumes: [{ name: "data", persistentVolumeClaim: { claimName } }],
        },
    });
    wait(`pod/${name}`, "condition=Ready");
}

const tryIn = (name: string, script: string) => world.tryKubectl("exec", name, "--", "sh", "-c", script);
const inPod = (name: string, script: string) => world.kubectl("exec", name, "--", "sh", "-c", script);
const fill = (megabytes: number, file = "fill") => `dd if=/dev/urandom of=/data/${file} bs=1M count=${megabytes} 2>&1 && sync`;

describe("the pool's volumes", () => {
    test("a claim is bound and written to by a pod that isn't root", () => {
        const started = Date.now();
        claim("first");
        pod("writer", "first", "node-1");
        measured("claim to running pod", seconds(started), 30);
        expect(inPod("writer", "id -u; echo kept >/data/file && cat /data/file")).toBe("1000\nkept");
    });

    test("fsGroup owns the volume, and what is written belongs to it", () => {
        expect(inPod("writer", "stat -c %g /data /data/file")).toBe("2000\n2000");
        expect(inPod("writer", "stat -c %A /data")).toMatch(/^d...rws/);
    });

    test("its size is enforced: 100Mi end a write of 150 MiB", () => {
        const { status, stdout } = tryIn("writer", fill(150));
        expect(status).not.toBe(0);
        expect(stdout).toMatch(/No space left|Disk quota exceeded/);
        expect(Number(inPod("writer", "du -sm /data | cut -f1"))).toBeLessThanOrEqual(101);
    });

    test("it grows online, without a restart, and holds as much", () => {
        const before = world.kubectl("get", "pod", "writer", "-o", "jsonpath={.metadata.uid} {.status.containerStatuses[0].restartCount}");
        const started = Date.now();
        world.kubectl("patch", "pvc", "first", "--patch", '{"spec":{"resources":{"requests":{"storage":"200Mi"}}}}');
        wait("pvc/first", "jsonpath={.status.capacity.storage}=200Mi");
        expect(measured("online expansion", seconds(started), 60)).toBeLessThanOrEqual(60);
        expect(inPod("writer", `{ ${fill(150)}; } >/dev/null; cat /data/file; rm /data/fill`)).toBe("kept");
        expect(tryIn("writer", fill(250)).status).not.toBe(0);
        inPod("writer", "rm /data/fill");
        expect(world.kubectl("get", "pod", "writer", "-o", "jsonpath={.metadata.uid} {.status.containerStatuses[0].restartCount}")).toBe(
            before,
        );
    });

    test("a volume follows its pod to another node", () => {
        world.kubectl("delete", "pod", "writer");
        pod("writer", "first", "node-2");
        expect(inPod("writer", "cat /data/file")).toBe("kept");
    });

    test("ReadWriteMany: two pods on two nodes see each other's files", () => {
        claim("shared", { modes: ["ReadWriteMany"] });
        pod("left", "shared", "node-1");
        pod("right", "shared", "node-2");
        inPod("left", "echo from-left >/data/left");
        inPod("right", "cat /data/left && echo from-right >/data/right");
        expect(inPod("right", "cat /data/left")).toBe("from-left");
        expect(inPod("left", "cat /data/right")).toBe("from-right");
    });

    test("a snapshot is restored into a new claim, as it was when it was taken", () => {
        inPod("writer", "echo before >/data/file && sync");
        const started = Date.now();
        world.apply({
            apiVersion: "snapshot.storage.k8s.io/v1",
            kind: "VolumeSnapshot",
            metadata: { name: "point", namespace: "default" },
            spec: { volumeSnapshotClassName: "pool", source: { persistentVolumeClaimName: "first" } },
        });
        wait("volumesnapshot/point", "jsonpath={.status.readyToUse}=true");
        measured("snapshot", seconds(started), 30);
        inPod("writer", "echo after >/data/file && sync");
        claim("restored", { size: "200Mi", from: { kind: "VolumeSnapshot", name: "point", apiGroup: "snapshot.storage.k8s.io" } });
        pod("reader", "restored");
        expect(inPod("reader", "cat /data/file")).toBe("before");
        expect(inPod("writer", "cat /data/file")).toBe("after");
    });

    test("a clone has the data, and its own future", () => {
        claim("clone", { size: "200Mi", from: { kind: "PersistentVolumeClaim", name: "first" } });
        pod("cloned", "clone");
        expect(inPod("cloned", "cat /data/file; echo other >/data/file")).toBe("after");
        expect(inPod("writer", "cat /data/file")).toBe("after");
    });

    test("a deleted claim takes its volume with it, under reclaim policy Delete", () => {
        const volume = world.kubectl("get", "pvc", "clone", "-o", "jsonpath={.spec.volumeName}");
        world.kubectl("delete", "pod/cloned", "pvc/clone");
        world.kubectl("wait", `pv/${volume}`, "--for=delete", "--timeout=60s");
    });
});

describe("local-path volumes", () => {
    test("wait for their pod, are made on its node and stay there", () => {
        claim("here", { class: "local" });
        expect(world.kubectl("get", "pvc", "here", "-o", "jsonpath={.status.phase}")).toBe("Pending");
        pod("local", "here", "node-2");
        inPod("local", "echo local >/data/file && sync");
        const volume = world.kubectl("get", "pvc", "here", "-o", "jsonpath={.spec.volumeName}");
        expect(
            world.kubectl(
                "get",
                "pv",
                volume,
                "-o",
                "jsonpath={.spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values}",
            ),
        ).toBe('["node-2"]');
        world.kubectl("delete", "pod", "local");
        pod("local", "here");
        expect(world.kubectl("get", "pod", "local", "-o", "jsonpath={.spec.nodeName}")).toBe("node-2");
        expect(inPod("local", "cat /data/file")).toBe("local");
    });
});

test("csi-sanity, the CSI specification's own tests, pass against the driver", async () => {
    const toolchain = new Toolchain(userPaths(world.env).cache, ["csi-sanity", "csi-driver"]);
    await runSteps(toolchain.steps());
    const result = spawnSync(
        path.join(__dirname, "..", "sandbox", "csi-sanity.sh"),
        [toolchain.program("csi-sanity"), toolchain.program("holdfast-csi")],
        {
            encoding: "utf8",
            maxBuffer: 1 << 26,
        },
    );
    const lines = result.stdout.trim().split("\n");
    process.stderr.write(`\n${lines.filter((line) => line.startsWith("skipped")).join("\n")}\n${lines.at(-2)}\n`);
    const summary = JSON.parse(lines.at(-1) as string);
    expect(lines.filter((line) => line.startsWith("FAILED"))).toEqual([]);
    expect(summary).toMatchObject({ suite: "csi-sanity", failed: 0 });
    expect(summary.passed).toBeGreaterThan(0);
    expect(result.status).toBe(0);
});
