import { LocalStorage, type LocalStorageArgs, NetworkStorage, type NetworkStorageArgs } from "../../../components";
import { type Recording, record } from "../../support/mocks";

const classType = "kubernetes:storage.k8s.io/v1:StorageClass";
const snapshotType = "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass";
const attributesType = "kubernetes:storage.k8s.io/v1:VolumeAttributesClass";

function network(args: NetworkStorageArgs, preview = false): Promise<Recording> {
    return record(
        () => {
            const { className, snapshotClassName, attributesClassNames } = new NetworkStorage("shared", args);
            return { className, snapshotClassName, attributesClassNames };
        },
        { preview },
    );
}
const local = (args: LocalStorageArgs) => record(() => void new LocalStorage("fast", args));
const other = { driver: "acme", provisioner: "block.acme.example" };

describe.each([
    ["an update", false],
    ["a preview", true],
])("a storage component in %s", (_, preview) => {
    it("makes a class that keeps volumes, waits for the pod and is nobody's default", async () => {
        const recording = await network({ driver: "sandbox-pool" }, preview);
        const made = recording.only(classType);
        expect(made.inputs).toMatchObject({
            provisioner: "pool.csi.sandbox.holdfast",
            reclaimPolicy: "Retain",
            volumeBindingMode: "WaitForFirstConsumer",
            allowVolumeExpansion: true,
            metadata: { annotations: { "storageclass.kubernetes.io/is-default-class": "false" } },
        });
        expect(made.inputs.metadata.name).toMatch(/^shared-[0-9a-f]{6}$/);
        expect(made).toMatchObject({ name: "shared-class", parent: "shared", retainOnDelete: true, protect: false });
        expect(recording.outputs.className).toBe(made.inputs.metadata.name);
    });

    it("makes a class for snapshots that keeps them and is nobody's default, where the driver has snapshots", async () => {
        const recording = await network({ driver: "ceph-rbd" }, preview);
        const made = recording.only(snapshotType);
        expect(made.inputs).toMatchObject({
            driver: "rook-ceph.rbd.csi.ceph.com",
            deletionPolicy: "Retain",
            parameters: { clusterID: "rook-ceph", "csi.storage.k8s.io/snapshotter-secret-name": "rook-csi-rbd-provisioner" },
            metadata: { annotations: { "snapshot.storage.kubernetes.io/is-default-class": "false" } },
        });
        expect(made.inputs.metadata.name).toMatch(/^shared-snapshots-[0-9a-f]{6}$/);
        expect(made).toMatchObject({ name: "shared-snapshot-class", parent: "shared", retainOnDelete: true });
        expect(recording.outputs.snapshotClassName).toBe(made.inputs.metadata.name);
    });

    it("makes a class for each set of attributes, named by its content", async () => {
        const recording = await network({ driver: "sandbox-pool", attributes: { small: { compression: "zstd" } } }, preview);
        const made = recording.only(attributesType);
        expect(made.inputs).toMatchObject({ driverName: "pool.csi.sandbox.holdfast", parameters: { compression: "zstd" } });
        expect(made).toMatchObject({ name: "shared-attributes-small", parent: "shared", retainOnDelete: true });
        expect(recording.outputs.attributesClassNames).toEqual({ small: made.inputs.metadata.name });
    });
});

describe("a storage component", () => {
    it("makes no class for snapshots where the driver has none, or where the cluster is said to have none", async () => {
        for (const args of [
            { driver: "nfs-csi", parameters: { server: "nfs", share: "/" } },
            { driver: "ceph-rbd", makesSnapshotClass: false },
        ]) {
            const recording = await network(args);
            expect(recording.all(snapshotType)).toEqual([]);
            expect(recording.outputs.snapshotClassName).toBe("");
        }
    });

    it("encrypts where the driver can, unless told not to", async () => {
        const parametersOf = async (args: NetworkStorageArgs) => (await network(args)).only(classType).inputs.parameters;
        expect(await parametersOf({ driver: "ceph-rbd" })).toMatchObject({ encrypted: "true", encryptionKMSID: "user-secret-metadata" });
        expect(await parametersOf({ driver: "ceph-rbd", encrypted: false })).not.toHaveProperty("encrypted");
        expect(await parametersOf({ driver: "sandbox-pool" })).toEqual({});
    });

    it("adds parameters to the driver's own, and puts them before those", async () => {
        const { parameters } = (await network({ driver: "ceph-rbd", parameters: { pool: "ssd", dataPool: "ec" } })).only(classType).inputs;
        expect(parameters).toMatchObject({ clusterID: "rook-ceph", pool: "ssd", dataPool: "ec" });
    });

    it("takes a driver outside the table with its provisioner, and believes what is said of it", async () => {
        const recording = await network({
            ...other,
            parameters: { pool: "ssd" },
            mountOptions: ["noatime"],
            makesSnapshotClass: true,
            snapshotParameters: { where: "here" },
            attributes: { busy: { speed: "fast" } },
            isShared: true,
        });
        expect(recording.only(classType).inputs).toMatchObject({
            provisioner: "block.acme.example",
            parameters: { pool: "ssd" },
            mountOptions: ["noatime"],
            allowVolumeExpansion: true,
        });
        expect(recording.only(snapshotType).inputs).toMatchObject({ driver: "block.acme.example", parameters: { where: "here" } });
        expect(recording.only(attributesType).inputs.parameters).toEqual({ speed: "fast" });
        expect((await network(other)).all(snapshotType)).toEqual([]);
    });

    it("becomes the default class when asked", async () => {
        const recording = await local({ driver: "local-path", isClusterDefault: true });
        expect(recording.only(classType).inputs.metadata.annotations).toEqual({ "storageclass.kubernetes.io/is-default-class": "true" });
    });

    it("allows the topologies it is given, all of the labels on one node", async () => {
        const allowedTopologies = { "topology.kubernetes.io/zone": ["a", "b"], "openebs.io/nodename": ["node-1"] };
        expect((await local({ driver: "openebs-lvm", allowedTopologies })).only(classType).inputs.allowedTopologies).toEqual([
            {
                matchLabelExpressions: [
                    { key: "topology.kubernetes.io/zone", values: ["a", "b"] },
                    { key: "openebs.io/nodename", values: ["node-1"] },
                ],
            },
        ]);
        expect((await local({ driver: "openebs-lvm" })).only(classType).inputs).not.toHaveProperty("allowedTopologies");
    });

    it("gives what can't be changed a new class, and changes the rest in place", async () => {
        const nameOf = async (more: Partial<NetworkStorageArgs>) => (await network({ ...other, ...more })).outputs.className;
        const first = await nameOf({});
        const immutable: Partial<NetworkStorageArgs>[] = [
            { parameters: { pool: "ssd" } },
            { bindsImmediately: true },
            { provisioner: "other.acme.example" },
        ];
        for (const change of immutable) {
            expect(await nameOf(change)).not.toBe(first);
        }
        const mutable: Partial<NetworkStorageArgs>[] = [
            { mountOptions: ["noatime"] },
            { allowsExpansion: false },
            { allowedTopologies: { zone: ["a"] } },
            { isClusterDefault: true },
        ];
        for (const change of mutable) {
            expect(await nameOf(change)).toBe(first);
        }
    });

    it("gives changed parameters of snapshots and attributes new classes, and the same ones in another order the same", async () => {
        const namesOf = async (snapshotParameters: Record<string, string>, parameters: Record<string, string>) => {
            const { outputs } = await network({ ...other, makesSnapshotClass: true, snapshotParameters, attributes: { a: parameters } });
            return [outputs.snapshotClassName, outputs.attributesClassNames.a];
        };
        const [snapshots, attributes] = await namesOf({ x: "1", y: "2" }, { x: "1", y: "2" });
        expect(await namesOf({ y: "2", x: "1" }, { y: "2", x: "1" })).toEqual([snapshots, attributes]);
        const changed = await namesOf({ x: "2", y: "1" }, { x: "2", y: "1" });
        expect(changed[0]).not.toBe(snapshots);
        expect(changed[1]).not.toBe(attributes);
    });
});

describe("refused, with what to write instead:", () => {
    const cases: [string, () => Promise<unknown>, RegExp][] = [
        [
            "a driver that is not in the table",
            () => network({ driver: "sandbox-poll" }),
            /driver: "sandbox-poll" is not in the table of drivers\. Write one of .*sandbox-pool/,
        ],
        [
            "ReadWriteMany of a block driver",
            () => network({ driver: "ceph-rbd", isShared: true }),
            /isShared: a volume of Ceph RBD is mounted by one node at a time\..*cephfs/,
        ],
        [
            "encryption of a driver that can't",
            () => network({ driver: "nfs-csi", encrypted: true, parameters: { server: "nfs", share: "/" } }),
            /encrypted: NFS CSI can't encrypt volumes\..*longhorn, ceph-rbd/,
        ],
        [
            "no encryption of a driver that always does",
            () => local({ driver: "instance-store", encrypted: false }),
            /encrypted: volumes of EC2 instance store are always encrypted/,
        ],
        [
            "encryption by a driver nobody knows",
            () => network({ ...other, encrypted: true }),
            /encrypted: how "acme" encrypts is not known here\. .*under parameters/,
        ],
        [
            "what only the owner knows, left out",
            () => network({ driver: "nfs-csi" }),
            /2 problems[\s\S]*parameters\.server: NFS CSI needs it[\s\S]*parameters\.share/,
        ],
        [
            "snapshots of a driver without",
            () => local({ driver: "topolvm", makesSnapshotClass: true }),
            /makesSnapshotClass: TopoLVM takes no snapshots\..*openebs-zfs/,
        ],
        [
            "parameters for no snapshots",
            () => local({ driver: "topolvm", snapshotParameters: { a: "b" } }),
            /snapshotParameters: no VolumeSnapshotClass is made/,
        ],
        [
            "waiting by a driver that can't",
            () => local({ driver: "minikube-hostpath", bindsImmediately: false }),
            /bindsImmediately: minikube's storage-provisioner can't wait/,
        ],
        [
            "a name no object can have",
            () => local({ driver: "local-path", className: "Fast Disks" }),
            /className: "Fast Disks" can't begin/,
        ],
        [
            "topologies that allow nothing",
            () => local({ driver: "topolvm", allowedTopologies: { zone: [], "no label!": ["a"], other: ["a", "a"] } }),
            /3 problems[\s\S]*allowedTopologies\["zone"\]: \[\] allows nothing[\s\S]*"no label!" is not a node's label[\s\S]*\["other"\]/,
        ],
        [
            "several things, all at once",
            () => network({ driver: "local-path", allowsExpansion: true, encrypted: true, isShared: true, attributes: { a: { b: "c" } } }),
            /NetworkStorage "shared" can't be made \(5 problems\)[\s\S]*"local-path" is local storage, not network[\s\S]*can't grow a volume/,
        ],
    ];
    it.each(cases)("%s", async (_, attempt, reason) => {
        await expect(attempt()).rejects.toThrow(reason);
    });
});
