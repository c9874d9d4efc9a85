import { poolDriver } from "../../sandbox/cluster/control-plane";
import { Database } from "./support/database";
import { measured, report } from "./support/measured";
import { previewed } from "./support/previewed";
import { waitUntil } from "./support/wait";
import { World } from "./support/world";

const stack = "user-preferences";
const world = World.create("class-change");
const database = new Database(world);

beforeAll(() => {
    world.holdfast("up");
});
afterAll(() => {
    report();
    world.destroy();
});

const child = "user-preferences-postgres-server-claims-data-0";

test("a claim takes other attributes in place, without a restart", () => {
    const attributes = (name: string, compression: string) => ({
        apiVersion: "storage.k8s.io/v1",
        kind: "VolumeAttributesClass",
        metadata: { name },
        driverName: poolDriver,
        parameters: { compression },
    });
    world.apply(attributes("plain", "none"), attributes("compressed", "zstd"));
    const before = `${database.claim("{.metadata.uid}")} ${database.incarnation()}`;
    for (const name of ["compressed", "plain"]) {
        world.configure("attributesClass", name);
        expect(previewed(world, stack)).toEqual([{ op: "update", name: child, fields: ["spec.volumeAttributesClassName"] }]);
        const { seconds } = world.holdfast("up");
        const current = "{.status.currentVolumeAttributesClassName}";
        const waited = waitUntil(`the attributes of ${name}`, 60, () => database.claim(current) === name);
        expect(measured(`attributes ${name}, from \`up\` to the claim's status`, seconds + waited, 60)).toBeLessThanOrEqual(60);
    }
    expect(`${database.claim("{.metadata.uid}")} ${database.incarnation()}`).toBe(before);
    world.configure("attributesClass", "plian");
    expect(world.tryHoldfast("up").stderr).toContain(
        'holdfast:attributesClass: there is no VolumeAttributesClass "plian" in the cluster. It has compressed, plain.',
    );
    // A name that was given can't be taken away: the API says so, before anything is done.
    world.configure("attributesClass", undefined);
    const without = world.tryPulumi("preview", "--stack", stack);
    expect(without.status).not.toBe(0);
    expect(without.stdout + without.stderr).toContain("volumeAttributesClassName");
    world.configure("attributesClass", "plain");
    expect(previewed(world, stack)).toEqual([]);
});

test("a claim keeps its class when the class is changed, says so, and grows on the old one", () => {
    const uid = database.claim("{.metadata.uid}");
    const old = database.claim("{.spec.storageClassName}");
    world.configure("set", '{ "storage.bindingMode": "Immediate" }');
    const preview = world.pulumi("preview", "--stack", stack);
    expect(preview.stdout).toContain(`claim data-${stack}-0 stays on class ${old}`);
    expect(previewed(world, stack).map(({ name }) => name)).not.toContain(child);
    const { stdout } = world.holdfast("up");
    expect(stdout).toContain(`data-${stack}-0: 1Gi, class ${old}`);
    const classes = world.kubectl("get", "storageclasses", "-o", "jsonpath={.items[*].metadata.name}").split(" ");
    expect(classes.filter((name) => /^user-preferences-[0-9a-f]{6}$/.test(name))).toHaveLength(2);

    world.configure("size", "2Gi");
    world.holdfast("up");
    waitUntil("a capacity of 2Gi", 60, () => database.claim("{.status.capacity.storage}") === "2Gi");
    expect(database.claim("{.metadata.uid} {.spec.storageClassName}")).toBe(`${uid} ${old}`);
});
