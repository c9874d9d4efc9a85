import { AcknowledgedEvents } from "./support/acknowledged-events";
import { EventStream } from "./support/event-stream";
import { measured, report } from "./support/measured";
import { versions } from "./support/versions";
import { rounds, World } from "./support/world";

const stack = "user-actions";
/** What user-actions promises of a lost pod or node: nothing lost, and back within 30 s. */
const failoverSeconds = 30;
// In full runs alone: three nodes, and six kinds of faults.
const isRun = process.env.HOLDFAST_E2E_FULL !== undefined;
const check = isRun ? test : test.skip;
const world = World.create("jetstream");
const stream = new EventStream(world);
const up = () => world.holdfast("up", "--stack", stack);
const member = (n: number) => `${stack}-${n}`;

afterAll(() => {
    report();
    world.destroy();
});

/** Nothing lost, nothing doubled, and no longer gap than promised. */
function expectPromise(what: string, events: AcknowledgedEvents): void {
    events.waitForMore(50, 2 * failoverSeconds);
    const outcome = events.stop();
    const gap = measured(`${what}: longest gap for a publishing client`, outcome.longestGapSeconds, failoverSeconds);
    expect(gap).toBeLessThanOrEqual(failoverSeconds);
    expect(measured(`${what}: lost of ${outcome.acknowledged} acknowledged events`, outcome.lost, 0, "events")).toBe(0);
    expect(outcome.doubled).toBe(0);
}

/** Lets something happen under a client that publishes, and checks the promise. */
function survive(what: string, fault: (events: AcknowledgedEvents) => void): void {
    const events = new AcknowledgedEvents(world, stream);
    try {
        fault(events);
        expectPromise(what, events);
    } finally {
        events.kill();
    }
}

describe("streams from nothing, on three nodes", () => {
    check("from no cluster to a stream on three members, each on a node of its own, with its client", () => {
        world.holdfast("sandbox", "up", "--nodes", "3");
        const { seconds, stdout } = up();
        measured("three nodes to a stream on three members", seconds, 120);
        expect(stdout).toContain('"user-actions" is up.');
        stream.startClient();
        const { config, cluster } = stream.info();
        expect(config.num_replicas).toBe(3);
        expect([cluster.leader, ...cluster.replicas.map(({ name }) => name)].sort()).toEqual([0, 1, 2].map(member));
        expect(cluster.replicas.every(({ current }) => current)).toBe(true);
        expect([0, 1, 2].map((n) => stream.nodeOf(member(n))).sort()).toEqual([1, 2, 3]);
    });

    check("the second and third up change nothing", () => {
        const before = versions(world, stack);
        for (let i = 0; i < 2; i++) up();
        expect(versions(world, stack).objects).toEqual(before.objects);
    });
});

/** What becomes of the leader, until another leads: `go` returns when clients go on, and what is done after it ends the fault. */
const faults: Record<string, (leader: string, go: () => void, isLast: boolean) => void> = {
    "pod is deleted by force": (leader, go) => {
        world.kubectl("-n", stack, "delete", "pod", leader, "--force", "--grace-period=0");
        go();
    },
    "process is killed (SIGKILL)": (leader, go, isLast) => {
        stream.signal(leader, "KILL");
        go();
        // A container that ends again and again is started after longer and longer pauses; that of a new pod is not.
        if (isLast) return;
        stream.waitUntilWhole(120);
        world.kubectl("-n", stack, "delete", "pod", leader);
    },
    "process is frozen (SIGSTOP)": (leader, go) => {
        stream.signal(leader, "STOP");
        try {
            go();
            expect(stream.info().cluster.leader).not.toBe(leader);
        } finally {
            stream.signal(leader, "CONT");
        }
    },
    "node is killed": (leader, go) => {
        const node = String(stream.nodeOf(leader));
        world.holdfast("sandbox", "kill-node", node);
        go();
        world.holdfast("sandbox", "start-node", node);
    },
    "node is drained": (leader, go) => {
        const node = `node-${stream.nodeOf(leader)}`;
        const selector = `--pod-selector=app.kubernetes.io/name=${stack}`;
        world.kubectl("drain", node, selector, "--delete-emptydir-data", "--timeout=120s");
        go();
        world.kubectl("uncordon", node);
    },
    "node is cut off from everything else": (leader, go) => {
        const node = stream.nodeOf(leader);
        stream.cutOff(node, true);
        try {
            go();
        } finally {
            stream.cutOff(node, false);
        }
    },
};

describe("no acknowledged event is lost when the leader's", () => {
    check.each(Object.keys(faults))("%s", (what) => {
        const count = rounds(10);
        for (let round = 0; round < count; round++) {
            const { leader } = stream.info().cluster;
            stream.moveClientFrom(stream.nodeOf(leader));
            survive(`leader's ${what}`, (events) => {
                faults[what]?.(leader, () => events.waitForMore(100, 2 * failoverSeconds), round + 1 === count);
                stream.waitUntilWhole(120);
            });
        }
    });
});
