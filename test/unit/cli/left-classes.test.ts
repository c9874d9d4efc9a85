import { unknownClasses } from "../../../cli/left-classes";

const known = (type: string, name: string) => ({ type, inputs: { metadata: { name } } });

test("a class is in the way only where the state doesn't know it: made by this stack, it is Pulumi's to change", () => {
    const wanted = [
        { resource: "storageclass" as const, name: "prefs-3f9c1a" },
        { resource: "volumesnapshotclass" as const, name: "prefs-snapshots-3f9c1a" },
    ];
    expect(unknownClasses(wanted, [])).toEqual(wanted);
    expect(unknownClasses(wanted, [known("kubernetes:storage.k8s.io/v1:StorageClass", "prefs-3f9c1a")])).toEqual([wanted[1]]);
    expect(unknownClasses(wanted, [known("kubernetes:storage.k8s.io/v1:StorageClass", "prefs-cd2690")])).toEqual(wanted);
    expect(unknownClasses(wanted, [known("kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass", wanted[1].name)])).toEqual([
        wanted[0],
    ]);
    // Another kind of the same name says nothing of the class.
    expect(unknownClasses(wanted, [known("kubernetes:core/v1:ConfigMap", "prefs-3f9c1a")])).toEqual(wanted);
});
