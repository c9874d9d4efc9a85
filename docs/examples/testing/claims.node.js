/** Without Holdfast's components and without jest: any Pulumi program, by Node.js' own test runner (`node --test claims.node.js`). */
const assert = require("node:assert/strict");
const { describe, it } = require("node:test");
const { Namespace, PersistentVolumeClaim } = require("@pulumi/kubernetes/core/v1");
const { dataBearing, expectProtected, record } = require("holdfast/testing");

const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "5Gi" } } };
const kept = { protect: true, retainOnDelete: true };

/** A claim for photos, which stay, and one for their thumbnails, which can be made again. */
function program() {
    const namespace = new Namespace("photos", { metadata: { name: "photos" } }, kept);
    const inside = { namespace: namespace.metadata.name };
    new PersistentVolumeClaim("originals", { metadata: { name: "originals", ...inside }, spec }, kept);
    new PersistentVolumeClaim("thumbnails", { metadata: { name: "thumbnails", ...inside }, spec });
}

describe("the photos", () => {
    it("are protected, and their thumbnails needn't be", async () => {
        const recording = await record(program);
        expectProtected(recording, ["thumbnails"]);
        assert.deepEqual(
            dataBearing(recording).map(({ title, name, protect }) => `${title} ${name}: ${protect ? "protected" : "not protected"}`),
            ["namespace photos: protected", "claim originals: protected", "claim thumbnails: not protected"],
        );
    });

    it("would be missed if nobody had thought of them", async () => {
        const recording = await record(program, { preview: true });
        assert.throws(() => expectProtected(recording), {
            message: "the claim thumbnails would be deleted with its data: give it protect: true and retainOnDelete: true",
        });
    });

    it("have no field that claims don't have", async () => {
        const misspelt = () =>
            new PersistentVolumeClaim("a", { metadata: { name: "a", namespace: "b" }, spec: { ...spec, storageClasName: "x" } });
        await assert.rejects(record(misspelt), {
            message: "a: PersistentVolumeClaim has no field spec.storageClasName; did you mean spec.storageClassName?",
        });
    });
});
