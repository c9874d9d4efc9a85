/** Faults in the middle of a backup and of a restore: nothing half is taken for whole, nothing whole is lost, and the next run ends well. */

import * as fs from "node:fs";
import * as path from "node:path";
import { s3Access } from "../../sandbox/cluster/s3";
import { runInside } from "../../sandbox/node/compartment";
import { Interrupted, until } from "./support/interrupted";
import { measured, report } from "./support/measured";
import { processesInside } from "./support/processes";
import { waitUntil } from "./support/wait";
import { rounds, World } from "./support/world";

const world = World.create("backup-faults", { backups: true });
const app = "user-preferences";
const database = "user_preferences";

const psql = `psql -U ${database} -d ${database} -XAtqc`;
const inServer = (of: string, script: string) => world.kubectl("-n", of, "exec", `${of}-0`, "-c", "main", "--", "sh", "-c", script);
const sql = (of: string, statement: string) => inServer(of, `${psql} "${statement}"`);

const pictures = "select n as id, pg_read_binary_file('/dev/urandom', 0, 1048576) as data from generate_series(1, 120) n";

/** Every row, as one figure for each table. */
const contents = (of: string) =>
    ["pictures", "settings"].map((table) => sql(of, `select count(*), md5(string_agg(md5(t::text), '' order by id)) from ${table} t`));

/**
 * Stops a copy once so many bytes of a table are through, and returns the process id there: of what reads a dump, since a stopped server process
 * may be holding a page that everyone else waits for, and of the server's own where what writes is in another pod.
 */
const stopCopy = (of: string, command: "COPY TO" | "COPY FROM", bytes: number) => {
    const copying = `select pid from pg_stat_progress_copy where command = '${command}' and bytes_processed > ${bytes}`;
    const process = command === "COPY TO" ? "$(pgrep -xo pg_dump)" : "$server";
    const stop = `pid=${process}; kill -STOP $pid && echo $pid && exit 0`;
    return inServer(
        of,
        `for i in $(seq 3000); do server=$(${psql} "${copying}"); [ -z "$server" ] || { ${stop}; }; sleep 0.01; done; exit 1`,
    );
};

const repository = path.join(world.layout.s3.objects, s3Access.bucket, app);
const filesIn = (folder: string): string[] => {
    const full = path.join(repository, folder);
    return fs.existsSync(full)
        ? fs.readdirSync(full, { recursive: true, encoding: "utf8" }).filter((name) => fs.statSync(path.join(full, name)).isFile())
        : [];
};

interface Point {
    id: string;
    complete: string;
}
const points = (): Point[] => JSON.parse(world.holdfast("backups", app, "--json").stdout).recoveryPoints;
/** The list looks at the newest streams alone; one that was whole and is there is whole. */
const seenWhole = new Set<string>();
function wholeOnes(): string[] {
    const all = points();
    for (const { id, complete } of all) if (complete === "yes") seenWhole.add(id);
    return all.map(({ id }) => id).filter((id) => seenWhole.has(id));
}

/** What `status` says of the promise. */
const promise = () => JSON.parse(world.tryHoldfast("status", app, "--stack", app, "--json").stdout).apps[0].promise;

/** A backup that stands still in the middle of its dump, with packs of it in the repository. */
async function backupInTheMiddle(...more: string[]): Promise<{ backup: Interrupted; dump: string; snapshots: string[] }> {
    // What restic has already it does not store again. Not by "truncate": a dump that nobody reads any more holds its lock on the table.
    sql(app, `delete from pictures; insert into pictures ${pictures}`);
    const [packs, snapshots] = [filesIn("data"), filesIn("snapshots")];
    const backup = new Interrupted(world, "backup", app, ...more);
    await backup.says(/Backup user-preferences-/);
    // As text a row is twice as long, and half as long again as restic stores it; packs are written in two places, of 16 MiB each.
    const dump = stopCopy(app, "COPY TO", 90_000_000);
    await until("packs of it are in the repository", 60, () => filesIn("data").length > packs.length);
    return { backup, dump, snapshots };
}

const within = (what: string, seconds: number, limit: number) => expect(measured(what, seconds, limit)).toBeLessThanOrEqual(limit);

beforeAll(() => {
    world.holdfast("up", app);
    sql(app, "create table settings as select n as id, repeat(md5(n::text), 4) as value from generate_series(1, 20000) n");
    sql(app, `create table pictures as ${pictures}`);
    world.holdfast("backup", app);
});
afterAll(() => {
    report();
    world.destroy();
});

test("a prune looks at every stream first, forgets one that broke off, and status takes its word", () => {
    const [good] = wholeOnes();
    const { backend, prune } = JSON.parse(world.kubectl("-n", app, "get", `schedules.k8up.io/${app}`, "-o", "jsonpath={.spec}"));
    const { schedule: _, ...spec } = prune;
    const metadata = { name: "by-hand", namespace: app, labels: { "app.kubernetes.io/name": app } };
    world.apply({ apiVersion: "k8up.io/v1", kind: "Prune", metadata, spec: { backend, ...spec } });
    const reason = () =>
        world.kubectl("-n", app, "get", "prunes.k8up.io/by-hand", "-o", 'jsonpath={.status.conditions[?(@.type=="Completed")].reason}');
    within(
        "a prune with the look before it",
        waitUntil("it completes", 120, () => reason() !== ""),
        120,
    );
    expect(reason()).toBe("Succeeded");
    const words = world.kubectl(
        ...["-n", app, "get", "pods", "-l", `holdfast.dev/backup-of=${app}`, "-o"],
        "jsonpath={.items[*].status.initContainerStatuses[*].state.terminated.message}",
    );
    expect(JSON.parse(words)).toMatchObject({ version: 1, streams: 1, broken: 0, newestWhole: expect.any(String) });
    expect(wholeOnes()).toEqual([good]);
    expect(promise()).toMatchObject({ verdict: "kept", lastGoodBackup: { isLookedAt: true } });
});

describe.each(Array.from({ length: rounds(3) }, (_, round) => round + 1))("round %d", (round) => {
    const again = `again-${round}`;
    let good: string[] = [];
    beforeAll(() => {
        good = wholeOnes();
        expect(good.length).toBeGreaterThan(0);
    });

    test("the repository doesn't answer in the middle of a backup: the command gives up, and what was there is what there is", async () => {
        const { backup, dump, snapshots } = await backupInTheMiddle("--timeout", "1");
        const server = processesInside(world.layout.controlPlane.folder, "versitygw");
        expect(server.length).toBeGreaterThan(0);
        runInside(world.layout.controlPlane.folder, ["kill", "-STOP", ...server]);
        try {
            inServer(app, `kill -CONT ${dump}`);
            expect(await backup.end()).toBe(1);
            expect(backup.output).toMatch(/The backup failed: not done within 1 minutes[\s\S]*What was kept before is untouched/);
            expect(filesIn("snapshots")).toEqual(snapshots);
        } finally {
            runInside(world.layout.controlPlane.folder, ["kill", "-CONT", ...server]);
        }
        expect(wholeOnes()).toEqual(expect.arrayContaining(good));
        const { stdout, seconds } = world.holdfast("backup", app);
        within("`holdfast backup` again", seconds, 120);
        expect(stdout).toMatch(/^\w{8} .* database +yes$/m);
        expect(wholeOnes().length).toBeGreaterThan(good.length);
    });

    test("the node is killed in the middle of a backup: up brings it back, and the backup is made or made again", async () => {
        const { backup, snapshots } = await backupInTheMiddle();
        world.holdfast("sandbox", "kill-node", "1");
        expect(filesIn("snapshots")).toEqual(snapshots);
        const { seconds } = world.holdfast("up", app);
        within("`holdfast up` after the node was killed", seconds, 240);
        // K8up's job is tried again by Kubernetes: the command that waits for it has it whole, or says that it failed.
        const code = await backup.end();
        const made = filesIn("snapshots").filter((each) => !snapshots.includes(each));
        const whole = wholeOnes();
        expect(whole).toEqual(expect.arrayContaining(good));
        if (code === 0) expect(made.some((each) => whole.includes(path.basename(each)))).toBe(true);
        expect(world.holdfast("backup", app).stdout).toMatch(/^\w{8} .* database +yes$/m);
    });

    test("the node is killed in the middle of a restore: nothing half is left, and the same command ends with every row", async () => {
        const before = contents(app);
        const restore = new Interrupted(world, "restore", app, "--to", again);
        await restore.says(/^- Loading/m, 600);
        stopCopy(again, "COPY FROM", 8_000_000);
        world.holdfast("sandbox", "kill-node", "1");
        world.holdfast("up", app);
        expect(await restore.end()).toBe(1);
        expect(restore.output).toMatch(/nothing was loaded/);
        const { stdout, seconds } = world.holdfast("restore", app, "--to", again);
        within("`holdfast restore` again", seconds, 180);
        expect(stdout).toContain(`"${again}" has what "${app}" had at`);
        expect(stdout).not.toContain("an earlier run had loaded it");
        expect(contents(again)).toEqual(before);
        expect(contents(app)).toEqual(before);
    });
});
