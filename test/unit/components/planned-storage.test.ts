import * as pulumi from "@pulumi/pulumi";
import { StatefulApp, type StatefulAppArgs, type StaticDisk } from "../../../components";
import { planOf } from "../../../components/stateful-app";
import { clusterNeedsOf, createStorage, plannedDiskProblems } from "../../../components/storage/planned-storage";
import type { Plan } from "../../../components/usecases/plan";
import { resolve, type Wish } from "../../../components/usecases/resolve";
import { record } from "../../support/mocks";

const classType = "kubernetes:storage.k8s.io/v1:StorageClass";

function plan(wish: Wish): Plan {
    const resolution = resolve(wish);
    if ("problems" in resolution) {
        throw new Error(resolution.problems.map(({ message }) => message).join("\n"));
    }
    return resolution.plan;
}
const feed = plan({
    app: "feed",
    useCase: "social-feed",
    target: "kubernetes",
    environment: "development",
    overrides: { "storage.driver": "ceph-rbd", "volumes.media.driver": "cephfs" },
});

class Holder extends pulumi.ComponentResource {
    constructor() {
        super("test:index:Holder", "holder");
    }
}

describe("a plan's storage", () => {
    it("is a class for its volumes, and one for each volume with storage of its own", async () => {
        const recording = await record(() => {
            const { className, volumeClassNames } = createStorage(new Holder(), "feed-storage", feed, "feed");
            return { className, ...volumeClassNames };
        });
        const [own, media] = ["feed-storage-class", "feed-storage-media-class"].map((name) => recording.only(classType, name));
        expect(recording.all(classType)).toHaveLength(2);
        expect(own.inputs).toMatchObject({ provisioner: "rook-ceph.rbd.csi.ceph.com", parameters: { encrypted: "true" } });
        expect(media.inputs).toMatchObject({ provisioner: "rook-ceph.cephfs.csi.ceph.com", parameters: { fsName: "myfs" } });
        expect(recording.outputs).toEqual({ className: own.inputs.metadata.name, media: media.inputs.metadata.name });
        expect(media.inputs.metadata.name).toMatch(/^feed-media-[0-9a-f]{6}$/);
    });

    it("says its namespace in every class's name where that isn't the application's", async () => {
        const recording = await record(() => void createStorage(new Holder(), "feed-storage", feed, "web"));
        const names = recording.all(classType).map(({ inputs }) => inputs.metadata.name.slice(0, -7));
        expect(names.sort()).toEqual(["web-feed", "web-feed-media"]);
    });

    it("has a class for snapshots only where the plan takes any: not every cluster has them", async () => {
        const snapshotClasses = async (overrides: Record<string, string>) => {
            const prefs = plan({
                app: "prefs",
                useCase: "user-preferences",
                target: "kubernetes",
                overrides: { "storage.driver": "ceph-rbd", ...overrides },
            });
            const recording = await record(() => createStorage(new Holder(), "prefs-storage", prefs, "prefs").snapshotClassName);
            return [recording.all("kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass").length, recording.outputs !== ""];
        };
        expect(await snapshotClasses({})).toEqual([0, false]);
        expect(await snapshotClasses({ "needs.snapshots": "true" })).toEqual([1, true]);
    });

    it("believes a described driver, whatever the table says of one of that name", async () => {
        const args: StatefulAppArgs = {
            useCase: "user-preferences",
            target: "kubernetes",
            environment: "development",
            storageDriver: "local-path",
            ceiling: "20Gi",
            drivers: { "local-path": { kind: "network", provisioner: "rancher.io/local-path", expansion: true } },
        };
        const recording = await record(() => void new StatefulApp("prefs", args));
        expect(recording.only(classType)).toMatchObject({
            parent: "prefs-storage",
            inputs: { provisioner: "rancher.io/local-path", allowVolumeExpansion: true },
        });
    });

    it("needs its drivers in the cluster, or the class that exists", () => {
        const shownBy = (wanted: Plan) => clusterNeedsOf(wanted, {}).flatMap((need) => need.shownBy);
        expect(shownBy(feed)).toEqual([
            "csidriver.storage.k8s.io/rook-ceph.rbd.csi.ceph.com",
            "csidriver.storage.k8s.io/rook-ceph.cephfs.csi.ceph.com",
        ]);
        const existing = planOf("prefs", {
            useCase: "user-preferences",
            target: "kubernetes",
            environment: "development",
            storageClass: "standard",
        });
        expect(shownBy(existing.plan as Plan)).toEqual(["storageclass.storage.k8s.io/standard"]);
    });
});

describe("disks of a stack", () => {
    const disks: StaticDisk[] = [{ node: "node-1", path: "/mnt/disks/disk-1", size: "10Gi" }];
    const args: StatefulAppArgs = { useCase: "user-preferences", target: "sandbox", storageDriver: "static-local", disks };

    it("carry its database in the sandbox, with single-local-copy accepted by the environment", async () => {
        const { plan: planned, problems } = planOf("prefs", args);
        expect(problems).toEqual([]);
        expect(planned?.accepted.map(({ rule }) => rule)).toContain("single-local-copy");
        expect(
            planOf("prefs", { ...args, environment: "production" })
                .problems.map(({ reason }) => reason)
                .join(),
        ).toContain("the only copy would lie on one node's disk");
        const recording = await record(() => void new StatefulApp("prefs", args));
        const volume = recording.only("kubernetes:core/v1:PersistentVolume");
        const className = recording.only(classType).inputs.metadata.name;
        expect(volume.inputs.spec).toMatchObject({ storageClassName: className, local: { path: "/mnt/disks/disk-1" } });
        expect(recording.only("kubernetes:core/v1:PersistentVolumeClaim").inputs.spec.storageClassName).toBe(className);
    });

    const reasons = (more: Partial<StatefulAppArgs>) =>
        planOf("prefs", { ...args, ...more }).problems.map(({ path, reason }) => `${path}: ${reason}`);

    it("are refused where the driver makes its own volumes, or none is large enough, or they are no disks at all", () => {
        expect(reasons({ storageDriver: "sandbox-pool" })).toEqual([
            "disks: sandbox-pool makes its own volumes. Leave the disks out, or write storageDriver: static-local.",
        ]);
        expect(reasons({ size: "20Gi" })).toEqual([expect.stringMatching(/^disks: a volume of 20Gi needs a disk, and 0 of the 1 given/)]);
        expect(reasons({ disks: [{ ...disks[0], path: "disk", size: "10" }] })).toEqual([
            expect.stringMatching(/^disks\[0\]\.path/),
            expect.stringMatching(/^disks\[0\]\.size/),
        ]);
        expect(plannedDiskProblems(feed, "all" as unknown as StaticDisk[])).toEqual([
            { path: "disks", reason: expect.stringContaining("a list of disks") },
        ]);
    });
});
