import * as pulumi from "@pulumi/pulumi";
import { classNameOf, createStorageClass } from "./storage-class";

/** What a {@link LocalStorage} is made from. */
export interface LocalStorageArgs {
    /** Key of the driver in the table of drivers: `local-path`. */
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
 * Storage on the node's own disks: fastest and cheapest, gone with the node.
 *
 * Choose it where replicas carry the data (Valkey with Sentinel, JetStream R3); the resolver refuses it for a single replica unless
 * `single-local-copy` is accepted. The class keeps the volume when its claim is deleted (reclaim policy Retain).
 *
 * Durability: the disk's. Price: nothing beyond the node.
 *
 * @example
 * const fast = new LocalStorage("fast", { driver: "local-path" });
 */
export class LocalStorage extends pulumi.ComponentResource {
    /** Name of the StorageClass, with a hash of its immutable fields: `fast-3f9c1a`. */
    public readonly className: pulumi.Output<string>;

    constructor(name: string, args: LocalStorageArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:LocalStorage", name, {}, opts);
        const storageClass = createStorageClass(this, name, "local", args);
        this.className = classNameOf(storageClass);
        this.registerOutputs({ className: this.className });
    }
}
