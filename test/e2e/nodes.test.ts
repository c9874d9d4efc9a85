import { Database } from "./support/database";
import { survive } from "./support/fault";
import { measured, report } from "./support/measured";
import { waitUntil } from "./support/wait";
import { rounds, World } from "./support/world";

const world = World.create("nodes");
const database = new Database(world);
afterAll(() => {
    report();
    world.destroy();
});

interface Status {
    healthy: boolean;
    nodes: { name: string; process: string; kubernetes: string }[];
}

const status = (): Status => JSON.parse(world.tryHoldfast("sandbox", "status", "--json").stdout);

/** A client on a node that will not be lost: another than the database's. */
function startClientElsewhere(): void {
    world.tryKubectl("-n", database.namespace, "delete", "pod", database.client, "--force", "--grace-period=0");
    database.startClient(`node-${database.node() === 3 ? 1 : database.node() + 1}`);
}

test("three nodes are up, and the database on one of them", () => {
    const { seconds } = world.holdfast("sandbox", "up", "--nodes", "3");
    expect(measured("three nodes, from nothing", seconds, 120)).toBeLessThanOrEqual(120);
    world.holdfast("up");
    expect(status()).toMatchObject({ healthy: true, nodes: [1, 2, 3].map((n) => ({ name: `node-${n}`, kubernetes: "ready" })) });
    startClientElsewhere();
    database.fill(10);
    database.inClient("pgbench", "-c", "4", "-T", "5");
});

test("its node is killed and comes back: the pod starts there again", () => {
    const node = database.node();
    survive(world, database, "one of three nodes killed and started", () => {
        world.holdfast("sandbox", "kill-node", String(node));
        expect(world.tryHoldfast("sandbox", "status")).toMatchObject({
            status: 1,
            stdout: expect.stringMatching(new RegExp(`node-${node} +stopped`)),
        });
        world.holdfast("sandbox", "start-node", String(node));
    });
    expect(status().healthy).toBe(true);
});

test("its node is lost for good: the pod comes up on another with the same claim and the same rows", () => {
    for (let round = 0; round < rounds(5); round++) {
        const lost = database.node();
        startClientElsewhere();
        survive(world, database, "node lost for good", () => {
            world.holdfast("sandbox", "kill-node", String(lost), "--for-good");
        });
        expect(database.node()).not.toBe(lost);
        expect(status()).toMatchObject({ healthy: false });
        expect(status().nodes[lost - 1]).toEqual({ name: `node-${lost}`, process: "stopped", kubernetes: "unknown" });

        // It comes back empty-handed: the pod stays where it went.
        const incarnation = database.incarnation();
        world.holdfast("sandbox", "start-node", String(lost));
        waitUntil("three nodes are ready", 60, () => status().healthy);
        expect(database.incarnation()).toBe(incarnation);
    }
});

test("its node is drained: the budget lets the pod go, and it follows its claim's volume to another node", () => {
    const drained = database.node();
    survive(world, database, "node drained", () => {
        // Its scratch space is the one thing a drained pod leaves behind.
        const selector = "--pod-selector=app.kubernetes.io/name=user-preferences";
        world.kubectl("drain", `node-${drained}`, selector, "--delete-emptydir-data", "--timeout=120s");
    });
    expect(database.node()).not.toBe(drained);
    world.kubectl("uncordon", `node-${drained}`);
});
