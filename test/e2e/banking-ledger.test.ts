/**
 * The banking ledger on three nodes: PostgreSQL with a synchronous quorum, from nothing to a client, through every way to lose a member under
 * load, and down and up again. One round loses the primary's pod, and two of three members; the other faults, changes of configuration and
 * image, and the way down are in full runs.
 */

import { insideLayout } from "../../sandbox/cluster/control-plane";
import { REGISTRY } from "../../sandbox/images/catalog";
import { runInside } from "../../sandbox/node/compartment";
import { AcknowledgedWrites } from "./support/acknowledged-writes";
import { ClusterDatabase } from "./support/cluster-database";
import { measured, report } from "./support/measured";
import { cutOff, reconnect } from "./support/node-link";
import { versions } from "./support/versions";
import { waitUntil } from "./support/wait";
import { rounds, World } from "./support/world";

const stack = "banking-ledger";
const nodes = [1, 2, 3];
/** What banking-ledger promises of a lost member: back within a minute, and nothing lost. */
const promisedSeconds = 60;
/** A member that was lost has to be there again before the next one goes. */
const wholeAgain = 240;
const inFull = process.env.HOLDFAST_E2E_FULL === undefined ? test.skip : test;

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

describe("from nothing", () => {
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
        const seen = () => [versions(world, stack), database.members(), database.object().metadata.generation];
        const before = seen();
        for (let i = 0; i < 2; i++) world.holdfast("up", stack);
        expect(seen()).toEqual(before);
        const { state, codes, members } = status();
        expect({ state, codes }).toEqual({ state: "ready", codes: [] });
        expect(members.map(({ name, role, ready }) => [name, role, ready])).toEqual(
            [1, 2, 3].map((n) => [`${stack}-${n}`, `${stack}-${n}` === database.primary() ? "primary" : "standby", true]),
        );
    });

    inFull("it is as its state says, and `pulumi destroy` refuses to take it", () => {
        world.pulumi("preview", "--refresh", "--expect-no-changes", "--stack", stack);
        const pods = database.members();
        const destroy = world.tryPulumi("destroy", "--yes", "--stack", stack);
        expect(destroy.status).not.toBe(0);
        expect(destroy.stdout + destroy.stderr).toMatch(/protect/);
        expect(database.members()).toEqual(pods);
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

/** Lets a fault happen to the primary, waits until another start of a member leads, and then makes good again. */
function survive(
    what: string,
    fault: (primary: string, node: number) => void,
    afterwards: (former: string, node: number) => void = () => {},
): void {
    underLoad(what, (writes) => {
        const primary = database.primary();
        const node = database.nodeOf(primary);
        const incarnation = database.incarnation();
        let isMended = false;
        const mend = () => {
            if (!isMended) afterwards(primary, node);
            isMended = true;
        };
        try {
            fault(primary, node);
            waitUntil("another start of a member is the primary", 3 * promisedSeconds, () => {
                const now = database.incarnation();
                return now !== incarnation && !now.endsWith(" ");
            });
            writes.waitForMore(50, 2 * promisedSeconds);
            mend();
        } finally {
            mend();
        }
    });
}

describe("no acknowledged write is lost, and another member takes over in time, when", () => {
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

    inFull(
        "the primary is killed with SIGKILL",
        again(() => survive("SIGKILL", (primary) => database.signal("KILL", primary, "first"))),
    );

    inFull(
        "the primary is frozen with SIGSTOP, and wakes when another has taken over",
        again(() =>
            survive(
                "SIGSTOP",
                (primary) => database.signal("STOP", primary, "all"),
                (former) => database.signal("CONT", former, "all"),
            ),
        ),
    );

    inFull(
        "the primary's node is killed",
        again(() =>
            survive(
                "node killed",
                (_, node) => world.holdfast("sandbox", "kill-node", String(node)),
                (_, node) => world.holdfast("sandbox", "start-node", String(node)),
            ),
        ),
    );

    inFull(
        "every packet from and to the primary's node is lost",
        again(() =>
            survive(
                "node cut off",
                (_, node) => cutOff(world, node),
                (_, node) => reconnect(world, node),
            ),
        ),
    );

    inFull(
        "the primary's node is drained",
        again(() =>
            survive(
                "node drained",
                (_, node) => {
                    const selector = `--pod-selector=cnpg.io/cluster=${stack}`;
                    world.kubectl("drain", `node-${node}`, selector, "--delete-emptydir-data", "--force", "--timeout=180s");
                },
                (former, node) => {
                    world.kubectl("uncordon", `node-${node}`);
                    // It went to a node that has another member: it goes back for the next fault.
                    database.waitUntilWhole(wholeAgain);
                    database.deleteByForce(former);
                    waitUntil("it is back on its node", wholeAgain, () => database.nodeOf(former) === node);
                },
            ),
        ),
    );
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

    inFull("of which one is the primary, the third is not promoted: it may lack a commit", () => {
        database.waitUntilWhole(wholeAgain);
        startClientElsewhere();
        const writes = new AcknowledgedWrites(world, database);
        try {
            forbid();
            const primary = database.primary();
            const [left = "", ...more] = Object.keys(database.members()).filter((pod) => pod !== primary);
            database.deleteByForce(primary, ...more);
            const refusals = () =>
                world.kubectl("-n", "cnpg-system", "logs", "deployment/cnpg-controller-manager", "--all-pods", "--since=2m");
            waitUntil("the operator sees that it can't be sure", 60, () => refusals().includes("Preventing failover"));
            expect(status()).toMatchObject({ codes: expect.arrayContaining(["no-primary"]) });
            const psql = ["psql", "-XAtqc", "select pg_is_in_recovery()"];
            expect(world.kubectl("-n", stack, "exec", left, "-c", "postgres", "--", ...psql)).toBe("t");
            expect(database.primary()).toBe(primary);
            lift();
            writes.waitForMore(50, 240);
            const outcome = writes.stop();
            expect(measured(`primary and standby gone: lost of ${outcome.acknowledged} acknowledged writes`, outcome.lost, 0, "rows")).toBe(
                0,
            );
        } finally {
            lift();
            writes.kill();
        }
    });
});

describe("a change of the servers", () => {
    const current = `${REGISTRY}/postgres:17`;
    const another = `${REGISTRY}/postgres:17.99`;
    const images = () => [...new Set(Object.values(database.members("{.spec.containers[0].image}")))];
    const ctr = (node: number, ...args: string[]) =>
        runInside(world.layout.node(node).folder, ["ctr", "--address", insideLayout.node(node).containerdSocket, "-n", "k8s.io", ...args]);

    inFull("of image and memory rolls them under load: standbys first, and then the role goes over", () => {
        for (const node of nodes) ctr(node, "images", "tag", current, another);
        for (let round = 0; round < rounds(3); round++) {
            const [from, to] = [images()[0] as string, round % 2 === 0 ? another : current];
            expect(from).not.toBe(to);
            underLoad("image and memory changed", (writes) => {
                world.configure("image", to, stack);
                world.configure("set", `{ resources.limits.memory: ${round % 2 === 0 ? "640Mi" : "576Mi"} }`, stack);
                const { seconds } = world.holdfast("up", stack);
                measured("image and memory changed: up, until every member has them", seconds, 300);
                expect(images()).toEqual([to]);
                writes.waitForMore(50, promisedSeconds);
            });
            expect(status()).toMatchObject({ state: "ready", codes: [] });
        }
    });

    inFull("to an image that isn't there stops at the first member, and going back is one command", () => {
        const good = images()[0] as string;
        underLoad("image that isn't there", (writes) => {
            const primary = database.primary();
            world.configure("image", `${REGISTRY}/postgres:17.nope`, stack);
            const broken = world.tryHoldfast("up", stack);
            expect(broken.status).not.toBe(0);
            expect(broken.stderr).toMatch(/stopped at its first member: banking-ledger-\d can't start with \S+17\.nope/);
            expect(images().sort()).toEqual([good, `${REGISTRY}/postgres:17.nope`].sort());
            expect(Object.values(database.members("{.spec.containers[0].image}")).filter((image) => image === good)).toHaveLength(2);
            expect(database.primary()).toBe(primary);
            expect(status().state).toBe("problem");
            world.configure("image", good, stack);
            const { seconds } = world.holdfast("up", stack);
            measured("image that isn't there: going back, until every member is well", seconds, 180);
            expect(images()).toEqual([good]);
            writes.waitForMore(50, promisedSeconds);
        });
    });
});

describe("down and up", () => {
    inFull("stop the pods, keep the Cluster with its claims, and find them again", () => {
        database.waitUntilWhole(wholeAgain);
        const before = claims();
        const { uid } = database.object().metadata;
        const down = world.holdfast("down", stack);
        measured("down", down.seconds, 120);
        expect(down.stdout).toContain("What holds its data stays");
        expect(database.members()).toEqual({});
        expect(status()).toMatchObject({ state: "waiting", codes: ["at-rest"] });
        // A second one finds nothing left to do.
        world.holdfast("down", stack);
        const { seconds } = world.holdfast("up", stack);
        expect(measured("up after down", seconds, 180)).toBeLessThanOrEqual(180);
        expect(claims()).toBe(before);
        expect(database.object().metadata.uid).toBe(uid);
        startClientElsewhere();
        expect(database.as("app", "select sum(amount) from bookings")).toBe("42");
    });
});
