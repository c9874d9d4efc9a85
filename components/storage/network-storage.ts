import * as pulumi from "@pulumi/pulumi";
import { createClasses } from "./storage-class";
import type { StorageClassArgs } from "./storage-class-args";

/** What a {@link NetworkStorage} is made from. */
export interface NetworkStorageArgs extends StorageClassArgs {}

/**
 * Storage that every node of the cluster reaches: a volume follows its pod to another node.
 *
 * Choose it for a single server that must survive the loss of its node. The class keeps the volume when its claim is deleted (reclaim
 * policy Retain), and lets claims grow where the driver can.
 *
 * Durability: the storage system's, which the driver only mounts. Price: that system's.
 *
 * @example
 * const shared = new NetworkStorage("shared", { driver: "sandbox-pool" });
 * @example
 * const nfs = new NetworkStorage("nfs", { driver: "nfs-csi", isShared: true, parameters: { server: "nfs.example.com", share: "/export" } });
 * @example
 * const other = new NetworkStorage("other", { driver: "acme", provisioner: "block.acme.example", parameters: { pool: "ssd" } });
 */
export class NetworkStorage extends pulumi.ComponentResource {
    /** Name of the StorageClass, with a hash of its immutable fields: `shared-3f9c1a`. */
    public readonly className: pulumi.Output<string>;
    /** Name of the VolumeSnapshotClass; empty where there is none. */
    public readonly snapshotClassName: pulumi.Output<string>;
    /** Names of the VolumeAttributesClasses, by the names they were given in `attributes`. */
    public readonly attributesClassNames: pulumi.Output<{ [name: string]: string }>;

    constructor(name: string, args: NetworkStorageArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:NetworkStorage", name, {}, opts);
        const made = createClasses(this, name, "network", args);
        this.className = made.className;
        this.snapshotClassName = made.snapshotClassName;
        this.attributesClassNames = made.attributesClassNames;
        const { className, snapshotClassName, attributesClassNames } = this;
        this.registerOutputs({ className, snapshotClassName, attributesClassNames });
    }
}
