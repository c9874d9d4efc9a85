/** What `policies/backup/retention.ts` says restic forgets is what restic forgets: the program of the sandbox's K8up image, on a folder. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { beforePruneScript, type LookBeforePrune } from "../../components/backups/before-prune";
import { lastLine, recordMark } from "../../components/backups/postgres-stream";
import { backupPolicies, forget, prune, type Retention } from "../../policies/backup";
import { k8upImage } from "../../sandbox/cluster/k8up";
import { buildImages } from "../../sandbox/images/build";
import { run } from "../../sandbox/images/run";
import { userPaths } from "../../sandbox/paths";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-retention-"));
const program = path.join(folder, "usr", "local", "bin", "restic");
// A job of K8up has no TZ.
const env = { ...process.env, RESTIC_REPOSITORY: path.join(folder, "repository"), RESTIC_PASSWORD: "password", TZ: "UTC" };
const restic = (...args: string[]) => run(program, ["--no-cache", "--json", ...args], { env });

/** Two years with what is hard: hours with two, the night of a clock change, ISO weeks around New Year, days, weeks and months left out. */
const history = [
    ...["2024-07-01 02:00:00", "2024-07-01 14:00:00", "2024-07-31 23:59:59", "2024-08-01 00:00:00", "2024-11-30 02:00:00"],
    ...["2024-12-29 02:00:00", "2024-12-30 02:00:00", "2024-12-31 23:59:59", "2025-01-01 00:00:00", "2025-01-05 23:00:00"],
    ...["2025-03-30 00:59:59", "2025-03-30 01:00:00", "2025-06-30 02:00:00", "2025-10-26 00:30:00", "2025-10-26 01:30:00"],
    ...["2025-12-28 02:00:00", "2025-12-29 02:00:00", "2026-01-04 02:00:00", "2026-02-28 02:00:00", "2026-03-31 02:00:00"],
    ...["2026-05-31 02:00:00", "2026-06-01 02:00:00", "2026-06-14 02:00:00", "2026-06-21 02:00:00", "2026-06-28 02:00:00"],
    ...["2026-06-29 02:00:00", "2026-06-29 23:00:00", "2026-06-30 20:10:00", "2026-06-30 20:50:00", "2026-06-30 22:00:00"],
];

const nothing: Retention = { last: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };
const retentions: [string, Retention][] = [
    ...["daily", "hourly", "continuous-locked"].map((name): [string, Retention] => [name, backupPolicies[name].retention]),
    ["last: 3", { ...nothing, last: 3 }],
    ["hourly: 3, daily: 3", { ...nothing, hourly: 3, daily: 3 }],
    ["weekly: 9", { ...nothing, weekly: 9 }],
    ["monthly: 14, yearly: 3", { ...nothing, monthly: 14, yearly: 3 }],
    ["yearly: 9, more than there are", { ...nothing, yearly: 9 }],
];
const flags = (retention: Retention) =>
    Object.entries(retention).flatMap(([unit, count]) => (count > 0 ? [`--keep-${unit}`, String(count)] : []));

/** Time and reasons of each that is kept, newest first. */
type Kept = [string, string[]][];

/** What the model keeps of the history. */
const expected = (retention: Retention): Kept =>
    forget(
        history.map((time) => ({ time: new Date(`${time.replace(" ", "T")}Z`) })),
        retention,
    ).kept.map(({ point, as }) => [point.time.toISOString().slice(0, 19), as]);

beforeAll(async () => {
    const [image] = await buildImages([k8upImage], { cacheDir: userPaths().cache });
    const { stdout } = await run("tar", ["-xOf", image.archive, "manifest.json"]);
    const layer = JSON.parse(stdout)[0].Layers[0] as string;
    await run("tar", ["-xf", image.archive, "-C", folder, layer]);
    await run("tar", ["-xf", path.join(folder, layer), "-C", folder, "./usr/local/bin/restic"]);
    await restic("init");
    const file = path.join(folder, "file");
    fs.writeFileSync(file, "as small as can be");
    const left = [...history];
    const next = async (): Promise<void> => {
        const time = left.pop();
        if (time === undefined) return;
        await restic("backup", "--host", "app", "--time", time, file);
        await next();
    };
    await Promise.all([next(), next()]);
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

test.each(retentions)("%s", async (_name, retention) => {
    const { stdout } = await restic("forget", "--dry-run", "--host", "app", ...flags(retention));
    const [group] = JSON.parse(stdout) as { reasons: { snapshot: { time: string }; matches: string[] }[] }[];
    const kept: Kept = group.reasons.map(({ snapshot, matches }) => [
        snapshot.time.slice(0, 19),
        matches.map((match) => match.replace(" snapshot", "")),
    ]);
    expect(kept).toEqual(expected(retention));
});

test("what was said to go is gone, and the rest is there", async () => {
    const { retention } = backupPolicies.hourly;
    await restic("forget", "--prune", "--host", "app", ...flags(retention));
    const { stdout } = await restic("snapshots");
    const times = (JSON.parse(stdout) as { time: string }[]).map(({ time }) => time.slice(0, 19)).sort();
    expect(times).toEqual(
        expected(retention)
            .map(([time]) => time)
            .sort(),
    );
    await restic("check", "--read-data");
});

describe("before a prune of streams", () => {
    const streamPath = "/app-main.sql";
    const whole = (mebibytes = 0) => [
        `${recordMark}{}`,
        // Nothing that restic could pack into one piece.
        ...Array.from({ length: mebibytes * 16 }, () => randomBytes(32_768).toString("hex")),
        `${lastLine}\n`,
    ];
    const texts: Record<string, string> = {
        whole: whole().join("\n"),
        large: whole(6).join("\n"),
        broken: whole().slice(0, 1).join("\n"),
        cut: whole(6).slice(0, -1).join("\n"),
        empty: "",
    };
    let repository = "";
    const streamEnv = () => ({ ...env, RESTIC_REPOSITORY: repository });
    const streams = async (...args: string[]) => (await run(program, ["--no-cache", "--json", ...args], { env: streamEnv() })).stdout;
    const taken = async (): Promise<{ id: string; time: string }[]> => JSON.parse(await streams("snapshots"));
    const stream = (kind: string, time: string) => {
        const file = path.join(folder, kind);
        fs.writeFileSync(file, texts[kind]);
        const args = ["--stdin", "--stdin-filename", streamPath.slice(1), "--host", "app", "--time", time.replace("T", " ")];
        // A command that wrote nothing leaves a snapshot all the same, and restic says so by 3.
        const command = `'${program}' --no-cache backup ${args.map((arg) => `'${arg}'`).join(" ")} <'${file}' || [ $? = 3 ]`;
        return run("sh", ["-c", command], { env: streamEnv() });
    };
    const look = async (): Promise<LookBeforePrune & { code: number }> => {
        const work = fs.mkdtempSync(path.join(folder, "look-"));
        const { status } = spawnSync("sh", ["-c", beforePruneScript], {
            env: {
                ...streamEnv(),
                PATH: `${path.dirname(program)}:${process.env.PATH}`,
                TMPDIR: work,
                CALL_SECONDS: "20",
                LAST_WORDS: path.join(work, "words"),
                STREAM_HOST: "app",
                STREAM_PATH: streamPath,
            },
        });
        const words = fs.existsSync(path.join(work, "words")) ? fs.readFileSync(path.join(work, "words"), "utf8") : "{}";
        return { ...JSON.parse(words), code: status };
    };
    const at = (hoursAgo: number) => new Date(Date.now() - hoursAgo * 3_600_000).toISOString().slice(0, 19);
    beforeEach(async () => {
        repository = path.join(fs.mkdtempSync(path.join(folder, "streams-")), "repository");
    });

    test("those that broke off go, and restic then keeps what the model says", async () => {
        expect(await look()).toEqual({ code: 0 });
        await streams("init");
        const kinds = ["whole", "broken", "large", "cut", "empty", "whole", "broken", "broken"];
        const hours = [50, 49, 30, 29, 4, 3.5, 3, 2];
        for (const [index, kind] of kinds.entries()) await stream(kind, at(hours[index]));
        const before = await taken();
        expect(await look()).toMatchObject({ code: 0, version: 1, streams: 8, broken: 5, newestWhole: before[5].time });
        expect(await taken()).toEqual([before[0], before[2], before[5]]);
        const retention = { ...nothing, hourly: 1, daily: 2 };
        const points = before.map(({ time }, index) => ({ time: new Date(time), isComplete: /whole|large/.test(kinds[index]) }));
        await streams("forget", "--prune", "--host", "app", ...flags(retention));
        const left = prune(points, retention, new Date()).kept.map(({ point }) => point.time.toISOString());
        expect((await taken()).map(({ time }) => new Date(time).toISOString()).reverse()).toEqual(left);
        await streams("check", "--read-data");
        // Again it finds nothing to do.
        expect(await look()).toMatchObject({ code: 0, streams: left.length, broken: 0 });
    });

    test("nothing is forgotten where no stream is whole", async () => {
        await streams("init");
        for (const hours of [3, 2]) await stream("broken", at(hours));
        expect(await look()).toEqual({ code: 0, version: 1, streams: 2, broken: 2, lookedAt: expect.any(String) });
        expect(await taken()).toHaveLength(2);
    });

    test("a stream of the future, and one that can't be read, hold the prune up", async () => {
        await streams("init");
        await stream("whole", at(3));
        await stream("broken", at(2));
        await stream("whole", at(-2));
        expect(await look()).toMatchObject({ code: 1, held: expect.stringMatching(/^a clock ran ahead: a stream says it is of 20/) });
        expect(await taken()).toHaveLength(3);
        await streams("forget", (await taken())[2].id);
        const data = path.join(repository, "data");
        for (const name of fs.readdirSync(data, { recursive: true, encoding: "utf8" })) {
            const file = path.join(data, name);
            if (fs.statSync(file).isFile()) fs.truncateSync(file, 0);
        }
        expect(await look()).toMatchObject({ code: 1, held: expect.stringMatching(/can't be read/) });
        expect(await taken()).toHaveLength(2);
    });
});
