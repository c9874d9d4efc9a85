/** The table of storage drivers. A new driver is one entry in its kind's file and one test. */

import { assumed } from "../source";
import { cloudDrivers } from "./cloud";
import type { Driver, DriverDescription, Reach } from "./driver";
import { localDrivers } from "./local";
import { networkDrivers } from "./network";

export type { Capabilities, Driver, DriverDescription, Encryption, Limits, MutableParameter, Reach } from "./driver";

export const drivers: Record<string, Driver> = Object.fromEntries(
    Object.entries({ ...localDrivers, ...networkDrivers, ...cloudDrivers }).map(([name, entry]) => [
        name,
        { name, ...entry, expansion: entry.capabilities.expansion !== "none" },
    ]),
);

export const driverNames: readonly string[] = Object.keys(drivers);

const reaches: Record<Driver["kind"], Reach> = { local: "node", network: "cluster", cloud: "zone" };

/** A described driver as an entry of the table. What the description leaves out counts as missing. */
export function described(name: string, description: DriverDescription): Driver {
    const reach = description.reach ?? reaches[description.kind];
    const expansion = description.expansion === true ? "online" : description.expansion || "none";
    return {
        name,
        title: name,
        kind: description.kind,
        provisioner: description.provisioner,
        reach,
        volume: description.volume ?? "csi",
        capabilities: {
            snapshots: description.snapshots ?? false,
            clones: description.clones ?? false,
            expansion,
            attributeChange: description.attributeChange ?? false,
            readWriteMany: description.readWriteMany ?? false,
            enforcedSize: description.enforcedSize ?? false,
            delayedBinding: description.delayedBinding ?? true,
            encryption: description.encryption ?? "none",
        },
        expansion: expansion !== "none",
        limits: description.maximumGiB === undefined ? {} : { maximumGiB: description.maximumGiB },
        ...(description.annualFailure === undefined
            ? {}
            : { annualFailure: { value: description.annualFailure, source: assumed("described in the stack's config", "given") } }),
        copies: 1,
        performance: "not stated",
        parameters: description.parameters ?? {},
        encryptionParameters: {},
        mountOptions: description.mountOptions ?? [],
        needs: `a driver that answers to ${description.provisioner}`,
        install: "the driver's own documentation",
        source: assumed("described in the stack's config", "given"),
    };
}

/** An existing class of which nothing but the name is known. */
export const unknownDriver: Driver = {
    ...described("existing", { kind: "network", provisioner: "unknown", encryption: "option" }),
    title: "an existing class",
    needs: "the class",
    source: assumed("only the class's name was given", "given"),
};
