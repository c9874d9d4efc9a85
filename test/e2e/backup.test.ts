/** Backups as `holdfast up` makes them: what is in the repository after one that succeeds, and after one that fails half-way. */

import { execFileSync } from "node:child_process";
import { Database } from "./support/database";
import { measured, report } from "./support/measured";
import { inReader, startReader } from "./support/repository-reader";
import { waitUntil } from "./support/wait";
import { World } from "./support/world";

const app = "user-preferences";
const streamPath = `/${app}-main.sql`;
const world = World.create("backup", { backups: true });
const database = new Database(world);
const kubectl = (...args: string[]) => world.kubectl("-n", app, ...args);
const notes = "notes";

const within = (what: string, seconds: number, limit: number) => expect(measured(what, seconds, limit)).toBeLessThanOrEqual(limit);

const restic = (script: string, of = app) => inReader(world, of, script);

/** Ids of the streams in the repository, the oldest first; asked of the repository itself. */
const streams = (): string[] =>
    (JSON.parse(restic("r --no-lock --json snapshots")) as { id: string; paths: string[] }[])
        .filter(({ paths }) => paths[0] === streamPath)
        .map(({ id }) => id);

/** First and last line of a stream. */
function endsOf(id: string): { record: Record<string, unknown>; last: string } {
    const [first, last] = restic(
        `r --no-lock dump ${id} ${streamPath} >/tmp/stream && head -n 1 /tmp/stream && tail -n 1 /tmp/stream`,
    ).split("\n");
    const [, json] = /^-- holdfast: (\{.*\})$/.exec(first) as unknown as [string, string];
    return { record: JSON.parse(json), last };
}

/** Has K8up make a backup, as an application's Schedule says. */
function startBackup(name: string, of = app): void {
    const { backend, backup, podConfigRef } = JSON.parse(
        world.kubectl("-n", of, "get", `schedules.k8up.io/${of}`, "-o", "jsonpath={.spec}"),
    );
    const { schedule: _, ...rest } = backup;
    world.apply({ apiVersion: "k8up.io/v1", kind: "Backup", metadata: { name, namespace: of }, spec: { backend, podConfigRef, ...rest } });
}

const completionOf = (name: string, of = app) =>
    world.kubectl("-n", of, "get", `backups.k8up.io/${name}`, "-o", 'jsonpath={.status.conditions[?(@.type=="Completed")].reason}');

/** How often a backup's command was tried again. */
const restartsOf = (name: string) =>
    Number(
        kubectl(
            "get",
            "pods",
            "-l",
            `job-name=backup-${name}-prebackup`,
            "-o",
            "jsonpath={.items[0].status.containerStatuses[0].restartCount}",
        ) || "0",
    );

beforeAll(() => {
    world.holdfast("up");
    database.startClient();
    database.sql("create table preferences (id int primary key, theme text not null)");
    database.sql("insert into preferences select n, repeat(md5(n::text), 4) from generate_series(1, 50000) n");
    startReader(world, app);
});
afterAll(() => {
    report();
    world.destroy();
});

test("up brings K8up and the repository along, and says so", () => {
    const { addOns } = JSON.parse(world.holdfast("sandbox", "status", "--json").stdout);
    expect(addOns).toContain("backups");
    const { notYet, restore } = JSON.parse(world.pulumi("stack", "output", "promise", "--json", "--stack", app).stdout);
    expect(notYet).toEqual([]);
    expect(restore).toMatch(/^lost or wrong data comes back within/);
});

test("up again changes nothing", () => {
    const { seconds } = world.holdfast("up");
    within("`up` where everything is there", seconds, 60);
    const { changeSummary } = JSON.parse(world.pulumi("preview", "--json", "--stack", app).stdout);
    expect(Object.keys(changeSummary)).toEqual(["same"]);
});

test("a backup is a stream that is whole, with the live side's own answer", () => {
    startBackup("first");
    within(
        "a backup of 50,000 rows",
        waitUntil("the backup completes", 90, () => completionOf("first") !== ""),
        60,
    );
    expect(completionOf("first")).toBe("Succeeded");
    const [id, ...others] = streams();
    expect(others).toEqual([]);
    const { record, last } = endsOf(id);
    expect(last).toBe("-- holdfast: complete");
    expect(record).toMatchObject({ version: 1, app, engine: "postgres", database: "user_preferences", owner: "user_preferences" });
    expect(record.answer).toBe(database.sql(record.query as string));
    expect(Math.abs(Date.now() - Date.parse(record.takenAt as string))).toBeLessThan(120_000);
    expect(Number(restic("grep -c '^[0-9]*\\s' /tmp/stream"))).toBeGreaterThanOrEqual(50_000);
});

test("no file of the database's is copied beside it", () => {
    const paths = (JSON.parse(restic("r --no-lock --json snapshots")) as { paths: string[] }[]).flatMap((each) => each.paths);
    expect(paths).toEqual([streamPath]);
});

/** Ends the connection of a dump that is in the middle of its rows, as soon as there is one. */
const cutDump = `do $$ begin
    for i in 1..6000 loop
        perform pg_stat_clear_snapshot();
        perform pg_terminate_backend(pid) from pg_stat_progress_copy where command = 'COPY TO' and bytes_processed > 10000000;
        if found then return; end if;
        perform pg_sleep(0.01);
    end loop;
    raise 'no dump came by within a minute';
end $$`;

test("a dump that is cut off leaves no stream that passes for whole, and the next attempt succeeds by itself", () => {
    const before = streams();
    database.sql("create table pictures as select pg_read_binary_file('/dev/urandom', 0, 1048576) as data from generate_series(1, 100)");
    startBackup("cut");
    database.sql(cutDump);
    waitUntil("K8up tries again", 60, () => restartsOf("cut") > 0);
    for (const id of streams().filter((each) => !before.includes(each))) expect(endsOf(id).last).not.toBe("-- holdfast: complete");
    expect(streams()).toEqual(expect.arrayContaining(before));
    within(
        "the next attempt, K8up's wait included",
        waitUntil("it completes", 90, () => completionOf("cut") === "Succeeded"),
        60,
    );
    // The cut one may have left a snapshot, and is none to restore from; the next attempt's is whole.
    const ends = streams()
        .filter((each) => !before.includes(each))
        .map((id) => endsOf(id).last.slice(0, 40));
    expect(ends.filter((last) => last === "-- holdfast: complete")).toHaveLength(1);
});

test("no secret of the repository is in a log, an object that isn't a Secret, or the state", () => {
    const encoded = JSON.parse(kubectl("get", "secret", `${app}-backup-repository`, "-o", "jsonpath={.data}")) as Record<string, string>;
    const secrets = Object.values(encoded).map((text) => Buffer.from(text, "base64").toString());
    expect(secrets).toHaveLength(3);
    const logs = world.kubectl("-n", app, "logs", "-l", "k8upjob=true", "--tail=-1", "--prefix");
    const objects = kubectl("get", "pods,jobs,events,configmaps,schedules.k8up.io,backups.k8up.io", "-o", "yaml");
    const state = world.pulumi("stack", "export", "--stack", app).stdout;
    expect(logs).toContain("restic");
    for (const secret of secrets) expect([logs, objects, state].filter((text) => text.includes(secret))).toEqual([]);
});

test("an image of one's own with hooks is a stream of tar, with its files as they were", () => {
    world.holdfast("up", "custom");
    world.kubectl("-n", notes, "exec", `${notes}-0`, "-c", "main", "--", "sh", "-c", "echo kept >/srv/notes/today");
    startReader(world, notes);
    startBackup("first", notes);
    within(
        "a backup of files with hooks",
        waitUntil("the backup completes", 90, () => completionOf("first", notes) !== ""),
        60,
    );
    expect(completionOf("first", notes)).toBe("Succeeded");
    const paths = (JSON.parse(restic("r --no-lock --json snapshots", notes)) as { paths: string[] }[]).flatMap((each) => each.paths);
    expect(paths).toEqual([`/${notes}-main.tar`]);
    const tar = Buffer.from(restic(`r --no-lock dump latest ${paths[0]} | base64`, notes), "base64");
    expect(execFileSync("tar", ["-xOf", "-", "./today"], { input: tar, encoding: "utf8" })).toBe("kept\n");
});
