import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import { join } from "node:path";
import { loadedOf } from "../../../cli/backups/load";
import { valkeyLoadTask } from "../../../cli/backups/load-valkey";
import { recoveryPoints } from "../../../cli/backups/recovery-points";
import { valkeyScript } from "../../../components/backups/drill/valkey-script";
import { lastLine, recordMark } from "../../../components/backups/postgres-stream";
import { restoreDrillProblems } from "../../../components/backups/restore-drill-spec";
import { streamAnnotations } from "../../../components/backups/stream";
import { unwrapped, valkeyStream } from "../../../components/backups/valkey-stream";

const { files, extension } = valkeyStream("carts");
const record = { version: 1, app: "carts", engine: "valkey", takenAt: "2026-11-23T01:00:00Z", query: "number of keys", answer: "3" };
const snapshot = Buffer.from([0x52, 0x45, 0x44, 0x49, 0x53, 0, 0x0a, 0xff, 0x0a, 0, 1, 2]);
const stream = Buffer.concat([Buffer.from(`${recordMark}${JSON.stringify(record)}\n`), snapshot, Buffer.from(`\n${lastLine}\n`)]);

const point = {
    id: "c".repeat(64),
    takenAt: record.takenAt,
    kind: "database",
    path: "/carts-main.rdb",
    host: "carts",
    sizeBytes: 10,
    complete: "yes",
} as const;
const repository = { url: "s3:https://s3/b", caConfigMap: "", keys: { accessKeyId: "a", secretAccessKey: "hidden", password: "hidden" } };
const server = {
    app: "again",
    namespace: "again",
    host: "again",
    database: "",
    user: "",
    passwordSecret: "again-password",
    image: "valkey",
    runAsUser: 999,
    runAsGroup: 1000,
    memory: "2Gi",
};
const task = valkeyLoadTask(repository as Parameters<typeof valkeyLoadTask>[0], "restic", point, "carts", server);

describe("the stream of Valkey", () => {
    it("is run by K8up in a member's container", () => {
        expect(streamAnnotations({ files, extension })).toEqual({
            "k8up.io/backupcommand": "/bin/sh /etc/holdfast/backup/stream.sh",
            "k8up.io/file-extension": ".rdb",
        });
    });

    it.each([
        ["the stream", files["stream.sh"]],
        ["the drill's step", valkeyScript],
        ["the load", task.pod.containers[1].script],
        ["the fetch", task.pod.containers[0].script],
    ])("%s is a script that a plain shell reads", (_, text) => {
        const { status, stderr } = spawnSync("sh", ["-n"], { input: text, encoding: "utf8" });
        expect([stderr, status]).toEqual(["", 0]);
    });

    it("is unwrapped to the very bytes of the snapshot, line ends among them or not", () => {
        const folder = fs.mkdtempSync(join(os.tmpdir(), "valkey-stream-"));
        try {
            fs.writeFileSync(join(folder, "stream"), stream);
            execFileSync("sh", ["-c", unwrapped(join(folder, "stream"), join(folder, "snapshot"))]);
            expect(fs.readFileSync(join(folder, "snapshot"))).toEqual(snapshot);
        } finally {
            fs.rmSync(folder, { recursive: true });
        }
    });
});

describe("in a repository", () => {
    const list = JSON.stringify([{ id: point.id, time: "2026-11-23T01:00:02Z", paths: [point.path], hostname: "carts" }]);
    const seen = (end: Buffer) =>
        recoveryPoints(
            `@snapshots ${list}\n@stream ${point.id} 99 ${stream.subarray(0, stream.indexOf("\n")).toString("base64")} ${end.toString("base64")}\n@done -`,
        )[0];

    it("it is whole with its last line, and has the number of keys that the live side had", () => {
        expect(seen(stream)).toMatchObject({
            kind: "database",
            complete: "yes",
            takenAt: "2026-11-23T01:00:00.000Z",
            record: { answer: "3" },
        });
    });

    it("it is no recovery point without its last line", () => {
        expect(seen(stream.subarray(0, -8)).complete).toBe("no");
    });
});

describe("the load", () => {
    it("has passwords from Secrets alone, and the memory of a member", () => {
        expect(JSON.stringify(task.pod)).not.toContain("hidden");
        const [, load] = task.pod.containers;
        expect(load).toMatchObject({ memory: "2Gi", otherSecretEnv: { REDISCLI_AUTH: { secret: "again-password", key: "password" } } });
    });

    it("is refused with what the script said", () => {
        expect(() => loadedOf(false, { load: "@read 10\nholdfast: the new application is not empty\n" })).toThrow(
            "nothing was loaded: the new application is not empty",
        );
        expect(loadedOf(true, { load: "@loaded now\n@answer Mw==\n" })).toEqual({ wasThere: false, answer: "3" });
    });
});

it("a drill of Valkey takes its snapshot, and nothing else", () => {
    const args = {
        app: "carts",
        appNamespace: "carts",
        engine: "valkey",
        image: "valkey",
        schedule: "0 5 * * *",
        promisedRpo: "1h",
        promisedRto: "15m",
        size: "1Gi",
        endpoint: "https://s3",
        bucket: "b",
        password: "p",
    };
    const problems = (paths: string[]) => restoreDrillProblems("carts", { ...args, paths });
    expect(problems(["/carts-main.rdb"])).toEqual([]);
    expect(problems(["/carts-main.sql"])).toEqual([{ path: "paths", reason: expect.stringContaining('ends in ".rdb"') }]);
    expect(restoreDrillProblems("carts", { ...args, engine: "container", query: "ls", paths: ["/carts-main.rdb"] })[0].reason).toContain(
        'engine: "valkey"',
    );
});
