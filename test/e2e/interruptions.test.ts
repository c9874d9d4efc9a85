import * as fs from "node:fs";
import * as path from "node:path";
import { readLocks } from "../../cli/locks";
import { Interrupted, OwnStack, sleep, until } from "./support/interrupted";
import { measured, report } from "./support/measured";
import { rounds, World } from "./support/world";

const world = World.create("interruptions");
beforeAll(() => {
    world.holdfast("sandbox", "up");
});
afterAll(() => {
    report();
    world.destroy();
});

/** Where the sandbox keeps the state of its stacks. */
const backend = `file://${path.join(world.layout.state, "pulumi")}`;

/** Runs `up` again after an interruption, which has to end well by itself. */
function goOn(stack: OwnStack, before: Record<string, string>): string {
    const { stdout, stderr, seconds } = world.holdfast("up", stack.name);
    expect(stdout + stderr).not.toContain("already exists");
    expect(stdout).toContain(`"${stack.name}" is up.`);
    expect(stack.treasures()).toMatchObject(before);
    stack.mustBeInOrder();
    expect(measured("`up` after an interruption", seconds, 180)).toBeLessThanOrEqual(180);
    return stderr;
}

/** Moments at which an object is in the cluster and not in the state. */
const unrecorded = [
    { kind: "namespace", object: (app: string) => app, resource: "namespace" },
    { kind: "secret", object: (app: string) => `${app}-password`, resource: "postgres-password" },
    { kind: "persistentvolumeclaim", object: (app: string) => `data-${app}-0`, resource: "postgres-server-claims-data-0" },
    { kind: "statefulset", object: (app: string) => app, resource: "postgres-server-set" },
];

describe.each(Array.from({ length: rounds(3) }, (_, i) => i + 1))("SIGKILL of the process group, round %d", (round) => {
    const stack = new OwnStack(world, `killed-${round}`);
    let treasures: Record<string, string> = {};
    const hits: string[] = [];

    test("before the first resource: the lock left behind is explained", async () => {
        const run = new Interrupted(world, "up", stack.name);
        // Not the lock of the short commands before it, which is lifted again at once.
        await run.engine();
        await until("the stack is locked", 180, () => readLocks(backend, stack.name).length > 0);
        run.group("SIGKILL");
        expect(await run.end()).toBe("SIGKILL");
        expect(stack.state().resources).toEqual([]);
    });

    test.each(unrecorded)("with a $kind made and not recorded", async ({ kind, object, resource }) => {
        const run = new Interrupted(world, "up", stack.name);
        await run.freezeWhenMade(kind, object(stack.name));
        run.group("SIGKILL");
        await run.end();
        expect(run.output).toContain("died and left the stack locked. The lock is lifted.");
        expect(run.output).not.toContain("already exists");
        const { pending, resources } = stack.state();
        const made = `${stack.name}-${resource}`;
        // On a busy machine the engine may hear of it before it is stopped: then the kill came a moment late, which must end well too.
        if (pending.includes(`creating ${made}`)) hits.push(kind);
        else expect(resources).toContain(made);
        expect(resources.includes(made)).toBe(!hits.includes(kind));
        const now = stack.treasures();
        expect(now).toMatchObject(treasures);
        treasures = now;
    });

    test("most of these kills came when the object was made and not recorded, the StatefulSet's among them", () => {
        expect(hits).toContain("statefulset");
        expect(hits.length).toBeGreaterThanOrEqual(3);
    });

    test("plain `pulumi up` fails with 'already exists' now: it is the recovery that makes the next one work", () => {
        world.pulumi("cancel", "--yes", "--stack", stack.name);
        const { status, stdout, stderr } = world.tryPulumi("up", "--yes", "--skip-preview", "--stack", stack.name);
        expect(status).not.toBe(0);
        expect(stdout + stderr).toContain("pending operations from previous deployment");
        expect(stdout + stderr).toMatch(/statefulsets\.apps ".*" already exists/);
    });

    test("late, when the pod is ready", async () => {
        const run = new Interrupted(world, "up", stack.name);
        await run.engine();
        await until(
            "the pod is ready",
            60,
            () => world.tryKubectl("-n", stack.name, "wait", "--for=condition=Ready", `pod/${stack.name}-0`, "--timeout=1s").status === 0,
        );
        run.group("SIGKILL");
        await run.end();
    });

    test("the last `up` ends well, with the same claim and password, and nothing differs", () => {
        expect(Object.keys(treasures)).toEqual(["pvc", "secret"]);
        goOn(stack, treasures);
    });

    test("`down`, killed while the StatefulSet goes, then `up`: it is back with its data", async () => {
        const before = stack.treasures();
        const run = new Interrupted(world, "down", stack.name);
        await run.says(/StatefulSet .*-set deleting/);
        run.group("SIGKILL");
        await run.end();
        goOn(stack, before);
    });

    test("`down`, killed, then `down` again: the workload is gone, the claim is not", async () => {
        const before = stack.treasures();
        const run = new Interrupted(world, "down", stack.name);
        await run.says(/StatefulSet .*-set deleting/);
        run.group("SIGKILL");
        await run.end();
        const { stdout } = world.holdfast("down", stack.name);
        expect(stdout).toContain("data stays");
        expect(world.kubectl("-n", stack.name, "get", "statefulset,pod", "-o", "name")).toBe("");
        expect(stack.state().pending).toEqual([]);
        expect(stack.treasures()).toEqual(before);
        goOn(stack, before);
    });
});

test("SIGKILL while the StatefulSet is awaited: `up` again takes it over and awaits it", async () => {
    const stack = new OwnStack(world, "awaited");
    const file = path.join(world.checkout, "stacks", "Pulumi.awaited.yaml");
    const text = fs.readFileSync(file, "utf8");
    const run = new Interrupted(world, "up", stack.name);
    await run.says(/StatefulSet .*-set creating.*Waiting/);
    run.group("SIGKILL");
    await run.end();
    // The killed run left the engine's rewriting of this file behind.
    expect(fs.readFileSync(file, "utf8")).not.toBe(text);
    const { stderr } = world.holdfast("up", stack.name);
    expect(stderr).toContain("taken into the state: StatefulSet awaited/awaited");
    expect(fs.readFileSync(file, "utf8")).toBe(text);
    stack.mustBeInOrder();
});

describe("SIGKILL of the engine alone", () => {
    const stack = new OwnStack(world, "engineless");

    test("with the claim made and not recorded: the command says how to go on, and going on works", async () => {
        const run = new Interrupted(world, "up", stack.name);
        const engine = await run.freezeWhenMade("persistentvolumeclaim", `data-${stack.name}-0`);
        process.kill(engine, "SIGKILL");
        expect(await run.end()).toBe(1);
        expect(run.output).toContain("run the same command again to go on");
        const before = stack.treasures();
        expect(stack.state().pending).toContain(`creating ${stack.name}-postgres-server-claims-data-0`);
        expect(Object.keys(before)).toEqual(["pvc", "secret"]);
        expect(goOn(stack, before)).toContain(`PersistentVolumeClaim ${stack.name}/data-${stack.name}-0`);
    });

    test("what was taken over can be changed like anything else: the volume grows", () => {
        new OwnStack(world, stack.name, { size: "2Gi" });
        goOn(stack, stack.treasures());
        expect(stack.get("pvc", `data-${stack.name}-0`, "{.spec.resources.requests.storage}")).toBe("2Gi");
    });
});

describe("SIGINT", () => {
    const stack = new OwnStack(world, "halted");
    const moments: [string, (run: Interrupted) => Promise<void>][] = [
        ["before the first resource", (run) => run.engine().then(() => sleep(300))],
        ["among the small objects", (run) => run.says(/Secret .* created/)],
        ["while the StatefulSet is awaited", (run) => run.says(/StatefulSet .*-set (creating|updating).*Waiting/)],
    ];

    test.each(moments)("%s: the engine ends in good order, and says so", async (_name, moment) => {
        const run = new Interrupted(world, "up", stack.name);
        await moment(run);
        run.child.kill("SIGINT");
        expect(await run.end()).not.toBe(0);
        expect(run.output).toContain("run the same command again to go on");
        expect(run.output).not.toContain("already exists");
    });

    test("`up` again ends well", () => {
        goOn(stack, stack.treasures());
    });

    test("twice in a row, which ends the engine at once: `up` again ends well", async () => {
        new OwnStack(world, stack.name, { size: "2Gi" });
        const run = new Interrupted(world, "up", stack.name);
        await run.says(/PersistentVolumeClaim/);
        run.group("SIGINT");
        run.group("SIGINT");
        await run.end();
        goOn(stack, stack.treasures());
    });
});

describe("the lock of a living process", () => {
    const stack = new OwnStack(world, "locked");

    test("is respected, with a clear message, even when the command that started it has died", async () => {
        const run = new Interrupted(world, "up", stack.name);
        // Once it waits, it has written down what it does: stopped earlier, it may stand in the middle of that.
        await run.says(/StatefulSet .*-set creating.*Waiting/);
        const engine = run.pulumi as number;
        process.kill(engine, "SIGSTOP");
        const before = stack.state();
        const second = world.tryHoldfast("up", stack.name);
        expect(second.status).toBe(1);
        expect(second.stderr).toContain(`Stack "${stack.name}" is locked; nothing was changed.`);
        expect(second.stderr).toContain(`process ${engine} of root is deploying it since`);
        expect(second.stderr).toContain("wait until it has ended");
        process.kill(run.pid, "SIGKILL");
        await run.end();
        const third = world.tryHoldfast("down", stack.name);
        expect(third.status).toBe(1);
        expect(third.stderr).toContain(`process ${engine} of root`);
        expect(stack.state()).toEqual(before);
        process.kill(engine, "SIGCONT");
        await run.says(/StatefulSet .*-set created/);
        await until("the engine has ended", 30, () => world.tryKubectl("version").status === 0 && !isRunning(engine));
        goOn(stack, stack.treasures());
    });
});

function isRunning(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
    } catch {
        return false;
    }
}
