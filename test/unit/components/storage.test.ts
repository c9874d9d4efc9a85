import { LocalStorage, NetworkStorage } from "../../../components";
import { record } from "../../support/mocks";

const classType = "kubernetes:storage.k8s.io/v1:StorageClass";

describe("a storage component", () => {
    it("makes a class that keeps volumes, waits for the pod and is nobody's default", async () => {
        const recording = await record(() => new NetworkStorage("shared", { driver: "sandbox-pool" }).className);
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
        expect(recording.outputs).toBe(made.inputs.metadata.name);
    });

    it("takes a driver outside the table with its provisioner", async () => {
        const recording = await record(() => {
            new NetworkStorage("ceph", {
                driver: "mine",
                provisioner: "rbd.example.org",
                parameters: { pool: "ssd" },
                mountOptions: ["noatime"],
            });
        });
        expect(recording.only(classType).inputs).toMatchObject({
            provisioner: "rbd.example.org",
            parameters: { pool: "ssd" },
            mountOptions: ["noatime"],
        });
    });

    it("becomes the default class when asked", async () => {
        const recording = await record(() => {
            new LocalStorage("fast", { driver: "local-path", isClusterDefault: true });
        });
        expect(recording.only(classType).inputs.metadata.annotations).toEqual({ "storageclass.kubernetes.io/is-default-class": "true" });
    });

    it("gives a changed parameter a new class of another name", async () => {
        const nameWith = async (pool: string) =>
            (await record(() => new NetworkStorage("ceph", { driver: "mine", provisioner: "p", parameters: { pool } }).className)).outputs;
        expect(await nameWith("ssd")).not.toEqual(await nameWith("hdd"));
    });

    it("refuses a driver it doesn't know, one of another kind, and growth of what can't grow", async () => {
        await expect(record(() => void new NetworkStorage("a", { driver: "sandbox-poll" }))).rejects.toThrow(
            /driver: "sandbox-poll" is not in the table of drivers\. Write one of .*sandbox-pool/,
        );
        await expect(record(() => void new NetworkStorage("a", { driver: "local-path", allowsExpansion: true }))).rejects.toThrow(
            /2 problems[\s\S]*"local-path" is local storage, not network[\s\S]*allowsExpansion: "local-path" can't grow a volume/,
        );
    });
});
