/** shopping-cart on three nodes: the primary's node is killed, cut off, drained. */

import { AcknowledgedKeys } from "./support/acknowledged-keys";
import { failover, lostSeconds, wholeSeconds } from "./support/failover";
import { measured, report } from "./support/measured";
import { cutOff, reconnect } from "./support/node-link";
import { Store } from "./support/store";
import { waitUntil } from "./support/wait";
import { rounds, World } from "./support/world";

// In full runs alone: the round of CI has no time left for three nodes of it.
const check = process.env.HOLDFAST_E2E_FULL === undefined ? test.skip : test;

const world = World.create("valkey-nodes");
const store = new Store(world, "shopping-cart");

afterAll(() => {
    report();
    world.destroy();
});

const nodes = () => store.names.map((member) => store.node(member));
/** A node that clients are on while something befalls another one. */
const besides = (node: number): number => (node % 3) + 1;
const isReady = (node: number) => {
    const path = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}';
    return world.tryKubectl("get", "node", `node-${node}`, "-o", path).stdout.trim() === "True";
};

check("three members are on three nodes", () => {
    world.holdfast("sandbox", "up", "--nodes", "3");
    const { seconds } = world.holdfast("up", store.app);
    store.startClient();
    store.waitUntilWhole(wholeSeconds);
    expect(measured("`up` on three nodes until three members are in sync", seconds, 300)).toBeLessThanOrEqual(300);
    expect(nodes().sort()).toEqual([1, 2, 3]);
});

/** A fault of the primary's node, as often as the run asks for, with the clients on another one. */
function repeatedly(what: string, strike: (node: number, primary: string) => void, mend: (node: number) => void, mayLose = true): void {
    for (let round = 0; round < rounds(10); round++) {
        const primary = store.primary();
        const node = store.node(primary);
        store.startClient(besides(node));
        failover(world, store, {
            what,
            clientNode: besides(node),
            strike: () => strike(node, primary),
            mend: () => {
                mend(node);
                waitUntil("three nodes are ready", 90, () => [1, 2, 3].every(isReady));
            },
            mayLose,
        });
    }
}

check("the primary's node is killed, and another member takes over", () => {
    repeatedly(
        "primary's node killed",
        (node) => world.holdfast("sandbox", "kill-node", String(node)),
        (node) => world.holdfast("sandbox", "start-node", String(node)),
    );
});

check("the primary's node is cut off: what it acknowledges to clients beside it ends within the second that may be lost", () => {
    let beside: AcknowledgedKeys;
    repeatedly(
        "primary's node cut off",
        (node, primary) => {
            // By the way in that is on this node, so that nothing is between it and the primary.
            beside = new AcknowledgedKeys(world, store, { node, host: store.pod(primary, "{.status.podIP}"), port: 6380 });
            cutOff(world, node);
        },
        (node) => {
            reconnect(world, node);
            beside.waitForMore(50, 60);
            const { acknowledged, lost, lostSeconds: seconds } = beside.stop();
            const what = "a client beside a primary that is cut off";
            measured(`${what}: lost of ${acknowledged} acknowledged writes`, lost, acknowledged, "keys");
            expect(measured(`${what}: what was lost had been written within`, seconds, lostSeconds)).toBeLessThanOrEqual(lostSeconds);
        },
    );
});

check("the primary's node is drained: it hands over first, and nothing is lost", () => {
    repeatedly(
        "primary's node drained",
        (node) => {
            const selector = `--pod-selector=app.kubernetes.io/name=${store.app}`;
            world.kubectl("drain", `node-${node}`, selector, "--delete-emptydir-data", "--timeout=120s");
        },
        (node) => world.kubectl("uncordon", `node-${node}`),
        false,
    );
});
