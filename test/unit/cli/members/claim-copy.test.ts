/** A claim's successor, what speaks against it, and what is to be done next whatever was interrupted. */

import {
    copyOf,
    givingUpProblems,
    type LiveClaim,
    makingAnewProblems,
    nextStep,
    oldVolumeLines,
    type Seen,
} from "../../../../cli/members/claim-copy";

const claim = (): LiveClaim => ({
    metadata: {
        name: "data-carts-1",
        namespace: "carts",
        uid: "old",
        labels: { "app.kubernetes.io/name": "carts", team: "shop" },
        annotations: {
            "k8up.io/backup": "false",
            "pv.kubernetes.io/bind-completed": "yes",
            "volume.kubernetes.io/selected-node": "node-1",
            "volume.beta.kubernetes.io/storage-provisioner": "driver",
            note: "by hand",
        },
        managedFields: [
            { manager: "kubectl-annotate", operation: "Update" },
            { manager: "pulumi-kubernetes-1a2b3c4d", operation: "Apply", subresource: "status" },
            {
                manager: "pulumi-kubernetes-5e6f7a8b",
                // As an object is made; it says "Apply" once it was changed.
                operation: "Update",
                fieldsV1: {
                    "f:metadata": { "f:labels": { "f:app.kubernetes.io/name": {} }, "f:annotations": { ".": {}, "f:k8up.io/backup": {} } },
                },
            },
        ],
    },
    spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "fast-1a2b3c",
        volumeMode: "Filesystem",
        volumeName: "pvc-1",
        resources: { requests: { storage: "2Gi" } },
    },
    status: { phase: "Bound" },
});
const spec = { accessModes: ["ReadWriteOnce"], storageClassName: "fast-1a2b3c", resources: { requests: { storage: "2Gi" } } };

describe("a claim is made anew", () => {
    it("as the program had made it and in its name, without what tells of the old volume", () => {
        expect(copyOf(claim())).toEqual({
            name: "data-carts-1",
            uid: "old",
            volume: "pvc-1",
            manifest: {
                apiVersion: "v1",
                kind: "PersistentVolumeClaim",
                metadata: {
                    name: "data-carts-1",
                    namespace: "carts",
                    labels: { "app.kubernetes.io/name": "carts" },
                    annotations: { "k8up.io/backup": "false" },
                },
                spec,
            },
            manager: "pulumi-kubernetes-5e6f7a8b",
            others: { labels: { team: "shop" }, annotations: { note: "by hand" } },
        });
    });

    it("with everything, where nobody applied it", () => {
        const { metadata, ...rest } = claim();
        const { manager, manifest, others } = copyOf({ ...rest, metadata: { ...metadata, managedFields: undefined } });
        expect([manager, others]).toEqual([undefined, { labels: {}, annotations: {} }]);
        expect(manifest).toMatchObject({
            metadata: { labels: { team: "shop" }, annotations: { note: "by hand", "k8up.io/backup": "false" } },
        });
    });

    it("with its attributes, and as a block device where it was one", () => {
        const given = claim();
        Object.assign(given.spec, { volumeMode: "Block", volumeAttributesClassName: "gold" });
        expect(copyOf(given).manifest).toMatchObject({ spec: { ...spec, volumeMode: "Block", volumeAttributesClassName: "gold" } });
    });
});

describe("a claim isn't given up", () => {
    it.each([
        ["but where its volume stays", "Retain", []],
        [
            "where its volume would go",
            "Delete",
            [
                `the volume of data-carts-1 (pvc-1) would be deleted with the claim: its reclaim policy is Delete. Keep it first: kubectl --context c patch pv pvc-1 -p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'`,
            ],
        ],
        ["where nobody can tell", undefined, ["the volume of data-carts-1 can't be read: whether it would stay isn't known"]],
    ])("%s", (_what, persistentVolumeReclaimPolicy, problems) => {
        const volume = persistentVolumeReclaimPolicy && { metadata: { name: "pvc-1" }, spec: { persistentVolumeReclaimPolicy } };
        expect(givingUpProblems(claim(), volume || undefined, "kubectl --context c")).toEqual(problems);
    });

    const template = (more: object = {}) => ({ metadata: { name: "data" }, spec: { ...spec, ...more } });
    it.each<[string, (given: LiveClaim) => void, ReturnType<typeof template> | undefined, string | undefined]>([
        ["but where Kubernetes would make the same", () => {}, template(), undefined],
        [
            "but where Kubernetes would make a smaller one, which grows",
            () => {},
            template({ resources: { requests: { storage: "1Gi" } } }),
            undefined,
        ],
        ["but where there is no template", () => {}, undefined, undefined],
        [
            "where it would be of another class",
            () => {},
            template({ storageClassName: "old" }),
            "class fast-1a2b3c, and Kubernetes would make the missing claim of class old",
        ],
        [
            "where it would be mounted in another way",
            () => {},
            template({ accessModes: ["ReadWriteMany"] }),
            "mounted as ReadWriteOnce, and the StatefulSet's template says ReadWriteMany",
        ],
        [
            "where it would be filled from what it was made from",
            ({ spec: own }) => {
                own.dataSource = { kind: "VolumeSnapshot", name: "before" };
            },
            template(),
            "was made from VolumeSnapshot before",
        ],
    ])("%s", (_what, change, made, problem) => {
        const given = claim();
        change(given);
        const problems = makingAnewProblems(given, made);
        if (problem === undefined) expect(problems).toEqual([]);
        else expect(problems).toEqual([expect.stringContaining(problem)]);
    });
});

describe("what is next", () => {
    const copy = copyOf(claim());
    const going = { ...claim(), metadata: { ...claim().metadata, deletionTimestamp: "2026-11-22T12:00:00Z" } };
    const fresh = (more: Partial<LiveClaim["metadata"]> = {}, storage = "2Gi"): LiveClaim => ({
        metadata: { ...claim().metadata, uid: "new", ...more },
        spec: { ...spec, resources: { requests: { storage } } },
    });
    const [running, stopping] = [{ isStopping: false }, { isStopping: true }];
    it.each<[string, Seen, string]>([
        ["the claim is there", { claim: claim(), pod: running }, "give up"],
        ["the claim is there, and its pod isn't", { claim: claim(), pod: undefined }, "give up"],
        ["the claim goes, and its pod runs", { claim: going, pod: running }, "stop"],
        ["the claim goes, and its pod stops", { claim: going, pod: stopping }, "wait"],
        ["the claim goes, and nobody uses it", { claim: going, pod: undefined }, "wait"],
        ["the claim is gone", { claim: undefined, pod: undefined }, "make"],
        ["Kubernetes made another from its template", { claim: fresh({ managedFields: [], annotations: {} }), pod: running }, "make"],
        ["the other is smaller", { claim: fresh({}, "1Gi"), pod: running }, "make"],
        ["the other lacks a label", { claim: fresh({ labels: {} }), pod: running }, "make"],
        ["the other is as it should be", { claim: fresh(), pod: running }, "done"],
        ["the other is larger", { claim: fresh({}, "4096Mi"), pod: running }, "done"],
    ])("%s", (_what, seen, step) => {
        expect(nextStep(seen, copy)).toBe(step);
    });
});

it("says where the old data lies and how it is removed", () => {
    expect(oldVolumeLines(["pvc-1"], "kubectl --context c").join("\n")).toContain(
        `PersistentVolume pvc-1. To remove it:\n  kubectl --context c patch pv pvc-1 -p '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}'`,
    );
});
