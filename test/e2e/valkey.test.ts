/** shopping-cart and session-store on one node: a client reads what it wrote whatever becomes of the primary, and of the stack. */

import * as fs from "node:fs";
import * as path from "node:path";
import { claimsOf } from "./support/claims";
import { changeUnderLoad, type Fault, failover, wholeSeconds } from "./support/failover";
import { Interrupted, until } from "./support/interrupted";
import { measured, report } from "./support/measured";
import { Store } from "./support/store";
import { versions } from "./support/versions";
import { waitUntil } from "./support/wait";
import { rounds, World } from "./support/world";

// In full runs alone: the round of CI has no time left.
const check = process.env.HOLDFAST_E2E_FULL === undefined ? test.skip : test;

const world = World.create("valkey");
const carts = new Store(world, "shopping-cart");
const sessions = new Store(world, "session-store");

afterAll(() => {
    report();
    world.destroy();
});

describe("from nothing", () => {
    check.each([carts, sessions])("$app: three members come up, and a client reads what it wrote", (store) => {
        const { seconds } = world.holdfast("up", store.app);
        expect(measured(`${store.app}: \`up\` until three members are in sync`, seconds, 300)).toBeLessThanOrEqual(300);
        store.startClient();
        store.waitUntilWhole(wholeSeconds);
        expect(store.ask("SET", "kept", "three apples")).toBe("OK");
        expect(store.ask("GET", "kept")).toBe("three apples");
        store.ask("EVAL", "for n = 1, 1000 do server.call('SET', 'k' .. n, n) end", "0");
        waitUntil("the replicas have it", 10, () => store.keys().every((keys) => keys === 1001));
    });

    check.each([carts, sessions])("$app: further ups change nothing", ({ app }) => {
        const before = versions(world, app);
        for (let i = 0; i < rounds(2); i++) world.holdfast("up", app);
        expect(versions(world, app).objects).toEqual(before.objects);
    });

    check("any member is read from, nobody without the password, and administration is the members' own", () => {
        expect(carts.ask("-p", "6381", "GET", "kept")).toBe("three apples");
        expect(carts.inClient("sh", "-c", "unset REDISCLI_AUTH; valkey-cli -h $HOST GET kept")).toContain("NOAUTH");
        expect(carts.ask("REPLICAOF", "NO", "ONE")).toContain("NOPERM");
        expect(carts.inClient("sh", "-c", "valkey-cli -h $HOST -p 26379 SENTINEL REMOVE $HOST")).toContain("NOPERM");
    });

    check("status names every member, and which of them leads", () => {
        const { status, stdout } = world.tryHoldfast("status", "shopping-cart");
        expect({ status, stdout }).toMatchObject({ status: 0 });
        const primary = carts.primary();
        for (const name of carts.names)
            expect(stdout).toMatch(new RegExp(`^ +${name} +${name === primary ? "primary" : "replica"}, ready`, "m"));
    });
});

/** A fault of the primary, as often as the run asks for. */
function repeatedly(store: Store, what: string, fault: Omit<Fault, "what">): void {
    for (let round = 0; round < rounds(10); round++) failover(world, store, { what: `${store.app}, ${what}`, ...fault });
}

describe("another member takes over", () => {
    check("when the primary's pod is deleted by force", () => {
        repeatedly(carts, "pod deleted by force", {
            strike: (primary) => world.kubectl("-n", carts.namespace, "delete", "pod", primary, "--force", "--grace-period=0"),
        });
    });

    check.each([carts, sessions])(
        "$app: when the primary's process is killed, and is back at once without what it had in memory",
        (store) => {
            repeatedly(store, "SIGKILL", { strike: (primary) => store.signal(primary, "KILL") });
            expect(store.ask("GET", "kept")).toBe("three apples");
        },
    );

    check("when the primary is frozen, and it thaws as a replica", () => {
        let send: (signal: string) => void;
        repeatedly(carts, "SIGSTOP", {
            strike: (primary) => {
                send = carts.signal(primary, "STOP");
            },
            mend: () => send("CONT"),
        });
    });
});

check("a primary that comes back with an empty volume is filled by those that have the data", () => {
    for (let round = 0; round < rounds(10); round++) {
        const primary = carts.primary();
        const [before] = carts.keys();
        const uid = carts.pod(primary, "{.metadata.uid}");
        world.kubectl("-n", carts.namespace, "exec", primary, "-c", "main", "--", "sh", "-c", "rm -rf /data/valkey /data/holdfast");
        world.kubectl("-n", carts.namespace, "delete", "pod", primary, "--force", "--grace-period=0");
        waitUntil("the pod is another one", 60, () => !["", uid].includes(carts.pod(primary, "{.metadata.uid}")));
        carts.waitForAnotherPrimary(primary, 60);
        carts.waitUntilWhole(wholeSeconds);
        expect(before).toBeGreaterThan(1000);
        expect(carts.keys()).toEqual([before, before, before]);
    }
});

// Stopping and starting all members, again and again, takes as long as all the rest.

check("an image without a server stops at the first member, going back is one command, and a change reaches all: no write is lost", () =>
    changeUnderLoad(world, carts, "a broken image, back from it, and a change of every member", async () => {
        const file = path.join(world.checkout, "stacks", `Pulumi.${carts.app}.yaml`);
        const good = fs.readFileSync(file, "utf8");
        const images = () => carts.names.map((name) => carts.pod(name, '{.spec.containers[?(@.name=="main")].image}'));
        const [image] = images();
        world.configure("image", "registry.sandbox.holdfast/busybox:1", carts.app);
        const broken = new Interrupted(world, "up", carts.app);
        // The sentinel's is the first container that has it.
        const restarts = '{.status.initContainerStatuses[?(@.name=="sentinel")].restartCount}';
        try {
            await until("the last member fails", 300, () => images()[2] !== image && Number(carts.pod(carts.names[2], restarts)) > 0);
            expect(images().slice(0, 2)).toEqual([image, image]);
        } finally {
            broken.group("SIGINT");
            expect(await broken.end()).not.toBe(0);
        }
        fs.writeFileSync(file, good);
        world.configure("set", '{ resources.limits.memory: "160Mi" }', carts.app);
        world.holdfast("up", carts.app);
        carts.waitUntilWhole(wholeSeconds);
        expect(images()).toEqual([image, image, image]);
        for (const name of carts.names) {
            expect(carts.pod(name, '{.spec.containers[?(@.name=="main")].resources.limits.memory}')).toBe("160Mi");
        }
    }),
);

check("all of it goes down, and the next up finds the data", () => {
    const [before] = carts.keys();
    const claims = claimsOf(world, carts.namespace);
    world.kubectl("-n", carts.namespace, "delete", "pod", carts.client, "--force", "--grace-period=0");
    world.holdfast("down", carts.app);
    expect(claimsOf(world, carts.namespace)).toEqual(claims);
    world.holdfast("up", carts.app);
    carts.startClient();
    carts.waitUntilWhole(wholeSeconds);
    expect(carts.keys()).toEqual([before, before, before]);
    expect(carts.ask("GET", "kept")).toBe("three apples");
});
