import { classReferences, type FindSource, missingClasses, type SourceObject, sourceProblems } from "../../../cli/claim-references";
import type { PlannedVolume } from "../../../components/usecases/plan";

const volumes: PlannedVolume[] = [{ name: "data", size: "1Gi", ceiling: "10Gi", accessMode: "ReadWriteOnce" }];
const plan = { app: "copy", replicas: 1, volumes };

function problems(text: string, found: SourceObject | null | undefined, existing: string[] = []) {
    const asked: string[] = [];
    const find: FindSource = (resource, name) => {
        asked.push(`${resource}/${name}`);
        return found;
    };
    const known = existing.map((name) => ({ name, namespace: "n", size: "1Gi", isProtected: true }));
    return { asked, list: sourceProblems({ "data-copy-0": text }, plan, undefined, known, find) };
}

test("a snapshot that is ready and a claim that is bound are fine, and are looked for by their kind", () => {
    const snapshot = problems("snapshot/before", { status: { readyToUse: true, restoreSize: "1Gi" } });
    expect(snapshot).toEqual({ asked: ["volumesnapshots.snapshot.storage.k8s.io/before"], list: [] });
    const claim = problems("claim/data-a-0", { status: { phase: "Bound", capacity: { storage: "1073741824" } } });
    expect(claim).toEqual({ asked: ["persistentvolumeclaims/data-a-0"], list: [] });
});

test.each<[string, string, SourceObject | null, string]>([
    ["a missing snapshot", "snapshot/before", null, "there is none in the namespace"],
    ["one that isn't ready", "snapshot/before", { status: {} }, "not ready to be restored yet"],
    [
        "one that failed",
        "snapshot/before",
        { status: { readyToUse: false, error: { message: "no room" } } },
        "not ready to be restored: no room",
    ],
    ["a larger one", "snapshot/before", { status: { readyToUse: true, restoreSize: "2Gi" } }, "Write holdfast:size: 2Gi (or more)"],
    ["an unbound claim", "claim/data-a-0", { status: { phase: "Pending" } }, "it is Pending"],
    ["a larger claim", "claim/data-a-0", { status: { phase: "Bound", capacity: { storage: "2Gi" } } }, "needs 2Gi; 1Gi is asked for"],
])("%s is named with what to write instead", (_what, text, found, says) => {
    const { list } = problems(text, found);
    expect(list).toEqual([expect.stringContaining(says)]);
    expect(list[0]).toContain(`data-copy-0 is to be made from ${text}`);
});

test("a claim that exists is not made again, so its source may be gone; a cluster that is silent proves nothing", () => {
    expect(problems("snapshot/before", null, ["data-copy-0"])).toEqual({ asked: [], list: [] });
    expect(problems("snapshot/before", undefined).list).toEqual([]);
});

describe("classes that a configuration names", () => {
    const references = classReferences({
        storageClass: "standard",
        attributesClass: "fast",
        workload: {
            ports: [],
            volumes: [
                { name: "data", mountPath: "/data" },
                { name: "log", mountPath: "/log", storageClass: "slow" },
            ],
        },
    });

    test("are all found", () => {
        expect(references.map(({ key, resource, name }) => `${key} ${resource} ${name}`)).toEqual([
            "storageClass storageclasses standard",
            "attributesClass volumeattributesclasses fast",
            "workload.volumes[1].storageClass storageclasses slow",
        ]);
        expect(classReferences({})).toEqual([]);
    });

    test("are named where the cluster hasn't got them, with what it has", () => {
        const list = (resource: string) => (resource === "storageclasses" ? ["standard", "local"] : []);
        expect(missingClasses(references, list)).toEqual([
            'holdfast:attributesClass: there is no VolumeAttributesClass "fast" in the cluster. It has none: make one first.',
            'holdfast:workload.volumes[1].storageClass: there is no StorageClass "slow" in the cluster. It has standard, local.',
        ]);
    });

    test("are taken to be there by a cluster that is silent", () => {
        expect(missingClasses(references, () => undefined)).toEqual([]);
    });
});
