import * as pulumi from "@pulumi/pulumi";
import { RestoreDrill } from "../../../components/backups/restore-drill";
import type { RestoreDrillArgs } from "../../../components/backups/restore-drill-args";
import { type Recording, record } from "../../support/mocks";

const base: RestoreDrillArgs = {
    appNamespace: "shop",
    paths: ["/shop-main.sql"],
    engine: "postgres",
    image: "docker.io/library/postgres:17.7",
    endpoint: "https://minio.example.com:9000",
    bucket: "backups/ledger",
    accessKeyId: pulumi.secret("AKIAEXAMPLE"),
    secretAccessKey: pulumi.secret("the access key"),
    password: pulumi.secret("the repository's own"),
    schedule: "0 5 * * 0",
    promisedRpo: "1h",
    promisedRto: "15m",
    size: "20Gi",
    storageClass: "scratch",
};

function drill(args: Partial<RestoreDrillArgs> = {}, preview = false): Promise<Recording> {
    return record(
        () => {
            const { namespace, cronJob, result } = new RestoreDrill("ledger", { ...base, ...args });
            return { namespace, cronJob, result };
        },
        { preview },
    );
}

const jobOf = (recording: Recording) => recording.only("kubernetes:batch/v1:CronJob").inputs.spec;
const podOf = (recording: Recording) => jobOf(recording).jobTemplate.spec.template.spec;
type Named = { name: string; value?: string; valueFrom?: object; mountPath?: string };
const stepOf = (recording: Recording, name: string) => podOf(recording).containers.find((each: Named) => each.name === name);
const envOf = (recording: Recording, step: string): Record<string, unknown> =>
    Object.fromEntries(stepOf(recording, step).env.map(({ name, value, valueFrom }: Named) => [name, value ?? valueFrom]));
const mountsOf = (recording: Recording, step: string): string[] => stepOf(recording, step).volumeMounts.map(({ name }: Named) => name);

describe.each([true, false])("a drill (preview: %s)", (preview) => {
    it("lies in a namespace of its own, where pods are restricted", async () => {
        const recording = await drill({}, preview);
        const { metadata } = recording.only("kubernetes:core/v1:Namespace").inputs;
        expect(metadata.name).toBe("ledger-drill");
        expect(metadata.labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
        const inside = recording.resources.filter(({ inputs }) => inputs.metadata?.namespace !== undefined);
        expect(inside.map(({ inputs }) => inputs.metadata.namespace)).toEqual(inside.map(() => "ledger-drill"));
        expect(inside.length).toBeGreaterThanOrEqual(8);
    });

    it("runs alone, once, for a limited time, and leaves nothing behind but its result", async () => {
        const spec = jobOf(await drill({}, preview));
        expect(spec).toMatchObject({ schedule: "0 5 * * 0", timeZone: "Etc/UTC", concurrencyPolicy: "Forbid", failedJobsHistoryLimit: 1 });
        expect(spec.jobTemplate.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 3600 + 900, ttlSecondsAfterFinished: 600 });
        expect(spec.jobTemplate.spec.template.spec.restartPolicy).toBe("Never");
    });
});

describe("what each step has", () => {
    it("keys only where restic runs, from the Secret and never as text", async () => {
        const recording = await drill();
        const key = (name: string) => ({ secretKeyRef: { name: "ledger-drill-repository", key: name } });
        expect(envOf(recording, "fetch")).toMatchObject({
            AWS_ACCESS_KEY_ID: key("access-key-id"),
            AWS_SECRET_ACCESS_KEY: key("secret-access-key"),
            RESTIC_PASSWORD: key("password"),
            RESTIC_REPOSITORY: "s3:https://minio.example.com:9000/backups/ledger",
            DRILL_HOST: "shop",
            DRILL_PATHS: "/shop-main.sql",
        });
        for (const step of ["engine", "report"]) {
            expect(stepOf(recording, step).env.filter(({ valueFrom }: Named) => valueFrom !== undefined)).toEqual([]);
        }
        const secret = recording.only("kubernetes:core/v1:Secret");
        expect(Buffer.from(secret.inputs.data.password, "base64").toString()).toBe("the repository's own");
        const elsewhere = JSON.stringify([recording.resources.filter((each) => each !== secret), recording.outputs]);
        for (const text of ["AKIAEXAMPLE", "the access key", "the repository's own"]) {
            expect(elsewhere).not.toContain(text);
            expect(elsewhere).not.toContain(Buffer.from(text).toString("base64"));
        }
        expect(secret.secrets).toContain("data");
    });

    it("an account only where the result is written, and data nowhere there", async () => {
        const recording = await drill();
        expect(podOf(recording).automountServiceAccountToken).toBe(false);
        expect(["fetch", "engine", "report"].filter((step) => mountsOf(recording, step).includes("account"))).toEqual(["report"]);
        expect(mountsOf(recording, "report")).not.toContain("data");
        expect(recording.only("kubernetes:rbac.authorization.k8s.io/v1:Role").inputs.rules).toEqual([
            { apiGroups: [""], resources: ["configmaps"], resourceNames: ["ledger-drill"], verbs: ["get", "patch"] },
            { apiGroups: [""], resources: ["events"], verbs: ["create"] },
        ]);
    });

    it("no right that Pod Security restricted doesn't leave it, and a limit to its memory", async () => {
        const recording = await drill({ servesMetrics: true, runAsUser: 101, runAsGroup: 103 });
        const metrics = recording.only("kubernetes:apps/v1:Deployment").inputs.spec.template.spec;
        expect(podOf(recording).securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 101, runAsGroup: 103, fsGroup: 103 });
        for (const container of [...podOf(recording).containers, ...metrics.containers]) {
            expect(container.securityContext).toMatchObject({
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
            });
            expect(container.resources.limits.memory).toBeDefined();
        }
    });

    it("the scripts of its engine", async () => {
        const files = async (args: Partial<RestoreDrillArgs>) => {
            const maps = (await drill(args)).resources.filter(({ type }) => type === "kubernetes:core/v1:ConfigMap");
            return Object.keys(maps.find(({ inputs }) => inputs.metadata.name === "ledger-drill-scripts")?.inputs.data ?? {}).sort();
        };
        expect(await files({})).toEqual(["fetch.sh", "metrics.js", "postgres.sh", "report.js"]);
        expect(await files({ engine: "container", paths: ["/data/data-wiki-0"], query: "ls" })).toContain("container.sh");
    });
});

it("keeps a result that a drill has written through every update", async () => {
    const result = (await drill()).resources.find(({ name }) => name === "ledger-result");
    expect(result?.inputs.metadata.name).toBe("ledger-drill");
    expect(result?.ignoreChanges).toEqual(["data", "binaryData"]);
});

describe("the volume", () => {
    const volumeOf = (recording: Recording) => podOf(recording).volumes.find(({ name }: Named) => name === "data");

    it("is a claim that goes with the pod, of the class that is given", async () => {
        const recording = await drill();
        expect(volumeOf(recording).ephemeral.volumeClaimTemplate.spec).toEqual({
            accessModes: ["ReadWriteOnce"],
            storageClassName: "scratch",
            resources: { requests: { storage: "20Gi" } },
        });
        expect(recording.resources.filter(({ type }) => type === "kubernetes:storage.k8s.io/v1:StorageClass")).toEqual([]);
    });

    it("is of a class that deletes, where the provisioner is given", async () => {
        const recording = await drill({ storageClass: undefined, provisioner: "ebs.csi.aws.com", storageParameters: { type: "gp3" } });
        const { metadata, ...fields } = recording.only("kubernetes:storage.k8s.io/v1:StorageClass").inputs;
        expect(metadata.name).toMatch(/^ledger-drill-[0-9a-f]{6}$/);
        expect(fields).toMatchObject({ reclaimPolicy: "Delete", volumeBindingMode: "WaitForFirstConsumer", parameters: { type: "gp3" } });
        expect(volumeOf(recording).ephemeral.volumeClaimTemplate.spec.storageClassName).toBe(metadata.name);
    });

    it("is the node's disk, with a limit, where neither is given", async () => {
        expect(volumeOf(await drill({ storageClass: undefined }))).toEqual({ name: "data", emptyDir: { sizeLimit: "20Gi" } });
    });
});

describe("the network", () => {
    const portsOf = (recording: Recording) =>
        recording
            .only("kubernetes:networking.k8s.io/v1:NetworkPolicy")
            .inputs.spec.egress[0].ports.map(({ port }: { port: number }) => port);

    it("lets nobody in, and out to name servers, the API and the repository", async () => {
        const recording = await drill({ egressPorts: [9001] });
        const { spec } = recording.only("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs;
        expect(spec.ingress).toEqual([]);
        expect(portsOf(recording)).toEqual([53, 53, 443, 6443, 9000, 9001]);
        expect(portsOf(await drill({ endpoint: "https://s3.eu-central-1.amazonaws.com" }))).toEqual([53, 53, 443, 6443]);
    });
});

describe("the promise", () => {
    it("is what the report measures against, with a grace and a deadline of its own", async () => {
        expect(envOf(await drill(), "report")).toMatchObject({
            DRILL_RPO_SECONDS: "3600",
            DRILL_RTO_SECONDS: "900",
            DRILL_GRACE_SECONDS: "900",
            DRILL_DEADLINE_SECONDS: "3600",
        });
        const short = await drill({ promisedRpo: "5m", promisedRto: "1m", grace: "0s", deadline: "90s", callDeadline: "10s" });
        expect(envOf(short, "report")).toMatchObject({ DRILL_GRACE_SECONDS: "0", DRILL_DEADLINE_SECONDS: "90" });
        expect(envOf(short, "fetch")).toMatchObject({ DRILL_CALL_SECONDS: "10", DRILL_FETCH_SECONDS: "90" });
        expect(envOf(await drill({ promisedRpo: "5m", promisedRto: "1m" }), "report")).toMatchObject({
            DRILL_GRACE_SECONDS: "300",
            DRILL_DEADLINE_SECONDS: "1800",
        });
    });
});

describe("what is refused", () => {
    const refusal = (args: Partial<RestoreDrillArgs>) =>
        drill(args).then(
            () => "",
            (error: Error) => error.message,
        );

    it.each<[string, Partial<RestoreDrillArgs>, string]>([
        ["a name too long for a CronJob", { app: "a".repeat(47) }, "47 letters"],
        ["no path", { paths: [] }, "paths: there is none"],
        ["a path that a shell would split", { paths: ["/a b.sql"] }, 'paths[0]: "/a b.sql"'],
        ["a dump beside something else", { paths: ["/a.sql", "/data/b"] }, "here are several"],
        ["files for PostgreSQL", { paths: ["/data/b"] }, '"/data/b" is no dump'],
        ["a dump for an image of one's own", { engine: "container", query: "ls" }, '"/shop-main.sql" is a dump'],
        ["files without a query", { engine: "container", paths: ["/data/b"] }, "query: missing"],
        ["an engine that isn't there", { engine: "mysql" }, '"mysql" is none of postgres, valkey, jetstream, container'],
        ["no duration", { promisedRto: "soon" }, '"soon" is no duration'],
        ["a promise of nothing", { promisedRpo: "0s" }, '"0s" is no duration'],
        ["no size", { size: "big" }, '"big" is no size'],
        ["root", { runAsUser: 0 }, "0 is root"],
        ["half an access key", { secretAccessKey: undefined }, "secretAccessKey: an access key"],
        ["two classes", { provisioner: "x" }, "provisioner: storageClass names"],
        ["another protocol", { endpoint: "ftp://minio" }, '"ftp://minio" is not the URL'],
        ["no cron line", { schedule: "weekly" }, '"weekly"'],
    ])("%s", async (_what, args, said) => {
        expect(await refusal(args)).toContain(said);
    });

    it("everything at once, and nothing where all is well", async () => {
        expect(await refusal({ size: "big", engine: "mysql", schedule: "x" })).toContain("3 problems");
        expect(await refusal({ app: "a".repeat(46) })).toBe("");
        expect(await refusal({ engine: "container", paths: ["/data/a", "/data/b"], query: "ls" })).toBe("");
    });
});
