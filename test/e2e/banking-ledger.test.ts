/**
 * The banking ledger on three nodes: from nothing to a client, without most of its members, changed under load, and down and up again. In full
 * runs alone; what befalls its primary is in banking-ledger-faults.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { REGISTRY } from "../../sandbox/images/catalog";
import { AcknowledgedWrites } from "./support/acknowledged-writes";
import { claimsOf } from "./support/claims";
import { ClusterDatabase } from "./support/cluster-database";
import { ClusterFailover } from "./support/cluster-failover";
import { clusterStatus, downAndUp, expectNothingToDo } from "./support/cluster-lifecycle";
import { measured, report } from "./support/measured";
import { waitUntil } from "./support/wait";
import { rounds, World } from "./support/world";

const stack = "banking-ledger";
const inFull = process.env.HOLDFAST_E2E_FULL === undefined ? test.skip : test;
const nodes = 3;

const world = World.create("banking-ledger");
const database = new ClusterDatabase(world, stack);
/** What banking-ledger promises of a lost member: back within a minute, and nothing lost. */
const failover = new ClusterFailover(world, database, { seconds: 60, lostSeconds: 0 }, nodes);
afterAll(() => {
    report();
    world.destroy();
});

const status = () => clusterStatus(world, stack);

inFull("from no cluster to three members, two of which hold each commit", () => {
    world.holdfast("sandbox", "up", "--nodes", String(nodes), "--with", "cloudnative-pg");
    const { seconds, stdout } = world.holdfast("up", stack);
    expect(measured(`three members on ${nodes} nodes: up`, seconds, 300)).toBeLessThanOrEqual(300);
    expect(stdout).toContain('"banking-ledger" is up.');
    expect(new Set(Object.values(database.members("{.spec.nodeName}"))).size).toBe(nodes);
    expect(database.onPrimary("show synchronous_standby_names")).toMatch(/^ANY 1 \(/);
    expect(database.onPrimary("show data_checksums")).toBe("on");
});

inFull("clients write and read by TLS alone, each role with no more than its rights", () => {
    database.startClient();
    expect(database.as("owner", "create table bookings (id bigint generated always as identity primary key, amount bigint not null)")).toBe(
        "",
    );
    expect(database.as("app", "insert into bookings (amount) values (7), (35) returning id")).toBe("1\n2");
    expect(database.as("app", "select sum(amount) from bookings")).toBe("42");
    expect(database.as("app", "select ssl, version from pg_stat_ssl where pid = pg_backend_pid()")).toBe("t|TLSv1.3");
    expect(database.as("app", "create table other (id int)")).toMatch(/permission denied for schema public/);
    expect(database.as("app", "drop table bookings")).toMatch(/must be owner of table bookings/);
    waitUntil("a standby has it", 30, () => database.as("reader", "select sum(amount) from bookings", `${stack}-ro`) === "42");
    expect(database.as("reader", "delete from bookings")).toMatch(/permission denied for table bookings/);
    const plain = ["psql", "sslmode=disable", "-XAtqc", "select 1"];
    expect(world.tryKubectl("-n", stack, "exec", "client", "--", ...plain).stderr).toMatch(
        /pg_hba\.conf rejects connection .* no encryption/,
    );
});

inFull("the second and third up change nothing, and `pulumi destroy` refuses to take it", () => {
    expectNothingToDo(world, database);
    const destroy = world.tryPulumi("destroy", "--yes", "--stack", stack);
    expect(destroy.status).not.toBe(0);
    expect(destroy.stdout + destroy.stderr).toMatch(/protect/);
});

describe("with two of three members gone", () => {
    const quota = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "no-pods", namespace: stack } };
    const field = (path: string) => world.kubectl("-n", stack, "get", "resourcequota", "no-pods", "-o", `jsonpath=${path}`);
    /** Nobody can make pods anew until it is lifted. */
    const forbid = () => {
        world.apply({ ...quota, spec: { hard: { pods: "0" } } });
        waitUntil("the quota holds", 30, () => field("{.status.hard.pods}") === "0");
    };
    const lift = () => world.tryKubectl("-n", stack, "delete", "resourcequota", "no-pods", "--ignore-not-found");
    /** The commit that has waited longest for a standby: its session and beginning, once it has waited for so many seconds. */
    const waited = (seconds: number) => {
        let which = "";
        waitUntil(`a commit has waited for ${seconds} s`, 60, () => {
            const [commit = "", age] = database
                .as(
                    "app",
                    "select pid || ' ' || query_start, floor(extract(epoch from clock_timestamp() - query_start)) from pg_stat_activity where wait_event = 'SyncRep' order by query_start limit 1",
                )
                .split("|");
            which = commit;
            return Number(age) >= seconds;
        });
        return which;
    };
    /** Deletes these members for good, until they may return; then everything acknowledged is looked for. */
    const without = (what: string, pods: (primary: string) => string[], meanwhile: (writes: AcknowledgedWrites) => void) => {
        failover.prepare();
        const writes = new AcknowledgedWrites(world, database);
        try {
            forbid();
            database.deleteByForce(...pods(database.primary()));
            meanwhile(writes);
            lift();
            const acknowledged = writes.count;
            const seconds = waitUntil("writes go on", 180, () => writes.count >= acknowledged + 50);
            measured(`${what}: until writes go on, once they may return`, seconds, 180);
            const outcome = writes.stop();
            expect(measured(`${what}: lost of ${outcome.acknowledged} acknowledged writes`, outcome.lost, 0, "rows")).toBe(0);
        } finally {
            lift();
            writes.kill();
        }
    };

    inFull("writes wait rather than lie, `status` says so, and they go on by themselves when members return", () => {
        const standbys = (primary: string) => Object.keys(database.members()).filter((pod) => pod !== primary);
        for (let round = 0; round < rounds(3); round++) {
            without("two of three members gone", standbys, (writes) => {
                const primary = database.primary();
                const commit = waited(5);
                const acknowledged = writes.count;
                expect(status()).toMatchObject({ state: "waiting", codes: expect.arrayContaining(["commits-wait"]) });
                expect(waited(10)).toBe(commit);
                expect(writes.count).toBe(acknowledged);
                expect(database.primary()).toBe(primary);
            });
        }
    });

    inFull("of which one is the primary, the third is not promoted: it may lack a commit", () => {
        let [primary, left] = ["", ""];
        const butOne = (leader: string) => {
            const [first = "", ...more] = Object.keys(database.members()).filter((pod) => pod !== leader);
            [primary, left] = [leader, first];
            return [leader, ...more];
        };
        without("primary and standby gone", butOne, () => {
            const said = () => world.kubectl("-n", "cnpg-system", "logs", "deployment/cnpg-controller-manager", "--since=2m");
            waitUntil("the operator sees that it can't be sure", 120, () => said().includes("Preventing failover"));
            expect(status()).toMatchObject({ codes: expect.arrayContaining(["no-primary"]) });
            const psql = ["psql", "-XAtqc", "select pg_is_in_recovery()"];
            expect(world.kubectl("-n", stack, "exec", left, "-c", "postgres", "--", ...psql)).toBe("t");
            expect(database.primary()).toBe(primary);
        });
    });
});

describe("a change of the servers", () => {
    const images = () => [...new Set(Object.values(database.members("{.spec.containers[0].image}")))].sort();
    /** The same PostgreSQL as in the cluster's own. */
    const another = `${REGISTRY}/postgres:17`;

    // One after the other: the operator refuses both at once.
    const changes: [string, string, string][] = [
        ["image", "image", another],
        ["memory", "set", "{ resources.limits.memory: 640Mi }"],
    ];
    inFull.each(changes)("of %s rolls them under load: standbys first, and then the role goes over", (what, key, value) => {
        const before = database.members();
        failover.underLoad(`${what} changed`, (writes) => {
            world.configure(key, value, stack);
            const { seconds } = world.holdfast("up", stack);
            measured(`${what} changed: up, until every member has it`, seconds, 300);
            expect(images()).toEqual([another]);
            writes.waitForMore(50, 60);
        });
        for (const [pod, uid] of Object.entries(database.members())) expect(uid).not.toBe(before[pod]);
        expect(status()).toMatchObject({ state: "ready", codes: [] });
    });

    inFull("to an image without PostgreSQL stops at the first member, and going back is one command", () => {
        const [good] = images() as [string];
        const broken = `${REGISTRY}/broken:17.99`;
        // Added as sandbox/images/README.md says.
        const catalog = path.join(world.checkout, "sandbox", "images", "catalog.ts");
        const entry = `{ name: "broken", tag: "17.99", source: { kind: "debian", suite: "trixie", packages: ["busybox-static"], without: ["libc6"] }, users: [POSTGRES_USER], links: { "/bin": "usr/bin" }, config: { User: "101:103", Cmd: ["false"] }, neededBy: [], estimateSeconds: 5 },`;
        fs.writeFileSync(catalog, fs.readFileSync(catalog, "utf8").replace(/^(export const IMAGES: .* = \[)$/m, `$1\n${entry}`));
        failover.underLoad("image without PostgreSQL", (writes) => {
            const primary = database.primary();
            world.configure("image", broken, stack);
            const outcome = world.tryHoldfast("up", stack);
            expect(outcome.status).not.toBe(0);
            expect(outcome.stderr).toMatch(/stopped at its first member: banking-ledger-\d can't start with \S+broken:17\.99/);
            expect(Object.values(database.members("{.spec.containers[0].image}")).sort()).toEqual([broken, good, good].sort());
            expect(database.primary()).toBe(primary);
            // Nobody who looks at the cluster alone knows that it isn't replaying its log.
            expect(status().state).toBe("waiting");
            world.configure("image", good, stack);
            const { seconds } = world.holdfast("up", stack);
            measured("image without PostgreSQL: going back, until every member is well", seconds, 180);
            expect(images()).toEqual([good]);
            writes.waitForMore(50, 60);
        });
    });
});

describe("under load", () => {
    inFull("`restart` restarts every member, the primary last, each with its volume", () => {
        const before = { claims: claimsOf(world, stack), pods: database.members() };
        failover.underLoad("restart of every member", () => {
            const { stdout, seconds } = world.holdfast("restart", stack);
            measured("restart of every member", seconds, 300);
            expect(stdout).toContain("restarted, with their volumes, and in sync");
        });
        expect(claimsOf(world, stack)).toEqual(before.claims);
        const after = database.members();
        expect(Object.keys(after)).toEqual(Object.keys(before.pods));
        for (const [pod, uid] of Object.entries(before.pods)) expect(after[pod]).not.toBe(uid);
    });

    inFull("`replace` makes one member anew from the others, which keep their volumes", () => {
        const before = claimsOf(world, stack);
        failover.underLoad("one member replaced", () => {
            const [standby = ""] = Object.keys(database.members()).filter((pod) => pod !== database.primary());
            const { seconds } = world.holdfast("replace", stack, standby, "--yes");
            measured("one member replaced: until it is in sync", seconds, 300);
        });
        const after = claimsOf(world, stack);
        const kept = Object.entries(before).filter(([name, uid]) => after[name] === uid);
        expect([Object.keys(after).length, kept.length]).toEqual([3, 2]);
        expect(database.as("app", "select sum(amount) from bookings")).toBe("42");
    });
});

inFull("down stops the pods and keeps the Cluster with its claims, and up finds them again", () => {
    downAndUp(world, database);
    expect(database.as("app", "select sum(amount) from bookings")).toBe("42");
});
