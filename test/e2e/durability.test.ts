import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { runningPid } from "../../sandbox/node/compartment";
import { AcknowledgedWrites } from "./support/acknowledged-writes";
import { Database } from "./support/database";
import { failoverSeconds, survive } from "./support/fault";
import { measured, report } from "./support/measured";
import { PgbenchLoad } from "./support/pgbench-load";
import { versions } from "./support/versions";
import { waitUntil } from "./support/wait";
import { rounds, World } from "./support/world";

const stack = "user-preferences";
const world = World.create("durability");
const database = new Database(world);
afterAll(() => {
    report();
    world.destroy();
});

/** The one step of a preview that isn't `same`, or a list of all that aren't. */
function changes(): string[] {
    const { steps } = JSON.parse(world.pulumi("preview", "--stack", stack, "--json").stdout) as { steps: { op: string; urn: string }[] };
    return steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn.split("::").slice(-2).join(" ").split("$").pop()}`);
}

describe("a database from nothing", () => {
    test("from no cluster to a ready database with warm caches: within 90 s", () => {
        const file = path.join(world.checkout, "stacks", `Pulumi.${stack}.yaml`);
        const before = fs.readFileSync(file, "utf8");
        const { seconds, stdout } = world.holdfast("up");
        expect(measured("no cluster to ready database", seconds, 90)).toBeLessThanOrEqual(90);
        expect(stdout).toContain('"user-preferences" is up.');
        expect(database.pod("{.status.containerStatuses[0].ready}")).toBe("true");
        expect(fs.readFileSync(file, "utf8")).toBe(before);
    });

    test("the second and third up change nothing", () => {
        const before = versions(world);
        for (let i = 0; i < 2; i++) world.holdfast("up");
        expect(versions(world).objects).toEqual(before.objects);
        expect(changes()).toEqual([]);
    });

    test("pgbench, scale 10, runs from a client pod through the Service", () => {
        database.startClient();
        database.fill(10);
        database.inClient("pgbench", "-c", "4", "-T", "5");
        expect(database.fingerprint().accounts).toBe(1_000_000);
        expect(database.isConsistent()).toBe(true);
    });
});

describe("no row is lost when", () => {
    test("the pod is deleted: the server stops in order, within seconds of its 120", () => {
        const log = path.join(world.folder, "server.log");
        const output = fs.openSync(log, "w");
        // Follows the log of the server that ends, and ends with it.
        spawn("kubectl", ["-n", stack, "logs", "-f", `${stack}-0`], { env: world.engineEnv, stdio: ["ignore", output, "ignore"] });
        fs.closeSync(output);
        survive(world, database, "pod deleted", () => {
            expect(measured("pod deleted: stops in order", database.deletePod(), 30)).toBeLessThanOrEqual(30);
        });
        expect(fs.readFileSync(log, "utf8")).toMatch(/received fast shutdown request[\s\S]*database system is shut down/);
        // What a server says that found no log to replay.
        expect(database.serverLog()).toContain("database system was shut down at");
        expect(database.serverLog()).not.toContain("automatic recovery in progress");
    });

    test("the server is killed with SIGKILL under load", () => {
        for (let round = 0; round < rounds(10); round++) {
            // A container that ends again and again is started after longer and longer pauses; that of a new pod is not.
            if (round > 0) {
                const previous = database.incarnation();
                database.deletePod();
                database.waitForNext(previous, failoverSeconds);
            }
            const history = Number(database.sql("select count(*) from pgbench_history"));
            const incarnation = database.incarnation();
            const writes = new AcknowledgedWrites(world, database);
            const load = new PgbenchLoad(world, database);
            try {
                database.killServer();
                const seconds = database.waitForNext(incarnation, failoverSeconds);
                writes.waitForMore(50, failoverSeconds);
                const outcome = writes.stop();
                const processed = load.finish();
                expect(database.serverLog()).toContain("automatic recovery in progress");
                expect(measured("SIGKILL under load: until it answers again", seconds, failoverSeconds)).toBeLessThanOrEqual(
                    failoverSeconds,
                );
                expect(measured(`SIGKILL: lost of ${outcome.acknowledged} acknowledged writes`, outcome.lost, 0, "rows")).toBe(0);
                const survived = Number(database.sql("select count(*) from pgbench_history")) - history;
                const lost = Math.max(0, processed - survived);
                expect(processed).toBeGreaterThan(0);
                expect(measured(`SIGKILL: lost of ${processed} acknowledged pgbench transactions`, lost, 0, "rows")).toBe(0);
                // A commit may have been written and not yet acknowledged; more than one a connection would be rows out of nowhere.
                expect(survived).toBeLessThanOrEqual(processed + load.connections);
                expect(database.isConsistent()).toBe(true);
            } finally {
                writes.kill();
                load.kill();
            }
        }
    });

    test("the pod is deleted by force, and forgotten before it has ended", () => {
        for (let round = 0; round < rounds(5); round++) {
            survive(world, database, "pod deleted by force", () => {
                database.deletePod("--force", "--grace-period=0");
            });
        }
    });

    test("the StatefulSet is replaced", () => {
        const file = path.join(world.checkout, "components", "workloads", "stateful-workload.ts");
        const source = fs.readFileSync(file, "utf8");
        const edited = source.replace(/podManagementPolicy: [^,]+,/, 'podManagementPolicy: "OrderedReady",');
        expect(edited).not.toBe(source);
        const uid = () => world.kubectl("-n", stack, "get", "statefulset", stack, "-o", "jsonpath={.metadata.uid}");
        try {
            for (const content of [edited, source]) {
                fs.writeFileSync(file, content);
                expect(changes().filter((change) => !change.startsWith("replace"))).toEqual([]);
                expect(changes().join()).toMatch(/replace kubernetes:apps\/v1:StatefulSet/);
                const before = uid();
                survive(world, database, "StatefulSet replaced by `up`", () => {
                    world.holdfast("up");
                });
                expect(uid()).not.toBe(before);
            }
        } finally {
            fs.writeFileSync(file, source);
        }
    });

    test("the whole node is killed hard and started again", () => {
        for (let round = 0; round < rounds(5); round++) {
            survive(world, database, "node killed and started", () => {
                world.holdfast("sandbox", "kill-node", "1");
                const status = world.tryHoldfast("sandbox", "status");
                expect(status.status).toBe(1);
                expect(status.stdout).toMatch(/node-1 +stopped/);
                world.holdfast("sandbox", "start-node", "1");
            });
        }
    });

    test("everything is killed hard, and `up` brings it back", () => {
        for (let round = 0; round < rounds(5); round++) {
            survive(world, database, "everything killed, then up", () => {
                const pids = [world.layout.node(1).folder, world.layout.controlPlane.folder].map(runningPid);
                for (const pid of pids) process.kill(pid as number, "SIGKILL");
                waitUntil("both are dead", 10, () =>
                    world.tryHoldfast("sandbox", "status", "--json").stdout.includes('"controlPlane": "stopped"'),
                );
                const { seconds } = world.holdfast("up");
                expect(measured("everything killed: up", seconds, 90)).toBeLessThanOrEqual(90);
            });
        }
    });
});

describe("no command takes the data away", () => {
    test("`pulumi destroy` refuses and changes nothing", () => {
        const before = versions(world);
        const incarnation = database.incarnation();
        const destroy = world.tryPulumi("destroy", "--yes", "--stack", stack);
        expect(destroy.status).not.toBe(0);
        expect(destroy.stdout + destroy.stderr).toMatch(/protect/);
        expect(versions(world)).toEqual(before);
        expect(database.incarnation()).toBe(incarnation);
    });

    test("`holdfast down` keeps claim, namespace and data, and the next up finds them", () => {
        const before = database.fingerprint();
        const namespaceUid = () => world.kubectl("get", "namespace", stack, "-o", "jsonpath={.metadata.uid}");
        const namespace = namespaceUid();
        const down = world.holdfast("down");
        expect(down.stdout).toContain("data stays");
        expect(database.pod("{.metadata.name}")).toBe("");
        expect(world.kubectl("-n", stack, "get", "statefulset,service", "-o", "name")).toBe("");
        expect(namespaceUid()).toBe(namespace);
        expect(database.claim("{.metadata.uid} {.status.phase} {.spec.volumeName}")).toBe(`${before.claimUid} Bound ${before.volume}`);
        expect(world.kubectl("get", "persistentvolume", before.volume, "-o", "jsonpath={.status.phase}")).toBe("Bound");
        // A second one finds nothing left to do.
        world.holdfast("down");

        const { seconds } = world.holdfast("up");
        expect(measured("up after down", seconds, 90)).toBeLessThanOrEqual(90);
        database.waitUntilReachable(30);
        expect(database.fingerprint()).toEqual(before);
        expect(namespaceUid()).toBe(namespace);
    });

    test("after all that the stack is as its program says, and its state as the cluster is", () => {
        world.pulumi("preview", "--refresh", "--expect-no-changes", "--stack", stack);
        expect(JSON.parse(world.holdfast("sandbox", "status", "--json").stdout).healthy).toBe(true);
    });
});
