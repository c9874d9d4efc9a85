/** Copies of JetStream's streams: how they are made, read and given back. */

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import { join } from "node:path";
import { loadedOf } from "../../../cli/backups/load";
import { jetStreamLoadScript, jetStreamLoadTask } from "../../../cli/backups/load-jetstream";
import { recoveryPoints } from "../../../cli/backups/recovery-points";
import { jetStreamScript, jetStreamServersScript, jetStreamShell } from "../../../components/backups/drill/jetstream-script";
import { jetStreamRangesScript } from "../../../components/backups/jetstream-ranges-script";
import { jetStreamRestoreScript } from "../../../components/backups/jetstream-restore-script";
import { type CopiedStream, jetStreamStream } from "../../../components/backups/jetstream-stream";
import type { StreamRecord } from "../../../components/backups/postgres-stream";
import { restoreDrillProblems } from "../../../components/backups/restore-drill-spec";
import { lastLine, recordMark, streamAnnotations } from "../../../components/backups/stream";
import { client, FakeJetStream, load } from "./fake-jetstream";

const { files, extension } = jetStreamStream("clicks", 3);

interface Prepared {
    record: StreamRecord;
    streams: CopiedStream[];
}
interface Copy {
    descriptor: number;
    record: StreamRecord;
    streams: (CopiedStream & { offset: number })[];
}
interface MakesCopies {
    prepare(request: object, connect: () => Promise<FakeJetStream>, say: (text: string) => void): Promise<Prepared>;
    copy(connect: () => Promise<FakeJetStream>, name: string, file: string, options: object): Promise<CopiedStream>;
    write(prepared: Prepared, work: string, descriptor: number): Promise<void>;
}
interface Restores {
    openCopy(file: string): Copy;
    openConfig(config: object, copies: number, metadata?: object): Record<string, unknown>;
}
interface Loads {
    load(connection: FakeJetStream, copy: Copy, request: object, say: (text: string) => void): Promise<string>;
}
interface Drills {
    drill(file: string, servers: string[]): Promise<string>;
    main(steps: string, file: string, servers: string[]): Promise<void>;
}

const ranges = load<object>(jetStreamRangesScript, { "./client.js": client });
const maker = load<MakesCopies>(files["stream.js"], { "./client.js": client, "./ranges.js": ranges });
const restores = load<Restores>(jetStreamRestoreScript, { "./client.js": client, "./ranges.js": ranges });
const loader = load<Loads>(jetStreamLoadScript, { "./client.js": client, "./restore.js": restores });

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(() => {
    folder = fs.mkdtempSync(join(os.tmpdir(), "holdfast-jetstream-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const clicks = () => new FakeJetStream().add("clicks", { messages: 8, first_seq: 3, last_seq: 10 }, "3 to 10");
const prepare = (server: FakeJetStream) =>
    maker.prepare(
        { app: "clicks", work: at("work") },
        async () => server,
        () => undefined,
    );

/** A whole copy of what a server holds, as a file. */
async function copyOf(server: FakeJetStream): Promise<string> {
    const descriptor = fs.openSync(at("copy"), "w");
    await maker.write(await prepare(server), at("work"), descriptor);
    fs.closeSync(descriptor);
    return at("copy");
}

describe("the stream of JetStream", () => {
    it("is run by K8up, and asks the members by their names", () => {
        expect(streamAnnotations({ files, extension })).toEqual({
            "k8up.io/backupcommand": "/bin/sh /etc/holdfast/backup/stream.sh",
            "k8up.io/file-extension": ".jetstream",
        });
        expect(JSON.parse(files["stream.json"]).servers).toEqual([0, 1, 2].map((n) => `clicks-${n}.clicks-headless:4222`));
    });

    it.each(
        Object.entries({ ...files, "ranges.js": jetStreamRangesScript, "restore.js": jetStreamRestoreScript, "drill.js": jetStreamScript }),
    )("%s is a program that its interpreter reads", (name, text) => {
        if (name.endsWith(".json")) return expect(() => JSON.parse(text)).not.toThrow();
        fs.writeFileSync(at(name), text);
        execFileSync(
            ...((name.endsWith(".sh") ? ["sh", ["-n", at(name)]] : [process.execPath, ["--check", at(name)]]) as [string, string[]]),
        );
    });

    it.each([jetStreamServersScript, jetStreamShell])("has a drill whose scripts a plain shell reads", (text) => {
        execFileSync("sh", ["-n"], { input: text });
    });

    it("has a record before it, the streams by their names, and a last line", async () => {
        const server = clicks().add("audit", { messages: 0, first_seq: 0, last_seq: 0 }, "");
        const whole = fs.readFileSync(await copyOf(server), "utf8");
        const [first, second] = whole.split("\n");
        expect(JSON.parse(first.slice(recordMark.length))).toEqual({
            version: 1,
            app: "clicks",
            engine: "jetstream",
            takenAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
            query: "messages of each stream",
            answer: "audit: 0 to 0; clicks: 8 to 10",
        });
        expect(JSON.parse(second).streams.map(({ config, bytes }: CopiedStream) => [config.name, bytes])).toEqual([
            ["audit", 0],
            ["clicks", 7],
        ]);
        expect(whole.endsWith(`3 to 10\n${lastLine}\n`)).toBe(true);
    });

    it("counts what was there before and after: not what leaves and comes meanwhile", async () => {
        const server = clicks();
        server.meanwhile = (stream) => {
            stream.state = { messages: 9, first_seq: 5, last_seq: 14, deleted: [7] };
        };
        const { record, streams } = await prepare(server);
        expect(record.answer).toBe("clicks: 5 to 10");
        expect(streams[0]).toMatchObject({ messages: 5, first: 5, last: 10 });
    });

    it("is begun again where a leader can't go on, and fails where none can", async () => {
        const server = clicks();
        const said: string[] = [];
        const options = { say: (text: string) => said.push(text), tries: 2, wait: async () => undefined };
        server.endings.push("NATS/1.0 408 No Flow Response\r\n\r\n");
        expect(await maker.copy(async () => server, "clicks", at("one"), options)).toMatchObject({ bytes: 7, messages: 8 });
        expect([fs.readFileSync(at("one"), "utf8"), said]).toEqual(["3 to 10", ["clicks: 408 No Flow Response"]]);
        server.endings.push("NATS/1.0 500 damaged\r\n\r\n", "NATS/1.0 500 damaged\r\n\r\n");
        await expect(maker.copy(async () => server, "clicks", at("two"), options)).rejects.toThrow("clicks: 500 damaged");
    });

    it("acknowledges every piece, so that the leader goes on", async () => {
        const server = clicks();
        await prepare(server);
        expect(server.asked.filter((each) => each.startsWith("ack."))).toEqual(["ack.0", "ack.5"]);
    });

    it("is nothing where there is no stream", async () => {
        await expect(prepare(new FakeJetStream())).rejects.toThrow("there is no stream, and nothing to copy");
    });
});

describe("a copy that is read", () => {
    it("is listed as a recovery point with its record", async () => {
        const whole = fs.readFileSync(await copyOf(clicks()));
        const base64 = (text: Buffer) => text.toString("base64");
        const first = base64(whole.subarray(0, whole.indexOf("\n") + 1));
        const snapshots = `@snapshots [{"id":"abc","time":"2026-11-23T02:00:00Z","paths":["/clicks-main.jetstream"],"hostname":"clicks"}]`;
        const listed = (end: Buffer) => recoveryPoints(`${snapshots}\n@stream abc ${whole.length} ${first} ${base64(end)}\n@done -`)[0];
        expect(listed(whole.subarray(-100))).toMatchObject({ kind: "database", complete: "yes", record: { answer: "clicks: 8 to 10" } });
        expect(listed(whole.subarray(-100, -5)).complete).toBe("no");
    });

    it("is refused wherever it breaks off", async () => {
        const whole = fs.readFileSync(await copyOf(clicks().add("audit", { messages: 2, first_seq: 1, last_seq: 2 }, "1 to 2")));
        expect(restores.openCopy(at("copy")).streams.map(({ config }) => config.name)).toEqual(["audit", "clicks"]);
        for (let length = 0; length < whole.length; length += 3) {
            fs.writeFileSync(at("cut"), whole.subarray(0, length));
            expect(() => restores.openCopy(at("cut"))).toThrow("the stream broke off");
        }
        fs.writeFileSync(at("other"), `SELECT 1;\n${lastLine}\n`);
        expect(() => restores.openCopy(at("other"))).toThrow("doesn't begin with the record");
    });

    it("is given back without limits, as many copies as there are members, and without the server's own words", () => {
        const config = {
            name: "a",
            max_age: 5,
            max_bytes: 6,
            max_msgs: 7,
            num_replicas: 5,
            placement: { cluster: "c" },
            metadata: { "_nats.ver": "2", mine: "1" },
        };
        expect(restores.openConfig(config, 3, { mark: "m" })).toEqual({
            name: "a",
            max_age: 0,
            max_bytes: -1,
            max_msgs: -1,
            num_replicas: 3,
            metadata: { mine: "1", mark: "m" },
        });
    });
});

describe("a load into a new application", () => {
    const request = { mark: "point a", wanted: [{ name: "clicks", max_msgs: 100, num_replicas: 3 }], replicas: 3 };
    const loaded = async (target: FakeJetStream, said: string[] = []) =>
        loader.load(target, restores.openCopy(at("copy")), request, (text) => said.push(text));
    const empty = { messages: 0, first_seq: 0, last_seq: 0 };

    it("takes the place of empty streams, and gets their limits once it was counted", async () => {
        await copyOf(clicks().add("old", { messages: 2, first_seq: 1, last_seq: 2 }, "1 to 2", { max_age: 9, num_replicas: 1 }));
        const target = new FakeJetStream().add("clicks", empty);
        const said: string[] = [];
        expect(await loaded(target, said)).toBe("clicks: 8 to 10; old: 2 to 2");
        expect(target.asked).toEqual(["DELETE clicks", "RESTORE clicks", "UPDATE clicks", "RESTORE old", "UPDATE old"]);
        expect(target.streams.get("clicks")?.config).toMatchObject({ max_msgs: 100, metadata: { "holdfast.dev/restored": "point a" } });
        expect(target.streams.get("old")?.config).toMatchObject({ max_age: 9, num_replicas: 1 });
        expect(said.at(-1)).toBe("@loaded now");
    });

    it("is left as it is the second time, and says what it had then", async () => {
        await copyOf(clicks());
        const target = new FakeJetStream();
        await loaded(target);
        // Clients have gone on.
        (target.streams.get("clicks") as { state: object }).state = { messages: 30, first_seq: 20, last_seq: 49 };
        const said: string[] = [];
        target.asked.length = 0;
        expect([await loaded(target, said), target.asked, said.at(-1)]).toEqual(["clicks: 8 to 10", [], "@loaded before"]);
    });

    it("goes on where it was interrupted, with a stream of its own that is half there", async () => {
        await copyOf(clicks());
        const metadata = { "holdfast.dev/restored": "point a (under way)" };
        const target = new FakeJetStream().add("clicks", { messages: 4, first_seq: 3, last_seq: 6 }, "", { metadata });
        expect(await loaded(target)).toBe("clicks: 8 to 10");
        expect(target.asked[0]).toBe("DELETE clicks");
    });

    it("changes nothing where there is anybody's data, and names all of it", async () => {
        await copyOf(clicks().add("old", { messages: 2, first_seq: 1, last_seq: 2 }, "1 to 2"));
        const there = { messages: 3, first_seq: 1, last_seq: 3 };
        const metadata = { "holdfast.dev/restored": "point b" };
        const target = new FakeJetStream().add("clicks", there).add("old", there, "", { metadata });
        await expect(loaded(target)).rejects.toThrow("not empty: clicks holds 3 messages already, old holds 3 messages already");
        expect(target.asked).toEqual([]);
    });

    it("leaves a stream whose messages were all taken away to whom it belongs", async () => {
        await copyOf(clicks());
        await expect(loaded(new FakeJetStream().add("clicks", { messages: 0, first_seq: 8, last_seq: 7 }))).rejects.toThrow(
            "holds 0 messages",
        );
    });

    it("ends with the server's reason", async () => {
        await copyOf(clicks());
        const target = new FakeJetStream();
        target.refusal = { code: 500, description: "insufficient storage resources available" };
        await expect(loaded(target)).rejects.toThrow("clicks: insufficient storage resources available");
    });

    it("answers otherwise where a message is missing", async () => {
        await copyOf(clicks());
        const copy = restores.openCopy(at("copy"));
        copy.streams[0].first = 2;
        copy.streams[0].last = 11;
        expect(await loader.load(new FakeJetStream(), copy, request, () => undefined)).toBe("clicks: 8 to 11");
    });
});

describe("the task that loads", () => {
    const point = {
        id: "c".repeat(64),
        takenAt: "2026-11-23T01:00:00Z",
        kind: "database",
        path: "/clicks-main.jetstream",
        host: "clicks",
        sizeBytes: 10,
        complete: "yes",
    } as const;
    const repository = {
        url: "s3:https://s3/b",
        caConfigMap: "",
        keys: { accessKeyId: "a", secretAccessKey: "hidden", password: "hidden" },
    };
    const server = {
        app: "again",
        namespace: "again",
        host: "again",
        database: "",
        user: "",
        passwordSecret: "again-password",
        image: "nats",
        runAsUser: 1000,
        runAsGroup: 1000,
        replicas: 3,
        streams: [],
        nodeImage: "node",
    };
    const { pod, labels } = jetStreamLoadTask(
        repository as unknown as Parameters<typeof jetStreamLoadTask>[0],
        "restic",
        point,
        "clicks",
        server,
    );

    it("fetches all of it first, and asks the servers as their administrator, whose password comes from its Secret", () => {
        expect(pod.initContainers?.map(({ name, image }) => [name, image])).toEqual([["fetch", "restic"]]);
        const [container] = pod.containers;
        expect([container.image, container.env?.SERVERS, container.env?.NATS_USER]).toEqual(["node", "again:4222", "administrator"]);
        expect(container.otherSecretEnv).toEqual({ NATS_PASSWORD: { secret: "again-password", key: "administrator-password" } });
        expect(labels).toEqual({ "holdfast.dev/client-of-again": "true" });
        expect(JSON.parse(container.env?.REQUEST ?? "")).toMatchObject({
            mark: `holdfast: recovery point ${point.id} of clicks, ${point.takenAt}`,
            replicas: 3,
        });
    });

    it("tells its answer, or its reason", () => {
        const answer = Buffer.from("clicks: 8 to 10").toString("base64");
        expect(loadedOf(true, { load: `@read 7\n@loaded now\n@answer ${answer}\n` })).toEqual({
            wasThere: false,
            answer: "clicks: 8 to 10",
        });
        expect(() => loadedOf(false, { load: "holdfast: the new application is not empty: clicks holds 3 messages already\n" })).toThrow(
            "nothing was loaded: the new application is not empty: clicks holds 3 messages already",
        );
        expect(() => loadedOf(false, { load: "", fetch: "Fatal: wrong password" })).toThrow("wrong password");
    });
});

describe("the drill's step", () => {
    const drills = (server: FakeJetStream) =>
        load<Drills>(jetStreamScript, { "./client.js": { ...client, connectToAny: async () => server }, "./restore.js": restores });

    it("gives every stream to servers of its own, and answers what it counts there", async () => {
        const file = await copyOf(clicks().add("old", { messages: 2, first_seq: 1, last_seq: 2 }, "1 to 2"));
        fs.writeFileSync(at("fetch.done"), "");
        fs.writeFileSync(at("fetched"), "");
        await drills(new FakeJetStream()).main(folder, file, []);
        expect(fs.readFileSync(at("answer"), "utf8")).toBe("clicks: 8 to 10; old: 2 to 2\n");
        expect([fs.existsSync(at("engine.done")), fs.existsSync(at("failure"))]).toEqual([true, false]);
    });

    it("says what a server made of it", async () => {
        const file = await copyOf(clicks());
        for (const name of ["fetch.done", "fetched"]) fs.writeFileSync(at(name), "");
        const server = new FakeJetStream();
        server.refusal = { code: 500, description: "corrupt" };
        const told = jest.spyOn(console, "error").mockImplementation(() => undefined);
        await drills(server).main(folder, file, []);
        told.mockRestore();
        expect(["failure", "detail"].map((name) => fs.readFileSync(at(name), "utf8"))).toEqual(["engine-failed", "clicks: corrupt"]);
        expect([fs.existsSync(at("engine.done")), fs.existsSync(at("answer"))]).toEqual([true, false]);
    });

    it("does nothing where nothing was fetched", async () => {
        fs.writeFileSync(at("fetch.done"), "");
        await drills(new FakeJetStream()).main(folder, at("none"), []);
        expect(fs.readdirSync(folder)).toEqual(["fetch.done"]);
    });

    it("reads a stream of its own kind", () => {
        const args = {
            appNamespace: "a",
            image: "nats",
            endpoint: "https://s3",
            bucket: "b",
            password: "p",
            schedule: "0 5 * * 0",
            promisedRpo: "24h",
            promisedRto: "4h",
            size: "1Gi",
        };
        const problems = (engine: string, path: string) =>
            restoreDrillProblems("clicks", { ...args, engine, paths: [path], query: "x" }).map(({ reason }) => reason);
        expect(problems("jetstream", "/clicks-main.jetstream")).toEqual([]);
        expect(problems("jetstream", "/clicks-main.sql")).toEqual([
            '"/clicks-main.sql" is no copy of streams: JetStream reads a stream that ends in ".jetstream".',
        ]);
        expect(problems("container", "/clicks-main.jetstream")[0]).toContain('Write engine: "jetstream"');
    });
});
