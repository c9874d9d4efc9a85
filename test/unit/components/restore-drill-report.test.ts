/** The verdict of a drill, from the files that its steps leave. What restic says was taken from runs of restic 0.16.4. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { reportScript } from "../../../components/backups/drill/report-script";
import schema from "../../../docs/drill-schema.json";
import { faults, type SchemaDocument } from "../../support/json-schema";

type Files = Record<string, { text: string; time: number }>;
interface Result {
    [field: string]: unknown;
    outcome: string;
    failure?: string;
    detail?: string;
    endedAt: string;
    lastPassedAt?: string;
}
interface Report {
    classify(words: string, phase: string, stopped: string, status: string): { failure: string; detail: string };
    deadStep(files: Files, now: number): string | undefined;
    eventOf(result: Result, config: object): { type: string; reason: string; message: string; metadata: { name: string } };
    isOver(files: Files): boolean;
    judge(files: Files, config: object, end: { started: number; now: number; dead?: string }): Result;
    lastPassed(result: Result, before?: Result): string | undefined;
    metrics(result: Result): string;
    readSteps(folder: string): Files;
}

const loaded = { exports: {} };
new Function("module", "exports", "require", reportScript)(loaded, loaded.exports, require);
const { classify, deadStep, eventOf, isOver, judge, lastPassed, metrics, readSteps } = loaded.exports as Report;

const started = Date.parse("2026-11-23T05:00:00Z");
const at = (seconds: number) => started + seconds * 1000;
const config = {
    app: "ledger",
    name: "ledger-drill",
    namespace: "ledger-drill",
    engine: "postgres",
    query: "SELECT 1",
    rpoSeconds: 3600,
    rtoSeconds: 900,
    graceSeconds: 300,
    deadlineSeconds: 1800,
};
const record = {
    version: 1,
    app: "ledger",
    database: "ledger",
    owner: "ledger",
    takenAt: "2026-11-23T04:30:00Z",
    query: "SELECT 2",
    answer: "7\n",
};

const written = (files: Record<string, [text: string, seconds: number] | undefined>): Files =>
    Object.fromEntries(Object.entries(files).flatMap(([name, file]) => (file ? [[name, { text: file[0], time: at(file[1]) }]] : [])));

/** The files of a run that went well, with some of them changed or left out. */
const run = (changes: Record<string, [string, number] | undefined> = {}): Files =>
    written({
        "fetch.started": ["", 0],
        "fetch.alive": ["", 40],
        "snapshots.chosen": ['{"time":"2026-11-23T04:30:05.5Z","paths":["/ledger-main.sql"]}\n', 2],
        record: [JSON.stringify(record), 40],
        bytes: ["12345\n", 40],
        fetched: ["", 40],
        "fetch.done": ["", 40],
        "engine.alive": ["", 60],
        answer: ["7\n", 61.25],
        "engine.done": ["", 62],
        ...changes,
    });

const verdict = (files: Files, more: object = {}, dead?: string) =>
    judge(files, { ...config, ...more }, { started: at(1), now: at(63), ...(dead ? { dead } : {}) });
const withRecord = (change: object) => run({ record: [JSON.stringify({ ...record, ...change }), 40] });

it("passes where every piece of evidence is there, and measures both promises", () => {
    expect(verdict(run())).toEqual({
        version: 1,
        app: "ledger",
        outcome: "passed",
        startedAt: "2026-11-23T05:00:00.000Z",
        endedAt: "2026-11-23T05:01:03.000Z",
        recoveryPoint: "2026-11-23T04:30:05.500Z",
        takenAt: "2026-11-23T04:30:00.000Z",
        rpoSeconds: 1800,
        rtoSeconds: 61.3,
        promised: { rpoSeconds: 3600, rtoSeconds: 900 },
        query: "SELECT 2",
        answer: "7",
        recorded: "7",
        bytes: 12345,
    });
});

it.each(Object.keys(run()).filter((name) => !/alive|started|bytes/.test(name)))("doesn't pass without %s", (name) => {
    expect(verdict(run({ [name]: undefined })).outcome).toBe("failed");
});

describe.each(["postgres", "valkey", "jetstream"])("what a run of %s that was carried through can still fail by", (engine) => {
    it.each<[string, Files, object, string]>([
        ["another answer", run({ answer: ["8\n", 61] }), {}, "answer-differs"],
        ["no answer where there was one", run({ answer: ["", 61] }), {}, "answer-differs"],
        ["another application's backup", withRecord({ app: "wiki" }), {}, "backup-missing"],
        ["a record without an answer", withRecord({ answer: undefined }), {}, "backup-incomplete"],
        ["a record that is no JSON", run({ record: ["{", 40] }), {}, "backup-incomplete"],
        ["a date that is none", withRecord({ takenAt: "yesterday" }), {}, "backup-incomplete"],
        ["a backup of the future", withRecord({ takenAt: "2026-11-23T05:10:01Z" }), {}, "backup-age-unknown"],
        ["an old backup", withRecord({ takenAt: "2026-11-23T03:54:59Z" }), {}, "backup-too-old"],
        [
            "an old snapshot whose record says it is new",
            run({ "snapshots.chosen": ['{"time":"2026-11-23T03:00:00Z"}', 2] }),
            {},
            "backup-too-old",
        ],
        ["a slow restore", run({ answer: ["7", 901] }), {}, "too-slow"],
        [
            "an old one among several",
            run({ "snapshots.chosen": ['{"time":"2026-11-23T04:59:00Z"}\n{"time":"2026-11-22T04:00:00Z"}\n', 2] }),
            {},
            "backup-too-old",
        ],
    ])("%s", (_what, files, more, failure) => {
        expect(verdict(files, { engine, ...more })).toMatchObject({ outcome: "failed", failure });
    });

    it("and doesn't, just within the promise and its grace", () => {
        expect(verdict(withRecord({ takenAt: "2026-11-23T03:55:00Z" })).outcome).toBe("passed");
        expect(verdict(run({ answer: ["7", 900] })).outcome).toBe("passed");
        expect(verdict(run({ answer: ["7", 61] })).outcome).toBe("passed");
    });

    it("never is younger than new, by a clock that is minutes ahead", () => {
        const files = run({
            "snapshots.chosen": ['{"time":"2026-11-23T05:05:00Z"}', 2],
            record: [JSON.stringify({ ...record, takenAt: "2026-11-23T05:05:00Z" }), 40],
        });
        expect(verdict(files).rpoSeconds).toBe(0);
    });
});

describe("files without a record", () => {
    const files = run({ record: undefined });

    it("are as old as their snapshot, and answer the policy's query", () => {
        expect(verdict(files, { engine: "container" })).toMatchObject({
            outcome: "passed",
            takenAt: "2026-11-23T04:30:05.500Z",
            query: "SELECT 1",
            answer: "7",
        });
        expect(verdict(files, { engine: "container" })).not.toHaveProperty("recorded");
    });

    it("are no backup of a database", () => {
        expect(verdict(files)).toMatchObject({ failure: "backup-incomplete", detail: "the record has no app, takenAt, query, answer" });
    });
});

describe("a step that says nothing", () => {
    it.each<[string, Files, number, string | undefined]>([
        ["fetch, a moment ago", written({ "fetch.alive": ["", 0] }), 60, undefined],
        ["fetch, for long", written({ "fetch.alive": ["", 0] }), 61, "fetch"],
        ["fetch, after it ended", run(), 1000, undefined],
        ["the engine, for long", run({ "engine.done": undefined }), 121, "engine"],
        ["the engine, which isn't there yet", run({ "engine.done": undefined, "engine.alive": undefined }), 1000, undefined],
        ["the engine, which has nothing to do", run({ "engine.done": undefined, fetched: undefined }), 1000, undefined],
    ])("%s", (_what, files, now, dead) => {
        expect(deadStep(files, at(now))).toBe(dead);
    });

    it("is the drill's failure, not the backup's", () => {
        expect(verdict(written({ "fetch.alive": ["", 0] }), {}, "fetch")).toMatchObject({
            failure: "engine-failed",
            detail: expect.stringContaining("the step fetch was killed"),
        });
    });

    it("is waited for until it is over or the deadline passes", () => {
        expect([isOver(run()), isOver(run({ "engine.done": undefined })), isOver(written({ "fetch.done": ["", 1] }))]).toEqual([
            true,
            false,
            true,
        ]);
        expect(verdict(written({}))).toMatchObject({ failure: "too-slow", detail: "the step fetch hadn't started after 1800 s" });
        expect(verdict(run({ "engine.done": undefined })).detail).toBe("the step engine was still at work after 1800 s");
    });
});

describe("restic's words", () => {
    const retrying = (reason: string) =>
        `Load(<data/9b0ae1b328>, 1133191, 0) returned error, retrying after 481.933757ms: ${reason}\n`.repeat(5);
    const config = (reason: string) =>
        `Fatal: unable to open config file: Stat: ${reason}\nIs there a repository at the following location?\ns3:https://s3/app/one\n`;

    it.each<[string, string, string, string, string]>([
        ["another password", "Fatal: wrong password or no key found\n", "list", "", "wrong-password"],
        ["no bucket", config("The specified bucket does not exist."), "list", "", "repository-missing"],
        ["no repository in the bucket", config("The specified key does not exist."), "list", "", "repository-missing"],
        [
            "no server",
            config('Get "https://s3/": dial tcp 10.0.0.1:443: connect: connection refused'),
            "list",
            "",
            "repository-unreachable",
        ],
        ["no name", config('Get "https://s3/": dial tcp: lookup s3 on 10.0.0.10:53: no such host'), "list", "", "repository-unreachable"],
        [
            "another authority",
            config('Get "https://s3/": tls: failed to verify certificate: x509: certificate signed by unknown authority'),
            "list",
            "",
            "repository-unreachable",
        ],
        ["an unknown access key", config("No user exists with the provided access key ID."), "list", "", "repository-unreachable"],
        [
            "another secret key",
            config("The request signature we calculated does not match the signature you provided."),
            "list",
            "",
            "repository-unreachable",
        ],
        ["silence", "", "list", "deadline", "repository-unreachable"],
        [
            "a damaged configuration",
            "Fatal: config or key 17dd5f is damaged: ciphertext verification failed\n",
            "list",
            "",
            "object-damaged",
        ],
        [
            "a damaged snapshot, which restic passes over",
            'Ignoring "fe9c12cf": failed to load snapshot fe9c12cf: invalid data returned\n',
            "list",
            "",
            "object-damaged",
        ],
        [
            "a snapshot that is missing",
            'Ignoring "fe9c12cf": failed to load snapshot fe9c12cf: The specified key does not exist.\n',
            "list",
            "",
            "object-damaged",
        ],
        ["a missing object", retrying("The specified key does not exist."), "data", "stuck", "object-missing"],
        ["a missing file", retrying("open /repo/data/9b/9b0ae1: no such file or directory"), "data", "stuck", "object-missing"],
        [
            "a missing index",
            'Fatal: loading tree for snapshot "latest" failed: id d243194f not found in repository\n',
            "files",
            "",
            "object-missing",
        ],
        ["an object cut short", retrying("unexpected EOF"), "data", "stuck", "object-damaged"],
        [
            "another byte",
            "Fatal: cannot dump file: decrypting blob a4da27ff failed: ciphertext verification failed\n",
            "data",
            "",
            "object-damaged",
        ],
        [
            "a damaged index",
            "invalid data returned\ngithub.com/restic/restic/internal/restic.init\n\tgithub.com/restic/restic@v0.16.4/repository.go:13\nruntime.doInit1\n\truntime/proc.go:8103\n",
            "files",
            "",
            "object-damaged",
        ],
        [
            "a damaged key",
            "Load(<key/17dd5f945a>, 0, 0) operation successful after 1 retries\nFatal: Unmarshal: unexpected end of JSON input\n",
            "list",
            "",
            "object-damaged",
        ],
        ["much to fetch", "", "data", "deadline", "too-slow"],
        [
            "a server that went away for good",
            retrying("dial tcp 10.0.0.1:443: connect: connection refused"),
            "data",
            "deadline",
            "repository-unreachable",
        ],
        ["a full volume", "Fatal: write /drill/data/stream: no space left on device\n", "data", "", "engine-failed"],
    ])("%s", (_what, words, phase, stopped, failure) => {
        const said = classify(words, phase, stopped, "1");
        expect(said.failure).toBe(failure);
        expect(said.detail).not.toBe("");
        const files = written({
            "fetch.started": ["", 0],
            "fetch.done": ["", 9],
            "restic.err": [words, 9],
            "restic.phase": [phase, 1],
            "restic.status": ["1", 9],
            ...(stopped ? { "restic.stopped": [`${stopped}\n`, 9] } : {}),
        });
        expect(verdict(files)).toMatchObject({ outcome: "failed", failure });
        expect(
            faults(schema as unknown as SchemaDocument, verdict(files), (schema as unknown as SchemaDocument).$defs.Result, "result"),
        ).toEqual([]);
    });

    it("restic that was killed by somebody else is no fault of the repository's", () => {
        expect(classify("", "data", "", "137").failure).toBe("engine-failed");
        expect(classify(retrying("unexpected EOF"), "data", "stuck", "137").failure).toBe("object-damaged");
    });

    it("a failure with a name of its own keeps it", () => {
        const files = run({ fetched: undefined, failure: ["backup-empty", 40], detail: ["the newest backup has no byte in it", 40] });
        expect(verdict(files)).toMatchObject({ failure: "backup-empty", detail: "the newest backup has no byte in it" });
    });
});

describe("what a result leaves", () => {
    const passed = verdict(run());
    const failed = verdict(run({ answer: ["8", 61] }));

    it("fits the schema", () => {
        const document = schema as unknown as SchemaDocument;
        for (const result of [passed, failed, { ...failed, lastPassedAt: passed.endedAt }]) {
            expect(faults(document, result, document.$defs.Result, "result")).toEqual([]);
        }
        expect(faults(document, { ...passed, outcome: "perhaps" }, document.$defs.Result, "result")).not.toEqual([]);
    });

    it("says when a drill passed last, through failures", () => {
        expect(lastPassed(passed, failed)).toBe(passed.endedAt);
        expect(lastPassed(failed, passed)).toBe(passed.endedAt);
        expect(lastPassed(failed, { ...failed, lastPassedAt: "2026-11-16T05:01:00.000Z" })).toBe("2026-11-16T05:01:00.000Z");
        expect(lastPassed(failed, undefined)).toBeUndefined();
    });

    it("is metrics that end, and name what isn't known by leaving it out", () => {
        const lines = metrics({ ...passed, lastPassedAt: passed.endedAt }).split("\n");
        expect(lines.slice(-2)).toEqual(["# EOF", ""]);
        expect(lines).toEqual(
            expect.arrayContaining([
                'holdfast_drill_passed{app="ledger"} 1',
                'holdfast_drill_rpo_seconds{app="ledger"} 1800',
                'holdfast_drill_rto_seconds{app="ledger"} 61.3',
                `holdfast_drill_last_passed_timestamp_seconds{app="ledger"} ${at(63) / 1000}`,
            ]),
        );
        const without = metrics(verdict(written({})));
        expect(without).toContain('holdfast_drill_passed{app="ledger"} 0');
        expect(without).toContain('holdfast_drill_failure{app="ledger",failure="too-slow"} 1');
        expect(without).not.toContain("holdfast_drill_rto_seconds");
    });

    it("is an event, good or bad", () => {
        expect(eventOf(passed, config)).toMatchObject({
            type: "Normal",
            reason: "DrillPassed",
            message: "recovery point 1800 s old, restored in 61.3 s",
        });
        const bad = eventOf(failed, config);
        expect(bad).toMatchObject({ type: "Warning", reason: "DrillFailed" });
        expect(bad.message).toMatch(/^answer-differs: /);
        expect(bad.metadata.name).toMatch(/^ledger-drill\.[0-9a-f]+$/);
    });
});

// A name that is listed and leads nowhere is what a rename between the listing and the look leaves.
test("a file that another step renames or removes during the look is as one that never was", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-steps-"));
    try {
        fs.writeFileSync(path.join(folder, "answer"), "7\n");
        fs.symlinkSync(path.join(folder, "nowhere"), path.join(folder, "answer.partial"));
        expect(Object.keys(readSteps(folder))).toEqual(["answer"]);
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
});
