import { measured, report } from "./support/measured";
import { type Acknowledged, OutsideWrites } from "./support/outside-writes";
import { waitUntil } from "./support/wait";
import { World } from "./support/world";

// In full runs alone: one round of everything has no time for databases that are made anew again and again.
const isRun = process.env.HOLDFAST_E2E_FULL !== undefined;
const check = isRun ? test : test.skip;
const world = World.create("postgres-archive", { backups: true });
/** One whose moments are marked, and one that a client writes to until the end. */
const [history, ledger] = ["history", "ledger"];
const again = "ledger-again";
/** What the plans of both promise. */
const promised = { rpo: 300, rto: 3600 };

/** A statement in the primary's own pod. */
const sql = (app: string, database: string, statement: string) =>
    world.kubectl("-n", app, "exec", `service/${app}-rw`, "-c", "postgres", "--", "psql", "-d", database, "-XAtqc", statement);

/** Every row of the table whose moments are marked. */
const rowsOf = (app: string) => sql(app, history, "select message::text from message order by id");

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

/** Nothing is left of an application but what lies in the repository. */
function destroy(app: string): void {
    world.kubectl("delete", "namespace", app, "--wait=false");
    // Nothing is shipped on the way out.
    world.kubectl("-n", app, "delete", "pods", "--all", "--force", "--grace-period=0");
    world.kubectl("wait", "--for=delete", `namespace/${app}`, "--timeout=240s");
    const volumes = world.kubectl("get", "pv", "-o", `jsonpath={.items[?(@.spec.claimRef.namespace=="${app}")].metadata.name}`);
    if (volumes !== "") world.kubectl("delete", "pv", ...volumes.split(" "), "--wait=false");
}

/** A restore, which says itself that it took no longer than promised. */
function restored(app: string, ...args: string[]): string {
    const { stdout, seconds } = world.holdfast("restore", app, ...args);
    expect(stdout).toMatch(/RTO {2}measured .*: kept/);
    expect(measured(`archive: restore ${app} ${args.join(" ")}`, seconds, promised.rto)).toBeLessThanOrEqual(promised.rto);
    return stdout;
}

beforeAll(() => {
    if (!isRun) return;
    // One member: an archive is its primary's, however many follow it. The ledger's commits wait for a second one.
    world.addStack(history, { useCase: "chat-history", target: "sandbox", app: history, replicas: 1 });
    world.addStack(ledger, { useCase: "banking-ledger", target: "sandbox", app: ledger });
    world.holdfast("up", history);
    world.holdfast("up", ledger);
});
afterAll(() => {
    writes?.kill();
    report();
    world.destroy();
});

check("base copies are made, and are in the archive with the log that they need", () => {
    for (const app of [history, ledger]) expect(world.holdfast("backup", app).stdout).toMatch(/^\d{8}T\d{6} .* yes$/m);
});

check("moments are marked, a client goes on writing, and the promises are kept so far", () => {
    sql(history, history, "create table message (id int primary key, text text)");
    sql(ledger, ledger, "create table written (n int, at timestamptz default clock_timestamp())");
    writes = new OutsideWrites(world, ledger, ledger, ledger);
    for (const [index, change] of changes.entries()) {
        sql(history, history, change);
        // Every statement is a transaction of its own, and so the moment lies after this one and before the next.
        const moment = sql(history, history, `select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`);
        marks.push({ app: `history-at-${index + 1}`, moment, rows: rowsOf(history) });
    }
    sql(history, history, "create table afterwards ()");
    writes.waitForMore(50, 60);
    for (const app of [history, ledger]) {
        const part = sql(app, app, "select pg_walfile_name(pg_switch_wal())");
        waitUntil(
            `${part} of ${app} in the archive`,
            120,
            () => sql(app, app, `select last_archived_wal >= '${part}' from pg_stat_archiver`) === "t",
        );
        const { apps } = JSON.parse(world.tryHoldfast("status", app, "--stack", app, "--json").stdout);
        expect(apps[0].promise.lastGoodBackup.ageSeconds).toBeLessThanOrEqual(promised.rpo);
        expect(["kept", "at-risk"]).toContain(apps[0].promise.verdict);
    }
});

check("databases, claims and namespaces are destroyed while the client writes", () => {
    writes?.waitForMore(50, 60);
    for (const app of [ledger, history]) destroy(app);
    acknowledged = writes?.acknowledged ?? [];
    destroyedAt = Math.max(...acknowledged.map(({ seconds }) => seconds));
    expect(acknowledged.length).toBeGreaterThan(100);
    // What is left says what can be had back.
    const { archive }: Listed = JSON.parse(world.holdfast("backups", history, "--json").stdout);
    expect(archive.baseCopies.some(({ isWhole }) => isWhole)).toBe(true);
    expect(Date.parse(archive.window?.until ?? "")).toBeGreaterThan(Date.parse(marks.at(-1)?.moment ?? ""));
});

check("all there is of the ledger comes back: no more is missing than promised, and nothing in between", () => {
    const stdout = restored(ledger, "--to", again);
    expect(stdout).toMatch(/RPO {2}measured .*: kept/);
    const present = sql(again, ledger, "select n, extract(epoch from at) from written order by n").split("\n");
    const last = Number(present.at(-1)?.split("|")[1]);
    // Without a gap: a later write is not there without an earlier one.
    expect(present.map((line) => line.split("|")[0])).toEqual(acknowledged.slice(0, present.length).map(({ value }) => value));
    const missing = measured("archive: writes lost with everything but the repository", destroyedAt - last, promised.rpo);
    expect(missing).toBeLessThanOrEqual(promised.rpo);
    // It is written to as before.
    sql(again, ledger, "insert into written (n) values (-1)");
    expect(sql(again, ledger, "select rolname from pg_roles where rolname like 'ledger%' order by 1")).toBe(
        "ledger\nledger_app\nledger_reader",
    );
    destroy(again);
});

check("every marked moment comes back from the repository alone, to exactly its rows", () => {
    const late = world.tryHoldfast("restore", history, "--at", new Date().toISOString(), "--to", "history-late");
    expect(late.stderr).toMatch(/the last transaction in the archive is of 20.*Leave --at out/);
    for (const { app, moment, rows } of marks) {
        restored(history, "--at", moment, "--to", app);
        expect(rowsOf(app)).toBe(rows);
        // One at a time: machines are small.
        destroy(app);
    }
});
