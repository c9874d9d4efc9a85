import { SharedFiles, type SharedFilesArgs, StatefulApp } from "../../../components";
import { type Recording, record } from "../../support/mocks";

const base: SharedFilesArgs = {
    volume: "media",
    namespace: "feed",
    image: "docker.io/library/node:22-alpine",
    size: "10Gi",
    storageClass: "shared-123456",
};
const files = (args: Partial<SharedFilesArgs> = {}, preview = false): Promise<Recording> =>
    record(
        () => {
            const { host, tokenSecret, claimNames } = new SharedFiles("feed", { ...base, ...args });
            return { host, tokenSecret, claimNames };
        },
        { preview },
    );
const deploymentOf = (recording: Recording) => recording.only("kubernetes:apps/v1:Deployment").inputs.spec;

describe.each([
    ["update", false],
    ["preview", true],
])("shared files, in an %s", (_, preview) => {
    it("lie on one claim that every member mounts, which is kept, and so is the token", async () => {
        const recording = await files({}, preview);
        const claim = recording.only("kubernetes:core/v1:PersistentVolumeClaim");
        expect(claim.inputs.metadata.name).toBe("media-feed-0");
        expect(claim.inputs.spec).toMatchObject({ accessModes: ["ReadWriteMany"], storageClassName: "shared-123456" });
        const { replicas, template } = deploymentOf(recording);
        expect(replicas).toBe(2);
        expect(template.spec.volumes[0].persistentVolumeClaim.claimName).toBe("media-feed-0");
        const kept = recording.resources.filter(({ protect, retainOnDelete }) => protect && retainOnDelete);
        expect(kept.map(({ inputs }) => inputs.metadata.name).sort()).toEqual(["feed-media-password", "media-feed-0"]);
        expect(recording.only("kubernetes:policy/v1:PodDisruptionBudget").inputs.spec.maxUnavailable).toBe(1);
    });
});

it("have an address before there are members behind it: waiting for those would be waiting for each other", async () => {
    const recording = await files();
    const service = recording.only("kubernetes:core/v1:Service");
    expect(recording.only("kubernetes:apps/v1:Deployment").dependsOn).toContain(service.name);
    expect(service.inputs.metadata.annotations).toEqual({ "pulumi.com/skipAwait": "true" });
});

describe("the members", () => {
    it("run as Pod Security wants, without a way to the API, and write nowhere but to the files", async () => {
        const { spec } = deploymentOf(await files()).template;
        expect(spec.automountServiceAccountToken).toBe(false);
        expect(spec.securityContext).toMatchObject({
            runAsNonRoot: true,
            runAsUser: 1000,
            fsGroup: 1000,
            seccompProfile: { type: "RuntimeDefault" },
        });
        const [container] = spec.containers;
        expect(container.securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        });
        expect(container.volumeMounts.filter(({ readOnly }: { readOnly?: boolean }) => !readOnly)).toEqual([
            { name: "files", mountPath: "/srv/files" },
        ]);
    });

    it("are one where one node alone mounts the volume, and it ends before the next begins", async () => {
        const recording = await files({ accessMode: "ReadWriteOnce" });
        expect(deploymentOf(recording)).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
        expect(recording.all("kubernetes:policy/v1:PodDisruptionBudget")).toEqual([]);
    });

    it("let clients in, and call nobody", async () => {
        const { inputs } = (await files({ clientNamespaces: ["web"] })).only("kubernetes:networking.k8s.io/v1:NetworkPolicy");
        expect(inputs.spec.egress).toEqual([]);
        expect(inputs.spec.ingress).toEqual([
            {
                from: [
                    { podSelector: { matchLabels: { "holdfast.dev/client-of-feed": "true" } } },
                    {
                        podSelector: { matchLabels: { "holdfast.dev/client-of-feed": "true" } },
                        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "web" } },
                    },
                ],
                ports: [{ port: 8080, protocol: "TCP" }],
            },
        ]);
    });

    it("are told of the largest file in bytes", async () => {
        const [{ env }] = deploymentOf(await files({ largestFile: "1Mi" })).template.spec.containers;
        expect(env).toContainEqual({ name: "FILES_LARGEST", value: "1048576" });
    });
});

it("is refused with everything that is wrong at once", async () => {
    const wrong = {
        volume: "Media",
        size: "10",
        accessMode: "ReadWriteOnce",
        replicas: 2,
        runAsUser: 0,
        largestFile: "big",
        allow: ["everything goes"],
    };
    const error: Error = await files(wrong).then(
        () => Promise.reject(new Error("was made")),
        (reason) => reason,
    );
    const paths = error.message
        .split("\n")
        .slice(1)
        .map((line) => line.split(":")[0].trim());
    expect(paths).toEqual(["- app", "- runAsUser", "- largestFile", "- replicas", "- volume", "- size", "- allow[0]"]);
});

it("stands beside the database of an application whose use case has files", async () => {
    const { only, outputs } = await record(() => {
        const { claimNames } = new StatefulApp("feed", { useCase: "social-feed", target: "sandbox" });
        return { claimNames };
    });
    expect(outputs.claimNames).toEqual(["feed-1", "feed-2", "media-feed-0"]);
    expect(only("kubernetes:core/v1:PersistentVolumeClaim").dependsOn).toEqual(
        expect.arrayContaining(["feed-namespace", "feed-storage-class"]),
    );
    expect(only("kubernetes:apps/v1:Deployment").inputs.spec.template.spec.containers[0].image).toBe("registry.sandbox.holdfast/node:20");
});
