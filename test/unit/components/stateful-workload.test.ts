import * as pulumi from "@pulumi/pulumi";
import { StatefulWorkload, type StatefulWorkloadArgs } from "../../../components";
import { type Recording, record } from "../../support/mocks";

const setType = "kubernetes:apps/v1:StatefulSet";
const base: StatefulWorkloadArgs = {
    namespace: "docs",
    image: "registry.example.org/wiki:4.2",
    ports: [{ name: "http", port: 8080 }],
    volumes: [{ name: "data", mountPath: "/var/lib/wiki", size: "10Gi" }],
    storageClass: "shared-123456",
};

function workload(args: Partial<StatefulWorkloadArgs> = {}): Promise<Recording> {
    return record(() => new StatefulWorkload("wiki", { ...base, ...args }).host);
}

const podOf = (recording: Recording) => recording.only(setType).inputs.spec.template.spec;

describe("a stateful workload", () => {
    it("makes a StatefulSet whose claims outlive it", async () => {
        const recording = await workload({ replicas: 2 });
        const set = recording.only(setType);
        expect(set.ignoreChanges).toEqual(["spec.volumeClaimTemplates[*].spec"]);
        expect(set.inputs.spec.persistentVolumeClaimRetentionPolicy).toEqual({ whenDeleted: "Retain", whenScaled: "Retain" });
        expect(set.inputs.spec.volumeClaimTemplates).toEqual([
            {
                metadata: { name: "data" },
                spec: {
                    accessModes: ["ReadWriteOnce"],
                    storageClassName: "shared-123456",
                    resources: { requests: { storage: "10Gi" } },
                },
            },
        ]);
        expect(recording.all("kubernetes:core/v1:PersistentVolumeClaim").map((claim) => claim.inputs.metadata.name)).toEqual([
            "data-wiki-0",
            "data-wiki-1",
        ]);
        expect(set.dependsOn).toEqual(expect.arrayContaining(["wiki-claims-data-0", "wiki-claims-data-1", "wiki-headless"]));
        expect(recording.outputs).toBe("wiki.docs.svc.cluster.local");
    });

    it("replaces what has a fixed name by deleting it first", async () => {
        const fixed = (await workload()).resources.filter(
            ({ isComponent, protect, type }) => !isComponent && !protect && !/Stack|:providers:/.test(type),
        );
        expect(fixed.map(({ deleteBeforeReplace }) => deleteBeforeReplace)).toEqual(fixed.map(() => true));
        expect(fixed).toHaveLength(6);
    });

    it("follows Pod Security restricted, all of it", async () => {
        const pod = podOf(await workload({ runAsUser: 1000 }));
        expect(pod.securityContext).toMatchObject({
            runAsNonRoot: true,
            runAsUser: 1000,
            fsGroup: 1000,
            seccompProfile: { type: "RuntimeDefault" },
        });
        expect(pod.containers[0].securityContext).toEqual({
            allowPrivilegeEscalation: false,
            privileged: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        });
        expect(pod.automountServiceAccountToken).toBe(false);
        expect(pod.volumes.every((volume: object) => !("hostPath" in volume))).toBe(true);
        expect(pod.containers[0].volumeMounts).toEqual([
            { name: "data", mountPath: "/var/lib/wiki" },
            { name: "tmp", mountPath: "/tmp" },
        ]);
    });

    it("has a Service for clients, one for members that aren't ready yet, and a budget that lets a node drain", async () => {
        const recording = await workload();
        expect(recording.only("kubernetes:core/v1:Service", "wiki").inputs.spec.ports).toEqual([
            { name: "http", port: 8080, targetPort: "http" },
        ]);
        expect(recording.only("kubernetes:core/v1:Service", "wiki-headless").inputs.spec).toMatchObject({
            clusterIP: "None",
            publishNotReadyAddresses: true,
        });
        expect(recording.only(setType).inputs.spec.serviceName).toBe("wiki-headless");
        expect(recording.only("kubernetes:policy/v1:PodDisruptionBudget").inputs.spec.maxUnavailable).toBe(1);
    });

    it("lets in named clients and its own members, and lets out name look-ups", async () => {
        const policy = (await workload({ clientNamespaces: ["web"] })).only("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs.spec;
        const client = { matchLabels: { "holdfast.dev/client-of-wiki": "true" } };
        const members = { podSelector: { matchLabels: { "app.kubernetes.io/name": "wiki" } } };
        expect(policy.ingress).toEqual([
            {
                from: [
                    { podSelector: client },
                    { podSelector: client, namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "web" } } },
                ],
                ports: [{ port: 8080, protocol: "TCP" }],
            },
            { from: [members] },
        ]);
        expect(policy.egress).toEqual([
            { to: [members] },
            {
                ports: [
                    { port: 53, protocol: "UDP" },
                    { port: 53, protocol: "TCP" },
                ],
            },
        ]);
        expect(policy.policyTypes).toEqual(["Ingress", "Egress"]);
    });

    it("rolls the pods when a file of config changes, and only then", async () => {
        const hashOf = async (text: string) => {
            const recording = await workload({ config: { "wiki.ini": text, "other.ini": "x" } });
            const map = recording.only("kubernetes:core/v1:ConfigMap");
            const mounted = podOf(recording).volumes.find((volume: { configMap?: object }) => volume.configMap);
            expect(mounted.configMap.name).toBe(map.inputs.metadata.name);
            expect(recording.only(setType).dependsOn).toContain(map.name);
            return recording.only(setType).inputs.spec.template.metadata.annotations["holdfast.dev/config"];
        };
        const first = await hashOf("theme = dark");
        expect(first).toMatch(/^[0-9a-f]{8}$/);
        expect(await hashOf("theme = light")).not.toBe(first);
        expect(await hashOf("theme = dark")).toBe(first);
    });

    it("rolls the pods when a secret changes, and shows it nowhere", async () => {
        const hashOf = async (token: string) => {
            const recording = await workload({ secrets: { token: pulumi.secret(token) } });
            const secret = recording.only("kubernetes:core/v1:Secret");
            expect(secret.secrets).toContain("data");
            expect(Buffer.from(secret.inputs.data.token, "base64").toString()).toBe(token);
            expect(recording.only(setType).dependsOn).toContain(secret.name);
            expect(recording.only(setType).secrets).toEqual([]);
            for (const other of recording.resources.filter((resource) => resource !== secret)) {
                expect(JSON.stringify(other.inputs)).not.toContain(token);
            }
            return recording.only(setType).inputs.spec.template.metadata.annotations["holdfast.dev/secrets"];
        };
        const first = await hashOf("correct horse");
        expect(first).toMatch(/^[0-9a-f]{8}$/);
        expect(await hashOf("battery staple")).not.toBe(first);
    });

    it("keeps the names of what members mount, so that one that is held back can start again", async () => {
        const namesOf = async (text: string) => {
            const { resources } = await workload({ config: { a: text }, secrets: { b: text } });
            return resources.filter(({ type }) => /:(ConfigMap|Secret)$/.test(type)).map(({ inputs }) => inputs.metadata.name);
        };
        expect(await namesOf("before")).toEqual(["wiki-config", "wiki-secrets"]);
        expect(await namesOf("after")).toEqual(["wiki-config", "wiki-secrets"]);
    });

    it("gives a member on a lost node up in the time that is asked for", async () => {
        const pod = podOf(await workload({ lostNodeSeconds: 12 }));
        expect(pod.tolerations).toEqual(
            ["not-ready", "unreachable"].map((condition) => ({
                key: `node.kubernetes.io/${condition}`,
                operator: "Exists",
                effect: "NoExecute",
                tolerationSeconds: 12,
            })),
        );
    });

    it("is scheduled on a single node unless spreading is required", async () => {
        expect(podOf(await workload()).topologySpreadConstraints[0].whenUnsatisfiable).toBe("ScheduleAnyway");
        expect(podOf(await workload({ spreadIsRequired: true })).topologySpreadConstraints[0].whenUnsatisfiable).toBe("DoNotSchedule");
    });

    it("asks by command or by HTTP", async () => {
        const pod = podOf(await workload({ readinessProbe: { path: "/ready", port: "http" }, livenessProbe: { command: ["true"] } }));
        expect(pod.containers[0].readinessProbe).toMatchObject({ httpGet: { path: "/ready", port: "http" }, periodSeconds: 10 });
        expect(pod.containers[0].livenessProbe).toMatchObject({ exec: { command: ["true"] } });
        expect(pod.containers[0]).not.toHaveProperty("startupProbe");
    });

    it("can be made twice under one name in two namespaces", async () => {
        await record(() => {
            new StatefulWorkload("staging", { ...base, app: "wiki", namespace: "staging" });
            new StatefulWorkload("production", { ...base, app: "wiki", namespace: "production" });
        });
    });

    it("registers the same in a preview", async () => {
        const program = () => void new StatefulWorkload("wiki", { ...base, config: { a: "b" } });
        const shape = ({ resources }: Recording) => resources.map(({ urn, inputs }) => ({ urn, inputs }));
        expect(shape(await record(program, { preview: true }))).toEqual(shape(await record(program)));
    });

    it("reports every problem at once", async () => {
        await expect(
            workload({
                app: "Wiki!",
                runAsUser: 0,
                replicas: -1,
                ports: [{ name: "http", port: 80 }],
                volumes: [{ name: "data", mountPath: "/tmp", size: "1gb" }],
                scratch: [{ name: "tmp", mountPath: "/tmp" }],
                resources: { cpu: "much", memory: "512", memoryLimit: "256Mi" },
                readinessProbe: { path: "/", port: "https" },
                livenessProbe: {},
            }),
        ).rejects.toThrow(
            expect.objectContaining({
                errors: [
                    "app",
                    "replicas",
                    "volumes[0].size",
                    "runAsUser",
                    "ports[0].port",
                    "readinessProbe.port",
                    "livenessProbe",
                    "resources.cpu",
                    "resources.memory",
                    "scratch[0].mountPath",
                ].map((propertyPath) => expect.objectContaining({ propertyPath })),
            }),
        );
    });
});
