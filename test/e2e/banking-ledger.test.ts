/**
 * The banking ledger on three nodes: PostgreSQL with a synchronous quorum, from nothing to a client, and without its primary or most of its
 * members under load. In full runs alone: it takes minutes.
 */

import { AcknowledgedWrites } from "./support/acknowledged-writes";
import { ClusterDatabase } from "./support/cluster-database";
import { measured, report } from "./support/measured";
import { versions } from "./support/versions";
import { waitUntil } from "./support/wait";
import { rounds, World } from "./support/world";

const stack = "banking-ledger";
const nodes = [1, 2, 3];
/** What banking-ledger promises of a lost member: back within a minute, and nothing lost. */
const promisedSeconds = 60;
/** A member that was lost has to be there again before the next one goes. */
const wholeAgain = 240;
const suite = process.env.HOLDFAST_E2E_FULL === undefined ? describe.skip : describe;

const world = World.create("banking-ledger");
const database = new ClusterDatabase(world, stack);
afterAll(() => {
    report();
    world.destroy();
});

const claims = () =>
    world.kubectl(
        "-n",
        stack,
        "get",
        "pvc",
        "-o",
        "jsonpath={range .items[*]}{.metadata.name} {.metadata.uid} {.spec.volumeName}{'\\n'}{end}",
    );

/** Codes of what `status` finds of the database itself, and its state. */
function status(): { state: string; codes: string[]; members: { name: string; role?: string; ready: boolean }[] } {
    const { state, apps } = JSON.parse(world.tryHoldfast("status", stack, "--json").stdout);
    const { findings, members } = apps[0].workloads[0];
    return { state, codes: findings.map(({ code }: { code: string }) => code), members };
}

suite("from nothing", () => {
    test("three members are up on three nodes, and two of them hold each commit", () => {
        world.holdfast("sandbox", "up", "--nodes", "3", "--with", "cloudnative-pg");
        // A lost node may have the operator on it: another one has to be at hand.
        world.kubectl("-n", "cnpg-system", "scale", "deployment/cnpg-controller-manager", "--replicas=2");
        const { seconds, stdout } = world.holdfast("up", stack);
        expect(measured("three members on three nodes: up", seconds, 300)).toBeLessThanOrEqual(300);
        expect(stdout).toContain('"banking-ledger" is up.');
        expect(Object.values(database.members("{.spec.nodeName}")).sort()).toEqual(nodes.map((n) => `node-${n}`));
        expect(database.onPrimary("show synchronous_standby_names")).toMatch(/^ANY 1 \(/);
        expect(database.onPrimary("show data_checksums")).toBe("on");
    });

    test("clients write and read by TLS alone, each role with no more than its rights", () => {
        startClientElsewhere();
        expect(
            database.as("owner", "create table bookings (id bigint generated always as identity primary key, amount bigint not null)"),
        ).toBe("");
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
        database.sql("create table acknowledged (n bigint primary key, at timestamptz not null default clock_timestamp())");
    });

    test("the second and third up change nothing, and `status` says that all is well", () => {
        const seen = () => [versions(world, stack).objects, database.members(), database.object().metadata.generation];
        const before = seen();
        for (let i = 0; i < 2; i++) world.holdfast("up", stack);
        expect(seen()).toEqual(before);
        const { state, codes, members } = status();
        expect({ state, codes }).toEqual({ state: "ready", codes: [] });
        expect(members.map(({ name, role, ready }) => [name, role, ready])).toEqual(
            [1, 2, 3].map((n) => [`${stack}-${n}`, `${stack}-${n}` === database.primary() ? "primary" : "standby", true]),
        );
    });
});

/** A client on a node that will not be lost: another than the primary's. */
function startClientElsewhere(): void {
    database.startClient(`node-${nodes.find((n) => n !== database.nodeOf(database.primary()))}`);
}

/** Lets something happen to the database under a client that writes, and checks the promise. */
function underLoad(what: string, act: (writes: AcknowledgedWrites) => void, promised = promisedSeconds): void {
    database.waitUntilWhole(wholeAgain);
    startClientElsewhere();
    const writes = new AcknowledgedWrites(world, database);
    try {
        act(writes);
        const { acknowledged, lost, longestGapSeconds } = writes.stop();
        measured(`${what}: longest gap for a writing client`, longestGapSeconds, promised);
        expect(measured(`${what}: lost of ${acknowledged} acknowledged writes`, lost, 0, "rows")).toBe(0);
        expect(longestGapSeconds).toBeLessThanOrEqual(promised);
    } finally {
        writes.kill();
    }
}

/** Lets a fault happen to the primary, and waits until another start of a member leads. */
function survive(what: string, fault: (primary: string) => void): void {
    underLoad(what, (writes) => {
        const incarnation = database.incarnation();
        fault(database.primary());
        waitUntil("another start of a member is the primary", 3 * promisedSeconds, () => {
            const now = database.incarnation();
            return now !== incarnation && !now.endsWith(" ");
        });
        writes.waitForMore(50, 2 * promisedSeconds);
    });
}

suite("no acknowledged write is lost, and another member takes over in time, when", () => {
    let before: string;
    beforeAll(() => {
        before = claims();
    });
    afterAll(() => expect(claims()).toBe(before));
    const again = (body: () => void) => () => {
        for (let round = 0; round < rounds(10); round++) body();
    };

    test(
        "the primary's pod is deleted by force",
        again(() => survive("pod deleted by force", (primary) => database.deleteByForce(primary))),
    );

    test(
        "the primary is killed with SIGKILL",
        again(() => survive("SIGKILL", (primary) => database.signal("KILL", primary, "first"))),
    );
});

suite("with two of three members gone", () => {
    const quota = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "no-pods", namespace: stack } };
    const field = (path: string) => world.kubectl("-n", stack, "get", "resourcequota", "no-pods", "-o", `jsonpath=${path}`);
    /** Nobody can make pods anew until it is lifted. */
    const forbid = () => {
        world.apply({ ...quota, spec: { hard: { pods: "0" } } });
        waitUntil("the quota holds", 30, () => field("{.status.hard.pods}") === "0");
    };
    const lift = () => world.tryKubectl("-n", stack, "delete", "resourcequota", "no-pods", "--ignore-not-found");
    afterAll(lift);
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

    test("writes wait rather than lie, `status` says so, and they go on by themselves when members return", () => {
        for (let round = 0; round < rounds(3); round++) {
            database.waitUntilWhole(wholeAgain);
            startClientElsewhere();
            const writes = new AcknowledgedWrites(world, database);
            try {
                forbid();
                const primary = database.primary();
                database.deleteByForce(...Object.keys(database.members()).filter((pod) => pod !== primary));
                const commit = waited(5);
                const acknowledged = writes.count;
                expect(status()).toMatchObject({ state: "waiting", codes: expect.arrayContaining(["commits-wait"]) });
                expect(waited(10)).toBe(commit);
                expect(writes.count).toBe(acknowledged);
                expect(database.primary()).toBe(primary);
                lift();
                const seconds = waitUntil("writes go on", 180, () => writes.count >= acknowledged + 50);
                measured("two of three members gone: until writes go on, once they may return", seconds, 180);
                const outcome = writes.stop();
                expect(measured(`two of three gone: lost of ${outcome.acknowledged} acknowledged writes`, outcome.lost, 0, "rows")).toBe(0);
            } finally {
                lift();
                writes.kill();
            }
        }
    });
});
