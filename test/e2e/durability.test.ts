import { Database } from "./support/database";
import { measured, report } from "./support/measured";
import { World } from "./support/world";

const world = World.create("durability");
const database = new Database(world);
afterAll(() => {
    report();
    world.destroy();
});

test("from no cluster to a ready database with warm caches: within 90 s", () => {
    const { seconds, stdout } = world.holdfast("up");
    expect(measured("no cluster to ready database", seconds, 90)).toBeLessThanOrEqual(90);
    expect(stdout).toContain('"user-preferences" is up.');
    expect(database.pod("{.status.containerStatuses[0].ready}")).toBe("true");
});

test("the second and third up change nothing", () => {
    for (let i = 0; i < 2; i++) world.holdfast("up");
    const { stdout } = world.pulumi("preview", "--stack", "user-preferences", "--json");
    expect(JSON.parse(stdout).changeSummary).toEqual({ same: 17 });
});

test("pgbench, scale 10, runs from a client pod through the Service", () => {
    database.startClient();
    database.fill(10);
    database.inClient("pgbench", "-c", "4", "-T", "5");
    expect(database.fingerprint().accounts).toBe(1_000_000);
});
