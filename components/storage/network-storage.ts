import * as pulumi from "@pulumi/pulumi";
import { classNameOf, createStorageClass } from "./storage-class";

/** What a {@link NetworkStorage} is made from. */
export interface NetworkStorageArgs {
    /** Key of the driver in the table of drivers: `sandbox-pool`. */
    driver: string;
    /**
     * First part of the class's name, which is shared by the whole cluster.
     * @default the component's name
     */
    className?: string;
    /**
     * The CSI provisioner; needed for a driver that is not in the table.
     * @default the driver's
     */
    provisioner?: string;
    /**
     * Parameters the provisioner reads. A changed one makes a new class and leaves the old one.
     * @default the driver's
     */
    parameters?: { [name: string]: string };
    /**
     * Options to mount every volume with.
     * @default the driver's
     */
    mountOptions?: string[];
    /**
     * Volumes are made before a pod asks for them, wherever that puts them; only for drivers that can't delay.
     * @default false where the driver can delay: a volume is made where its first pod runs (WaitForFirstConsumer)
     */
    bindsImmediately?: boolean;
    /**
     * Claims of the class may grow.
     * @default what the driver can; true for a driver that is not in the table
     */
    allowsExpansion?: boolean;
    /**
     * Claims that name no class get this one, in the whole cluster.
     * @default false
     */
    isClusterDefault?: boolean;
}

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
 * const ceph = new NetworkStorage("ceph", { driver: "rbd", provisioner: "rbd.csi.ceph.com", parameters: { pool: "ssd" } });
 */
export class NetworkStorage extends pulumi.ComponentResource {
    /** Name of the StorageClass, with a hash of its immutable fields: `shared-3f9c1a`. */
    public readonly className: pulumi.Output<string>;

    constructor(name: string, args: NetworkStorageArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:NetworkStorage", name, {}, opts);
        const storageClass = createStorageClass(this, name, "network", args);
        this.className = classNameOf(storageClass);
        this.registerOutputs({ className: this.className });
    }
}
