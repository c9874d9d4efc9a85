import { StatefulApp, type StatefulAppArgs } from "../../../components";
import { backupNeedsOf } from "../../../components/backups/planned-backup";
import { planOf } from "../../../components/stateful-app";
import type { Plan } from "../../../components/usecases/plan";
import { targets } from "../../../components/usecases/targets";
import { type Recording, record } from "../../support/mocks";
import { database, notes, notesWith, repository } from "./backed-up-apps";

const quiesced = notesWith({ quiesceCommand: ["notes", "hold"], unquiesceCommand: ["notes", "go on"] });

const app = (args: StatefulAppArgs, more: Partial<StatefulAppArgs> = repository): Promise<Recording> =>
    record(() => new StatefulApp("prefs", { ...args, ...more }).host);

const scheduleOf = (recording: Recording) => recording.only("kubernetes:k8up.io/v1:Schedule");
const templateOf = (recording: Recording) => recording.only("kubernetes:apps/v1:StatefulSet").inputs.spec.template;
const claimOf = (recording: Recording) => recording.only("kubernetes:core/v1:PersistentVolumeClaim").inputs;
const streamOf = (recording: Recording) =>
    recording.all("kubernetes:core/v1:ConfigMap").find(({ inputs }) => inputs.metadata.name === "prefs-backup-stream");
const planFor = (args: StatefulAppArgs, more: Partial<StatefulAppArgs> = repository): Plan =>
    planOf("prefs", { ...args, ...more }).plan as Plan;
const problemsOf = (args: StatefulAppArgs, more: Partial<StatefulAppArgs>) => planOf("prefs", { ...args, ...more }).problems;

describe("an application with a repository", () => {
    it("is backed up as its plan says, into its own place in the bucket", async () => {
        const recording = await app(database);
        const { spec, metadata } = scheduleOf(recording).inputs;
        const { backup } = planFor(database);
        expect(metadata).toMatchObject({ name: "prefs", namespace: "prefs" });
        expect(spec.backend.s3).toMatchObject({ endpoint: "https://s3.example.org", bucket: "shop-backups/prefs" });
        expect(spec.backup.schedule).toBe(backup.schedule);
        const { last, hourly, daily, weekly, monthly } = backup.retention as NonNullable<typeof backup.retention>;
        expect(spec.prune.retention).toEqual({
            keepLast: last,
            keepHourly: hourly,
            keepDaily: daily,
            keepWeekly: weekly,
            keepMonthly: monthly,
        });
    });

    it("keeps its keys in one Secret, kept as long as the data", async () => {
        const recording = await app(database);
        const secret = recording.all("kubernetes:core/v1:Secret").find(({ inputs }) => inputs.metadata.name === "prefs-backup-repository");
        expect(secret).toMatchObject({ protect: true, retainOnDelete: true });
        const elsewhere = JSON.stringify([recording.resources.filter((resource) => resource !== secret), recording.outputs]);
        for (const text of ["AKIA0123456789", "the access key's", "the repository's"]) expect(elsewhere).not.toContain(text);
    });

    it.each([
        ["a database", database],
        ["files", notes],
        ["files with hooks", quiesced],
    ])("has nothing protected that waits for what runs: going down would keep it (%s)", async (_what, args) => {
        const { resources } = await app(args);
        const byName = new Map(resources.map((resource) => [resource.name, resource]));
        const kept = new Set(resources.filter(({ protect }) => protect).map(({ name }) => name));
        expect(kept.size).toBeGreaterThanOrEqual(3);
        for (const name of kept) for (const other of byName.get(name)?.dependsOn ?? []) kept.add(other);
        const types = [...kept].map((name) => byName.get(name)?.type);
        expect(types.filter((type) => /StatefulSet|CronJob|Schedule|Service$|Policy/.test(type ?? ""))).toEqual([]);
    });

    it("is not backed up while it is stopped: half of its data would be the newest copy", async () => {
        const recording = await app(notes, { ...repository, isStopped: true });
        expect(recording.all("kubernetes:k8up.io/v1:Schedule")).toEqual([]);
        expect(recording.all("kubernetes:batch/v1:CronJob")).toEqual([]);
        // The keys stay: taking them away and making them again would need a permission.
        expect(recording.only("kubernetes:core/v1:Secret").inputs.metadata.name).toBe("prefs-backup-repository");
        expect(claimOf(recording).metadata.annotations).toEqual({ "k8up.io/backup": "true" });
    });

    it("can't be stopped where a database takes its data while it runs", () => {
        expect(problemsOf(database, { isStopped: true })).toEqual([{ path: "isStopped", reason: expect.stringMatching(/Leave it out/) }]);
        expect(problemsOf(notes, { isStopped: true })).toEqual([]);
    });

    it("is scheduled after its pods are there: a schedule that finds none makes a backup of nothing", async () => {
        expect(scheduleOf(await app(database)).dependsOn).toContain("prefs-postgres-server-set");
    });

    it("streams PostgreSQL by scripts that its pod mounts, and no files", async () => {
        const recording = await app({ ...database, database: "settings" });
        const { metadata, spec } = templateOf(recording);
        expect(metadata.annotations).toMatchObject({
            "k8up.io/backupcommand": "/bin/sh /etc/holdfast/backup/stream.sh",
            "k8up.io/file-extension": ".sql",
        });
        const volume = spec.volumes.find(({ configMap }: { configMap?: { name: string } }) => configMap?.name === "prefs-backup-stream");
        expect(spec.containers[0].volumeMounts).toContainEqual({ name: volume.name, mountPath: "/etc/holdfast/backup", readOnly: true });
        expect(streamOf(recording)?.inputs.data["stream.sh"]).toContain("PGDATABASE='settings' PGUSER='settings'");
        expect(streamOf(recording)?.inputs.data["query.sql"].trim()).toBe(planFor(database).backup.drill?.query);
        expect(claimOf(recording).metadata.annotations).toEqual({ "k8up.io/backup": "false" });
        expect(recording.only("kubernetes:apps/v1:StatefulSet").dependsOn).toContain("prefs-stream");
    });

    it("has every stream of its own looked at before a prune, and none of anybody else's", async () => {
        const lookedAt = async (args: StatefulAppArgs) =>
            (await app(args))
                .all("kubernetes:k8up.io/v1:PodConfig")
                .flatMap(({ inputs }) => inputs.spec.template.spec.initContainers ?? [])
                .map(({ image, env }) => [image, env.find(({ name }: { name: string }) => name === "STREAM_PATH").value]);
        const image = targets.sandbox.tools?.restic;
        expect(await lookedAt(database)).toEqual([[image, "/prefs-main.sql"]]);
        expect(await lookedAt(quiesced)).toEqual([[image, "/prefs-main.tar"]]);
        expect(await lookedAt(notes)).toEqual([]);
        const annotations = { "k8up.io/backupcommand": "notes export", "k8up.io/file-extension": ".sql" };
        expect(await lookedAt({ ...notes, workload: { ...notes.workload, annotations } as StatefulAppArgs["workload"] })).toEqual([]);
    });

    it("has the files of an image of its own copied, as their owner", async () => {
        const recording = await app(notes);
        expect(claimOf(recording).metadata.annotations).toEqual({ "k8up.io/backup": "true" });
        expect(templateOf(recording).metadata.annotations ?? {}).not.toHaveProperty(["k8up.io/backupcommand"]);
        expect(streamOf(recording)).toBeUndefined();
        const { engine } = planFor(notes);
        expect(recording.only("kubernetes:k8up.io/v1:PodConfig").inputs.spec.template.spec.securityContext).toMatchObject({
            runAsUser: engine.runAsUser,
            runAsGroup: engine.runAsGroup,
        });
    });

    it("streams the files of one that has hooks, between the two", async () => {
        const recording = await app(quiesced);
        expect(templateOf(recording).metadata.annotations).toMatchObject({ "k8up.io/file-extension": ".tar" });
        expect(streamOf(recording)?.inputs.data["stream.sh"]).toMatch(
            /bounded 'notes' 'go on'[\s\S]*bounded 'notes' 'hold'[\s\S]*tar -C '\/srv\/notes'/,
        );
        expect(claimOf(recording).metadata.annotations).toEqual({ "k8up.io/backup": "false" });
    });

    it("leaves a command of its own as it is", async () => {
        const annotations = { "k8up.io/backupcommand": "notes export", "k8up.io/file-extension": ".json" };
        const recording = await app({ ...quiesced, workload: { ...quiesced.workload, annotations } as StatefulAppArgs["workload"] });
        expect(templateOf(recording).metadata.annotations).toMatchObject(annotations);
        expect(streamOf(recording)).toBeUndefined();
        expect(claimOf(recording).metadata.annotations).toEqual({ "k8up.io/backup": "false" });
    });

    it("needs K8up", () => {
        expect(backupNeedsOf(planFor(database)).map(({ path }) => path)).toEqual(["backupEndpoint"]);
        expect(backupNeedsOf(planFor(database, {}))).toEqual([]);
    });
});

describe("an application without one", () => {
    it("has nothing of backups, and its plan says that none are made", async () => {
        const recording = await app(database, {});
        expect(recording.resources.filter(({ type }) => type.includes("k8up.io") || /Backup/.test(type))).toEqual([]);
        expect(templateOf(recording).metadata.annotations).toBeUndefined();
        expect(claimOf(recording).metadata.annotations).toBeUndefined();
        expect(planFor(database, {}).backup).toMatchObject({
            carriedOut: false,
            missing: expect.stringContaining("no repository is given"),
        });
    });

    it("is refused where it is named in part, with all that is missing", () => {
        expect(problemsOf(database, { backupBucket: "shop-backups" }).map(({ path }) => path)).toEqual([
            "backupEndpoint",
            "backupAccessKeyId",
            "backupSecretAccessKey",
            "backupPassword",
        ]);
        for (const { reason } of problemsOf(database, { backupPassword: "x" }))
            expect(reason).toMatch(/^missing: .*backup\.policy: none\.$/);
        expect(problemsOf(database, repository)).toEqual([]);
    });

    it("is not asked for one where nothing is to be backed up", async () => {
        const none = { set: { "backup.policy": "none" }, accept: ["no-backup"] };
        expect(problemsOf(database, { ...none, backupBucket: "shop-backups" })).toEqual([]);
        expect((await app(database, { ...none, ...repository })).all("kubernetes:k8up.io/v1:Schedule")).toEqual([]);
    });
});

describe("what can't be", () => {
    it("is refused by the names of the arguments, without a secret in the words", () => {
        const problems = problemsOf(database, {
            ...repository,
            backupEndpoint: "http://s3.example.org",
            backupBucket: "Shop",
            backupPrefix: "/x",
            backupPassword: "",
        });
        expect(problems.map(({ path }) => path).sort()).toEqual(["backupBucket", "backupEndpoint", "backupPassword", "backupPrefix"]);
    });

    it("is a schedule or a retention that K8up can't carry out", () => {
        const policies = { nightly: { schedule: "@daily", interval: "24h", retention: { daily: 0, weekly: 9 } } };
        const problems = problemsOf(database, {
            ...repository,
            policies,
            set: { "backup.policy": "nightly" },
            accept: ["rpo-shorter-than-interval", "retention-shorter-than-asked"],
        });
        expect(problems).toEqual(
            expect.arrayContaining([
                { path: 'set["backup.policy"]', reason: expect.stringContaining('"@daily" has not five fields') },
                { path: 'set["backup.retention.daily"]', reason: expect.stringContaining("K8up takes 0 for 14") },
            ]),
        );
    });

    it("is a command that makes several members' files whole: K8up runs it in one", () => {
        expect(problemsOf(quiesced, { ...repository, replicas: 2 })).toEqual([
            { path: "workload.quiesceCommand", reason: expect.stringContaining("taken in one member, and 2 run") },
        ]);
        expect(problemsOf(notes, { ...repository, replicas: 2 })).toEqual([]);
        expect(problemsOf(quiesced, { replicas: 2 })).toEqual([]);
    });

    it("is a claim that only one pod may mount, unless the files are read in that pod", () => {
        const once = (args: StatefulAppArgs) => ({
            ...args,
            workload: {
                ...args.workload,
                volumes: [{ name: "data", mountPath: "/srv", accessMode: "ReadWriteOncePod" }],
            } as StatefulAppArgs["workload"],
        });
        const set = { "volumes.data.accessMode": "ReadWriteOncePod" };
        expect(problemsOf(once(notes), { ...repository, set }).map(({ path }) => path)).toEqual(["workload.volumes[0].accessMode"]);
        expect(problemsOf(once(quiesced), { ...repository, set })).toEqual([]);
    });
});
