/** user-actions on one node: nothing that was acknowledged is lost, whatever becomes of the leader, of the members, and of the stack. */

import * as fs from "node:fs";
import * as path from "node:path";
import { insideLayout } from "../../sandbox/cluster/control-plane";
import { runInside } from "../../sandbox/node/compartment";
import type { AcknowledgedEvents } from "./support/acknowledged-events";
import { claimsOf } from "./support/claims";
import { EventPromise, failoverSeconds, wholeSeconds } from "./support/event-promise";
import { EventStream } from "./support/event-stream";
import { Interrupted, until } from "./support/interrupted";
import { measured, report } from "./support/measured";
import { versions } from "./support/versions";
import { waitUntil } from "./support/wait";
import { rounds, World } from "./support/world";

const isFull = process.env.HOLDFAST_E2E_FULL !== undefined;
/** In full runs alone: the round of CI has no time left. */
const inFull = isFull ? test : test.skip;
const world = World.create("jetstream");
const stream = new EventStream(world);
const promise = new EventPromise(world, stream);
const { app } = stream;
const members = [0, 1, 2].map((n) => `${app}-${n}`);
const up = () => world.holdfast("up", app);
const images = () => members.map((member) => stream.pod(member, "{.spec.containers[0].image}"));

afterAll(() => {
    report();
    world.destroy();
});

test("from no cluster to a stream on three members, and a client that publishes and reads", () => {
    const { seconds } = up();
    expect(measured("no cluster to a stream on three members", seconds, 300)).toBeLessThanOrEqual(300);
    stream.startClient();
    const { config, cluster } = stream.info();
    expect(config.num_replicas).toBe(3);
    expect([cluster.leader, ...cluster.replicas.map(({ name }) => name)].sort()).toEqual(members);
});

test("further ups change nothing", () => {
    const before = versions(world, app);
    for (let i = 0; i < rounds(2); i++) up();
    expect(versions(world, app).objects).toEqual(before.objects);
});

/** A fault of the leader, as often as the run asks for, under a client that goes on before the fault is mended. */
async function repeatedly(what: string, strike: (leader: string) => void, mend?: (leader: string) => void): Promise<void> {
    const count = rounds(10);
    for (let round = 1; round <= count; round++) {
        const { leader } = stream.info().cluster;
        await promise.survive(`leader's ${what}, ${round} of ${count}`, (events: AcknowledgedEvents) => {
            strike(leader);
            try {
                events.waitForMore(100, 2 * failoverSeconds);
            } finally {
                mend?.(leader);
            }
            stream.waitUntilWhole(wholeSeconds);
        });
    }
}

describe("no acknowledged event is lost", () => {
    test("when the leader's pod is deleted by force", () =>
        repeatedly("pod deleted by force", (leader) => world.kubectl("-n", app, "delete", "pod", leader, "--force", "--grace-period=0")));

    inFull("when the leader's process is killed", () =>
        repeatedly("process killed (SIGKILL)", (leader) => {
            // A container that ended twice is started after longer and longer pauses; that of a new pod is not.
            if (Number(stream.pod(leader, "{.status.containerStatuses[0].restartCount}")) > 1) {
                world.kubectl("-n", app, "delete", "pod", leader);
                stream.waitUntilWhole(wholeSeconds);
            }
            stream.signal(stream.info().cluster.leader, "KILL");
        }),
    );

    inFull("when the leader's process is frozen", () =>
        repeatedly(
            "process frozen (SIGSTOP)",
            (leader) => stream.signal(leader, "STOP"),
            (leader) => stream.signal(leader, "CONT"),
        ),
    );
});

describe("no acknowledged event is lost while", () => {
    inFull("the image changes: members are updated one after the other", async () => {
        const before = stream.podUids();
        const file = path.join(world.checkout, "stacks", `Pulumi.${app}.yaml`);
        const good = fs.readFileSync(file, "utf8");
        const image = `${images()[0]}-again`;
        runInside(world.layout.node(1).folder, [
            ...["ctr", "--address", insideLayout.node(1).containerdSocket, "-n", "k8s.io", "images", "tag"],
            ...[images()[0] as string, image],
        ]);
        world.configure("image", image, app);
        await promise.survive("rolling change of the image", () => {
            // Not `holdfast up`: that knows only the images that the sandbox brings.
            world.pulumi("up", "--yes", "--stack", app);
            stream.waitUntilWhole(wholeSeconds);
        });
        fs.writeFileSync(file, good);
        expect(images()).toEqual([image, image, image]);
        expect(stream.podUids().filter((uid) => before.includes(uid))).toEqual([]);
    });

    inFull(
        "image, memory and the stream's limits change at once: members are updated one after the other, and the stream in place",
        async () => {
            const before = stream.podUids();
            world.configure("streams", `[{ name: ${app}, maxAge: 30d }]`, app);
            world.configure("set", "{ resources.limits.memory: 300Mi }", app);
            await promise.survive("rolling change of the configuration", () => {
                up();
                stream.waitUntilWhole(wholeSeconds);
            });
            expect(stream.podUids().filter((uid) => before.includes(uid))).toEqual([]);
            for (const member of members) expect(stream.pod(member, "{.spec.containers[0].resources.limits.memory}")).toBe("300Mi");
            expect(stream.info().config.max_age).toBe(30 * 86400e9);
        },
    );

    inFull("an image doesn't start: the update stops at the first member, and one command goes back", () =>
        promise.survive("broken image, and back", async () => {
            const file = path.join(world.checkout, "stacks", `Pulumi.${app}.yaml`);
            const good = fs.readFileSync(file, "utf8");
            const before = { uids: stream.podUids(), images: images() };
            world.configure("image", "registry.sandbox.holdfast/busybox:1", app);
            const broken = new Interrupted(world, "up", app);
            const status = "{.status.containerStatuses[0]}";
            try {
                await until("the last member fails", 300, () => {
                    const last = members[2] as string;
                    return (
                        stream.pod(last, "{.spec.containers[0].image}").includes("busybox") && /Err|BackOff/.test(stream.pod(last, status))
                    );
                });
            } finally {
                broken.group("SIGINT");
                expect(await broken.end()).not.toBe(0);
            }
            expect(stream.podUids().slice(0, 2)).toEqual(before.uids.slice(0, 2));
            fs.writeFileSync(file, good);
            up();
            stream.waitUntilWhole(wholeSeconds);
            expect(images()).toEqual(before.images);
            expect(stream.podUids().slice(0, 2)).toEqual(before.uids.slice(0, 2));
        }),
    );

    inFull("members are restarted, each with its volume", async () => {
        const before = { uids: stream.podUids(), claims: claimsOf(world, app) };
        await promise.survive("holdfast restart", () => {
            expect(world.holdfast("restart", app).stdout).toContain("restarted, with their volumes, and in sync");
        });
        expect(stream.podUids().filter((uid) => before.uids.includes(uid))).toEqual([]);
        expect(claimsOf(world, app)).toEqual(before.claims);
    });

    inFull("every member gets a fresh volume, one after the other, and the others fill it", async () => {
        for (const member of members) {
            const before = claimsOf(world, app);
            await promise.survive(`holdfast replace ${member}`, () => {
                expect(world.holdfast("replace", app, member).stdout).toContain(
                    `PersistentVolume ${before[`data-${member}`]?.split(" ")[1]}.`,
                );
            });
            const after = claimsOf(world, app);
            const changed = Object.keys(before).filter((claim) => after[claim] !== before[claim]);
            expect(changed).toEqual([`data-${member}`]);
            stream.waitUntilWhole(wholeSeconds);
        }
        // Nothing is left of the volumes that took the events: what is there now has come from member to member.
        promise.expectEverything();
        world.pulumi("preview", "--expect-no-changes", "--stack", app);
    });
});

inFull("what would lose events or votes is refused, and nothing is changed", () => {
    const before = claimsOf(world, app);
    const stored = stream.info().state.messages;
    const file = path.join(world.checkout, "stacks", `Pulumi.${app}.yaml`);
    const good = fs.readFileSync(file, "utf8");
    const refused = (key: string, value: string) => {
        world.configure(key, value, app);
        const { status, stdout, stderr } = world.tryHoldfast("up", app);
        fs.writeFileSync(file, good);
        return { status, said: stdout + stderr };
    };
    const fewer = refused("streams", `[{ name: ${app}, maxMessages: 5 }]`);
    const reason = /maxMessages of 5 is less than the \d+ that are stored.*delete stream\/user-actions/;
    expect(fewer).toEqual({ status: 1, said: expect.stringMatching(reason) });
    expect(refused("replicas", "1")).toEqual({ status: 1, said: expect.stringMatching(/replicas/) });
    up();
    expect(stream.info()).toMatchObject({ config: { num_replicas: 3 }, state: { messages: stored } });
    expect(claimsOf(world, app)).toEqual(before);
});

test("`holdfast down` keeps the claims, and the next up finds every event", () => {
    const claims = claimsOf(world, app);
    const contents = stream.contents();
    expect(Object.keys(claims)).toEqual(members.map((member) => `data-${member}`));
    world.holdfast("down", app);
    expect(world.kubectl("-n", app, "get", "statefulset,service,job", "-o", "name")).toBe("");
    expect(claimsOf(world, app)).toEqual(claims);
    up();
    waitUntil("the client is there", 60, () => stream.pod(stream.client, "{.status.phase}") === "Running");
    expect(stream.contents()).toEqual(contents);
    expect(claimsOf(world, app)).toEqual(claims);
});
