/** What `policies/backup/retention.ts` says restic forgets is what restic forgets: the program of the sandbox's K8up image, on a folder. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { backupPolicies, forget, type Retention } from "../../policies/backup";

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
