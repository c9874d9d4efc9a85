/** Restart keeps a member's volume, replace gives it a fresh one: under a client that writes, and interrupted. */

import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { claimsOf } from "./support/claims";
import { startClientPod } from "./support/client-pod";
import { Database } from "./support/database";
import { measured, report } from "./support/measured";
import { waitUntil } from "./support/wait";
import { rounds, World } from "./support/world";

const single = "user-preferences";
const store = "session-store";
const members = [0, 1, 2].map((n) => `${store}-${n}`);
/** What session-store promises where a member is lost, in seconds; a hand-over is well within it. */
const failoverSeconds = 30;

const world = World.create("verbs");
let writer: ChildProcess | undefined;
afterAll(() => {
    report();
    if (writer?.pid) process.kill(-writer.pid, "SIGKILL");
    world.destroy();
});

const restarts = (namespace: string) =>
    Object.fromEntries(
        (
            JSON.parse(world.kubectl("-n", namespace, "get", "pods", "-l", `app.kubernetes.io/name=${namespace}`, "-o", "json")) as Pods
        ).items.map(({ metadata }) => [metadata.name, metadata.uid]),
    );
interface Pods {
    items: { metadata: { name: string; uid: string } }[];
}

/** The steps of a preview that change something. */
function changes(stack: string): string[] {
    const { steps } = JSON.parse(world.pulumi("preview", "--stack", stack, "--json").stdout) as { steps: { op: string; urn: string }[] };
    return steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn.split("::").pop()}`);
}

test("a member that is alone gets no fresh volume, and its cluster isn't even asked", () => {
    const refused = world.tryHoldfast("replace", single, `${single}-0`);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("whose volume is the only copy; nothing was changed");
    expect(refused.stderr).toContain(`npx holdfast restart ${single} ${single}-0`);
});

/** Two applications and five starts of members are minutes: with --full. */
const inFull = rounds(2) > 1 ? describe : describe.skip;
inFull("a single PostgreSQL server", () => {
    const database = new Database(world);

    test("is restarted with its volume and its rows", () => {
        world.holdfast("up", single);
        database.startClient();
        database.sql("create table kept as select generate_series(1, 1000) as n");
        const before = { claims: claimsOf(world, single), pods: restarts(single) };
        const { stderr, stdout } = world.holdfast("restart", single);
        expect(stderr).toContain(`${single}-0: stops`);
        expect(stdout).toContain("restarted, with its volume, and in sync");
        expect(claimsOf(world, single)).toEqual(before.claims);
        expect(restarts(single)).not.toEqual(before.pods);
        expect(database.sql("select count(*), sum(n) from kept")).toBe("1000|500500");
    });

    test("is not touched where a fresh volume is refused", () => {
        const before = { claims: claimsOf(world, single), pods: restarts(single) };
        expect(world.tryHoldfast("replace", single, `${single}-0`).status).toBe(1);
        expect({ claims: claimsOf(world, single), pods: restarts(single) }).toEqual(before);
        world.holdfast("down", single);
    });
});

inFull("Valkey with Sentinel, while a client writes", () => {
    const log = path.join(world.folder, "acknowledged");
    const inClient = (...argv: string[]) => world.kubectl("-n", store, "exec", "client", "--", ...argv);
    const acknowledged = () =>
        [...(fs.existsSync(log) ? fs.readFileSync(log, "utf8") : "").matchAll(/^(\d+) (\d+\.\d+)$/gm)].map(
            ([, key, at]) => [key, Number(at)] as const,
        );
    const waitForMore = (count: number) => {
        const before = acknowledged().length;
        waitUntil(`${count} more acknowledged writes`, 90, () => acknowledged().length >= before + count);
    };
    const primary = () =>
        members.find(
            (name) =>
                world
                    .tryKubectl(
                        "-n",
                        store,
                        "exec",
                        name,
                        "-c",
                        "main",
                        "--",
                        "sh",
                        "-c",
                        ". /etc/holdfast/config/common.sh; ask 127.0.0.1 6379 ROLE",
                    )
                    .stdout.split(/\s/)[0] === "master",
        ) as string;
    /** Volumes that no claim has any more, of this application. */
    const released = () =>
        (
            JSON.parse(world.kubectl("get", "pv", "-o", "json")) as {
                items: {
                    metadata: { name: string };
                    spec: { claimRef?: { namespace: string; name: string } };
                    status: { phase: string };
                }[];
            }
        ).items
            .filter(({ spec, status }) => spec.claimRef?.namespace === store && status.phase === "Released")
            .map(({ metadata }) => metadata.name)
            .sort();
    const volumeOf = (member: string) => claimsOf(world, store)[`data-${member}`].split(" ")[1];

    test("comes up, and takes writes", () => {
        world.holdfast("up", store);
        startClientPod(world, {
            name: "client",
            namespace: store,
            app: store,
            image: "registry.sandbox.holdfast/valkey:8.1",
            runAsUser: 999,
            env: [{ name: "REDISCLI_AUTH", valueFrom: { secretKeyRef: { name: `${store}-password`, key: "password" } } }],
        });
        // The log of what was acknowledged is outside the cluster.
        const loop = `n=0; while :; do n=$((n + 1)); [ "$(timeout 3 valkey-cli -h ${store} SET key-$n $n 2>/dev/null)" = OK ] && echo "$n $(date +%s.%N)"; done`;
        const output = fs.openSync(log, "w");
        writer = spawn("kubectl", ["-n", store, "exec", "client", "--", "bash", "-c", loop], {
            env: world.engineEnv,
            detached: true,
            stdio: ["ignore", output, "ignore"],
        });
        fs.closeSync(output);
        waitForMore(50);
    });

    test("is restarted member by member, whoever leads last; every volume stays", () => {
        const before = { claims: claimsOf(world, store), pods: restarts(store) };
        const leader = primary();
        const { stdout } = world.holdfast("restart", store);
        expect(stdout).toMatch(new RegExp(`^\\S+, \\S+, ${leader}: restarted`));
        const after = restarts(store);
        expect(members.filter((name) => after[name] === before.pods[name])).toEqual([]);
        expect(claimsOf(world, store)).toEqual(before.claims);
        expect(primary()).not.toBe(leader);
        waitForMore(20);
    });

    test("replaces a replica's volume: killed in the middle and run again, it goes on", () => {
        const replica = members.find((name) => name !== primary()) as string;
        const other = members.find((name) => name !== primary() && name !== replica) as string;
        const before = claimsOf(world, store);
        const old = volumeOf(replica);
        const interrupted = world.startHoldfast("replace", store, replica);
        waitUntil("the claim is given up", 120, () => {
            const uid = world.tryKubectl(
                "-n",
                store,
                "get",
                "pvc",
                `data-${replica}`,
                "-o",
                "jsonpath={.metadata.uid}{.metadata.deletionTimestamp}",
            );
            return uid.stdout.trim() !== before[`data-${replica}`].split(" ")[0];
        });
        process.kill(-(interrupted.pid as number), "SIGKILL");
        const waits = world.tryHoldfast("replace", store, other);
        expect([waits.status, waits.stderr]).toEqual([1, expect.stringContaining(`npx holdfast replace ${store} ${replica}`)]);
        const { stdout, stderr } = world.holdfast("replace", store, replica);
        expect(stderr).toContain(`An earlier run has begun to replace the volume of ${replica}`);
        expect(stdout).toContain(`PersistentVolume ${old}.`);
        const after = claimsOf(world, store);
        expect(after[`data-${replica}`]).not.toBe(before[`data-${replica}`]);
        expect({ ...after, [`data-${replica}`]: "" }).toEqual({ ...before, [`data-${replica}`]: "" });
        expect(released()).toEqual([old]);
        expect(world.tryKubectl("-n", store, "get", "configmap", `${store}-replace`).status).toBe(1);
    });

    test("replaces the primary's volume, once another member leads", () => {
        const leader = primary();
        const old = [...released(), volumeOf(leader)].sort();
        const { stderr } = world.holdfast("replace", store, leader);
        expect(stderr).toContain(`${leader}: hands over`);
        expect(primary()).not.toBe(leader);
        expect(released()).toEqual(old);
        waitForMore(20);
    });

    test("lost nothing that was acknowledged, and was never without a primary for longer than promised", () => {
        process.kill(-(writer?.pid as number), "SIGKILL");
        writer = undefined;
        const written = acknowledged();
        const present = new Set(inClient("valkey-cli", "-h", store, "--scan", "--pattern", "key-*").split("\n"));
        const lost = written.filter(([key]) => !present.has(`key-${key}`)).length;
        expect(measured(`restart and replacements: lost of ${written.length} acknowledged writes`, lost, 0, "keys")).toBe(0);
        const gap = Math.max(...written.slice(1).map(([, at], index) => at - written[index][1]));
        expect(measured("restart and replacements: longest time without a write", gap, failoverSeconds)).toBeLessThanOrEqual(
            failoverSeconds,
        );
    });

    test("is the stack that it was: nothing to change, in the state and in the cluster", () => {
        const before = claimsOf(world, store);
        expect(changes(store)).toEqual([]);
        world.pulumi("refresh", "--yes", "--stack", store);
        world.holdfast("up", store);
        expect(changes(store)).toEqual([]);
        expect(claimsOf(world, store)).toEqual(before);
    });
});
