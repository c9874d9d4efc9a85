import { runInside } from "../../sandbox/node/compartment";
import { Interrupted, OwnStack, sleep } from "./support/interrupted";
import { measured, report } from "./support/measured";
import { rounds, World } from "./support/world";

const world = World.create("api-restart");
beforeAll(() => {
    world.holdfast("sandbox", "up");
});
afterAll(() => {
    report();
    world.destroy();
});

const inControlPlane = (...argv: string[]) => runInside(world.layout.controlPlane.folder, argv).trim();
const apiServer = () =>
    inControlPlane(
        "bash",
        "-c",
        'cd /proc && for each in [0-9]*; do [ "$(cat "$each/comm" 2>/dev/null)" != kube-apiserver ] || echo "$each"; done',
    );

/** Kills the API server as a crash would; it is started again half a second later, and needs some seconds until it serves. */
function killApiServer(): string {
    const running = apiServer();
    expect(running).toMatch(/^\d+$/);
    inControlPlane("kill", "-KILL", running);
    return running;
}

/** Ends an `up` well: at once where it rode the restart out, or by running it again. */
async function endsWell(run: Interrupted, stack: OwnStack, killed: string): Promise<void> {
    const result = await run.end();
    expect(apiServer()).not.toBe(killed);
    if (result !== 0) {
        expect(run.output).toContain("run the same command again to go on");
        const again = world.holdfast("up", stack.name);
        expect(again.stdout + again.stderr).not.toContain("already exists");
    }
    stack.mustBeInOrder();
}

const moments: [string, (run: Interrupted) => Promise<void>][] = [
    ["among the small objects", (run) => run.says(/Secret .* created/)],
    ["while the StatefulSet is awaited", (run) => run.says(/StatefulSet .*-set creating.*Waiting for pods/)],
    ["before the first object", (run) => run.engine().then(() => sleep(500))],
];

describe.each(Array.from({ length: rounds(3) }, (_, i) => i + 1))(
    "the API server is killed and starts again in an `up`, round %d",
    (round) => {
        test.each(moments.map(([name, moment], i) => [name, moment, i] as const))("%s", async (_name, moment, i) => {
            const stack = new OwnStack(world, `restarted-${round}-${i}`);
            const started = Date.now();
            const run = new Interrupted(world, "up", stack.name);
            await moment(run);
            const killed = killApiServer();
            expect(run.child.exitCode).toBeNull();
            await endsWell(run, stack, killed);
            expect(measured("`up` with a restart of the API server in it", (Date.now() - started) / 1000, 180)).toBeLessThanOrEqual(180);
        });

        test("twice in a change of what is there: claim and password are the same, the change is made", async () => {
            const stack = new OwnStack(world, `restarted-${round}-0`, { size: "2Gi" });
            const before = stack.treasures();
            expect(Object.keys(before)).toEqual(["pvc", "secret"]);
            const run = new Interrupted(world, "up", stack.name);
            await run.engine();
            killApiServer();
            await sleep(4000);
            const killed = killApiServer();
            await endsWell(run, stack, killed);
            expect(stack.treasures()).toEqual(before);
            expect(stack.get("pvc", `data-${stack.name}-0`, "{.spec.resources.requests.storage}")).toBe("2Gi");
        });

        test("in a `down`: the workload goes, the claim stays, and `up` finds it", async () => {
            const stack = new OwnStack(world, `restarted-${round}-1`);
            const before = stack.treasures();
            const run = new Interrupted(world, "down", stack.name);
            await run.says(/StatefulSet .*-set deleting/);
            killApiServer();
            if ((await run.end()) !== 0) world.holdfast("down", stack.name);
            expect(world.kubectl("-n", stack.name, "get", "statefulset,pod", "-o", "name")).toBe("");
            expect(stack.treasures()).toEqual(before);
            world.holdfast("up", stack.name);
            stack.mustBeInOrder();
            expect(stack.treasures()).toEqual(before);
        });
    },
);
