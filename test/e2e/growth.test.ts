import { AcknowledgedWrites } from "./support/acknowledged-writes";
import { Database } from "./support/database";
import { failoverSeconds } from "./support/fault";
import { measured, report } from "./support/measured";
import { previewed } from "./support/previewed";
import { versions } from "./support/versions";
import { waitUntil } from "./support/wait";
import { World } from "./support/world";

const stack = "user-preferences";
const world = World.create("growth");
const database = new Database(world);
afterAll(() => {
    report();
    world.destroy();
});

/** The server's own words for a full volume: ENOSPC, or EDQUOT where a quota is what limits it. */
const outOfSpace = /could not (extend|write|create).*: (No space left on device|Disk quota exceeded)/;

const random = (mebibytes: number) =>
    `select pg_read_binary_file('/dev/urandom', 0, 1048576) as data from generate_series(1, ${mebibytes})`;

/** One statement, and what the database says to it. */
function attempt(statement: string): { isDone: boolean; said: string } {
    const psql = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement];
    const outcome = world.tryKubectl("-n", database.namespace, "exec", database.client, "--", ...psql);
    return { isDone: outcome.status === 0, said: outcome.stderr };
}

/** Writes that many incompressible MiB to a table that goes with the connection. */
const probe = (mebibytes: number) => attempt(`create temporary table probe as ${random(mebibytes)}`);

/** Rows of filler that were committed, of 1 MiB each. */
let filled = 0;

/** Commits 20 rows after the other until there are so many; returns what the database said when it could take no more, or "". */
function fillUpTo(rows: number): string {
    while (filled < rows) {
        const { isDone, said } = attempt(`insert into filler ${random(20)}`);
        if (!isDone) return said;
        filled += 20;
    }
    return "";
}

const capacity = () => database.claim("{.status.capacity.storage}");

/** Grows to that size while a client writes, and checks that nothing but the claim was touched. */
function growTo(size: string): void {
    const uid = database.claim("{.metadata.uid}");
    world.configure("size", size);
    expect(previewed(world, stack)).toEqual([
        { op: "update", name: "user-preferences-postgres-server-claims-data-0", fields: ["spec.resources.requests.storage"] },
    ]);
    const incarnation = database.incarnation();
    const before = versions(world).objects;
    const writes = new AcknowledgedWrites(world, database);
    try {
        const { seconds } = world.holdfast("up");
        const waited = waitUntil(`a capacity of ${size}`, 60, () => capacity() === size);
        expect(measured(`growth to ${size}: from \`up\` to the claim's capacity`, seconds + waited, 60)).toBeLessThanOrEqual(60);
        writes.waitForMore(50, 60);
        const outcome = writes.stop();
        expect(measured(`growth to ${size}: longest gap for a writing client`, outcome.longestGapSeconds, 5)).toBeLessThanOrEqual(5);
        expect(measured(`growth to ${size}: lost of ${outcome.acknowledged} acknowledged writes`, outcome.lost, 0, "rows")).toBe(0);
    } finally {
        writes.kill();
    }
    expect(database.claim("{.metadata.uid}")).toBe(uid);
    expect(database.incarnation()).toBe(incarnation);
    const after = versions(world).objects;
    const touched = Object.keys(before).filter((name) => before[name] !== after[name]);
    expect(touched.filter((name) => !name.startsWith("PersistentVolume"))).toEqual([]);
    expect(Object.keys(after)).toEqual(Object.keys(before));
}

test("a volume of 1Gi takes no more than its size: the database says so, and goes on", () => {
    world.holdfast("up");
    database.startClient();
    expect(capacity()).toBe("1Gi");
    database.sql("create table filler (data bytea)");
    const incarnation = database.incarnation();
    const { isDone, said } = probe(1200);
    expect(isDone).toBe(false);
    expect(said).toMatch(outOfSpace);
    // A checkpoint in that moment finds no room for its log either: the server then recovers by itself, in its container.
    waitUntil("the database answers", 60, () => attempt("select 1").isDone);
    expect(fillUpTo(100)).toBe("");
    expect(database.incarnation()).toBe(incarnation);
});

test("one line of config grows it to 2Gi in place, under a writing client, without a restart", () => growTo("2Gi"));

test("PostgreSQL can use what was added", () => {
    expect(probe(1200)).toMatchObject({ isDone: true });
    expect(fillUpTo(1300)).toBe("");
    expect(database.sql("select count(*), count(distinct md5(data)), min(length(data)) from filler")).toBe("1300|1300|1048576");
});

test("shrinking is refused before anything changes, by `holdfast up` and by plain pulumi", () => {
    // A second change in the same update, which must not be carried out either.
    world.configure("clientNamespaces", '["web"]');
    world.configure("size", "1Gi");
    const before = versions(world);
    const up = world.tryHoldfast("up");
    expect(up.status).toBe(1);
    expect(up.stderr).toContain("Volumes don't shrink; nothing was changed.");
    expect(up.stderr).toContain("user-preferences/data-user-preferences-0 has 2Gi, and 1Gi was asked for");
    expect(up.stderr).toContain("holdfast:size: 2Gi (or more)");
    expect(versions(world)).toEqual(before);

    const preview = world.tryPulumi("preview", "--stack", stack);
    expect(preview.status).not.toBe(0);
    expect(preview.stdout + preview.stderr).toContain("field can not be less than status.capacity");
    const plain = world.tryPulumi("up", "--yes", "--stack", stack);
    expect(plain.status).not.toBe(0);
    expect(versions(world)).toEqual(before);
    expect(capacity()).toBe("2Gi");
});

test("a database whose volume ran full has every committed row when the volume has grown", () => {
    world.configure("clientNamespaces", undefined);
    world.configure("size", "2Gi");
    const said = fillUpTo(2100);
    expect(said).not.toBe("");
    // Without room for its own log the server ends: one client hears why, any other that it went, and its log says so to both.
    expect([said, database.serverLog(), database.serverLog("--previous")].join("\n")).toMatch(outOfSpace);
    expect(measured("2Gi volume: rows of 1 MiB it took", filled, 2048, "MiB")).toBeGreaterThan(1700);
    world.configure("size", "3Gi");
    const started = Date.now();
    world.holdfast("up");
    waitUntil("a capacity of 3Gi", 60, () => capacity() === "3Gi");
    // PostgreSQL ends when it can't write its log, and Kubernetes starts it again after longer and longer pauses, of up to 5 minutes.
    database.waitUntilReachable(failoverSeconds);
    measured("full database: from `up` with a larger size until it answers", (Date.now() - started) / 1000, failoverSeconds);
    const rows = Number(database.sql("select count(*) from filler"));
    // The last statement may have been committed without its client hearing of it.
    expect([filled, filled + 20]).toContain(rows);
    database.checkEveryPage();
    expect(database.sql("select count(distinct md5(data)), min(length(data)), max(length(data)) from filler")).toBe(
        `${rows}|1048576|1048576`,
    );
    expect(fillUpTo(filled + 300)).toBe("");
});
