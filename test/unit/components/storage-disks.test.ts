import { LocalStorage, type LocalStorageArgs, type StaticDisk } from "../../../components";
import { diskProblems, shortage, volumeNameOf } from "../../../components/storage/disks";
import { record } from "../../support/mocks";

const volumeType = "kubernetes:core/v1:PersistentVolume";
const disk: StaticDisk = { node: "node-1", path: "/mnt/disks/disk-1", size: "100Gi" };
const make = (args: Partial<LocalStorageArgs>, preview = false) =>
    record(() => new LocalStorage("bare", { driver: "static-local", ...args }).volumeNames, { preview });

describe("a disk of a node", () => {
    it.each([true, false])("becomes a volume that stays on its node and outlives everything (preview: %s)", async (preview) => {
        const recording = await make({ disks: [disk, { ...disk, node: "node-2" }] }, preview);
        const [first, second] = recording.all(volumeType);
        const className = recording.only("kubernetes:storage.k8s.io/v1:StorageClass").inputs.metadata.name;
        expect(first).toMatchObject({ parent: "bare", protect: true, retainOnDelete: true, dependsOn: ["bare-class"] });
        expect(first.inputs.spec).toMatchObject({
            storageClassName: className,
            capacity: { storage: "100Gi" },
            persistentVolumeReclaimPolicy: "Retain",
            volumeMode: "Filesystem",
            local: { path: "/mnt/disks/disk-1" },
            nodeAffinity: {
                required: {
                    nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["node-1"] }] }],
                },
            },
        });
        expect(recording.outputs).toEqual([first.inputs.metadata.name, second.inputs.metadata.name]);
        expect(first.inputs.metadata.name).toMatch(/^bare-node-1-[0-9a-f]{6}$/);
    });

    it("keeps its volume's name whatever else changes: its size, the other disks, their order", () => {
        expect(volumeNameOf("bare", { ...disk, size: "1Ti" })).toBe(volumeNameOf("bare", disk));
        expect(volumeNameOf("bare", { ...disk, path: "/mnt/disks/disk-2" })).not.toBe(volumeNameOf("bare", disk));
        expect(volumeNameOf("bare", { ...disk, node: "node-2" })).not.toBe(volumeNameOf("bare", disk));
    });

    it("has its protection lifted by a permission that names exactly its volume", async () => {
        const name = volumeNameOf("bare", disk);
        const recording = await make({ disks: [disk, { ...disk, node: "node-2" }], allow: [`delete volume/${name}`] });
        expect(recording.all(volumeType).map(({ protect }) => protect)).toEqual([false, true]);
    });

    it("need not be named: somebody else may make the volumes", async () => {
        expect((await make({})).all(volumeType)).toEqual([]);
    });
});

describe("disks are refused", () => {
    it.each([
        ["without a unit", { size: "100" }, 'disks[0].size: "100" is not a size. Write a number with a unit'],
        ["with a relative path", { path: "mnt/disk" }, 'disks[0].path: "mnt/disk" is not an absolute path'],
        ["at the root", { path: "/" }, "the node itself"],
        ["with a path that has two spellings", { path: "/mnt//disk/" }, 'Write "/mnt/disk".'],
        ["on a node without a name", { node: "" }, 'disks[0].node: "" is not a node'],
    ])("%s", (_, change, message) => {
        const problems = diskProblems([{ ...disk, ...change }]);
        expect(problems.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([expect.stringContaining(message)]);
    });

    it("named twice, and with everything wrong at once", () => {
        expect(diskProblems([disk, { ...disk, size: "1Gi" }])).toEqual([
            { path: "disks[1]", reason: expect.stringContaining("/mnt/disks/disk-1 of node-1 is disks[0] already") },
        ]);
        expect(diskProblems([{ node: "A B", path: "x", size: "1" }]).map(({ path }) => path)).toEqual([
            "disks[0].node",
            "disks[0].path",
            "disks[0].size",
        ]);
    });

    it("by a driver that makes its own volumes, with what is wrong with them too", async () => {
        await expect(make({ driver: "local-path", disks: [{ ...disk, size: "1" }] })).rejects.toThrow(
            /2 problems[\s\S]*disks: local-path-provisioner makes its own volumes[\s\S]*disks\[0\]\.size/,
        );
    });
});

describe("members find a disk each", () => {
    const sizes = (...all: string[]) => all.map((size, index) => ({ ...disk, path: `/mnt/${index}`, size }));
    it.each([
        [sizes("10Gi"), 1, "10Gi", undefined],
        [sizes("10Gi", "1Gi"), 1, "2Gi", undefined],
        [sizes("10Gi", "1Gi"), 2, "2Gi", "2 volumes of 2Gi need a disk each, and 1 of the 2 given is large enough"],
        [sizes(), 1, "1Gi", "a volume of 1Gi needs a disk, and 0 of the 0 given are large enough"],
    ])("%#", (disks, members, size, expected) => {
        const found = shortage(disks, members, size);
        expect(found === undefined ? undefined : found.slice(0, expected?.length)).toBe(expected);
    });
});
