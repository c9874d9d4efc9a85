import * as fs from "node:fs";
import * as path from "node:path";
import { s3Access } from "../../sandbox/cluster/s3";
import { Drill, type DrillResult } from "./support/drills";
import { measured, report } from "./support/measured";
import { waitUntil } from "./support/wait";
import { World } from "./support/world";

// In full runs alone: one round of everything has no time for another cluster of databases.
const check = process.env.HOLDFAST_E2E_FULL === undefined ? test.skip : test;
const world = World.create("archive-drill", { backups: true });
const app = "history";
const drill = new Drill(world, app);
/** What the plan promises, and the drill measures. */
const promised = { rpo: 300, rto: 3600 };

/** A statement of the database's owner, in the primary's own pod. */
const sql = (statement: string) =>
    world.kubectl(
        "-n",
        app,
        "exec",
        `service/${app}-rw`,
        "-c",
        "postgres",
        "--",
        "psql",
        "-d",
        app,
        "-XAtqc",
        `set role ${app}; ${statement}`,
    );

const rows = () => sql("select count(*), sum(hashtext(message::text)) from message");
const archive = path.join(world.layout.s3.objects, s3Access.bucket, app, "postgres");
const files = (folder: string) =>
    (fs.readdirSync(path.join(archive, folder), { recursive: true }) as string[]).filter((name) => /\.gz$/.test(name)).sort();

interface Drilled {
    status: number;
    result: DrillResult;
}
function drilled(): Drilled {
    const { status, stdout, stderr } = world.tryHoldfast("drill", app, "--json");
    try {
        return { status, result: JSON.parse(stdout) };
    } catch {
        throw new Error(`holdfast drill said no result:\n${stdout}\n${stderr}`);
    }
}

/** The drill's promise, as `status` has it. */
const promiseOf = () => JSON.parse(world.tryHoldfast("status", app, "--stack", app, "--json").stdout).apps[0].promise;

afterAll(() => {
    report();
    world.destroy();
});

check("a drill restores the newest archive beside the live database, compares, and measures", () => {
    // Parts of the log are shipped sooner than the promise needs.
    world.addStack(app, { useCase: "chat-history", target: "sandbox", app, replicas: 1, set: { "backup.interval": "1m" } });
    world.holdfast("up", app);
    sql("create table message (id int primary key, text text); insert into message select n, 'said ' || n from generate_series(1, 500) n");
    world.holdfast("backup", app);
    sql("insert into message select n, 'said later ' || n from generate_series(501, 700) n");
    const before = rows();
    const { status, result } = drilled();
    expect({ status, result }).toMatchObject({ status: 0, result: { outcome: "passed" } });
    expect([result.answer, result.recorded]).toEqual(["1 tables, 700 rows", "1 tables, 700 rows"]);
    expect(
        measured("archive drill: an acknowledged mark is in the archive", result.rpoSeconds as number, promised.rpo),
    ).toBeLessThanOrEqual(promised.rpo);
    expect(measured("archive drill: restored and answered", result.rtoSeconds as number, promised.rto)).toBeLessThanOrEqual(promised.rto);
    expect(drill.events).toMatch(/DrillPassed/);
    expect(drill.metrics).toMatch(/^holdfast_drill_passed\{app="history"\} 1$/m);
    // The live side has a mark more in its log, and not a row more or less.
    expect(rows()).toBe(before);
    waitUntil("the drill is gone, its volume with it", 60, () => drill.kubectl("get", "pods,jobs,pvc", "-o", "name") === "");
    expect(world.kubectl("-n", app, "get", "jobs", "-o", "name")).not.toMatch(/drill/);
    const { verdict, lastDrill, promised: said } = promiseOf();
    expect({ verdict, lastDrill, said }).toMatchObject({
        verdict: "kept",
        lastDrill: { outcome: "passed", rtoSeconds: result.rtoSeconds },
        said: { rpoSeconds: promised.rpo, rtoSeconds: promised.rto },
    });
});

check("a part of the log that is missing is called so", () => {
    // The newest base copy needs it; newer ones are there.
    const [part] = files("wals")
        .filter((name) => /\/[0-9A-F]{24}\.gz$/.test(name))
        .slice(-2);
    const file = path.join(archive, "wals", part);
    fs.renameSync(file, path.join(world.folder, "part"));
    const { status, result } = drilled();
    fs.renameSync(path.join(world.folder, "part"), file);
    expect({ status, result }).toMatchObject({ status: 1, result: { outcome: "failed", failure: "object-missing" } });
    expect(result.detail).toContain(path.basename(part, ".gz"));
    expect(promiseOf()).toMatchObject({ verdict: "broken", lastDrill: { failure: "object-missing" } });
});

check("a base copy that is cut short is called damaged", () => {
    const copy = path.join(
        archive,
        "base",
        files("base")
            .filter((name) => /\/data\.tar\.gz$/.test(name))
            .at(-1) as string,
    );
    const whole = fs.readFileSync(copy);
    fs.truncateSync(copy, Math.floor(whole.length / 2));
    const { status, result } = drilled();
    // In place: the server keeps what it knows of an object beside the file.
    fs.writeFileSync(copy, whole);
    expect({ status, result }).toMatchObject({ status: 1, result: { outcome: "failed", failure: "object-damaged" } });
    expect(result.detail).toMatch(/data\.tar\.gz/);
});

check("a key that isn't known is called unreachable, and the next drill passes", () => {
    const secret = `${app}-drill-repository`;
    const before = drill.kubectl("get", "secret", secret, "-o", "jsonpath={.data.access-key-id}");
    const patch = (value: string) => drill.kubectl("patch", "secret", secret, "-p", JSON.stringify({ data: { "access-key-id": value } }));
    patch(Buffer.from("NOBODY").toString("base64"));
    expect(drilled().result).toMatchObject({ outcome: "failed", failure: "repository-unreachable" });
    patch(before);
    const { status, result } = drilled();
    expect({ status, result }).toMatchObject({ status: 0, result: { outcome: "passed", answer: "1 tables, 700 rows" } });
    expect(promiseOf().verdict).toBe("kept");
});
