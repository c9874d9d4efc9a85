import { StatefulApp, type StatefulAppArgs } from "../../../components";
import { lostNodeSecondsOf } from "../../../components/engines/member-args";
import { planOf } from "../../../components/stateful-app";
import { type Recording, record } from "../../support/mocks";

const base: StatefulAppArgs = { useCase: "user-preferences", target: "sandbox" };

function app(args: Partial<StatefulAppArgs> = {}, name = "user-preferences"): Promise<Recording> {
    return record(() => {
        const { host, port, namespace, storageClass, snapshotClass, claimNames } = new StatefulApp(name, { ...base, ...args });
        return { host, port, namespace, storageClass, snapshotClass, claimNames };
    });
}

const namesOf = ({ resources }: Recording) => resources.map(({ name }) => name).filter((name) => !name.startsWith("holdfast-"));

describe("a stateful app", () => {
    it("is made from the plan of its use case", async () => {
        const recording = await app();
        expect(recording.outputs).toMatchObject({
            host: "user-preferences.user-preferences.svc.cluster.local",
            port: 5432,
            namespace: "user-preferences",
            claimNames: ["data-user-preferences-0"],
        });
        const { plan } = planOf("user-preferences", base);
        const pod = recording.only("kubernetes:apps/v1:StatefulSet").inputs.spec.template.spec;
        expect(pod.containers[0].image).toBe(plan?.engine.image);
        expect(pod.securityContext.runAsUser).toBe(plan?.engine.runAsUser);
        expect(recording.only("kubernetes:core/v1:PersistentVolumeClaim").inputs.spec).toMatchObject({
            accessModes: [plan?.volumes[0].accessMode],
            resources: { requests: { storage: plan?.volumes[0].size } },
        });
    });

    it("has a class for snapshots where its plan takes them, and none elsewhere", async () => {
        const taken = await app({ set: { "needs.snapshots": "true" } });
        const [made] = taken.all("kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass");
        expect(taken.outputs.snapshotClass).toBe(made.inputs.metadata.name);
        expect(made.inputs).toMatchObject({ driver: "pool.csi.sandbox.holdfast", deletionPolicy: "Retain" });
        const plain = await app();
        expect(plain.outputs.snapshotClass).toBe("");
        expect(plain.all("kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass")).toEqual([]);
    });

    it("keeps the claims, their namespace and the password, and nothing else", async () => {
        const { resources } = await app();
        const kept = resources.filter(({ protect, retainOnDelete }) => protect && retainOnDelete).map(({ type }) => type.split(":").pop());
        expect(kept.sort()).toEqual(["Namespace", "PersistentVolumeClaim", "Secret"]);
        expect(resources.filter(({ protect }) => protect)).toHaveLength(3);
    });

    it("makes claims that keep their namespace and class from being destroyed", async () => {
        expect((await app()).only("kubernetes:core/v1:PersistentVolumeClaim").dependsOn).toEqual(
            expect.arrayContaining(["user-preferences-namespace", "user-preferences-storage-class"]),
        );
    });

    it("lifts the protection of exactly what a permission names", async () => {
        const allow = ["delete data-user-preferences-0", "delete namespace/user-preferences"];
        const { resources } = await app({ allow });
        expect(resources.filter(({ protect }) => protect).map(({ name }) => name)).toEqual(["user-preferences-postgres-password"]);
    });

    it("begins every child's name with its own, however the application is called", async () => {
        expect(namesOf(await app({ app: "prefs", namespace: "web" }, "mine")).every((name) => name.startsWith("mine"))).toBe(true);
    });

    it("labels its namespace for Pod Security", async () => {
        expect((await app()).only("kubernetes:core/v1:Namespace").inputs.metadata.labels).toMatchObject({
            "pod-security.kubernetes.io/enforce": "restricted",
        });
    });

    it("leaves a namespace and a class alone that exist already", async () => {
        const recording = await app({ createsNamespace: false, namespace: "web", storageClass: "standard", storageDriver: undefined });
        expect(recording.all("kubernetes:core/v1:Namespace")).toEqual([]);
        expect(recording.all("kubernetes:storage.k8s.io/v1:StorageClass")).toEqual([]);
        expect(recording.only("kubernetes:core/v1:PersistentVolumeClaim").inputs.spec.storageClassName).toBe("standard");
    });

    it("names its class so that two namespaces don't fight over one", async () => {
        expect((await app({ namespace: "web" })).outputs.storageClass).toMatch(/^web-user-preferences-[0-9a-f]{6}$/);
    });

    it("can be made beside another of the same name in another namespace", async () => {
        await record(() => {
            new StatefulApp("staging", { ...base, app: "prefs", namespace: "staging" });
            new StatefulApp("production", { ...base, app: "prefs", namespace: "production" });
        });
    });

    it("gives up a lost node early enough for its promise", () => {
        const { plan } = planOf("user-preferences", base);
        expect(plan && lostNodeSecondsOf(plan)).toBe(30);
    });

    it("takes any decision of the plan by its path", () => {
        const { plan } = planOf("prefs", { ...base, set: { "backup.policy": "daily" }, accept: ["rpo-shorter-than-interval"] });
        expect(plan?.backup.policy).toBe("daily");
        expect(planOf("prefs", { ...base, set: { "backup.polcy": "daily" } }).problems).toEqual([
            { path: 'set["backup.polcy"]', reason: expect.stringContaining("backup.policy") },
        ]);
    });

    it("says which of its arguments a problem is about, not which path of the plan", () => {
        const { problems } = planOf("prefs", { ...base, target: "kubernetes" });
        expect(problems.map(({ path }) => path)).toEqual(["storageDriver"]);
    });

    it("names what AWS takes, where it isn't given", () => {
        expect(planOf("prefs", { useCase: "user-preferences", target: "eks" }).problems).toEqual([
            { path: "region", reason: expect.stringContaining("missing: AWS resources are made where the cluster is.") },
            { path: "aws.clusterName", reason: expect.stringContaining("Write its name, or a class that exists") },
        ]);
    });

    it("is refused with every problem at once, and nothing is registered but its own name", async () => {
        await expect(
            app({ useCase: "user-preference", target: "moon", size: "1gb", namespace: "My Namespace", allow: ["delete *"] }),
        ).rejects.toThrow(
            /problems\):[\s\S]*namespace: "My Namespace" is not a name[\s\S]*allow\[0\]: "delete \*" is not a permission[\s\S]*user-preference/,
        );
    });
});
