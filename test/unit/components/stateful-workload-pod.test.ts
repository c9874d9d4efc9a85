/** What a member's pod is made of: containers, probes, environment, mounts and annotations. */

import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { StatefulWorkload, type StatefulWorkloadArgs } from "../../../components";
import { type Properties, type Recording, record } from "../../support/mocks";

const setType = "kubernetes:apps/v1:StatefulSet";
const base: StatefulWorkloadArgs = {
    namespace: "docs",
    image: "registry.example.org/wiki:4.2",
    ports: [
        { name: "http", port: 8080 },
        { name: "gossip", port: 7946, protocol: "UDP", isInternal: true },
    ],
    volumes: [{ name: "data", mountPath: "/var/lib/wiki", size: "10Gi" }],
    storageClass: "shared-123456",
};

const workload = (args: Partial<StatefulWorkloadArgs> = {}, preview = false): Promise<Recording> =>
    record(() => new StatefulWorkload("wiki", { ...base, ...args }).host, { preview });

const templateOf = async (args: Partial<StatefulWorkloadArgs>) => (await workload(args)).only(setType).inputs.spec.template;
const podOf = async (args: Partial<StatefulWorkloadArgs>) => (await templateOf(args)).spec;
const mainOf = async (args: Partial<StatefulWorkloadArgs>) => (await podOf(args)).containers[0];
const namesOf = (list: Properties[] | undefined) => (list ?? []).map(({ name }) => name);

describe("a probe", () => {
    const asked = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 };

    it.each([
        ["a command", { command: ["true"] }, { exec: { command: ["true"] } }],
        ["HTTP", { path: "/ready", port: "http" }, { httpGet: { path: "/ready", port: "http" } }],
        ["HTTPS", { path: "/", port: "http", isHttps: true }, { httpGet: { path: "/", port: "http", scheme: "HTTPS" } }],
        ["a connection", { port: "http" }, { tcpSocket: { port: "http" } }],
        ["gRPC, whose port is a number", { grpcService: "wiki", port: "http" }, { grpc: { port: 8080, service: "wiki" } }],
        ["gRPC of the whole server", { grpcService: "", port: "http" }, { grpc: { port: 8080, service: "" } }],
    ])("asks by %s, for each of the three questions", async (_, probe, expected) => {
        const main = await mainOf({ startupProbe: probe, readinessProbe: probe, livenessProbe: probe });
        expect(main.startupProbe).toEqual({ ...expected, ...asked });
        expect(main.readinessProbe).toEqual(main.startupProbe);
        expect(main.livenessProbe).toEqual(main.startupProbe);
    });

    it("waits and repeats as it is told", async () => {
        const probe = {
            command: ["true"],
            initialDelaySeconds: 7,
            periodSeconds: 1,
            timeoutSeconds: 2,
            failureThreshold: 9,
            successThreshold: 2,
        };
        const { command, ...times } = probe;
        expect((await mainOf({ readinessProbe: probe })).readinessProbe).toEqual({ exec: { command }, ...times });
    });
});

describe("the environment", () => {
    it("comes from values, from the workload's own secrets and from objects made elsewhere", async () => {
        const recording = await workload({
            env: { PLAIN: "yes" },
            secrets: { "token.txt": pulumi.secret("correct horse") },
            secretEnv: { TOKEN: "token.txt" },
            envFrom: [
                { secret: "db", variable: "DB_PASSWORD", key: "password" },
                { configMap: "site", variable: "THEME", isOptional: true },
                { secret: "smtp", prefix: "SMTP_" },
                { configMap: "flags", isOptional: true },
            ],
        });
        const secret = recording.only("kubernetes:core/v1:Secret").inputs.metadata.name;
        const [main] = recording.only(setType).inputs.spec.template.spec.containers;
        expect(main.env).toEqual([
            { name: "PLAIN", value: "yes" },
            { name: "TOKEN", valueFrom: { secretKeyRef: { name: secret, key: "token.txt" } } },
            { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
            { name: "THEME", valueFrom: { configMapKeyRef: { name: "site", key: "THEME", optional: true } } },
        ]);
        expect(main.envFrom).toEqual([
            { prefix: "SMTP_", secretRef: { name: "smtp" } },
            { configMapRef: { name: "flags", optional: true } },
        ]);
    });

    it("is left as it is where nothing comes from elsewhere", async () => {
        expect(await mainOf({ env: { A: "b" } })).not.toHaveProperty("envFrom");
    });
});

describe("what is named in rollOn", () => {
    const hashOf = async (rollOn: Record<string, pulumi.Input<string>>) => {
        const recording = await workload({ rollOn });
        const { annotations } = recording.only(setType).inputs.spec.template.metadata;
        expect(recording.only(setType).secrets).toEqual([]);
        return annotations["holdfast.dev/roll-on"];
    };

    it("rolls the pods when it changes, and only then", async () => {
        const first = await hashOf({ certificate: "2026-11" });
        expect(await hashOf({ certificate: "2026-12" })).not.toBe(first);
        expect(await hashOf({ certificate: "2026-11" })).toBe(first);
    });

    it("is published as a hash, secret or not", async () => {
        expect(await hashOf({ password: pulumi.secret("correct horse") })).toMatch(/^[0-9a-f]{8}$/);
        expect((await templateOf({})).metadata).not.toHaveProperty("annotations");
    });

    it("may be unknown in a preview", async () => {
        const version = () => new ConfigMap("elsewhere", { metadata: { name: "elsewhere", namespace: "docs" } }).id;
        const recording = await record(() => new StatefulWorkload("wiki", { ...base, rollOn: { version: version() } }).host, {
            preview: true,
        });
        expect(recording.only(setType).inputs.metadata.name).toBe("wiki");
        expect(recording.only(setType).dependsOn).toContain("elsewhere");
    });
});

describe("mounts", () => {
    it("are every volume, a /tmp, the files, and further views of them by name", async () => {
        const main = await mainOf({
            volumes: [...base.volumes, { name: "media", mountPath: "/media", size: "5Gi", subPath: "files" }],
            config: { "wiki.ini": "theme = dark" },
            secrets: { token: "x" },
            secretFiles: [{ secret: "certificate", mountPath: "/etc/tls" }],
            configFiles: [{ configMap: "site", mountPath: "/etc/site" }],
            scratch: [{ name: "cache", mountPath: "/var/cache", isInMemory: true, sizeLimit: "64Mi" }],
            mounts: [{ volume: "holdfast-config", mountPath: "/etc/wiki.ini", subPath: "wiki.ini" }],
        });
        expect(main.volumeMounts).toEqual([
            { name: "data", mountPath: "/var/lib/wiki" },
            { name: "media", mountPath: "/media", subPath: "files" },
            { name: "cache", mountPath: "/var/cache" },
            { name: "tmp", mountPath: "/tmp" },
            { name: "holdfast-config", mountPath: "/etc/holdfast/config", readOnly: true },
            { name: "holdfast-secrets", mountPath: "/etc/holdfast/secrets", readOnly: true },
            { name: "secret-files-0", mountPath: "/etc/tls", readOnly: true },
            { name: "config-files-0", mountPath: "/etc/site", readOnly: true },
            { name: "holdfast-config", mountPath: "/etc/wiki.ini", subPath: "wiki.ini", readOnly: true },
        ]);
    });

    it("have volumes of their names, each once", async () => {
        const pod = await podOf({
            config: { run: "#!/bin/sh" },
            isConfigExecutable: true,
            sidecars: [{ name: "exporter", image: "x/exporter:1" }],
        });
        expect(namesOf(pod.volumes)).toEqual(["tmp", "holdfast-config", "tmp-exporter"]);
        expect(pod.volumes[1].configMap.defaultMode).toBe(0o555);
        expect((await podOf({ config: { a: "b" } })).volumes[1].configMap).not.toHaveProperty("defaultMode");
    });

    it.each([
        ["scratch", { scratch: [{ name: "room", mountPath: "/tmp/" }] }],
        ["a volume", { volumes: [{ name: "data", mountPath: "/tmp", size: "1Gi" }] }],
    ])("leave /tmp to %s that is mounted there", async (_, args) => {
        const mounts = (await mainOf(args)).volumeMounts.filter(({ mountPath }: Properties) => /^\/tmp\/?$/.test(mountPath));
        expect(mounts).toHaveLength(1);
    });

    it("leave the name tmp to a volume that is called so", async () => {
        const main = await mainOf({ volumes: [{ name: "tmp", mountPath: "/data", size: "1Gi" }] });
        expect(main.volumeMounts).toEqual([
            { name: "tmp", mountPath: "/data" },
            { name: "holdfast-tmp", mountPath: "/tmp" },
        ]);
    });
});

describe("containers beside the main one", () => {
    const sidecar = {
        name: "exporter",
        image: "x/exporter:1",
        args: ["--port", "9100"],
        ports: [{ name: "metrics", port: 9100 }],
        readinessProbe: { port: "metrics" },
        mounts: [{ volume: "data", mountPath: "/data", isReadOnly: true }],
        runAsUser: 1234,
    };
    const first = { name: "prepare", image: "x/prepare:1", command: ["prepare"], mounts: [{ volume: "data", mountPath: "/data" }] };

    it("start before it: those that end first, then those that stay", async () => {
        const pod = await podOf({ sidecars: [sidecar], initContainers: [first] });
        expect(pod.initContainers.map(({ name, restartPolicy }: Properties) => [name, restartPolicy])).toEqual([
            ["prepare", undefined],
            ["exporter", "Always"],
        ]);
        expect(namesOf(pod.containers)).toEqual(["main"]);
        expect(await podOf({})).not.toHaveProperty("initContainers");
    });

    it("see what they mount and a /tmp of their own, and follow Pod Security restricted", async () => {
        const [prepare, exporter] = (await podOf({ sidecars: [sidecar], initContainers: [first] })).initContainers;
        expect(exporter).toMatchObject({
            image: "x/exporter:1",
            args: ["--port", "9100"],
            ports: [{ name: "metrics", containerPort: 9100, protocol: "TCP" }],
            readinessProbe: { tcpSocket: { port: "metrics" } },
            resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "64Mi" } },
        });
        expect(exporter.volumeMounts).toEqual([
            { name: "data", mountPath: "/data", readOnly: true },
            { name: "tmp-exporter", mountPath: "/tmp" },
        ]);
        for (const container of [prepare, exporter]) {
            expect(container.securityContext).toMatchObject({
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
            });
        }
        expect(exporter.securityContext.runAsUser).toBe(1234);
        expect(prepare.securityContext).not.toHaveProperty("runAsUser");
    });

    it("offer their ports through the Services and the network policy", async () => {
        const recording = await workload({ sidecars: [sidecar] });
        const client = recording.only("kubernetes:core/v1:Service", "wiki").inputs.spec.ports;
        expect(client).toEqual([
            { name: "http", port: 8080, targetPort: "http" },
            { name: "metrics", port: 9100, targetPort: "metrics" },
        ]);
        expect(recording.only("kubernetes:core/v1:Service", "wiki-headless").inputs.spec.ports).toEqual([
            client[0],
            { name: "gossip", port: 7946, targetPort: "gossip", protocol: "UDP" },
            client[1],
        ]);
        const [fromClients] = recording.only("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs.spec.ingress;
        expect(fromClients.ports).toEqual([
            { port: 8080, protocol: "TCP" },
            { port: 9100, protocol: "TCP" },
        ]);
    });
});

describe("the hooks around a backup", () => {
    it("are published for our own backups and for Velero", async () => {
        const { annotations } = (
            await templateOf({ quiesceCommand: ["wiki", "pause"], unquiesceCommand: ["wiki", "go"], quiesceTimeoutSeconds: 90 })
        ).metadata;
        expect(annotations).toEqual({
            "holdfast.dev/quiesce-command": '["wiki","pause"]',
            "holdfast.dev/unquiesce-command": '["wiki","go"]',
            "holdfast.dev/quiesce-container": "main",
            "holdfast.dev/quiesce-timeout": "90s",
            "pre.hook.backup.velero.io/command": '["wiki","pause"]',
            "pre.hook.backup.velero.io/container": "main",
            "pre.hook.backup.velero.io/timeout": "90s",
            "pre.hook.backup.velero.io/on-error": "Fail",
            "post.hook.backup.velero.io/command": '["wiki","go"]',
            "post.hook.backup.velero.io/container": "main",
            "post.hook.backup.velero.io/timeout": "90s",
            "post.hook.backup.velero.io/on-error": "Continue",
        });
    });

    it("need no second half, and wait half a minute", async () => {
        const { annotations } = (await templateOf({ quiesceCommand: ["sync"] })).metadata;
        expect(Object.keys(annotations).filter((name) => /post|unquiesce/.test(name))).toEqual([]);
        expect(annotations["holdfast.dev/quiesce-timeout"]).toBe("30s");
    });
});

describe("the rest of the pod", () => {
    it("is as it is asked for", async () => {
        const recording = await workload({
            nodeSelector: { disktype: "ssd" },
            tolerations: [
                { key: "storage", value: "yes", effect: "NoSchedule" },
                { key: "dedicated", effect: "NoExecute" },
            ],
            priorityClass: "important",
            imagePullSecrets: ["registry"],
            labels: { team: "docs" },
            annotations: { "example.org/owner": "docs" },
            serviceAnnotations: { "example.org/mesh": "on" },
            accountAnnotations: { "eks.amazonaws.com/role-arn": "arn" },
            mountsAccountToken: true,
            workingDirectory: "/srv",
            isImageWritable: true,
            stopCommand: ["wiki", "stop"],
        });
        const { metadata, spec: pod } = recording.only(setType).inputs.spec.template;
        expect(metadata.labels).toEqual({ team: "docs", "app.kubernetes.io/name": "wiki", "app.kubernetes.io/managed-by": "holdfast" });
        expect(recording.only(setType).inputs.spec.selector.matchLabels).toEqual({ "app.kubernetes.io/name": "wiki" });
        expect(metadata.annotations).toEqual({ "example.org/owner": "docs" });
        expect(pod).toMatchObject({
            nodeSelector: { disktype: "ssd" },
            priorityClassName: "important",
            imagePullSecrets: [{ name: "registry" }],
            serviceAccountName: "wiki",
            automountServiceAccountToken: true,
        });
        expect(pod.tolerations.slice(2)).toEqual([
            { key: "storage", operator: "Equal", value: "yes", effect: "NoSchedule" },
            { key: "dedicated", operator: "Exists", effect: "NoExecute" },
        ]);
        expect(pod.containers[0]).toMatchObject({
            workingDir: "/srv",
            securityContext: { readOnlyRootFilesystem: false },
            lifecycle: { preStop: { exec: { command: ["wiki", "stop"] } } },
        });
        expect(recording.only("kubernetes:core/v1:Service", "wiki").inputs.metadata.annotations["example.org/mesh"]).toBe("on");
        expect(recording.only("kubernetes:core/v1:ServiceAccount").inputs.metadata.annotations).toEqual({
            "eks.amazonaws.com/role-arn": "arn",
        });
    });

    it("stands under an account that exists where one is named", async () => {
        const recording = await workload({ serviceAccount: "robot" });
        expect(recording.all("kubernetes:core/v1:ServiceAccount")).toEqual([]);
        expect(recording.only(setType).inputs.spec.template.spec).toMatchObject({
            serviceAccountName: "robot",
            automountServiceAccountToken: false,
        });
    });
});

describe("an update", () => {
    const strategyOf = async (args: Partial<StatefulWorkloadArgs>) => (await workload(args)).only(setType).inputs.spec.updateStrategy;

    it("rolls over all members unless it is told where to end, or not to begin", async () => {
        expect(await strategyOf({})).toEqual({ type: "RollingUpdate" });
        expect(await strategyOf({ replicas: 3, partition: 2 })).toEqual({ type: "RollingUpdate", rollingUpdate: { partition: 2 } });
        expect(await strategyOf({ replicas: 3, partition: 0, maxUnavailable: 2 })).toEqual({
            type: "RollingUpdate",
            rollingUpdate: { partition: 0, maxUnavailable: 2 },
        });
        expect(await strategyOf({ updateStrategy: "OnDelete" })).toEqual({ type: "OnDelete" });
    });

    it("waits between members as long as it is asked to", async () => {
        expect((await workload({ minReadySeconds: 20 })).only(setType).inputs.spec.minReadySeconds).toBe(20);
        expect((await workload()).only(setType).inputs.spec).not.toHaveProperty("minReadySeconds");
    });

    it("starts members in order, or all at once", async () => {
        expect((await workload()).only(setType).inputs.spec.podManagementPolicy).toBe("OrderedReady");
        expect((await workload({ startsInParallel: true })).only(setType).inputs.spec.podManagementPolicy).toBe("Parallel");
    });
});

describe("the network", () => {
    it("lets members call what is named, and nothing else", async () => {
        const egress = async (args: Partial<StatefulWorkloadArgs>) =>
            (await workload(args)).only("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs.spec.egress;
        expect(await egress({})).toHaveLength(2);
        expect((await egress({ egressCidrs: ["10.0.0.0/8"], egressNamespaces: ["mail"] }))[2]).toEqual({
            to: [{ ipBlock: { cidr: "10.0.0.0/8" } }, { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "mail" } } }],
        });
    });

    it("has another port for clients where it is asked for", async () => {
        const recording = await workload({ ports: [{ name: "http", port: 8080, servicePort: 80 }] });
        expect(recording.only("kubernetes:core/v1:Service", "wiki").inputs.spec.ports).toEqual([
            { name: "http", port: 80, targetPort: "http" },
        ]);
        expect(recording.only("kubernetes:core/v1:Service", "wiki-headless").inputs.spec.ports[0].port).toBe(8080);
    });
});
