import { Interrupted } from "./support/interrupted";
import { measured, report } from "./support/measured";
import { waitUntil } from "./support/wait";
import { World } from "./support/world";

const world = World.create("restore-backup", { backups: true });
const [lost, again] = ["user-preferences", "prefs-again"];
const database = "user_preferences";

/** A statement in the server's own pod, whatever the application is called. */
const sql = (app: string, statement: string) =>
    world.kubectl("-n", app, "exec", `${app}-0`, "-c", "main", "--", "psql", "-U", database, "-d", database, "-XAtqc", statement);

const tables = ["people", "settings", "pictures", "log"];

/** Every row of every table as text, and what a dump could forget: sequences, views, constraints, indexes, comments. */
function contents(app: string): Record<string, string[]> {
    const lines = (statement: string) => sql(app, statement).split("\n");
    return {
        ...Object.fromEntries(tables.map((table) => [table, lines(`select t::text from ${table} t order by 1`)])),
        sequences: lines("select sequencename, last_value from pg_sequences order by 1"),
        view: lines("select * from loud order by 1"),
        definitions: lines(
            "select indexdef from pg_indexes where schemaname = 'public' union all select pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace union all select obj_description('people'::regclass) order by 1",
        ),
    };
}

/** Rows of every kind that text gets wrong first, and enough of them that a load can be interrupted. */
function loadRows(): void {
    sql(
        lost,
        `create table people (id serial primary key, name text not null unique, born date, worth numeric(20, 4));
         comment on table people is 'who';
         insert into people (name, born, worth) select 'name ' || n || E'\\t"''\\\\\\n☃', date '1970-01-01' + n, n * 1.0001 from generate_series(1, 2000) n;
         create table settings (person int references people, key text, value jsonb, primary key (person, key));
         insert into settings select id, 'theme', jsonb_build_object('dark', id % 2 = 0, 'deep', jsonb_build_array(id, null, 'ü')) from people;
         create table pictures (person int references people, image bytea, taken timestamptz);
         insert into pictures select id, decode(repeat(md5(id::text), 20), 'hex'), '2026-11-22 12:00:00.123456+02'::timestamptz + id * interval '1 s' from people where id % 3 > 0;
         insert into pictures values (null, null, null);
         create table log (at timestamptz, line text);
         insert into log select now() + n * interval '1 ms', repeat(md5(n::text), 4) from generate_series(1, 120000) n;
         create index on log (at);
         create view loud as select upper(name) as name from people where id < 10`,
    );
}

const within = (what: string, seconds: number, limit: number) => expect(measured(what, seconds, limit)).toBeLessThanOrEqual(limit);

/** What `status` says of an application's promise. */
function promise(app: string): { verdict: string; reasons: string[] } {
    const { apps } = JSON.parse(world.tryHoldfast("status", app, "--stack", app, "--json").stdout);
    return apps[0].promise;
}

let before: Record<string, string[]>;

beforeAll(() => {
    world.holdfast("up", lost);
    loadRows();
    before = contents(lost);
});
afterAll(() => {
    report();
    world.destroy();
});

test("before the first backup the promise is at risk", () => {
    expect(promise(lost)).toMatchObject({
        verdict: "at-risk",
        reasons: [expect.stringMatching(/no recovery point yet/), expect.anything()],
    });
});

test("a backup is made, looked at in the repository, and listed as whole", () => {
    const { stdout, seconds } = world.holdfast("backup", lost);
    within("holdfast backup", seconds, 60);
    expect(stdout).toMatch(/^\w{8} .* database +yes$/m);
    const { recoveryPoints } = JSON.parse(world.holdfast("backups", lost, "--json").stdout);
    // A scheduled one may have come after it.
    expect(recoveryPoints.at(-1)).toMatchObject({
        complete: "yes",
        kind: "database",
        path: `/${lost}-main.sql`,
        answer: expect.stringMatching(/^\d+ tables, \d+ rows$/),
    });
    expect(promise(lost).verdict).toBe("kept");
});

test("a drill restores it beside the live application, and says what it measured", () => {
    const { stdout, seconds } = world.holdfast("drill", lost);
    within("holdfast drill", seconds, 90);
    expect(stdout).toMatch(/^The drill passed in /);
    expect(stdout).toMatch(/RTO {2}measured .*, promised 15 minutes: kept/);
});

test("nothing is restored over what is there, nor of what there isn't", () => {
    const refusal = (...args: string[]) => world.tryHoldfast("restore", ...args).stderr;
    expect(refusal(lost, "--to", lost)).toMatch(/this is what is restored/);
    expect(refusal(lost, "--to", "custom")).toMatch(/is another stack's/);
    expect(refusal(lost, "--to", "kube-public")).toMatch(/there is a namespace kube-public already/);
    expect(refusal("custom", "--to", again)).toMatch(/nothing was ever backed up there/);
});

/** Nothing of the application stays but its repository: no object, no volume, no state. */
function loseEverything(): void {
    const volumes = () => world.kubectl("get", "pv", "-o", "name").split("\n").filter(Boolean);
    world.kubectl("delete", "namespace", lost, `${lost}-drill`, "--ignore-not-found", "--wait=true", "--timeout=90s");
    for (const volume of volumes()) world.kubectl("delete", volume);
    world.pulumi("stack", "rm", lost, "--yes", "--force", "--preserve-config");
    expect(volumes()).toEqual([]);
    expect(world.tryKubectl("get", "namespace", lost).status).not.toBe(0);
}

test("a restore that is killed while it loads leaves nothing half, and goes on where it was", async () => {
    loseEverything();
    const restore = new Interrupted(world, "restore", lost, "--to", again);
    await restore.says(/^- Loading/m);
    const loading = () => world.tryKubectl("-n", again, "get", "job", `${again}-restore`, "-o", "jsonpath={.status.active}").stdout === "1";
    waitUntil("the load's pod is there", 30, loading);
    restore.group("SIGKILL");
    expect(await restore.end()).toBe("SIGKILL");
    // Whatever the load came to in the cluster meanwhile: all of it, or nothing.
    expect(["0", String(tables.length)]).toContain(sql(again, "select count(*) from pg_tables where schemaname = 'public'"));
});

test("run again it ends with every row as it was, measured beside the promise", () => {
    const { stdout, stderr, seconds } = world.holdfast("restore", lost, "--to", again);
    within("holdfast restore, taken up again", seconds, 60);
    expect(stderr).toMatch(/Restoring "user-preferences" into "prefs-again", begun at /);
    expect(stderr).toMatch(/at a planned 25 MiB\/s: about \d+ seconds .*promised within 15 minutes/);
    expect(stdout).toMatch(/RPO {2}measured .*, promised 1 hour: kept/);
    expect(stdout).toMatch(/RTO {2}measured .*, promised 15 minutes: kept/);
    const after = contents(again);
    for (const [what, rows] of Object.entries(before)) {
        const different = rows.findIndex((row, index) => row !== after[what][index]);
        expect([what, after[what].length, rows[different]]).toEqual([what, rows.length, undefined]);
    }
});

test("it is an application like any other: no restore goes over it, its backups are its own, and its promise is kept", () => {
    expect(world.tryHoldfast("restore", lost, "--to", again).stderr).toMatch(/this restore ended at/);
    world.holdfast("backup", again);
    expect(promise(again).verdict).toBe("kept");
    expect(world.holdfast("status", again, "--stack", again).stdout).toContain("Promise of a restore: kept");
});

test("nothing that was made for it stays in the cluster", () => {
    expect(world.kubectl("get", "jobs,secrets", "-A", "-l", "holdfast.dev/task", "-o", "name")).toBe("");
    expect(world.kubectl("get", "namespaces", "-l", "holdfast.dev/temporary", "-o", "name")).toBe("");
});
