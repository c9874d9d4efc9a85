import { ClaimSnapshot, type ClaimSnapshotArgs } from "../../../components";
import { type Properties, record } from "../../support/mocks";

const type = "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot";
const base: ClaimSnapshotArgs = { claimName: "data-ledger-0", namespace: "bank", snapshotClass: "pool" };
const make = (args: Partial<ClaimSnapshotArgs> = {}) => new ClaimSnapshot("before-upgrade", { ...base, ...args });

describe("a snapshot", () => {
    it("is an object of its own name, awaited until it can be restored, and kept", async () => {
        const made = (await record(() => make())).only(type);
        expect(made.inputs).toEqual({
            apiVersion: "snapshot.storage.k8s.io/v1",
            kind: "VolumeSnapshot",
            metadata: {
                name: "before-upgrade",
                namespace: "bank",
                labels: { "app.kubernetes.io/managed-by": "holdfast" },
                annotations: { "pulumi.com/waitFor": "jsonpath={.status.readyToUse}=true" },
            },
            spec: { volumeSnapshotClassName: "pool", source: { persistentVolumeClaimName: "data-ledger-0" } },
        });
        expect([made.protect, made.retainOnDelete]).toEqual([true, true]);
        expect((await record(() => make({ snapshotName: "monday" }))).only(type).inputs.metadata.name).toBe("monday");
    });

    it("loses its protection by its own permission alone", async () => {
        const protection = async (allow: string[]) => {
            const { protect, retainOnDelete } = (await record(() => make({ allow }))).only(type);
            return [protect, retainOnDelete];
        };
        expect(await protection(["delete snapshot/before-upgrade"])).toEqual([false, false]);
        expect(await protection(["delete before-upgrade", "delete snapshot/before"])).toEqual([true, true]);
    });

    it("says how large a claim made from it must be, once the cluster does", async () => {
        const live = (_name: string, inputs: Properties) => ({ ...inputs, status: { readyToUse: true, restoreSize: "1Gi" } });
        const outputs = (more: object) =>
            record(() => {
                const { snapshotName, restoreSize } = make();
                return { snapshotName, restoreSize };
            }, more).then((recording) => recording.outputs);
        expect(await outputs({ live })).toEqual({ snapshotName: "before-upgrade", restoreSize: "1Gi" });
        expect(await outputs({})).toEqual({ snapshotName: "before-upgrade", restoreSize: "" });
    });

    it("is the same object in a preview, which knows nothing of its status yet", async () => {
        const preview = await record(() => make().snapshotName, { preview: true });
        expect(preview.only(type).inputs).toEqual((await record(() => make())).only(type).inputs);
        expect(preview.outputs).toBe("before-upgrade");
    });

    it("reports every problem at once", async () => {
        await expect(record(() => make({ snapshotName: "Before!", claimName: "", snapshotClass: "", allow: ["all"] }))).rejects.toThrow(
            expect.objectContaining({
                errors: [
                    { propertyPath: "snapshotName", reason: expect.stringContaining('"Before!" is not a name') },
                    { propertyPath: "claimName", reason: expect.stringContaining("data-ledger-0") },
                    { propertyPath: "snapshotClass", reason: expect.stringContaining("it is empty") },
                    { propertyPath: "allow[0]", reason: expect.stringContaining("not a permission") },
                ],
            }),
        );
    });
});
