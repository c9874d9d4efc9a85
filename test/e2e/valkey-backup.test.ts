/** shopping-cart's backups: a stream, the drill, and a new application from nothing but the repository, key by key. */

import { measured, report } from "./support/measured";
import { Store } from "./support/store";
import { World } from "./support/world";

// In full runs alone: the round of CI has no time left.
const isRun = process.env.HOLDFAST_E2E_FULL !== undefined;
const check = isRun ? test : test.skip;

const world = World.create("valkey-backup", { backups: true });
const [lost, again] = ["shopping-cart", "carts-again"];
const old = new Store(world, lost);
const fresh = new Store(world, again);

/** What shopping-cart promises of a restore. */
const promised = { rpoSeconds: 3600, rtoSeconds: 900 };

const databases = [0, 3];

/** Every key of a database as text: its type, when it ends, and what the server itself makes of its value. */
const keysScript = `local out = {}
for _, key in ipairs(server.call('KEYS', '*')) do
    out[#out + 1] = key .. ' ' .. server.call('TYPE', key).ok .. ' ' .. server.call('PEXPIRETIME', key) .. ' ' .. server.sha1hex(server.call('DUMP', key))
end
return out`;

/** Everything of a store, but the note that a restore leaves for an hour. */
const contents = (store: Store): string[] =>
    databases
        .flatMap((number) =>
            store
                .ask("-n", String(number), "--raw", "EVAL", keysScript, "0")
                .split("\n")
                .map((line) => `${number} ${line}`),
        )
        .filter((line) => !line.includes("holdfast-restored"))
        .sort();

const within = (what: string, seconds: number, limit: number) => expect(measured(what, seconds, limit)).toBeLessThanOrEqual(limit);

let before: string[];
let takenAt: number;

beforeAll(() => {
    if (!isRun) return;
    world.holdfast("up", lost);
    old.startClient();
    old.waitUntilWhole(120);
    // Values of every kind, bytes that text gets wrong, a second database, and keys whose time is limited.
    old.inClient(
        "bash",
        "-c",
        `{ for n in $(seq 1 5000); do echo "SET cart:$n item-$n EX $((90000 + n))"; done
           for n in 1 2 3 4 5; do
               echo "HSET user:$n name \\"a\\\\x00b\\\\r\\\\n☃\\" n $n"; echo "RPUSH list:$n $(seq -s ' ' 1 50)"; echo "SADD set:$n a b c"
               echo "ZADD rank:$n 1.5 a 2 b"; echo "XADD log:$n 1-1 what happened"
           done
           echo "SELECT 3"; echo "SET elsewhere yes"; } | valkey-cli -h $HOST >/dev/null`,
    );
    before = contents(old);
    expect(before.length).toBe(5026);
});
afterAll(() => {
    report();
    world.destroy();
});

check("a backup is made of a member, looked at in the repository, and listed as whole", () => {
    const { stdout, seconds } = world.holdfast("backup", lost);
    within("holdfast backup of a store", seconds, 180);
    expect(stdout).toMatch(/^\w{8} .* database +yes$/m);
    const { recoveryPoints } = JSON.parse(world.holdfast("backups", lost, "--json").stdout);
    expect(recoveryPoints.at(-1)).toMatchObject({
        complete: "yes",
        kind: "database",
        path: `/${lost}-main.rdb`,
        query: "number of keys",
        answer: String(before.length),
    });
    takenAt = Date.parse(recoveryPoints.at(-1).takenAt);
});

check("a drill restores it beside the live application", () => {
    const { stdout, seconds } = world.holdfast("drill", lost);
    within("holdfast drill of a store", seconds, 180);
    expect(stdout).toMatch(/^The drill passed in /);
});

check("everything but the repository is lost, and a new application has it again, key by key", () => {
    expect(old.ask("SET", "after-the-backup", "1")).toBe("OK");
    const volumes = () => world.kubectl("get", "pv", "-o", "name").split("\n").filter(Boolean);
    world.kubectl("delete", "namespace", lost, `${lost}-drill`, "--ignore-not-found", "--wait=true", "--timeout=180s");
    within("what was written last and is lost (RPO)", Date.now() / 1000 - takenAt / 1000, promised.rpoSeconds);
    for (const volume of volumes()) world.kubectl("delete", volume);
    world.pulumi("stack", "rm", lost, "--yes", "--force", "--preserve-config");
    expect(volumes()).toEqual([]);
    const { seconds } = world.holdfast("restore", lost, "--to", again);
    within("holdfast restore of a store into a new application (RTO)", seconds, promised.rtoSeconds);
    fresh.startClient();
    expect(contents(fresh)).toEqual(before);
});
