/** A drill of an archive: what each fault is called, by the Python that is here, and what the live side gives. */

import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { StatefulApp, type StatefulAppArgs } from "../../../components";
import { archiveFetchScript } from "../../../components/backups/drill/archive-fetch-script";
import { reportScript } from "../../../components/backups/drill/report-script";
import { folder, objects, prepare, program, put, putBase, putWal, WarmPython, wal } from "../../support/archive-folder";
import { record } from "../../support/mocks";
import { repository } from "./backed-up-apps";

const steps = join(folder, "drill/steps");
const data = join(folder, "drill/data");
const script = archiveFetchScript.replaceAll('"/drill/', `"${folder}/drill/`);
const query = "SELECT 1";

let python: WarmPython;
beforeAll(async () => {
    prepare();
    python = new WarmPython();
    // Says what the part of the log says; the copy is a file of its own.
    program("pg_waldump", 'for last; do :; done; cat "${2#--path=}/$last"');
    program(
        "barman-cloud-restore",
        'for last; do :; done; mkdir -p "$last"; echo "$@" >"$last/called"; [ -z "$FAILS" ] || { echo "$FAILS" >&2; exit 1; }',
    );
    await python.run("", {});
}, 30_000);
beforeEach(() => {
    for (const each of [objects, steps, data]) rmSync(each, { recursive: true, force: true });
    for (const each of [steps, data]) mkdirSync(each, { recursive: true });
    // Nobody asks for parts of the log.
    put(join(steps, "engine.done"), "");
    putBase("20261123T020000", new Date("2026-11-23T02:00:00Z"), { begin: 2, files: gzipSync("files".repeat(1000)) });
    for (const part of [2, 3]) putWal(1, part);
    putWal(1, 4, marked(new Date()));
});
afterAll(() => {
    python.end();
    rmSync(folder, { recursive: true });
});

/** What pg_waldump says of a mark. */
function marked(time: Date, more: object = {}): string {
    const mark = { app: "ledger", takenAt: time.toISOString(), query, lsn: "0/4000028", answer: "7", ...more };
    const payload = Buffer.from(JSON.stringify(mark)).toString("hex").toUpperCase().match(/../g)?.join(" ");
    return `rmgr: LogicalMessage len (rec/tot): 9/9, tx: 7, lsn: 0/04000030, prev 0/0, desc: MESSAGE transactional, prefix "holdfast"; payload (${Math.ceil((payload?.length ?? 0) / 3)} bytes): ${payload}\n`;
}

const patience = { DRILL_APP: "ledger", DRILL_QUERY: query, DRILL_RPO_SECONDS: "300", DRILL_MARK_SECONDS: "0", DRILL_AGAIN_SECONDS: "0" };
const step = (name: string) => (existsSync(join(steps, name)) ? readFileSync(join(steps, name), "utf8") : undefined);

async function fetched(more: Record<string, string> = {}) {
    await python.run(script, { ...patience, FAILS: "", REFUSES: "", ...more });
    expect(step("fetch.done")).toBe("");
    return { failure: step("failure"), detail: step("detail") };
}

it("takes the newest base copy, and what the application said beside its place in the log", async () => {
    putBase("20261124T020000", new Date(), { begin: 3, status: "FAILED" });
    expect(await fetched()).toEqual({});
    expect(readFileSync(join(data, "pgdata/called"), "utf8")).toMatch(/s3:\/\/bucket\/ledger postgres 20261123T020000 /);
    expect(JSON.parse(step("record") ?? "")).toEqual({ app: "ledger", takenAt: expect.any(String), query, answer: "7" });
    expect([step("target"), step("reach"), step("fetched")]).toEqual(["0/4000028", "0/04000030", ""]);
    expect(Number(step("exposure"))).toBeLessThan(60);
});

it.each<[string, object]>([
    ["another question was asked", { query: "SELECT 2" }],
    ["the copy was made later", { lsn: "0/2000028" }],
    ["the database was never quiet", { answer: undefined, lsn: undefined }],
])("compares nothing where %s", async (_why, mark) => {
    putWal(1, 4, marked(new Date(), mark));
    expect(await fetched()).toEqual({});
    expect(step("record")).not.toContain("answer");
    expect(step("target")).toBeUndefined();
});

const base = "ledger/postgres/base/20261123T020000";
it.each<[string, string, RegExp, () => void, Record<string, string>?]>([
    ["an archive that is gone", "repository-missing", /no archive in bucket\/ledger/, () => rmSync(objects, { recursive: true })],
    ["a bucket that is gone", "repository-missing", /NoSuchBucket/, () => {}, { REFUSES: "NoSuchBucket" }],
    ["a key that isn't known", "repository-unreachable", /XAdminUserNotFound/, () => {}, { REFUSES: "XAdminUserNotFound" }],
    ["no base copy", "backup-missing", /no base copy/, () => rmSync(join(objects, base), { recursive: true })],
    ["a base copy without its files", "object-missing", /has no files/, () => rmSync(join(objects, base, "data.tar.gz"))],
    [
        "a part of the log that is missing",
        "object-missing",
        /part 000000010000000000000003 .* leads no further/,
        () => rmSync(join(objects, "ledger/postgres/wals/x", wal(1, 3))),
    ],
    [
        "the part that a copy needs",
        "object-missing",
        /000000010000000000000002 .* is not whole/,
        () => rmSync(join(objects, "ledger/postgres/wals/x", wal(1, 2))),
    ],
    [
        "a base copy that is cut short",
        "object-damaged",
        /data\.tar\.gz: .*ended/,
        () => put(join(objects, base, "data.tar.gz"), gzipSync("files".repeat(1000)).subarray(0, 30)),
    ],
    [
        "a base copy with another byte in it",
        "object-damaged",
        /data\.tar\.gz: /,
        () => {
            const bytes = gzipSync("files".repeat(1000));
            bytes[bytes.length - 6] ^= 1;
            put(join(objects, base, "data.tar.gz"), bytes);
        },
    ],
    [
        "a server that goes away meanwhile",
        "repository-unreachable",
        /Could not connect/,
        () => {},
        { FAILS: "Could not connect to the endpoint URL" },
    ],
])("calls %s by its name: %s", async (...[, failure, detail, damage, more]) => {
    damage();
    expect(await fetched(more)).toEqual({ failure, detail: expect.stringMatching(detail) });
    expect(step("fetched")).toBeUndefined();
});

it("sees a gap that the newest base copy doesn't have, and takes a kept copy for one of its own moment", async () => {
    putBase("20261121T020000", new Date("2026-11-21T02:00:00Z"), { begin: 0, kept: "standalone" });
    putWal(1, 0);
    expect(await fetched()).toEqual({});
    rmSync(join(steps, "fetched"));
    putBase("20261121T020000", new Date("2026-11-21T02:00:00Z"), { begin: 0 });
    rmSync(join(objects, base, "annotations"), { recursive: true, force: true });
    rmSync(join(objects, "ledger/postgres/base/20261121T020000/annotations"), { recursive: true });
    expect(await fetched()).toEqual({
        failure: "object-missing",
        detail: expect.stringMatching(/0000000001 of .* 20261121T020000 leads no further/),
    });
});

it.each<[string, () => void]>([
    ["older than promised", () => putWal(1, 4, marked(new Date(Date.now() - 301_000)))],
    ["another application's", () => putWal(1, 4, marked(new Date(), { app: "other" }))],
    ["in a part of long ago", () => utimesSync(join(objects, "ledger/postgres/wals/x", wal(1, 4)), 1, 1)],
])("restores all there is where the newest mark is %s, and says that it is late", async (_what, change) => {
    change();
    expect(await fetched()).toEqual({});
    expect(step("late")).toMatch(/no mark/);
    expect([step("record"), step("fetched")]).toEqual([undefined, ""]);
});

it("gives the server what it asks for, and says of the rest that it isn't there", async () => {
    rmSync(join(steps, "engine.done"));
    putWal(1, 3, "its bytes");
    const ended = fetched();
    const seen = async (path: string) => {
        while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    await seen(join(steps, "fetched"));
    for (const name of [wal(1, 3), "00000002.history"]) put(join(data, "wanted", name), "");
    await seen(join(data, "log", wal(1, 3)));
    await seen(join(data, "log/00000002.history.none"));
    expect(readFileSync(join(data, "log", wal(1, 3)), "utf8")).toBe("its bytes");
    put(join(steps, "engine.done"), "");
    expect(await ended).toEqual({});
});

describe("the verdict", () => {
    interface Report {
        judge(
            files: object,
            config: object,
            end: object,
        ): { outcome: string; failure?: string; detail?: string; [figure: string]: unknown };
        deadStep(files: object, now: number): string | undefined;
        isOver(files: object): boolean;
    }
    const loaded: { exports: object } = { exports: {} };
    new Function("module", "exports", "require", reportScript)(loaded, loaded.exports, require);
    const { judge, isOver } = loaded.exports as Report;
    const began = Date.parse("2026-11-23T05:00:00Z");
    const config = {
        app: "ledger",
        engine: "postgres-archive",
        query,
        rpoSeconds: 300,
        rtoSeconds: 60,
        graceSeconds: 300,
        deadlineSeconds: 1800,
    };
    const mark = { app: "ledger", takenAt: "2026-11-23T04:59:50Z", query, answer: "7" };
    const whole: Record<string, [string, number]> = {
        "fetch.started": ["", 0],
        exposure: ["200", 240],
        record: [JSON.stringify(mark), 240],
        "restore.began": ["", 250],
        fetched: ["", 255],
        answer: ["7\n", 280],
        point: ["2026-11-23T05:03:00.000Z\n", 280],
        "engine.done": ["", 280],
        "fetch.done": ["", 280],
    };
    const files = (changes: Record<string, [string, number] | undefined>) =>
        Object.fromEntries(
            Object.entries({ ...whole, ...changes }).flatMap(([name, file]) =>
                file ? [[name, { text: file[0], time: began + file[1] * 1000 }]] : [],
            ),
        );
    const judged = (changes: Record<string, [string, number] | undefined> = {}) =>
        judge(files(changes), config, { started: began, now: began + 300_000 });

    it("measures the mark's way to the archive, and the restore without the wait for it", () => {
        expect(judged()).toMatchObject({
            outcome: "passed",
            rpoSeconds: 200,
            rtoSeconds: 30,
            answer: "7",
            recorded: "7",
            recoveryPoint: "2026-11-23T05:03:00.000Z",
        });
    });

    it.each<[string, Record<string, [string, number] | undefined>, string]>([
        ["another answer", { answer: ["6", 280] }, "answer-differs"],
        ["no mark in time", { record: undefined, exposure: undefined, late: ["no mark came", 240] }, "backup-too-old"],
        ["a mark that came too late", { exposure: ["700", 240] }, "backup-too-old"],
        ["a mark of another application's", { record: [JSON.stringify({ ...mark, app: "other" }), 240] }, "backup-missing"],
        ["a part that is damaged", { failure: ["object-damaged", 260], detail: ["x", 260], answer: undefined }, "object-damaged"],
        ["a restore that takes too long", { answer: ["7", 311] }, "too-slow"],
        ["a server that says nothing", { answer: undefined }, "engine-failed"],
    ])("is a failure with %s", (_what, changes, failure) => {
        expect(judged(changes)).toMatchObject({ outcome: "failed", failure });
    });

    it("passes without a comparison where there was nothing to compare with, or the copy couldn't be asked there", () => {
        const { answer: _, ...silent } = mark;
        expect(judged({ record: [JSON.stringify(silent), 240] })).toMatchObject({ outcome: "passed", answer: "7" });
        expect(judged({ uncompared: ["", 270], answer: ["8", 280] }).outcome).toBe("passed");
    });

    it("waits for a server that is still replaying what it is given", () => {
        expect(isOver(files({ "fetch.done": undefined }))).toBe(false);
        expect(isOver(files({ "engine.done": undefined }))).toBe(false);
        expect(isOver(files({}))).toBe(true);
    });
});

describe("of an application", () => {
    const ledger = { useCase: "banking-ledger", target: "sandbox", namespace: "bank", ...repository };
    const made = (args: object = {}) => record(() => new StatefulApp("ledger", { ...ledger, ...args } as StatefulAppArgs).host);
    const envOf = (container: { env: { name: string; value?: string }[] }) =>
        Object.fromEntries(container.env.map(({ name, value }) => [name, value]));

    it("restores the archive by the database's own image, within a volume of one member and its log", async () => {
        const cron = (await made({ size: "3Gi" })).all("kubernetes:batch/v1:CronJob").find(({ name }) => name === "ledger-drill-schedule");
        const { spec } = cron?.inputs.spec.jobTemplate.spec.template ?? {};
        const [fetch, engine, report] = spec.containers;
        expect([fetch.image, fetch.command[0], engine.image]).toEqual([engine.image, "python3", fetch.image]);
        expect(envOf(fetch)).toMatchObject({ ARCHIVE: "shop-backups/ledger", ARCHIVE_FOLDER: "postgres", DRILL_MARK_SECONDS: "600" });
        expect(envOf(engine)).toMatchObject({ DRILL_DATABASE: "ledger", DRILL_QUERY: expect.stringMatching(/SELECT/) });
        expect(JSON.stringify([engine, report])).not.toMatch(/ACCESS_KEY|secretKeyRef/);
        expect(envOf(report)).toMatchObject({ DRILL_ENGINE: "postgres-archive", DRILL_RPO_SECONDS: "300", DRILL_RTO_SECONDS: "3600" });
        const volume = spec.volumes.find(({ name }: { name: string }) => name === "data").ephemeral.volumeClaimTemplate.spec;
        expect(volume.resources.requests.storage).toBe("4Gi");
    });

    it("leaves a mark in the live database as its reader, at the drill's times, and may do nothing else", async () => {
        const recording = await made({ database: "books" });
        const crons = recording.all("kubernetes:batch/v1:CronJob");
        const [drill, witness] = ["schedule", "witness"].map((part) => crons.find(({ name }) => name === `ledger-drill-${part}`)?.inputs);
        expect(witness?.metadata).toMatchObject({ name: "ledger-drill", namespace: "bank" });
        expect(witness?.spec.schedule).toBe(drill?.spec.schedule);
        const { metadata, spec } = witness?.spec.jobTemplate.spec.template ?? {};
        expect(metadata.labels).toMatchObject({ "holdfast.dev/client-of-ledger": "true", "holdfast.dev/drill-part": "witness" });
        expect(metadata.labels["app.kubernetes.io/name"]).toBeUndefined();
        expect(envOf(spec.containers[0])).toMatchObject({ PGHOST: "ledger-rw", PGDATABASE: "books", PGSSLMODE: "verify-full" });
        expect(JSON.stringify(spec)).toContain('"key":"password","name":"ledger-reader"');
        expect(JSON.stringify(spec)).not.toMatch(/ledger-(password|owner)|ca\.key/);
        const policy = recording
            .all("kubernetes:networking.k8s.io/v1:NetworkPolicy")
            .find(({ name }) => name === "ledger-drill-witness-network");
        expect(policy?.inputs.spec.egress[0].ports.map(({ port }: { port: number }) => port)).toEqual([53, 53, 5432]);
    });
});
