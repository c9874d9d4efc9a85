/** The drill that an application gets with its repository. */

import { StatefulApp, type StatefulAppArgs } from "../../../components";
import { planOf } from "../../../components/stateful-app";
import { record } from "../../support/mocks";
import { database, notes, notesWith, repository } from "./backed-up-apps";

const app = (args: StatefulAppArgs) => record(() => new StatefulApp("prefs", { ...repository, ...args }).host);

async function drill(args: StatefulAppArgs) {
    const recording = await app(args);
    const [cronJob] = recording.all("kubernetes:batch/v1:CronJob");
    const pod = cronJob?.inputs.spec.jobTemplate.spec.template.spec;
    const step = (name: string) => pod.containers.find((each: { name: string }) => each.name === name);
    const env = (name: string, variable: string) => step(name).env.find((each: { name: string }) => each.name === variable)?.value;
    return { recording, cronJob, pod, step, env };
}

it("asks what the plan's policy asks, when it says, against what the plan promises", async () => {
    const { plan } = planOf("prefs", { ...database, ...repository });
    const { cronJob, env } = await drill(database);
    expect(cronJob.inputs.spec.schedule).toBe(plan?.backup.drill?.schedule);
    expect(plan?.objectives.restore).toMatchObject({ rpo: "1h", rto: "15m" });
    expect([env("report", "DRILL_RPO_SECONDS"), env("report", "DRILL_RTO_SECONDS")]).toEqual(["3600", "900"]);
    expect(env("report", "DRILL_QUERY")).toBe(plan?.backup.drill?.query);
});

it("restores the stream that the application's backup writes, in the application's own image", async () => {
    const { env, step, pod } = await drill({ ...database, namespace: "shop" });
    expect([env("fetch", "DRILL_PATHS"), env("fetch", "DRILL_HOST")]).toEqual(["/shop-main.sql", "shop"]);
    expect(env("fetch", "RESTIC_REPOSITORY")).toBe("s3:https://s3.example.org/shop-backups/prefs");
    expect(step("engine").image).toBe("registry.sandbox.holdfast/postgres:17");
    expect(pod.securityContext).toMatchObject({ runAsUser: 101, fsGroup: 103 });
    expect([step("fetch").image, step("report").image]).toEqual([
        "registry.sandbox.holdfast/k8up:2.12.0",
        "registry.sandbox.holdfast/node:20",
    ]);
});

it("restores the folder of every claim, or the archive of one that has hooks", async () => {
    expect((await drill({ ...notes, replicas: 2 })).env("fetch", "DRILL_PATHS")).toBe("/data/data-prefs-0 /data/data-prefs-1");
    expect((await drill(notesWith({ quiesceCommand: ["hold"] }))).env("fetch", "DRILL_PATHS")).toBe("/prefs-main.tar");
});

it("has room for the stream and for what is made of it, on a class that deletes", async () => {
    const { recording, pod } = await drill({ ...database, size: "3Gi" });
    const { spec } = pod.volumes.find(({ name }: { name: string }) => name === "data").ephemeral.volumeClaimTemplate;
    expect(spec.resources.requests.storage).toBe("6Gi");
    const classes = recording.all("kubernetes:storage.k8s.io/v1:StorageClass");
    const own = classes.find(({ inputs }) => inputs.metadata.name === spec.storageClassName);
    expect(own?.inputs.reclaimPolicy).toBe("Delete");
    expect(classes.filter(({ inputs }) => inputs.reclaimPolicy === "Retain")).toHaveLength(1);
});

it("shares nothing with the application but a copy of its repository's keys", async () => {
    const { recording, cronJob, pod } = await drill(database);
    const text = JSON.stringify([cronJob.inputs, pod]);
    expect(text).not.toContain("prefs-password");
    expect(text).not.toContain("prefs-backup-repository");
    expect(
        recording
            .all("kubernetes:core/v1:Secret")
            .map(({ inputs }) => `${inputs.metadata.namespace}/${inputs.metadata.name}`)
            .sort(),
    ).toEqual(["prefs-drill/prefs-drill-repository", "prefs/prefs-backup-repository", "prefs/prefs-password"]);
});

it("is made neither without a repository, nor where nothing is backed up, nor of what only its author can load", async () => {
    const without = [
        {
            ...database,
            backupEndpoint: undefined,
            backupBucket: undefined,
            backupAccessKeyId: undefined,
            backupSecretAccessKey: undefined,
            backupPassword: undefined,
        },
        { ...database, set: { "backup.policy": "none" }, accept: ["no-backup"] },
        notesWith({ annotations: { "k8up.io/backupcommand": "notes export", "k8up.io/file-extension": ".json" } }),
    ];
    for (const args of without) {
        expect((await drill(args)).cronJob).toBeUndefined();
    }
});

describe("its metrics", () => {
    const deployments = async (args: StatefulAppArgs) =>
        (await app(args)).all("kubernetes:apps/v1:Deployment").map(({ inputs }) => inputs.metadata.name);

    it("are served where they are asked for, from the drill's own result", async () => {
        expect(await deployments(database)).toEqual([]);
        expect(await deployments({ ...database, servesDrillMetrics: false })).toEqual([]);
        expect(await deployments({ ...database, servesDrillMetrics: true })).toEqual(["prefs-drill-metrics"]);
        const { inputs } = (await app({ ...database, servesDrillMetrics: true })).only("kubernetes:apps/v1:Deployment");
        const { containers, volumes, automountServiceAccountToken } = inputs.spec.template.spec;
        expect(automountServiceAccountToken).toBe(false);
        expect(containers[0].image).toBe("registry.sandbox.holdfast/node:20");
        expect(volumes).toContainEqual({ name: "result", configMap: { name: "prefs-drill" } });
        expect(JSON.stringify(inputs)).not.toContain("repository");
    });

    const without = {
        "a policy that backs up nothing": [{ set: { "backup.policy": "none" }, accept: ["no-backup"], ...repository }, /policy is "none"/],
        "no repository": [{}, /backupEndpoint/],
        "a command whose output only its author can load": [
            { ...notesWith({ annotations: { "k8up.io/backupcommand": "notes export" } }), ...repository },
            /only its author can load/,
        ],
    } as const;
    it.each(Object.keys(without) as (keyof typeof without)[])("are refused with %s: there would be no drill to tell of", (name) => {
        const [args, words] = without[name];
        const problems = (servesDrillMetrics: boolean) =>
            planOf("prefs", { ...database, ...(args as Partial<StatefulAppArgs>), servesDrillMetrics }).problems;
        expect(problems(false)).toEqual([]);
        expect(problems(true)).toEqual([{ path: "servesDrillMetrics", reason: expect.stringMatching(words) }]);
        expect(problems(true)[0].reason).toMatch(/ Or leave it out\.$/);
    });
});

it("is refused for a name that leaves no room for its own", () => {
    const name = `a${"b".repeat(47)}`;
    const problems = (more: Partial<StatefulAppArgs>) => planOf(name, { ...database, ...more }).problems;
    expect(problems(repository)).toEqual([{ path: "app", reason: expect.stringContaining("48 letters") }]);
    expect(problems({})).toEqual([]);
});
