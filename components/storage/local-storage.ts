import * as pulumi from "@pulumi/pulumi";
import type { InputProblem } from "../problems";
import { permissionProblems } from "../volumes/permissions";
import { type ClassSpec, noProvisioner } from "./class-spec";
import { diskProblems, type StaticDisk } from "./disks";
import { createStaticVolumes } from "./static-volumes";
import { createClasses } from "./storage-class";
import type { StorageClassArgs } from "./storage-class-args";

/** What a {@link LocalStorage} is made from. */
export interface LocalStorageArgs extends StorageClassArgs {
    /**
     * The disks behind `static-local` and `instance-store`, whose volumes nobody else makes: a PersistentVolume for each.
     * @default none: the volumes are there already, or come from somewhere else
     */
    disks?: StaticDisk[];
    /**
     * Permissions, e.g. `delete volume/fast-node-1-3f9c1a`: lifts the protection of exactly that disk's PersistentVolume.
     * @default none
     */
    allow?: string[];
}

/** Disks, where the driver makes its own volumes. */
function disksProblem(spec: ClassSpec, disks: StaticDisk[] | undefined): InputProblem[] {
    if (disks === undefined) {
        return [];
    }
    return spec.provisioner === "" || spec.provisioner === noProvisioner
        ? diskProblems(disks)
        : [
              {
                  path: "disks",
                  reason: `${spec.known?.title ?? spec.provisioner} makes its own volumes. Leave the disks out, or write driver: static-local.`,
              },
              ...diskProblems(disks),
          ];
}

/**
 * Storage on the node's own disks: fastest and cheapest, gone with the node.
 *
 * Choose it where replicas carry the data (Valkey with Sentinel, JetStream R3); the resolver refuses it for a single replica unless
 * `single-local-copy` is accepted. The class keeps the volume when its claim is deleted (reclaim policy Retain). Disks that are in the
 * nodes already become volumes of their own (`disks`); one whose claim was deleted is `Released`, and taken again only after a person has
 * looked at what is on it and removed its `claimRef`.
 *
 * Durability: the disk's. Price: nothing beyond the node.
 *
 * @example
 * const fast = new LocalStorage("fast", { driver: "local-path" });
 * @example
 * const disks = [{ node: "node-1", path: "/mnt/disks/disk-1", size: "100Gi" }];
 * const bare = new LocalStorage("bare", { driver: "static-local", disks });
 */
export class LocalStorage extends pulumi.ComponentResource {
    /** Name of the StorageClass, with a hash of its immutable fields: `fast-3f9c1a`. */
    public readonly className: pulumi.Output<string>;
    /** Name of the VolumeSnapshotClass; empty where there is none. */
    public readonly snapshotClassName: pulumi.Output<string>;
    /** Names of the VolumeAttributesClasses, by the names they were given in `attributes`. */
    public readonly attributesClassNames: pulumi.Output<{ [name: string]: string }>;
    /** Names of the disks' PersistentVolumes, in the order of the disks. */
    public readonly volumeNames: pulumi.Output<string[]>;

    constructor(name: string, args: LocalStorageArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:LocalStorage", name, {}, opts);
        const made = createClasses(this, name, "local", args, (spec) => [
            ...disksProblem(spec, args.disks),
            ...permissionProblems(args.allow),
        ]);
        const volumes = createStaticVolumes(this, name, made.spec.base, made.storageClass.metadata.name, args.disks ?? [], args.allow);
        this.className = made.className;
        this.snapshotClassName = made.snapshotClassName;
        this.attributesClassNames = made.attributesClassNames;
        this.volumeNames = pulumi.all(volumes.map((volume) => volume.metadata.name));
        const { className, snapshotClassName, attributesClassNames, volumeNames } = this;
        this.registerOutputs({ className, snapshotClassName, attributesClassNames, volumeNames });
    }
}
