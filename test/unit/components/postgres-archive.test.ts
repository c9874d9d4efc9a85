import * as pulumi from "@pulumi/pulumi";
import { PostgresArchive, type PostgresArchiveArgs, StatefulApp, type StatefulAppArgs } from "../../../components";
import { marksSpec } from "../../../components/backups/postgres-archive-spec";
import { planOf } from "../../../components/stateful-app";
import { askInstead } from "../../../components/storage/cluster-look";
import { missingFrom } from "../../../components/storage/driver-presence";
import { cloudnativePgNeed } from "../../../components/workloads/cloudnative-pg-presence";
import { type Recording, record } from "../../support/mocks";
import { repository } from "./backed-up-apps";

const base: PostgresArchiveArgs = {
    namespace: "bank",
    endpoint: "https://s3.example.org",
    bucket: "shop-backups/ledger",
    secret: "ledger-backup-repository",
    image: "ghcr.io/cloudnative-pg/postgresql:17.5",
    schedule: "0 2 * * *",
};
const clusterType = "kubernetes:postgresql.cnpg.io/v1:Cluster";
const scheduleType = "kubernetes:postgresql.cnpg.io/v1:ScheduledBackup";
const cronType = "kubernetes:batch/v1:CronJob";
const ledger: StatefulAppArgs = { useCase: "banking-ledger", target: "sandbox" };
const chat: StatefulAppArgs = { useCase: "chat-history", target: "sandbox" };
afterEach(() => askInstead(undefined));

const made = (args: Partial<PostgresArchiveArgs> = {}, preview = false): Promise<Recording> =>
    record(() => ({ ...new PostgresArchive("ledger", { ...base, ...args }) }), { preview });
const app = (args: StatefulAppArgs, more: Partial<StatefulAppArgs> = repository, preview = false): Promise<Recording> =>
    record(() => new StatefulApp("ledger", { ...args, ...more }).host, { preview });
const problemsOf = (args: StatefulAppArgs, more: Partial<StatefulAppArgs> = repository) => planOf("ledger", { ...args, ...more }).problems;

describe.each([
    ["update", false],
    ["preview", true],
])("an archive, in an %s", (_, preview) => {
    it("has its first base copy made at once, and the others by a cron line that begins with seconds", async () => {
        const { metadata, spec } = (await made({}, preview)).only(scheduleType).inputs;
        expect(metadata).toMatchObject({ name: "ledger", namespace: "bank" });
        expect(spec).toMatchObject({ cluster: { name: "ledger" }, schedule: "0 0 2 * * *", immediate: true, backupOwnerReference: "none" });
    });

    it("has copies marked only where some outlive the window", async () => {
        expect((await made({}, preview)).all(cronType)).toEqual([]);
        const { only } = await made({ keepMonthly: 7, keepYearly: 2 }, preview);
        const [container] = only(cronType).inputs.spec.jobTemplate.spec.template.spec.containers;
        expect(container.env).toEqual(
            expect.arrayContaining([
                { name: "ARCHIVE", value: "shop-backups/ledger" },
                { name: "KEEP_WEEKLY", value: "0" },
                { name: "KEEP_MONTHLY", value: "7" },
                { name: "KEEP_YEARLY", value: "2" },
            ]),
        );
    });

    it("is made of what is known only later", async () => {
        const late = <T>(value: T) => pulumi.output(Promise.resolve(value));
        const { only } = await made({ bucket: late("b-1/x"), secret: late("keys"), keepDaily: 1 }, preview);
        const { env } = only(cronType).inputs.spec.jobTemplate.spec.template.spec.containers[0];
        expect(env).toContainEqual({ name: "ARCHIVE", value: "b-1/x" });
        expect(env).toContainEqual({
            name: "AWS_ACCESS_KEY_ID",
            valueFrom: { secretKeyRef: { name: "keys", key: "access-key-id" } },
        });
    });
});

it("checks the server with an authority of one's own only where one is named", () => {
    const place = { endpoint: "https://s3.example.org", bucket: "b-1/x", secret: "keys" };
    const podOf = (more: Partial<PostgresArchiveArgs>) => JSON.stringify(marksSpec("ledger", { ...base, ...more }, place).jobTemplate);
    expect(podOf({ caConfigMap: "our-ca" })).toMatch(/AWS_CA_BUNDLE.*"configMap":{"name":"our-ca"}/);
    expect(podOf({})).not.toMatch(/AWS_CA_BUNDLE|configMap/);
});

it("is refused with everything that is wrong at once", async () => {
    const wrong = { app: "Ledger", endpoint: "http://s3", bucket: "B", schedule: "daily", keepMonthly: -1, runAsUser: 0 };
    await expect(made(wrong)).rejects.toThrow(
        /app: [\s\S]*schedule: [\s\S]*keepMonthly: [\s\S]*runAsUser: [\s\S]*endpoint: [\s\S]*bucket: /,
    );
});

it("says at preview that the operator is missing, and how to get it", async () => {
    const missing = async (...there: string[]) => {
        askInstead(async (_, argv) => ({ isDone: true, stdout: argv.filter((name) => there.includes(name)).join("\n"), reason: "" }));
        return (await missingFrom({ context: "kind" }, [cloudnativePgNeed("schedule", "scheduledbackups")])).problems;
    };
    expect(await missing()).toEqual([{ path: "schedule", reason: expect.stringMatching(/CloudNativePG.*--with cloudnative-pg/) }]);
    expect(await missing("customresourcedefinition.apiextensions.k8s.io/scheduledbackups.postgresql.cnpg.io")).toEqual([]);
});

describe("a plan that archives", () => {
    it("ships the log to the application's own place, within its RPO, and deletes what its window doesn't need", async () => {
        const { only } = await app(ledger, { ...repository, backupCaConfigMap: "kube-root-ca.crt", backupRegion: "us-east-1" });
        const { spec } = only(clusterType).inputs;
        expect(spec.backup).toMatchObject({
            barmanObjectStore: {
                destinationPath: "s3://shop-backups/ledger",
                endpointURL: "https://s3.example.org",
                serverName: "postgres",
                s3Credentials: { accessKeyId: { name: "ledger-backup-repository", key: "access-key-id" } },
            },
            retentionPolicy: "35d",
        });
        expect(spec.postgresql.parameters.archive_timeout).toBe("240s");
        expect(spec.env).toEqual([
            { name: "AWS_CA_BUNDLE", value: "/projected/backup-authority/ca.crt" },
            { name: "AWS_DEFAULT_REGION", value: "us-east-1" },
        ]);
        expect(spec.projectedVolumeTemplate.sources[0].configMap.name).toBe("kube-root-ca.crt");
    });

    it.each([
        ["banking-ledger", ledger, ["35", "0", "86", "7"]],
        ["chat-history", chat, ["14", "8", "6", "0"]],
    ])("keeps what its policy says: %s", async (_name, args, counts) => {
        const marks = (await app(args)).all(cronType).find(({ name }) => name === "ledger-archive-marks");
        const env = marks?.inputs.spec.jobTemplate.spec.template.spec.containers[0].env;
        const envOf = (name: string) => env.find((each: { name: string }) => each.name === name).value;
        expect(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].map((unit) => envOf(`KEEP_${unit}`))).toEqual(counts);
    });

    it("makes the keys before the database and the base copies after it, and nothing of K8up's", async () => {
        const { only, resources } = await app(ledger, repository, true);
        expect(only(clusterType).dependsOn).toContain("ledger-repository-secret");
        expect(only(scheduleType).dependsOn).toContain("ledger-postgres-cluster");
        expect(resources.filter(({ type }) => type.includes("k8up.io"))).toEqual([]);
    });

    it("archives nothing without a repository, and says so", async () => {
        const { only, all } = await app(ledger, {});
        expect(only(clusterType).inputs.spec.backup).toBeUndefined();
        expect(all(scheduleType)).toEqual([]);
        expect(planOf("ledger", ledger).plan?.backup.carriedOut).toBe(false);
    });

    it("is not called carried out where files lie beside the rows: nothing copies them", () => {
        const feed = { useCase: "social-feed", target: "sandbox", set: { "backup.policy": "continuous" } };
        expect(planOf("feed", { ...feed, ...repository }).plan?.backup).toMatchObject({
            carriedOut: false,
            missing: expect.stringMatching(/"media"/),
        });
    });

    it("is encrypted where the bucket is known to encrypt, or somebody says that it does", () => {
        const encryptedOn = (target: string, set: Record<string, string> = {}) => {
            const { problems, plan } = planOf("ledger", { ...ledger, target, ...repository, set });
            return [plan?.backup.encrypted, problems.find(({ reason }) => /unencrypted-repository/.test(reason))?.reason];
        };
        expect(encryptedOn("sandbox")).toEqual([false, undefined]);
        expect(planOf("ledger", { ...ledger, ...repository }).plan?.accepted.map(({ rule }) => rule)).toContain("unencrypted-repository");
        expect(encryptedOn("eks")).toEqual([true, undefined]);
        expect(encryptedOn("kubernetes", { storageDriver: "ceph-rbd" })[1]).toMatch(/where the bucket encrypts what it stores/);
        expect(encryptedOn("kubernetes", { storageDriver: "ceph-rbd", "backup.encrypted": "true" })).toEqual([true, undefined]);
        expect(planOf("ledger", { ...ledger, target: "eks", ...repository }).plan?.notProtected.join()).toMatch(
            /bucket that doesn't encrypt/,
        );
    });
});

describe("a database made from an archive", () => {
    const from = (more: object) => app(ledger, { ...repository, recoverFrom: "shop-backups/old", database: "books", ...more });

    it.each([
        ["all there is", {}, undefined],
        ["a moment", { recoverAt: "2026-11-23T08:15:00Z" }, { targetTime: "2026-11-23T08:15:00Z" }],
        ["a base copy", { recoverAt: "20261123T020000" }, { backupID: "20261123T020000", targetImmediate: true }],
    ])("has %s, its own archive, and its own passwords", async (_what, more, target) => {
        const { spec } = (await from(more)).only(clusterType).inputs;
        const { recovery } = spec.bootstrap;
        expect(spec.bootstrap.initdb).toBeUndefined();
        expect(recovery).toMatchObject({ database: "books", owner: "books", secret: { name: "ledger-owner" } });
        expect(recovery.recoveryTarget).toEqual(target);
        expect(spec.externalClusters[0]).toMatchObject({
            name: recovery.source,
            barmanObjectStore: { destinationPath: "s3://shop-backups/old", serverName: "postgres" },
        });
        expect(spec.backup.barmanObjectStore.destinationPath).toBe("s3://shop-backups/ledger");
    });

    it.each([
        ["its own archive", { recoverFrom: "shop-backups/ledger" }, /this application's own archive.*another backupPrefix/],
        ["a moment without a zone", { recoverAt: "2026-11-23T08:15:00" }, /is no moment.*2026-11-23T08:15:00Z/],
    ])("is not made from %s", async (_what, more, reason) => {
        await expect(from(more)).rejects.toThrow(reason);
    });

    it("is refused of engines that archive nothing, and without its archive", () => {
        const prefs = { useCase: "user-preferences", target: "sandbox" };
        const source = { recoverFrom: "shop-backups/old", recoverAt: "2026-11-23T08:15:00Z" };
        expect(problemsOf(prefs, { ...repository, ...source }).map(({ path }) => path)).toEqual(["recoverFrom"]);
        expect(problemsOf(ledger, { recoverAt: source.recoverAt })).toEqual([
            { path: "recoverAt", reason: expect.stringMatching(/Write recoverFrom too/) },
        ]);
        expect(problemsOf(ledger, { ...repository, ...source })).toEqual([]);
    });
});
