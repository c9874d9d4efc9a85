import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { runSteps } from "../../cli/progress";
import { insideLayout, poolDriver } from "../../sandbox/cluster/control-plane";
import { runInside } from "../../sandbox/node/compartment";
import { userPaths } from "../../sandbox/paths";
import { Toolchain } from "../../sandbox/toolchain/toolchain";
import { measured, report } from "./support/measured";
import { waitUntil } from "./support/wait";
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
    more: {
        class?: string;
        modes?: string[];
        size?: string;
        attributes?: string;
        from?: { kind: string; name: string; apiGroup?: string };
    } = {},
): void {
    world.apply({
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name, namespace: "default" },
        spec: {
            storageClassName: more.class ?? "pool",
            accessModes: more.modes ?? ["ReadWriteOnce"],
            resources: { requests: { storage: more.size ?? "100Mi" } },
            ...(more.attributes ? { volumeAttributesClassName: more.attributes } : {}),
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

describe("a volume's attributes", () => {
    const attributes = (name: string, compression: string) => ({
        apiVersion: "storage.k8s.io/v1",
        kind: "VolumeAttributesClass",
        metadata: { name },
        driverName: poolDriver,
        parameters: { compression },
    });
    const choose = (className: string) =>
        world.kubectl("patch", "pvc", "attributed", "--patch", JSON.stringify({ spec: { volumeAttributesClassName: className } }));
    const current = "jsonpath={.status.currentVolumeAttributesClassName}";
    /** The kernel's flags of a file in the claim's volume, seen from the control plane: `c` compressed, `C` written in place. */
    const flags = (claimName: string, file = "") => {
        const volume = world.kubectl("get", "pvc", claimName, "-o", "jsonpath={.spec.volumeName}");
        const handle = world.kubectl("get", "pv", volume, "-o", "jsonpath={.spec.csi.volumeHandle}");
        const full = path.join(insideLayout.pool, "volumes", handle, file);
        return runInside(world.layout.controlPlane.folder, ["lsattr", "-d", full]).split(" ")[0]?.replaceAll("-", "");
    };
    const identity = () =>
        world.kubectl("get", "pod", "changing", "-o", "jsonpath={.metadata.uid} {.status.containerStatuses[0].restartCount}");

    test("change in place on a bound claim in use, and the pod isn't restarted", () => {
        world.apply(attributes("compressed", "zstd"), attributes("in-place", "none"), attributes("lightning", "lightning"));
        claim("attributed");
        pod("changing", "attributed", "node-1");
        inPod("changing", "mkdir /data/folder && echo old >/data/old");
        const before = identity();
        expect(flags("attributed")).toBe("C");

        const started = Date.now();
        choose("compressed");
        wait("pvc/attributed", `${current}=compressed`);
        expect(measured("change of a volume's attributes", seconds(started), 60)).toBeLessThanOrEqual(60);
        // 120 MiB of text in a volume of 100.
        inPod("changing", "yes all work and no play | head -c 125829120 >/data/folder/new && sync");
        expect(["", "folder", "folder/new", "old"].map((file) => flags("attributed", file))).toEqual(["c", "c", "c", "C"]);
        expect(identity()).toBe(before);
        const volume = world.kubectl("get", "pvc", "attributed", "-o", "jsonpath={.spec.volumeName}");
        expect(world.kubectl("get", "pv", volume, "-o", "jsonpath={.spec.volumeAttributesClassName}")).toBe("compressed");
    });

    test("that the driver doesn't know are refused with an event that says what is allowed, and nothing changes", () => {
        choose("lightning");
        wait("pvc/attributed", "jsonpath={.status.modifyVolumeStatus.status}=Infeasible");
        const events = world.kubectl(
            ...["get", "events", "--field-selector", "involvedObject.name=attributed,reason=VolumeModifyFailed"],
            ...["-o", "jsonpath={.items[*].message}"],
        );
        expect(events).toContain('compression is "lightning": allowed are none and zstd');
        expect(world.kubectl("get", "pvc", "attributed", "-o", current)).toBe("compressed");
        expect(flags("attributed")).toBe("c");
    });

    test("change back, and can be a claim's from the start", () => {
        choose("in-place");
        wait("pvc/attributed", `${current}=in-place`);
        expect(flags("attributed")).toBe("C");
        claim("born", { attributes: "compressed" });
        wait("pvc/born", "jsonpath={.status.phase}=Bound");
        expect(flags("born")).toBe("c");
        expect(world.kubectl("get", "pvc", "born", "-o", current)).toBe("compressed");
        world.kubectl("delete", "pod/changing", "pvc/attributed", "pvc/born");
    });
});

test("the kubelet's summary has each volume's own size and use, not the pool's", () => {
    interface Summary {
        pods: { volume?: { pvcRef?: { name: string }; capacityBytes: number; usedBytes: number; availableBytes: number }[] }[];
    }
    claim("counted", { size: "128Mi" });
    pod("counting", "counted", "node-1");
    inPod("counting", fill(50));
    const mebibytes = 1024 * 1024;
    const usage = () =>
        (JSON.parse(world.kubectl("get", "--raw", "/api/v1/nodes/node-1/proxy/stats/summary")) as Summary).pods
            .flatMap((each) => each.volume ?? [])
            .find((volume) => volume.pvcRef?.name === "counted");
    const taken = waitUntil("50 MiB are seen in the summary", 120, () => (usage()?.usedBytes ?? 0) >= 50 * mebibytes);
    measured("volume's use, from written to the kubelet's summary", taken, 120);
    const { capacityBytes, usedBytes, availableBytes } = usage() ?? { capacityBytes: 0, usedBytes: 0, availableBytes: 0 };
    expect(capacityBytes).toBe(128 * mebibytes);
    expect(usedBytes).toBeLessThan(52 * mebibytes);
    expect(availableBytes).toBe(capacityBytes - usedBytes);
    world.kubectl("delete", "pod/counting", "pvc/counted");
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

describe("static local disks", () => {
    test("keep what a pod's user wrote when their node is killed and started again", () => {
        world.apply(
            {
                apiVersion: "storage.k8s.io/v1",
                kind: "StorageClass",
                metadata: { name: "static" },
                provisioner: "kubernetes.io/no-provisioner",
                volumeBindingMode: "WaitForFirstConsumer",
            },
            {
                apiVersion: "v1",
                kind: "PersistentVolume",
                metadata: { name: "disk-1-of-node-2" },
                spec: {
                    capacity: { storage: "1Gi" },
                    accessModes: ["ReadWriteOnce"],
                    persistentVolumeReclaimPolicy: "Retain",
                    storageClassName: "static",
                    local: { path: "/mnt/disks/disk-1" },
                    nodeAffinity: {
                        required: {
                            nodeSelectorTerms: [
                                { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["node-2"] }] },
                            ],
                        },
                    },
                },
            },
        );
        claim("static", { class: "static" });
        pod("static", "static");
        expect(world.kubectl("get", "pod", "static", "-o", "jsonpath={.spec.nodeName}")).toBe("node-2");
        expect(inPod("static", "echo kept >/data/file && sync && stat -c '%u %g' /data/file")).toBe("1000 2000");

        const restarts = () => Number(world.kubectl("get", "pod", "static", "-o", "jsonpath={.status.containerStatuses[0].restartCount}"));
        world.holdfast("sandbox", "kill-node", "2");
        world.holdfast("sandbox", "start-node", "2");
        waitUntil("the pod runs again", 120, () => restarts() > 0 && tryIn("static", "cat /data/file").stdout === "kept\n");
        expect(inPod("static", "echo more >>/data/file && cat /data/file")).toBe("kept\nmore");
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
    expect(lines.filter((line) => /^skipped.*modif/i.test(line))).toEqual([]);
    expect(summary).toMatchObject({ suite: "csi-sanity", failed: 0 });
    expect(summary.passed).toBeGreaterThan(0);
    expect(result.status).toBe(0);
});
