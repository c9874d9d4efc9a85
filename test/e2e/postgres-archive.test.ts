import { measured, report } from "./support/measured";
import { type Acknowledged, OutsideWrites } from "./support/outside-writes";
import { waitUntil } from "./support/wait";
import { World } from "./support/world";

// In full runs alone: one round of everything has no time for databases that are made anew again and again.
const isRun = process.env.HOLDFAST_E2E_FULL !== undefined;
const check = isRun ? test : test.skip;
const world = World.create("postgres-archive", { backups: true });
const [lost, latest] = ["history", "history-again"];
const database = "history";
/** What the plan promises. */
const promised = { rpo: 300, rto: 3600 };

/** A statement in the primary's own pod. */
const sql = (app: string, statement: string) =>
    world.kubectl("-n", app, "exec", `service/${app}-rw`, "-c", "postgres", "--", "psql", "-d", database, "-XAtqc", statement);

/** Every row of the table whose moments are marked. */
const rowsOf = (app: string) => sql(app, "select message::text from message order by id");

/** What is done before each mark: each changes what the others had. */
const changes = [
    "insert into message select n, 'said ' || n from generate_series(1, 500) n",
    "update message set text = 'unsaid' where id % 2 = 0; delete from message where id > 450",
    "truncate message; insert into message select n, repeat(md5(n::text), 3) from generate_series(1, 800) n",
];

interface Mark {
    app: string;
    moment: string;
    rows: string;
}
const marks: Mark[] = [];
let writes: OutsideWrites | undefined;
let acknowledged: Acknowledged[] = [];
let destroyedAt = 0;

interface Listed {
    archive: { window?: { from: string; until: string }; baseCopies: { isWhole: boolean }[] };
}

beforeAll(() => {
    if (!isRun) return;
    // One member: an archive is its primary's, however many follow it.
    world.addStack(lost, { useCase: "chat-history", target: "sandbox", app: lost, replicas: 1 });
    world.holdfast("up", lost);
});
afterAll(() => {
    writes?.kill();
    report();
    world.destroy();
});

check("a base copy is made, and is in the archive with the log that it needs", () => {
    expect(world.holdfast("backup", lost).stdout).toMatch(/^\d{8}T\d{6} .* yes$/m);
});

check("moments are marked, a client goes on writing, and the promise is kept so far", () => {
    sql(
        lost,
        "create table message (id int primary key, text text); create table written (n int, at timestamptz default clock_timestamp())",
    );
    changes.forEach((change, index) => {
        sql(lost, change);
        // Every statement is a transaction of its own, and so the moment lies after this one and before the next.
        const moment = sql(lost, `select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`);
        marks.push({ app: `history-at-${index + 1}`, moment, rows: rowsOf(lost) });
    });
    writes = new OutsideWrites(world, lost, lost, database);
    writes.waitForMore(50, 60);
    const part = sql(lost, "select pg_walfile_name(pg_switch_wal())");
    waitUntil(`${part} in the archive`, 90, () => sql(lost, `select last_archived_wal >= '${part}' from pg_stat_archiver`) === "t");
    writes.waitForMore(50, 60);
    const { apps } = JSON.parse(world.tryHoldfast("status", lost, "--stack", lost, "--json").stdout);
    expect(apps[0].promise.lastGoodBackup.ageSeconds).toBeLessThanOrEqual(promised.rpo);
    // No drill proves it yet; nothing is broken.
    expect(["kept", "at-risk"]).toContain(apps[0].promise.verdict);
});

check("database, claims and namespace are destroyed while the client writes", () => {
    writes?.waitForMore(50, 60);
    world.kubectl("delete", "namespace", lost, "--wait=false");
    // Nothing is shipped on the way out.
    world.kubectl("-n", lost, "delete", "pods", "--all", "--force", "--grace-period=0");
    world.kubectl("wait", "--for=delete", `namespace/${lost}`, "--timeout=240s");
    const volumes = world.kubectl("get", "pv", "-o", `jsonpath={.items[?(@.spec.claimRef.namespace=="${lost}")].metadata.name}`);
    if (volumes !== "") world.kubectl("delete", "pv", ...volumes.split(" "), "--wait=false");
    acknowledged = writes?.acknowledged ?? [];
    destroyedAt = Math.max(...acknowledged.map(({ seconds }) => seconds));
    expect(acknowledged.length).toBeGreaterThan(150);
    // What is left says what can be had back.
    const { archive }: Listed = JSON.parse(world.holdfast("backups", lost, "--json").stdout);
    expect(archive.baseCopies.some(({ isWhole }) => isWhole)).toBe(true);
    expect(Date.parse(archive.window?.until ?? "")).toBeGreaterThan(Date.parse(marks.at(-1)?.moment ?? ""));
});

check("every marked moment comes back from the repository alone, to exactly its rows", () => {
    const late = world.tryHoldfast("restore", lost, "--at", new Date().toISOString(), "--to", marks[0].app);
    expect(late.stderr).toMatch(/the last transaction in the archive is of 20.*Leave --at out/);
    for (const { app, moment, rows } of marks) {
        world.holdfast("restore", lost, "--at", moment, "--to", app);
        expect(rowsOf(app)).toBe(rows);
    }
});

check("all there is comes back: of what was written last no more is missing than promised, and nothing in between", () => {
    const { stdout } = world.holdfast("restore", lost, "--to", latest);
    const present = sql(latest, "select n, extract(epoch from at) from written order by n").split("\n");
    const last = Number(present.at(-1)?.split("|")[1]);
    // Without a gap: a later write is not there without an earlier one.
    expect(present.map((line) => line.split("|")[0])).toEqual(acknowledged.slice(0, present.length).map(({ value }) => value));
    const missing = measured("archive: writes lost with everything but the repository", destroyedAt - last, promised.rpo);
    expect(missing).toBeLessThanOrEqual(promised.rpo);
    expect(stdout).toMatch(/RTO {2}measured .*: kept/);
    // It is written to as before.
    sql(latest, "insert into written (n) values (-1)");
    expect(sql(latest, "select rolname from pg_roles where rolname like 'history%' order by 1")).toBe(
        "history\nhistory_app\nhistory_reader",
    );
});
