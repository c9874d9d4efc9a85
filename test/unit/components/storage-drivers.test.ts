/** Every driver of the table, with the exact objects that it gives: reviewed like code, in test/plans/storage. */

import { LocalStorage, NetworkStorage, type StaticDisk } from "../../../components";
import { drivers } from "../../../components/usecases/drivers";
import { expectGolden } from "../../support/golden";
import { record } from "../../support/mocks";

const own = Object.values(drivers).filter(({ kind }) => kind !== "cloud");
const disks: StaticDisk[] = [
    { node: "node-1", path: "/mnt/disks/disk-1", size: "100Gi" },
    { node: "node-2.example.com", path: "/mnt/disks/disk-1", size: "1Ti" },
];

function make(name: string) {
    const { kind, volume, requiredParameters = [], mutableParameters = {} } = drivers[name];
    const parameters = Object.fromEntries(requiredParameters.map((key) => [key, `the ${key}`]));
    const first = Object.entries(mutableParameters)[0];
    const attributes = first ? { changed: { [first[0]]: first[1].words?.[0] ?? "1" } } : undefined;
    const args = { driver: name, parameters, attributes };
    return record(() => {
        if (kind === "local") {
            new LocalStorage(name, { ...args, disks: volume === "local" ? disks : undefined });
        } else {
            new NetworkStorage(name, args);
        }
    });
}

it.each(own.map(({ name }) => [name]))("%s makes these objects", async (name) => {
    expectGolden(`storage/${name}`, (await make(name)).resources);
});

it.each(Object.values(drivers).map((driver) => [driver.name, driver] as const))("%s says what its classes are made of", (_, driver) => {
    const { capabilities, snapshotParameters, mutableParameters } = driver;
    expect(snapshotParameters !== undefined).toBe(capabilities.snapshots);
    expect(mutableParameters !== undefined).toBe(capabilities.attributeChange);
    expect(driver.install).toMatch(/https:\/\/|^(kubectl|helm|npx|minikube|nothing)/);
    // Only CSI drivers have an object that says they are there.
    expect(driver.shownBy !== undefined).toBe(driver.provisioner.includes("/"));
});
