import { JetStream, type JetStreamArgs } from "../../../components";
import { goMemoryLimit, natsText, streamRoom } from "../../../components/workloads/jetstream-config";
import { type Recording, record } from "../../support/mocks";

const base: JetStreamArgs = {
    namespace: "clicks",
    image: "docker.io/library/nats:2.12.6-alpine",
    size: "10Gi",
    storageClass: "fast-123456",
};
const secretType = "kubernetes:core/v1:Secret";
const setType = "kubernetes:apps/v1:StatefulSet";
const jobType = "kubernetes:batch/v1:Job";

const jetstream = (args: Partial<JetStreamArgs> = {}, preview = false): Promise<Recording> =>
    record(
        () => {
            const { host, user, passwordSecret, streamNames, claimNames } = new JetStream("user-actions", { ...base, ...args });
            return { host, user, passwordSecret, streamNames, claimNames };
        },
        { preview },
    );

const templateOf = (recording: Recording) => recording.only(setType).inputs.spec.template;
const serverOf = (recording: Recording) => templateOf(recording).spec.containers[0];
const configOf = (recording: Recording): string =>
    recording.only("kubernetes:core/v1:ConfigMap", "user-actions-config").inputs.data["nats.conf"];
const plain = (text: string) => Buffer.from(text, "base64").toString();
const streamsOf = (recording: Recording) =>
    JSON.parse(recording.only("kubernetes:core/v1:ConfigMap", "user-actions-streams").inputs.data["streams.json"]);

describe("the passwords", () => {
    it("are made once, each its own, and kept as long as the data", async () => {
        const secret = (await jetstream()).only(secretType, "user-actions-password");
        expect(secret).toMatchObject({ protect: true, retainOnDelete: true, ignoreChanges: ["data", "stringData"] });
        expect(Object.keys(secret.inputs.data).sort()).toEqual([
            "administrator-password",
            "password",
            "routes-password",
            "system-password",
        ]);
        expect(new Set(Object.values(secret.inputs.data)).size).toBe(4);
    });

    it("are in their Secrets and nowhere else", async () => {
        const recording = await jetstream({ password: "chosen by me" });
        const secrets = recording.all(secretType);
        const all = Object.values(recording.only(secretType, "user-actions-password").inputs.data as Record<string, string>);
        const elsewhere = JSON.stringify([recording.resources.filter((resource) => !secrets.includes(resource)), recording.outputs]);
        expect(all.map(plain)).toContain("chosen by me");
        for (const password of all) {
            expect(elsewhere).not.toContain(password);
            expect(elsewhere).not.toContain(plain(password));
        }
    });

    it("reach the servers in a file of the Secret's own passwords, quoted", async () => {
        const recording = await jetstream({ password: 'a "quoted" \\ one' });
        const { data } = recording.only(secretType, "user-actions-password").inputs;
        const file = plain(recording.only(secretType, "user-actions-secrets").inputs.data["passwords.conf"]);
        expect(file).toContain('PASSWORD: "a \\"quoted\\" \\\\ one"');
        const routes = plain(data["routes-password"]);
        expect(file).toContain(`ROUTES_PASSWORD: "${routes}"`);
        expect(file.match(/nats-route:\/\/[^"]+/g)).toEqual(
            [0, 1, 2].map((n) => `nats-route://routes:${routes}@user-actions-${n}.user-actions-headless:6222`),
        );
        expect(natsText("a\nb\tc\r")).toBe('"a\\nb\\tc\\r"');
    });

    it("roll the members when the Secret's change", async () => {
        const hash = async (data: object) => {
            const live = (_: string, inputs: { metadata?: { name: string } }) =>
                inputs.metadata?.name === "user-actions-password" ? { ...inputs, data } : inputs;
            const recording = await record(() => void new JetStream("user-actions", base), { live });
            return templateOf(recording).metadata.annotations["holdfast.dev/secrets"];
        };
        const [one, other] = [{ password: "YQ==" }, { password: "Yg==" }];
        expect(await hash(one)).toBe(await hash(one));
        expect(await hash(one)).not.toBe(await hash(other));
    });

    it("lose their protection by exact name", async () => {
        const recording = await jetstream({ allow: ["delete secret/user-actions-password"] });
        expect(recording.only(secretType, "user-actions-password")).toMatchObject({ protect: false, retainOnDelete: false });
    });
});

describe("the members", () => {
    it("are three, start together, and keep their claims", async () => {
        const recording = await jetstream();
        expect(recording.only(setType).inputs.spec).toMatchObject({ replicas: 3, podManagementPolicy: "Parallel" });
        const claims = recording.all("kubernetes:core/v1:PersistentVolumeClaim");
        expect(claims.map(({ inputs }) => inputs.metadata.name)).toEqual([0, 1, 2].map((n) => `data-user-actions-${n}`));
        expect(claims.every(({ protect, retainOnDelete }) => protect && retainOnDelete)).toBe(true);
        expect(recording.only("kubernetes:policy/v1:PodDisruptionBudget").inputs.spec.maxUnavailable).toBe(1);
        expect(recording.only("kubernetes:core/v1:Service", "user-actions-headless").inputs.spec.publishNotReadyAddresses).toBe(true);
    });

    it("count as started when caught up, stay ready while a stream is not, and are started again when frozen", async () => {
        const { startupProbe, readinessProbe, livenessProbe } = serverOf(await jetstream());
        expect(startupProbe).toMatchObject({ httpGet: { path: "/healthz", port: "monitor" }, failureThreshold: 3600 });
        expect(readinessProbe.httpGet.path).toBe("/healthz?js-meta-only=true");
        expect(livenessProbe).toMatchObject({ httpGet: { path: "/healthz?js-enabled-only=true" }, periodSeconds: 10, failureThreshold: 6 });
    });

    it("hand over what they lead before they stop, and have the time for it", async () => {
        const recording = await jetstream();
        expect(serverOf(recording).lifecycle.preStop.exec.command).toEqual(["nats-server", "--signal", "ldm=1"]);
        const seconds = Number(/lame_duck_duration: (\d+)s/.exec(configOf(recording))?.[1]);
        expect(templateOf(recording).spec.terminationGracePeriodSeconds).toBeGreaterThan(seconds);
    });

    it("have a message on disk before they acknowledge it, unless it is said otherwise", async () => {
        expect(configOf(await jetstream())).toMatch(/^ {4}sync_interval: always$/m);
        expect(configOf(await jetstream({ syncInterval: "2m" }))).toMatch(/^ {4}sync_interval: 2m$/m);
    });

    it("keep a fifth of the volume for themselves, and below the memory's limit", async () => {
        const recording = await jetstream({ resources: { cpu: "1", memory: "1Gi", memoryLimit: "2Gi" } });
        expect(configOf(recording)).toContain(`max_file_store: ${(10 * 2 ** 30 * 4) / 5}`);
        expect(serverOf(recording).env).toContainEqual({ name: "GOMEMLIMIT", value: "1740MiB" });
        expect([streamRoom("1Gi"), goMemoryLimit("256Mi")]).toEqual([858993459, "217MiB"]);
    });

    it("let in named clients to what is theirs, and each other to everything", async () => {
        const { ingress } = (await jetstream()).only("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs.spec;
        expect(ingress[0].ports.map(({ port }: { port: number }) => port)).toEqual([4222, 8222]);
        expect(ingress[0].from[0].podSelector.matchLabels).toEqual({ "holdfast.dev/client-of-user-actions": "true" });
        expect(ingress[1]).toEqual({ from: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "user-actions" } } }] });
    });

    it("give a client no way to change a stream, or to read another's passwords", async () => {
        const config = configOf(await jetstream());
        for (const verb of ["CREATE", "UPDATE", "DELETE", "PURGE", "RESTORE", "MSG.DELETE"]) {
            expect(config).toContain(`"$JS.API.STREAM.${verb}.>"`);
        }
        expect(config).toMatch(/user: "user-actions", password: \$PASSWORD/);
    });
});

describe("the streams", () => {
    it("are one with the application's name by default, on three members, in all the room there is", async () => {
        const recording = await jetstream();
        expect(streamsOf(recording)).toMatchObject({
            servers: [0, 1, 2].map((n) => `user-actions-${n}.user-actions-headless:4222`),
            streams: [
                { name: "user-actions", subjects: ["user-actions.>"], num_replicas: 3, max_bytes: streamRoom("10Gi"), storage: "file" },
            ],
            permitted: [],
        });
        expect(recording.outputs).toMatchObject({ streamNames: ["user-actions"], user: "user-actions" });
    });

    it("are made by a job of its own that waits for the members, and is let in as a client", async () => {
        const job = (await jetstream()).only(jobType);
        expect(job.dependsOn).toContain("user-actions-streams-files");
        expect(job.dependsOn.join()).toContain("user-actions-servers");
        const { metadata, spec } = job.inputs.spec.template;
        expect(metadata.labels).toMatchObject({
            "holdfast.dev/client-of-user-actions": "true",
            "app.kubernetes.io/name": "user-actions-streams",
        });
        expect(spec).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } });
        expect(spec.containers[0].env[1].valueFrom.secretKeyRef).toEqual({ name: "user-actions-password", key: "administrator-password" });
    });

    it("run their job anew when they change, and only then", async () => {
        const mark = async (args: Partial<JetStreamArgs>) =>
            (await jetstream(args)).only(jobType).inputs.spec.template.metadata.annotations["holdfast.dev/streams"];
        expect(await mark({})).toBe(await mark({ clientNamespaces: ["web"] }));
        expect(await mark({})).not.toBe(await mark({ streams: [{ name: "user-actions", maxAge: "30d" }] }));
        expect(await mark({})).not.toBe(await mark({ size: "20Gi" }));
    });

    it("may lose messages by a permission that names them, until its last day", async () => {
        const permitted = async (...allow: string[]) => streamsOf(await jetstream({ allow })).permitted;
        expect(await permitted("delete stream/user-actions")).toEqual(["user-actions"]);
        expect(await permitted("delete stream/clicks")).toEqual([]);
        expect(await permitted("delete stream/user-actions until 2020-01-01")).toEqual([]);
    });
});

it("is the same in a preview as in an update, but for what is random", async () => {
    const shape = ({ resources }: Recording) => resources.map(({ type, name, dependsOn, protect }) => ({ type, name, dependsOn, protect }));
    expect(shape(await jetstream({}, true))).toEqual(shape(await jetstream()));
});

it("tells everything that is wrong at once", async () => {
    const wrong = jetstream({ app: "system", replicas: 2, syncInterval: "soon", streams: [{ name: "a b" }] });
    await expect(wrong).rejects.toThrow(
        /4 problems[\s\S]*replicas: 2 is not a number of members that vote[\s\S]*syncInterval: "soon"[\s\S]*app: "system" is a user[\s\S]*streams\[0\]\.name: "a b"/,
    );
});
