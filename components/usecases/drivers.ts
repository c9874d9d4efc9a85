/** The table of storage drivers: what each can do, so that a promise is only made where something keeps it. */

import type { StorageKind } from "./plan";

/** Where a volume can be reached from: only its node, its zone, or every node of the cluster. */
export type Reach = "node" | "zone" | "cluster";

export interface Driver {
    name: string;
    kind: StorageKind;
    /** CSI provisioner name, as it stands in a StorageClass. */
    provisioner: string;
    reach: Reach;
    snapshots: boolean;
    clones: boolean;
    expansion: boolean;
    readWriteMany: boolean;
    encryption: "always" | "option" | "none";
    parameters: Record<string, string>;
}

/** A driver as stack config describes it. */
export type DriverDescription = Omit<Driver, "name">;

export const drivers: Record<string, Driver> = {
    "local-path": {
        name: "local-path",
        kind: "local",
        provisioner: "rancher.io/local-path",
        reach: "node",
        snapshots: false,
        clones: false,
        expansion: false,
        readWriteMany: false,
        encryption: "none",
        parameters: {},
    },
    "sandbox-pool": {
        name: "sandbox-pool",
        kind: "network",
        provisioner: "pool.csi.sandbox.holdfast",
        reach: "cluster",
        snapshots: true,
        clones: true,
        expansion: true,
        readWriteMany: true,
        encryption: "none",
        parameters: {},
    },
};
