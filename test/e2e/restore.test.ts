import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { claimsOf } from "./support/claims";
import { Database } from "./support/database";
import { measured, report } from "./support/measured";
import { previewed } from "./support/previewed";
import { World } from "./support/world";

const stack = "user-preferences";
const world = World.create("restore");
const database = new Database(world);

const project = ["--cwd", "snapshots", "--stack", "snapshots"];
const accounts = "select count(*), md5(string_agg(aid || ':' || abalance, ',' order by aid)) from pgbench_accounts";
/** Asks the server of an application with the name and password that the original has. */
const ask = (host: string, statement: string) => database.inClient("psql", "-h", host, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement);
const beside = (app: string, source: string, size = "1Gi") => ({
    useCase: stack,
    target: "sandbox",
    app,
    namespace: database.namespace,
    createsNamespace: false,
    size,
    restoreFrom: { [`data-${app}-0`]: source },
    database: "user_preferences",
    passwordSecret: "user-preferences-password",
});
let whole: string;
let damaged: string;
let original: { uid: string; incarnation: string };

beforeAll(() => {
    // The stack says that it takes snapshots: the sandbox gets what they need, and the volumes a class for them.
    world.configure("set", '{ "needs.snapshots": "true" }');
    world.holdfast("up");
    const { snapshotClass } = JSON.parse(world.pulumi("stack", "output", "--json", "--stack", stack).stdout);
    database.startClient();
    // A program of one's own, as a user would write it.
    const folder = path.join(world.checkout, "snapshots");
    fs.mkdirSync(folder);
    fs.writeFileSync(
        path.join(folder, "Pulumi.yaml"),
        "name: snapshots\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n",
    );
    const source = `
        import { ClaimSnapshot } from "../components/volumes/claim-snapshot";
        const made = new ClaimSnapshot("before", {
            claimName: "data-${stack}-0", namespace: "${database.namespace}", snapshotClass: "${snapshotClass}",
        });
        export const snapshotName = made.snapshotName;
        export const restoreSize = made.restoreSize;`;
    fs.writeFileSync(path.join(folder, "index.ts"), source);
    const esbuild = path.join(world.checkout, "node_modules", ".bin", "esbuild");
    const options = ["--bundle", "--packages=external", "--platform=node", "--outfile=index.js", "--log-level=warning"];
    const built = spawnSync(esbuild, ["index.ts", ...options], { cwd: folder, encoding: "utf8" });
    expect(`${built.status} ${built.stderr}`).toBe("0 ");
    world.pulumi("stack", "init", "snapshots", "--cwd", "snapshots");
});
afterAll(() => {
    report();
    world.destroy();
});

test("a snapshot is ready to be restored when its update ends, says its size, and is protected", () => {
    database.fill(1);
    whole = database.sql(accounts);
    const { seconds } = world.pulumi("up", "--yes", "--skip-preview", ...project);
    measured("snapshot of a database in use, with its update", seconds, 60);
    expect(JSON.parse(world.pulumi("stack", "output", "--json", ...project).stdout)).toEqual({
        snapshotName: "before",
        restoreSize: "1Gi",
    });
    expect(world.kubectl("-n", database.namespace, "get", "volumesnapshot", "before", "-o", "jsonpath={.status.readyToUse}")).toBe("true");
    const destroy = world.tryPulumi("destroy", "--yes", ...project);
    expect(destroy.status).not.toBe(0);
    expect(destroy.stdout + destroy.stderr).toContain("protect");
});

test("a snapshot is restored into a second application: every row is back, and the damaged original is as it was", () => {
    database.sql("delete from pgbench_accounts where aid % 2 = 0; drop table pgbench_tellers");
    damaged = database.sql(accounts);
    expect(damaged).not.toBe(whole);
    original = { uid: database.claim("{.metadata.uid}"), incarnation: database.incarnation() };

    const app = "preferences-before";
    world.addStack(app, beside(app, "snapshot/before"));
    const { seconds } = world.holdfast("up", app);
    expect(measured("restore of a snapshot into a second application", seconds, 120)).toBeLessThanOrEqual(120);
    expect(ask(app, accounts)).toBe(whole);
    expect(ask(app, "select count(*) from pgbench_tellers")).toBe("10");
    database.checkEveryPage(app);
    expect(database.sql(accounts)).toBe(damaged);
    expect({ uid: database.claim("{.metadata.uid}"), incarnation: database.incarnation() }).toEqual(original);
    const source = [
        "-n",
        database.namespace,
        "get",
        "pvc",
        `data-${app}-0`,
        "-o",
        "jsonpath={.spec.dataSource.kind} {.spec.dataSource.name}",
    ];
    expect(world.kubectl(...source)).toBe("VolumeSnapshot before");
});

test("a source is read once: another source, or none, changes nothing of a claim that exists", () => {
    const app = "preferences-before";
    world.configure("restoreFrom", undefined, app);
    expect(previewed(world, app)).toEqual([]);
    world.addStack(app, beside(app, "snapshot/of-yesterday"));
    expect(previewed(world, app)).toEqual([]);
});

test("a clone has the data of its moment, and a future of its own", () => {
    const app = "preferences-clone";
    world.addStack(app, beside(app, `claim/data-${stack}-0`));
    const { seconds } = world.holdfast("up", app);
    expect(measured("clone of a database in use", seconds, 120)).toBeLessThanOrEqual(120);
    expect(ask(app, accounts)).toBe(damaged);
    ask(app, "delete from pgbench_accounts");
    expect(database.sql(accounts)).toBe(damaged);
    expect({ uid: database.claim("{.metadata.uid}"), incarnation: database.incarnation() }).toEqual(original);
});

test("a source that is not there, or needs a larger claim, is refused by name before anything is made", () => {
    const app = "preferences-never";
    const before = Object.keys(claimsOf(world, database.namespace));
    world.addStack(app, beside(app, "snapshot/of-yesterday"));
    const missing = world.tryHoldfast("up", app);
    expect(missing.status).toBe(1);
    expect(missing.stderr).toContain("is to be made from snapshot/of-yesterday, and there is none in the namespace");
    world.addStack(app, beside(app, "snapshot/before", "512Mi"));
    const small = world.tryHoldfast("up", app);
    expect(small.status).toBe(1);
    expect(small.stderr).toContain("which needs 1Gi; 512Mi is asked for");
    expect(Object.keys(claimsOf(world, database.namespace))).toEqual(before);
});
