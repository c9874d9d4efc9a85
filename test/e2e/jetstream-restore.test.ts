import { AcknowledgedEvents } from "./support/acknowledged-events";
import { EventStream } from "./support/event-stream";
import { measured, report } from "./support/measured";
import { World } from "./support/world";

// In full runs alone: its parts have unit tests.
const check = process.env.HOLDFAST_E2E_FULL ? test : test.skip;
const world = World.create("jetstream-restore", { backups: true });
const [lost, again] = ["user-actions", "actions-again"];
const stream = new EventStream(world, lost);
/** What user-actions promises of data that is lost or wrong: back within 4 hours. */
const restoreSeconds = 4 * 3600;
/** How long a backup takes is nobody's promise; the record's age is. */
const backupSeconds = 600;
const within = (what: string, seconds: number, limit: number) => expect(measured(what, seconds, limit)).toBeLessThanOrEqual(limit);
const taken = (of: EventStream, count: number) => of.ask("next", of.stream, "reader", String(count)).split("\n").map(Number);

interface RecoveryPoint {
    takenAt: string;
    complete: string;
    kind: string;
    path: string;
    answer: string;
}

afterAll(() => {
    report();
    world.destroy();
});

/** Nothing of the application stays but its repository: no object, no volume, no state. */
function loseEverything(): void {
    const volumes = () => world.kubectl("get", "pv", "-o", "name").split("\n").filter(Boolean);
    world.kubectl("delete", "namespace", lost, `${lost}-drill`, "--ignore-not-found", "--wait=true", "--timeout=90s");
    for (const volume of volumes()) world.kubectl("delete", volume);
    world.pulumi("stack", "rm", lost, "--yes", "--force", "--preserve-config");
    expect(volumes()).toEqual([]);
    expect(world.tryKubectl("get", "namespace", lost).status).not.toBe(0);
}

let point: RecoveryPoint;

check("while a client publishes, a backup is made, looked at in the repository, and listed as whole", () => {
    world.holdfast("up", lost);
    stream.startClient();
    let took: number;
    const events = new AcknowledgedEvents(world, stream);
    try {
        events.waitForMore(500, 60);
        expect(taken(stream, 5)).toEqual([1, 2, 3, 4, 5]);
        const { seconds } = world.holdfast("backup", lost);
        took = seconds;
        events.waitForMore(100, 30);
        expect(events.stop()).toMatchObject({ lost: 0, doubled: 0 });
    } finally {
        events.kill();
    }
    const { recoveryPoints } = JSON.parse(world.holdfast("backups", lost, "--json").stdout) as { recoveryPoints: RecoveryPoint[] };
    expect(recoveryPoints).toHaveLength(1);
    point = recoveryPoints[0] as RecoveryPoint;
    expect(point).toMatchObject({
        complete: "yes",
        kind: "database",
        path: `/${lost}-main.jetstream`,
        answer: expect.stringMatching(/^user-actions: \d+ to \d+$/),
    });
    within("holdfast backup", took, backupSeconds);
});

check("a drill restores it beside the live application, and says what it measured", () => {
    const { stdout, seconds } = world.holdfast("drill", lost);
    expect(stdout).toMatch(/^The drill passed in /);
    expect(stdout).toMatch(/RTO {2}measured .*, promised 4 hours: kept/);
    within("holdfast drill", seconds, restoreSeconds);
});

check("all but the repository is lost while a client publishes: every event of the backup comes back as it was", () => {
    const events = new AcknowledgedEvents(world, stream);
    let before: string[];
    let newest: number;
    try {
        before = stream.contents();
        newest = Math.max(...events.halt().map(({ milliseconds }) => milliseconds));
    } finally {
        events.kill();
    }
    loseEverything();
    const { stdout, seconds } = world.holdfast("restore", lost, "--to", again);
    expect(stdout).toMatch(/RPO {2}measured .*, promised (1 day|24 hours): kept/);
    expect(stdout).toMatch(/RTO {2}measured .*, promised 4 hours: kept/);

    const [, messages] = /^user-actions: (\d+) to \d+$/.exec(point.answer) as RegExpExecArray;
    const restored = new EventStream(world, again, lost);
    restored.startClient();
    const after = restored.contents();
    // Sequence, number, subject, time and a hash of header and content: the promised ones all, and of later ones only what there was.
    expect(after.slice(0, Number(messages))).toEqual(before.slice(0, Number(messages)));
    const live = new Set(before);
    expect(after.filter((line) => !live.has(line))).toEqual([]);
    const times = after.map((line) => Number(line.split(" ")[3]) / 1e6);
    const sinceBackup = (newest - Math.max(...times)) / 1000;
    measured("RPO: from the newest restored event to the newest acknowledged one", sinceBackup, 86400);
    expect(Math.max(...times)).toBeGreaterThanOrEqual(Date.parse(point.takenAt) - 1000);
    // The consumer goes on where it was.
    expect(taken(restored, 2)).toEqual([6, 7]);
    const later = new AcknowledgedEvents(world, restored);
    try {
        later.waitForMore(50, 30);
        expect(later.stop()).toMatchObject({ lost: 0, doubled: 0 });
    } finally {
        later.kill();
    }
    within("holdfast restore", seconds, restoreSeconds);
});

check("another up changes nothing of what was restored", () => {
    world.holdfast("up", again);
    world.pulumi("preview", "--refresh", "--expect-no-changes", "--stack", again);
    expect(taken(new EventStream(world, again, lost), 1)).toEqual([8]);
});
