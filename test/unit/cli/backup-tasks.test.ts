import { before, bytesRead, loadedOf, loadTask } from "../../../cli/backups/load";
import { backupName, backupOf, failureWords } from "../../../cli/backups/made-backup";
import { repositoryFrom, sandboxRepository } from "../../../cli/backups/repository";
import { isLeft, jobOf, podWords, secretOf, type Watched } from "../../../cli/backups/task";
import { point as pointOf, record } from "./recovery-point-cases";

const secrets = { accessKeyId: "the-id", secretAccessKey: "the-key", password: "the-password" };
const repository = { url: "s3:https://s3.example.com/backups/ledger", keys: secrets, caConfigMap: "kube-root-ca.crt" };
const point = pointOf("5", { sizeBytes: 2 ** 20 });
const server = {
    app: "again",
    namespace: "again",
    host: "again",
    database: "ledger",
    user: "ledger",
    passwordSecret: "again-password",
    image: "postgres:17",
    runAsUser: 101,
    runAsGroup: 103,
};
const task = loadTask(repository, "k8up", point, record, "ledger", server);

test("a task's secrets are in its Secret alone, which goes with its Job", () => {
    const job = JSON.stringify(jobOf(task));
    for (const value of Object.values(secrets)) expect(job).not.toContain(value);
    expect(secretOf(task, "uid-1")).toMatchObject({
        metadata: { name: "again-restore", ownerReferences: [{ kind: "Job", uid: "uid-1" }] },
        stringData: { "access-key-id": "the-id", "secret-access-key": "the-key", password: "the-password" },
    });
});

test("a task ends by itself, is admitted where Pod Security is restricted, and waits for its Secret", () => {
    const job = jobOf(task) as {
        spec: Record<string, unknown> & {
            template: { spec: Record<string, unknown> & { containers: object[]; initContainers: object[] } };
        };
    };
    expect(job.spec).toMatchObject({
        suspend: true,
        backoffLimit: 0,
        activeDeadlineSeconds: expect.any(Number),
        ttlSecondsAfterFinished: 600,
    });
    const { spec } = job.spec.template;
    expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 101, seccompProfile: { type: "RuntimeDefault" } },
    });
    for (const container of [...spec.containers, ...spec.initContainers]) {
        expect(container).toMatchObject({
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true },
        });
    }
});

test("the load is a client that the new application admits, and its deadline is far beyond the forecast", () => {
    expect(task.labels).toEqual({ "holdfast.dev/client-of-again": "true" });
    expect(task.deadlineSeconds).toBe(900 + 6 * 61);
    expect(before).toContain("the database is not empty");
});

test("without an authority of its own nothing is mounted", () => {
    const bare = jobOf(loadTask({ ...repository, caConfigMap: "" }, "k8up", point, record, "ledger", server));
    expect(JSON.stringify(bare)).not.toContain("configMap");
    expect(JSON.stringify(jobOf(task))).toContain('"configMap":{"name":"kube-root-ca.crt"}');
});

const answer = `@answer ${Buffer.from("68").toString("base64")}`;

test("a load that ended well has an answer, and knows whether an earlier run did it", () => {
    expect(loadedOf(true, { load: `@read 10\n@loaded now\n${answer}\n` })).toEqual({ wasThere: false, answer: "68" });
    expect(loadedOf(true, { load: `@loaded before\n${answer}\n` })).toEqual({ wasThere: true, answer: "68" });
});

test.each([
    [
        "the database is not empty",
        { load: "psql:<stdin>:2: ERROR:  holdfast: the database is not empty" },
        "nothing was loaded: the database is not empty",
    ],
    [
        "the stream broke off between statements",
        { load: "psql:<stdin>:9: error: invalid command \\." },
        "the stream broke off, and nothing was loaded: restic said nothing",
    ],
    [
        "the stream broke off",
        { load: "ERROR:  holdfast: the stream broke off", fetch: "Fatal: blob not found" },
        "the stream broke off, and nothing was loaded: blob not found",
    ],
    [
        "psql refuses a line",
        { load: '@read 1\npsql:<stdin>:9: ERROR:  relation "a" already exists' },
        'nothing was loaded: ERROR:  relation "a" already exists',
    ],
    [
        "restic alone speaks",
        { load: "", fetch: "Fatal: wrong password or no key found" },
        "nothing was loaded: wrong password or no key found",
    ],
    ["an end without an answer", { load: "@loaded now" }, "nothing was loaded: restic said nothing"],
])("a load fails in words: %s", (_what, logs, message) => {
    expect(() => loadedOf(false, logs)).toThrow(message);
});

test("progress is the last that was read", () => {
    expect(bytesRead("@read 10\n@read 4096\n")).toBe(4096);
    expect(bytesRead("psql: waiting")).toBe(0);
});

test("a Backup has what its Schedule says of backups, and no schedule", () => {
    const schedule = {
        metadata: { name: "ledger" },
        spec: {
            backend: { s3: { bucket: "b" } },
            podConfigRef: { name: "ledger-backup" },
            failedJobsHistoryLimit: 3,
            backup: {
                schedule: "0 * * * *",
                concurrentRunsAllowed: false,
                labelSelectors: [{}],
                failedJobsHistoryLimit: 5,
                activeDeadlineSeconds: 60,
            },
            prune: { schedule: "5 1 * * *" },
        },
    };
    const name = backupName("ledger", new Date("2026-11-22T12:34:56.789Z"));
    expect(name).toBe("ledger-20261122-123456");
    expect(backupOf(schedule, "money", name)).toMatchObject({ metadata: { name, namespace: "money" } });
    expect((backupOf(schedule, "money", name) as { spec: object }).spec).toEqual({
        backend: { s3: { bucket: "b" } },
        podConfigRef: { name: "ledger-backup" },
        labelSelectors: [{}],
        failedJobsHistoryLimit: 5,
        activeDeadlineSeconds: 60,
    });
});

test("what failed is the last that K8up called an error", () => {
    const log =
        '2026-11-22T12:00:00Z\tINFO\tk8up\tstarting\n2026-11-22T12:00:01Z\tERROR\tk8up.restic\tbackup failed\t{"error": "cmd.Wait() err: exit status 1"}\n\tat main.go';
    expect(failureWords(log)).toBe("cmd.Wait() err: exit status 1");
    expect(failureWords("2026-11-22T12:00:00Z\tINFO\tk8up.restic.stderr\tFatal: wrong password or no key found\n")).toBe(
        "wrong password or no key found",
    );
    expect(failureWords("")).toBe("it said nothing");
});

test("a pod is said to be stuck, running or without a node", () => {
    const pod = (status: Watched["status"]): Watched => ({ kind: "Pod", metadata: { name: "p", uid: "u" }, status });
    expect(podWords(undefined)).toBe("its pod is being made");
    expect(
        podWords(pod({ containerStatuses: [{ name: "load", state: { waiting: { reason: "ErrImagePull", message: "no such image." } } }] })),
    ).toBe("ErrImagePull: no such image");
    expect(podWords(pod({ containerStatuses: [{ name: "load", state: { running: {} } }] }))).toBe("load runs");
    expect(podWords(pod({ conditions: [{ type: "PodScheduled", status: "False", message: "no memory" }] }))).toBe(
        "no node takes it: no memory",
    );
    const end = (reason?: string) => ({ name: "load", state: { terminated: { exitCode: 7, reason } } });
    expect(podWords(pod({ containerStatuses: [end("OOMKilled")] }))).toBe("load has ended: OOMKilled");
    expect(podWords(pod({ containerStatuses: [end()] }))).toBe("load has ended: exit code 7");
    expect(podWords(pod({ initContainerStatuses: [end("Completed")], containerStatuses: [{ name: "main", state: {} }] }))).toBe(
        "its pod is starting",
    );
    expect(podWords(pod({}))).toBe("its pod is starting");
});

test("a repository is put together from its parts, and what is missing is named", () => {
    const parts: Record<string, string> = {
        backupEndpoint: "https://s3.example.com/",
        backupBucket: "backups",
        backupAccessKeyId: "the-id",
        backupSecretAccessKey: "the-key",
        backupPassword: "the-password",
        backupCaConfigMap: "kube-root-ca.crt",
    };
    expect(repositoryFrom("ledger", (part) => parts[part])).toEqual(repository);
    expect(repositoryFrom("ledger", (part) => (part === "backupPrefix" ? "shop/l" : parts[part]))).toMatchObject({
        url: "s3:https://s3.example.com/backups/shop/l",
    });
    expect(repositoryFrom("ledger", (part) => (part === "backupPassword" ? "" : parts[part]))).toEqual({ missing: ["backupPassword"] });
    expect(sandboxRepository("ledger", {})).toBeUndefined();
    expect(
        sandboxRepository("ledger", { HOLDFAST_BACKUP_ENDPOINT: "https://s3", HOLDFAST_BACKUP_BUCKET: "b", HOLDFAST_BACKUP_PASSWORD: "p" }),
    ).toMatchObject({
        url: "s3:https://s3/b/ledger",
        caConfigMap: "",
    });
});

test("only a task that never began, and that nobody can be at work on, is taken for one that was left", () => {
    const now = Date.parse("2026-11-22T12:00:00Z");
    const job = (seconds: number, suspend: boolean, kind = "Job"): Watched => ({
        kind,
        metadata: { name: "j", uid: "u", creationTimestamp: new Date(now - seconds * 1000).toISOString() },
        spec: { suspend },
    });
    expect([job(700, true), job(500, true), job(700, false), job(700, true, "Pod")].map((each) => isLeft(each, now))).toEqual([
        true,
        false,
        false,
        false,
    ]);
});
