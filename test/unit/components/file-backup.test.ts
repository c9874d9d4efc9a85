import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { FileBackup, type FileBackupArgs } from "../../../components";
import { k8upNeed } from "../../../components/backups/operator-presence";
import { askInstead } from "../../../components/storage/cluster-look";
import { missingFrom } from "../../../components/storage/driver-presence";
import { type Recording, type RecordingOptions, record } from "../../support/mocks";

const base: FileBackupArgs = {
    namespace: "wiki",
    repositorySecret: "wiki-backup-repository",
    endpoint: "https://s3.example.org",
    bucket: "backups/wiki",
    schedule: "0 * * * *",
    keepDaily: 7,
};

const backup = (args: Partial<FileBackupArgs> = {}, options?: RecordingOptions): Promise<Recording> =>
    record(() => {
        const { schedule, podConfig } = new FileBackup("wiki", { ...base, ...args });
        return { schedule, podConfig };
    }, options);

const specOf = (recording: Recording) => recording.only("kubernetes:k8up.io/v1:Schedule").inputs.spec;

afterEach(() => askInstead(undefined));

describe("a file backup", () => {
    it("is a schedule of K8up's with backup, prune and check, into the application's own repository", async () => {
        const recording = await backup({ keepLast: 1, keepHourly: 24, keepWeekly: 5, keepMonthly: 6 });
        expect(recording.outputs).toEqual({ schedule: "wiki", podConfig: "wiki-backup" });
        const { backend, backup: made, prune, check, podConfigRef } = specOf(recording);
        const from = (key: string) => ({ name: "wiki-backup-repository", key });
        expect(backend).toEqual({
            repoPasswordSecretRef: from("password"),
            s3: {
                endpoint: "https://s3.example.org",
                bucket: "backups/wiki",
                accessKeyIDSecretRef: from("access-key-id"),
                secretAccessKeySecretRef: from("secret-access-key"),
            },
        });
        expect(made).toMatchObject({ schedule: "0 * * * *", activeDeadlineSeconds: 21600 });
        expect(made).not.toHaveProperty("volumes");
        expect(prune.retention).toEqual({ keepLast: 1, keepHourly: 24, keepDaily: 7, keepWeekly: 5, keepMonthly: 6 });
        expect([prune.activeDeadlineSeconds, check.activeDeadlineSeconds]).toEqual([3600, 3600]);
        expect(new Set([made.schedule, prune.schedule, check.schedule]).size).toBe(3);
        expect(podConfigRef).toEqual({ name: "wiki-backup" });
    });

    it("makes the repository by a check of its own, another one where the repository is another", async () => {
        const firstCheck = async (args: Partial<FileBackupArgs>) => {
            const recording = await backup(args);
            const check = recording.only("kubernetes:k8up.io/v1:Check");
            expect(recording.only("kubernetes:k8up.io/v1:Schedule").dependsOn).toContain("wiki-first-check");
            expect(check.inputs.spec).toMatchObject({ backend: specOf(recording).backend, podConfigRef: { name: "wiki-backup" } });
            expect(check.inputs.spec.activeDeadlineSeconds).toBe(args.maintenanceDeadlineSeconds ?? 3600);
            return check.inputs.metadata.name as string;
        };
        const name = await firstCheck({});
        expect(name).toMatch(/^wiki-first-[0-9a-f]{6}$/);
        expect(await firstCheck({ keepDaily: 8, maintenanceDeadlineSeconds: 60 })).toBe(name);
        expect(await firstCheck({ bucket: "backups/other" })).not.toBe(name);
    });

    it.each(["/cart-main.rdb", "/files-main.tar"])("looks at streams of every kind: %s", async (streamPath) => {
        const { prune } = specOf(await backup({ streamPath }));
        expect(prune.podConfigRef).toEqual({ name: "wiki-prune" });
    });

    it("has broken streams forgotten before each prune, by a step of the prune's own pod that holds it up when it fails", async () => {
        const recording = await backup({ streamPath: "/wiki-main.sql", caConfigMap: "authority", region: "eu-central-1", runAsUser: 101 });
        const { prune, podConfigRef } = specOf(recording);
        expect([prune.podConfigRef, podConfigRef]).toEqual([{ name: "wiki-prune" }, { name: "wiki-backup" }]);
        expect(recording.only("kubernetes:k8up.io/v1:Schedule").dependsOn).toContain("wiki-prune-pods");
        const { metadata, spec } = recording.only("kubernetes:k8up.io/v1:PodConfig", "wiki-prune-pods").inputs;
        // The network policy is for pods with this label, and the ConfigMap with the authority is the Schedule's volume.
        expect(metadata).toMatchObject({ name: "wiki-prune", labels: { "holdfast.dev/backup-of": "wiki" } });
        const [{ env, volumeMounts, image, securityContext }, ...others] = spec.template.spec.initContainers;
        expect(others).toEqual([]);
        const values = Object.fromEntries(env.map((each: { name: string; value?: string }) => [each.name, each.value]));
        expect(values).toMatchObject({
            STREAM_HOST: "wiki",
            STREAM_PATH: "/wiki-main.sql",
            RESTIC_REPOSITORY: "s3:https://s3.example.org/backups/wiki",
            RESTIC_CACERT: "/etc/holdfast/backup-authority/ca.crt",
            AWS_DEFAULT_REGION: "eu-central-1",
        });
        for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "RESTIC_PASSWORD"]) {
            expect(env).toContainEqual({ name, valueFrom: { secretKeyRef: expect.objectContaining({ name: "wiki-backup-repository" }) } });
        }
        expect(prune.volumes.map(({ name }: { name: string }) => name)).toEqual([volumeMounts[1].name]);
        expect(image).toBe("docker.io/restic/restic:0.16.4");
        expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
        expect(spec.template.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 101 });
    });

    it("looks at nothing before a prune where what is copied has no end", async () => {
        const recording = await backup();
        expect(specOf(recording).prune).not.toHaveProperty("podConfigRef");
        expect(recording.all("kubernetes:k8up.io/v1:PodConfig").map(({ name }) => name)).toEqual(["wiki-pods"]);
    });

    it("copies the claims of its application alone", async () => {
        const [{ matchLabels }] = specOf(await backup()).backup.labelSelectors;
        expect(matchLabels).toMatchObject({ "app.kubernetes.io/name": "wiki" });
    });

    it("takes other times, where they are said", async () => {
        const {
            prune,
            check,
            backup: made,
        } = specOf(
            await backup({
                pruneSchedule: "1 3 * * 0",
                checkSchedule: "2 4 1 * *",
                backupDeadlineSeconds: 60,
                maintenanceDeadlineSeconds: 30,
            }),
        );
        expect([prune.schedule, check.schedule]).toEqual(["1 3 * * 0", "2 4 1 * *"]);
        expect([made, prune, check].map(({ activeDeadlineSeconds }) => activeDeadlineSeconds)).toEqual([60, 30, 30]);
    });

    it("checks the endpoint by the authority it was given, in every job", async () => {
        const { backend, backup: made, prune, check } = specOf(await backup({ caConfigMap: pulumi.output("kube-root-ca.crt") }));
        const [{ name, mountPath }] = backend.volumeMounts;
        expect(backend.tlsOptions.caCert).toBe(`${mountPath}/ca.crt`);
        for (const { volumes } of [made, prune, check]) expect(volumes).toEqual([{ name, configMap: { name: "kube-root-ca.crt" } }]);
    });

    it("names the region to its jobs, where one was given", async () => {
        const containers = async (args: Partial<FileBackupArgs>) =>
            (await backup(args)).only("kubernetes:k8up.io/v1:PodConfig").inputs.spec.template.spec.containers[0];
        expect((await containers({ region: "eu-central-1" })).env).toEqual([{ name: "AWS_DEFAULT_REGION", value: "eu-central-1" }]);
        expect(await containers({})).not.toHaveProperty("env");
    });

    it("runs its jobs as an ordinary user, as Pod Security wants, and changes no file's mode", async () => {
        const { containers, securityContext } = (await backup({ runAsUser: 101, runAsGroup: 103 })).only("kubernetes:k8up.io/v1:PodConfig")
            .inputs.spec.template.spec;
        expect(securityContext).toEqual({
            runAsNonRoot: true,
            runAsUser: 101,
            runAsGroup: 103,
            seccompProfile: { type: "RuntimeDefault" },
        });
        expect(containers[0].securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } });
    });

    it("gives its pods no label that the application's Service, budget or network policy selects", async () => {
        const recording = await backup();
        const { labels } = recording.only("kubernetes:k8up.io/v1:PodConfig").inputs.metadata;
        expect(labels).not.toHaveProperty(["app.kubernetes.io/name"]);
        const { podSelector, policyTypes, ingress, egress } = recording.only("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs.spec;
        expect(labels).toMatchObject(podSelector.matchLabels);
        expect([policyTypes, ingress, egress]).toEqual([["Ingress", "Egress"], undefined, [{}]]);
    });

    it("protects nothing: what it makes holds no data", async () => {
        expect((await backup()).resources.filter(({ protect, retainOnDelete }) => protect || retainOnDelete)).toEqual([]);
    });

    it("can be previewed before the repository's bucket is there", async () => {
        const recording = await record(
            () => {
                const bucket = new ConfigMap("bucket", { metadata: { name: "bucket", namespace: "wiki" } });
                return new FileBackup("wiki", { ...base, bucket: bucket.id }).schedule;
            },
            { preview: true },
        );
        const { metadata, spec } = recording.only("kubernetes:k8up.io/v1:Schedule").inputs;
        expect(metadata.name).toBe("wiki");
        expect(spec).not.toHaveProperty("backend");
    });

    it("is refused with everything that is wrong", async () => {
        const args = {
            schedule: "hourly",
            pruneSchedule: "61 * * * *",
            keepDaily: 0,
            keepHourly: -1,
            keepLast: 1.5,
            runAsUser: 0,
            backupDeadlineSeconds: 0,
            endpoint: "http://s3.example.org",
            bucket: "Backups",
            streamPath: "prefs.sql",
        };
        await expect(backup(args)).rejects.toThrow(/10 problems/);
        await expect(backup(args)).rejects.toThrow(
            /schedule: "hourly" has not[\s\S]*pruneSchedule: "61" is no minute[\s\S]*keepLast: 1\.5 is not[\s\S]*keepHourly: -1 is not[\s\S]*keepDaily: K8up takes 0 for 14\. Write 1[\s\S]*backupDeadlineSeconds: 0 is not[\s\S]*runAsUser: 0 is root[\s\S]*streamPath: "prefs\.sql" is no stream[\s\S]*endpoint: "http:\/\/s3\.example\.org" isn't https[\s\S]*bucket: "Backups" is not a bucket/,
        );
    });
});

describe("a preview", () => {
    const definition = "customresourcedefinition.apiextensions.k8s.io/schedules.k8up.io";
    let asked: string[][] = [];
    const cluster = (...there: string[]) => {
        asked = [];
        askInstead(async (_, argv) => {
            asked.push(argv);
            return { isDone: true, stdout: argv.filter((name) => there.includes(name)).join("\n"), reason: "" };
        });
    };

    it("names K8up where it is missing, and how to get it", async () => {
        cluster();
        const missing = async () => (await missingFrom({ context: "kind" }, [k8upNeed("schedule")])).problems;
        expect(await missing()).toEqual([
            { path: "schedule", reason: expect.stringMatching(/K8up.*is not in the cluster.*https:\/\/.*schedules\.k8up\.io/) },
        ]);
        cluster(definition);
        expect(await missing()).toEqual([]);
    });

    it("looks for it in the cluster it was told, and nowhere where it was told none", async () => {
        cluster(definition);
        await backup({ context: "kind" }, { preview: true });
        expect(asked).toEqual([["get", definition, "--ignore-not-found", "--output=name"]]);
        cluster(definition);
        await backup({}, { preview: true });
        await backup({ context: "kind" });
        expect(asked).toEqual([]);
    });
});
