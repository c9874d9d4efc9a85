import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { VolumeClaims, type VolumeClaimsArgs } from "../../../components";
import { claimProblems, plannedClaims } from "../../../components/volumes/claim-plan";
import { type Properties, record } from "../../support/mocks";

const claimType = "kubernetes:core/v1:PersistentVolumeClaim";
const base: VolumeClaimsArgs = { app: "ledger", namespace: "bank", storageClass: "fast-123456", volumes: [{ name: "data", size: "10Gi" }] };

async function claims(args: Partial<VolumeClaimsArgs>) {
    const recording = await record(() => new VolumeClaims("c", { ...base, ...args }).claimNames);
    return recording.all(claimType);
}

describe("claims", () => {
    it("are called as the StatefulSet would call them, and are kept whatever happens", async () => {
        const made = await claims({
            replicas: 2,
            volumes: [...base.volumes, { name: "log", size: "1Gi", accessMode: "ReadWriteOncePod" }],
        });
        expect(made.map((claim) => claim.inputs.metadata.name)).toEqual(["data-ledger-0", "log-ledger-0", "data-ledger-1", "log-ledger-1"]);
        expect(made.map((claim) => claim.name)).toEqual(["c-data-0", "c-log-0", "c-data-1", "c-log-1"]);
        expect(made.every((claim) => claim.protect && claim.retainOnDelete)).toBe(true);
        expect(made[1].inputs.spec).toEqual({
            accessModes: ["ReadWriteOncePod"],
            storageClassName: "fast-123456",
            resources: { requests: { storage: "1Gi" } },
        });
    });

    it("wait for what the component waits for, so that destroy keeps it with them", async () => {
        const recording = await record(() => {
            const first = new ConfigMap("first", { metadata: { name: "first", namespace: "bank" } });
            new VolumeClaims("c", base, { dependsOn: [first] });
        });
        expect(recording.only(claimType).dependsOn).toEqual(["first"]);
    });

    it("grow in place: the size is all that changes", async () => {
        const [before] = await claims({});
        const [after] = await claims({ volumes: [{ name: "data", size: "20Gi" }] });
        before.inputs.spec.resources.requests.storage = "20Gi";
        expect(after).toEqual(before);
    });

    it("take other attributes in place: their name is all that changes", async () => {
        const of = async (attributesClass: string) => (await claims({ volumes: [{ name: "data", size: "10Gi", attributesClass }] }))[0];
        const [before, after] = [await of("slow"), await of("fast")];
        expect(before.inputs.spec.volumeAttributesClassName).toBe("slow");
        before.inputs.spec.volumeAttributesClassName = "fast";
        expect(after).toEqual(before);
        expect(after.ignoreChanges).not.toContain("spec.volumeAttributesClassName");
    });

    it("get their volume's class, or else the one of all", async () => {
        const made = await claims({ volumes: [...base.volumes, { name: "log", size: "1Gi", storageClass: "slow" }] });
        expect(made.map((claim) => claim.inputs.spec.storageClassName)).toEqual(["fast-123456", "slow"]);
    });

    it("are made from a snapshot or a claim where one is named, and the others empty", async () => {
        const restoreFrom = { "data-ledger-0": "snapshot/before", "data-ledger-1": "claim/data-other-0" };
        const made = await claims({ replicas: 3, restoreFrom });
        expect(Object.fromEntries(made.map(({ inputs }) => [inputs.metadata.name, inputs.spec.dataSource]))).toEqual({
            "data-ledger-0": { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "before" },
            "data-ledger-1": { kind: "PersistentVolumeClaim", name: "data-other-0" },
            "data-ledger-2": undefined,
        });
        // A claim that exists stays what it is, whatever new ones are to be made from.
        expect(made[0].ignoreChanges).toEqual(["spec.storageClassName", "spec.accessModes", "spec.dataSource", "spec.dataSourceRef"]);
    });

    it("are kept for members that are gone, when that is asked", async () => {
        expect((await claims({ replicas: 1, keepClaims: 3 })).map((claim) => claim.inputs.metadata.name)).toEqual([
            "data-ledger-0",
            "data-ledger-1",
            "data-ledger-2",
        ]);
    });

    it("lose their protection by exact name, and only the one that is named", async () => {
        const made = await claims({ replicas: 3, allow: ["delete data-ledger-1"] });
        expect(made.map((claim) => [claim.protect, claim.retainOnDelete])).toEqual([
            [true, true],
            [false, false],
            [true, true],
        ]);
    });

    it("name what is wrong with what they are to be made from", () => {
        const restoreFrom = { "data-ledger-1": "snapshot/a", "data-ledger-0": "claim/data-ledger-0", "log-x": "backup/a" };
        const { volumes, app } = base;
        expect(claimProblems({ app, volumes, replicas: 1, restoreFrom })).toEqual([
            { path: 'restoreFrom["data-ledger-1"]', reason: expect.stringContaining('Did you mean "data-ledger-0"?') },
            { path: 'restoreFrom["data-ledger-0"]', reason: expect.stringContaining("a clone of itself") },
            { path: 'restoreFrom["log-x"]', reason: expect.stringContaining("It has data-ledger-0") },
            { path: 'restoreFrom["log-x"]', reason: expect.stringContaining('"backup/a" is not a source') },
        ]);
        expect(claimProblems({ app, volumes, replicas: 1, restoreFrom: { "data-ledger-0": "snapshot/a" } })).toEqual([]);
    });

    it("report every problem at once", async () => {
        await expect(
            claims({
                replicas: 2,
                keepClaims: 1,
                restoreFrom: { "data-ledger-0": "before" },
                allow: ["delete *", "remove data-ledger-0"],
                volumes: [
                    { name: "data", size: "10" },
                    { name: "data", size: "5Gi", ceiling: "4Gi", accessMode: "RWO" },
                    { name: "Log", size: "1Mi", minimum: "512Mi", storageClass: "", attributesClass: "" },
                ],
            }),
        ).rejects.toThrow(
            expect.objectContaining({
                errors: [
                    { propertyPath: "keepClaims", reason: expect.stringContaining("at least as many as there are replicas (2)") },
                    { propertyPath: "volumes[0].size", reason: expect.stringContaining('"10" is not a size') },
                    { propertyPath: "volumes[1].name", reason: expect.stringContaining('two volumes "data"') },
                    { propertyPath: "volumes[1].accessMode", reason: expect.stringContaining("ReadWriteOnce, ReadWriteOncePod") },
                    { propertyPath: "volumes[1].size", reason: expect.stringContaining("above the ceiling of 4Gi") },
                    { propertyPath: "volumes[2].name", reason: expect.stringContaining('"Log" is not a name') },
                    { propertyPath: "volumes[2].storageClass", reason: expect.stringContaining("it is empty") },
                    { propertyPath: "volumes[2].attributesClass", reason: expect.stringContaining("it is empty") },
                    { propertyPath: "volumes[2].size", reason: expect.stringContaining("Write at least 512Mi") },
                    { propertyPath: 'restoreFrom["data-ledger-0"]', reason: expect.stringContaining("is not a source") },
                    { propertyPath: "allow[0]", reason: expect.stringContaining("not a permission") },
                    { propertyPath: "allow[1]", reason: expect.stringContaining("not a permission") },
                ],
            }),
        );
    });

    it("are planned for every member and volume, once each", () => {
        fc.assert(
            fc.property(fc.nat(20), fc.nat(20), (replicas, more) => {
                const names = plannedClaims({ app: "x", volumes: base.volumes, replicas, keepClaims: replicas + more }).map((c) => c.name);
                expect(new Set(names).size).toBe(replicas + more);
                expect(claimProblems({ app: "x", volumes: base.volumes, replicas, keepClaims: replicas + more })).toEqual([]);
            }),
        );
    });
});

describe("a claim made before the class was changed", () => {
    /** The first claim has an older class in the cluster than the one asked for. */
    const onOldClass = (name: string, inputs: Properties) =>
        name === "c-data-0" ? { ...inputs, spec: { ...inputs.spec, storageClassName: "old-000000" } } : inputs;

    async function run(preview: boolean, live: (name: string, inputs: Properties) => Properties = onOldClass) {
        const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
        try {
            const program = () => new VolumeClaims("c", { ...base, replicas: 2 }).claimClasses;
            const { outputs } = await record(program, { live, preview });
            return { outputs, warnings: warn.mock.calls.map(([text, about]) => ({ text, about: (about as unknown as Named).__name })) };
        } finally {
            warn.mockRestore();
        }
    }
    interface Named {
        __name: string;
    }

    it.each([true, false])("keeps its own, and is said to, with the way to move its data (preview: %s)", async (preview) => {
        const { outputs, warnings } = await run(preview);
        expect(outputs).toEqual({ "data-ledger-0": "old-000000", "data-ledger-1": "fast-123456" });
        expect(warnings).toHaveLength(1);
        expect(warnings[0]).toEqual({ text: expect.stringContaining("data-ledger-0 stays on class old-000000"), about: "c-data-0" });
        expect(warnings[0].text).toContain("new claims get fast-123456");
        expect(warnings[0].text).toContain('restoreFrom: "claim/data-ledger-0"');
    });

    it.each([true, false])("keeps the access mode that it got with it, too (preview: %s)", async (preview) => {
        const { warnings } = await run(preview, (name, inputs) =>
            name === "c-data-1" ? { ...inputs, spec: { ...inputs.spec, accessModes: ["ReadWriteOncePod"] } } : inputs,
        );
        expect(warnings).toEqual([
            { text: expect.stringContaining("data-ledger-1 keeps the access mode ReadWriteOncePod"), about: "c-data-1" },
        ]);
        expect(warnings[0].text).toContain("new claims get ReadWriteOnce.");
    });
});
