/** user-actions on three nodes: the leader's node is killed, drained, cut off. */

import type { AcknowledgedEvents } from "./support/acknowledged-events";
import { EventPromise, failoverSeconds, wholeSeconds } from "./support/event-promise";
import { EventStream } from "./support/event-stream";
import { measured, report } from "./support/measured";
import { cutOff, reconnect } from "./support/node-link";
import { rounds, World } from "./support/world";

// In full runs alone: the round of CI has no time left for three nodes of it.
const check = process.env.HOLDFAST_E2E_FULL === undefined ? test.skip : test;
const world = World.create("jetstream-nodes");
const stream = new EventStream(world);
const promise = new EventPromise(world, stream);
const members = [0, 1, 2].map((n) => `${stream.app}-${n}`);

afterAll(() => {
    report();
    world.destroy();
});

check("three members come up on three nodes, with a copy of the stream each", () => {
    world.holdfast("sandbox", "up", "--nodes", "3");
    const { seconds } = world.holdfast("up", stream.app);
    expect(measured("`up` on three nodes until a stream is on three members", seconds, 300)).toBeLessThanOrEqual(300);
    stream.startClient();
    const { config, cluster } = stream.info();
    expect(config.num_replicas).toBe(3);
    expect([cluster.leader, ...cluster.replicas.map(({ name }) => name)].sort()).toEqual(members);
    expect(cluster.replicas.every(({ current }) => current)).toBe(true);
    expect(members.map((member) => stream.nodeOf(member)).sort()).toEqual([1, 2, 3]);
});

/** A fault of the leader's node, as often as the run asks for, under a client on another one that goes on before the fault is mended. */
async function repeatedly(what: string, strike: (node: number) => void, mend: (node: number) => void): Promise<void> {
    const count = rounds(10);
    for (let round = 1; round <= count; round++) {
        const node = stream.nodeOf(stream.info().cluster.leader);
        stream.moveClientFrom(node);
        await promise.survive(`leader's node ${what}, ${round} of ${count}`, (events: AcknowledgedEvents) => {
            strike(node);
            try {
                events.waitForMore(100, 2 * failoverSeconds);
            } finally {
                mend(node);
            }
            stream.waitUntilWhole(wholeSeconds);
        });
    }
}

check("the leader's node is killed: no acknowledged event is lost", () =>
    repeatedly(
        "killed",
        (node) => world.holdfast("sandbox", "kill-node", String(node)),
        (node) => world.holdfast("sandbox", "start-node", String(node)),
    ),
);

check("the leader's node is cut off from everything else: no acknowledged event is lost", () =>
    repeatedly(
        "cut off",
        (node) => cutOff(world, node),
        (node) => reconnect(world, node),
    ),
);

check("the leader's node is drained: no acknowledged event is lost", () =>
    repeatedly(
        "drained",
        (node) => {
            const selector = `--pod-selector=app.kubernetes.io/name=${stream.app}`;
            world.kubectl("drain", `node-${node}`, selector, "--delete-emptydir-data", "--timeout=120s");
        },
        (node) => world.kubectl("uncordon", `node-${node}`),
    ),
);

check("after all of it every acknowledged event is there", () => promise.expectEverything());
