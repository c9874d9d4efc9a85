/** The chat history: PostgreSQL with two standbys that follow a moment behind, from nothing to a client, without its primary, and down and up again. */

import { ClusterDatabase } from "./support/cluster-database";
import { ClusterFailover } from "./support/cluster-failover";
import { downAndUp, expectNothingToDo } from "./support/cluster-lifecycle";
import { measured, report } from "./support/measured";
import { waitUntil } from "./support/wait";
import { rounds, World } from "./support/world";

const stack = "chat-history";
// In full runs alone: banking-ledger is the same engine with a stronger promise.
const inFull = process.env.HOLDFAST_E2E_FULL === undefined ? test.skip : test;

const world = World.create(stack);
const database = new ClusterDatabase(world, stack);
afterAll(() => {
    report();
    world.destroy();
});

inFull("messages are written to one member, and the standbys have them a moment later", () => {
    const { seconds, stdout } = world.holdfast("up", stack);
    expect(measured(`${stack}: up`, seconds, 300)).toBeLessThanOrEqual(300);
    expect(stdout).toContain(`"${stack}" is up.`);
    expect(Object.keys(database.members())).toHaveLength(3);
    expect(database.onPrimary("show synchronous_standby_names")).toBe("");
    database.startClient();
    expect(database.as("owner", "create table messages (said text)")).toBe("");
    expect(database.as("app", "insert into messages values ('hello') returning said")).toBe("hello");
    expect(database.as("app", "select ssl, version from pg_stat_ssl where pid = pg_backend_pid()")).toBe("t|TLSv1.3");
    waitUntil("a standby has it", 30, () => database.as("reader", "select said from messages", `${stack}-ro`) === "hello");
});

inFull("the second and third up change nothing, and `status` says that all is well", () => expectNothingToDo(world, database));

inFull("its primary's pod is deleted by force: another member takes over in time, and no more is lost than promised", () => {
    const failover = new ClusterFailover(world, database, { seconds: 60, lostSeconds: 5 });
    for (let round = 0; round < rounds(3); round++) {
        failover.survive({ what: `${stack}: pod deleted by force`, strike: (primary) => void database.deleteByForce(primary) });
    }
});

inFull("down stops the pods and keeps the Cluster with its claims, and up finds them again", () => {
    downAndUp(world, database);
    expect(database.as("app", "select said from messages")).toBe("hello");
});
