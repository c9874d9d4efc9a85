/**
 * Same steps, same detailed diffs, same meaning of errors as the real provider gave for 54 edits of 23 plain objects
 * (fixtures/real-4.29.0.json), run through the real engine on a sandbox of its own, or on the cluster of
 * KUBECONFIG with the engine on PATH. Takes about 5 minutes.
 */

import { useCluster } from "./cluster";
import { base, edits } from "./fixtures/cases";
import recorded from "./fixtures/real-4.29.0.json";
import { kubectl, type Plan, Stack } from "./stack";

const cluster = useCluster("provider-truth");

interface Recorded extends Plan {
    up?: number;
    second?: Plan["steps"];
    back?: Plan["steps"];
}

const real = recorded as unknown as Record<string, Recorded>;
const volumes = [1, 2, 3, 4, 5, 6].map((n) => ({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `truth-volume-${n}` },
    spec: {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce"],
        storageClassName: "truth-sc",
        persistentVolumeReclaimPolicy: "Retain",
        hostPath: { path: `/tmp/truth-volume-${n}`, type: "DirectoryOrCreate" },
    },
}));

/** What an error is about: what the API server or the engine refused, without the words around it. */
function meaning(error: string): string {
    const verdict = /is invalid: [\s\S]*|unable to replace resource [\s\S]*/.exec(error);
    return (verdict?.[0] ?? error).slice(0, 120);
}

let stack: Stack;

beforeAll(async () => {
    kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: volumes }));
    stack = new Stack("truth");
    stack.write(base());
    await stack.mustUp();
});

afterAll(async () => {
    await stack.dispose();
    // Two claims are kept by the program (retainOnDelete) and go with their namespace; the volumes were made here.
    kubectl(["delete", "namespace", "truth", "truth2", "truth3", "--ignore-not-found"]);
    kubectl(["delete", "pv", ...volumes.map((v) => v.metadata.name), "--ignore-not-found"]);
    cluster.destroy();
});

test("the fixture has every edit that was recorded", () => {
    expect(edits.map((edit) => edit.id).sort()).toEqual(Object.keys(real).sort());
});

test.each(edits)("$id", async (edit) => {
    const edited = base();
    edit.change(edited);
    stack.write(edited);
    const plan = await stack.preview();
    const expected = real[edit.id];

    expect(plan.steps).toEqual(expected.steps);
    expect(plan.errors.map(meaning)).toEqual(expected.errors.map(meaning));
    expect(plan.rc === 0).toBe(expected.rc === 0);

    if (!edit.up) return;
    expect((await stack.up()).code === 0).toBe(expected.up === 0);
    expect((await stack.preview()).steps).toEqual(expected.second);
    stack.write(base());
    await stack.mustUp();
    expect((await stack.preview()).steps).toEqual(expected.back);
});
