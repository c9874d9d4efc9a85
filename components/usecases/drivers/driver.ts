/** What a storage driver is to the resolver: what it can do, how far it reaches, how often it fails, and who says so. */

import type { StorageKind } from "../plan";
import type { Source } from "../source";

/** Where a volume can be reached from: only its node, its zone, every node of the cluster, or every zone of the region. */
export type Reach = "node" | "zone" | "cluster" | "region";

/** Whether volumes are encrypted at rest: whatever the class says, where the class asks for it, or not by this driver. */
export type Encryption = "always" | "option" | "none";

export interface Capabilities {
    snapshots: boolean;
    clones: boolean;
    expansion: "online" | "offline" | "none";
    /** IOPS and throughput can change on a live volume, by a VolumeAttributesClass. */
    attributeChange: boolean;
    readWriteMany: boolean;
    /** A write beyond the volume's size fails, and nobody else's disk fills up. */
    enforcedSize: boolean;
    /** The volume is made when its pod is scheduled, so it lands where the pod can run. */
    delayedBinding: boolean;
    encryption: Encryption;
}

export interface Limits {
    minimumGiB?: number;
    maximumGiB?: number;
    iops?: { minimum: number; maximum: number; perGiB: number; included: number };
    throughputMiB?: { minimum: number; maximum: number; perIops: number; included: number };
    /** Changes of size or attributes of one volume in a rolling day. */
    changesPerDay?: number;
}

/** What one attribute of a live volume may be set to. Without a word of its own it is a whole number. */
export interface MutableParameter {
    /** The words it may be. */
    words?: readonly string[];
    /** Which of the driver's limits bounds the number. */
    limit?: "iops" | "throughputMiB";
}

export interface Driver {
    name: string;
    title: string;
    kind: StorageKind;
    /** CSI provisioner name, as it stands in a StorageClass; `kubernetes.io/no-provisioner` where volumes are made by hand. */
    provisioner: string;
    reach: Reach;
    /** What the PersistentVolume is: a `hostPath` can't be backed up as files by restic-based tools. */
    volume: "csi" | "hostPath" | "local";
    capabilities: Capabilities;
    /** True where a volume can grow at all, online or offline. */
    expansion: boolean;
    /** A file share: many readers and writers, and milliseconds for each operation. Not for a database's own files. */
    isFileShare?: boolean;
    limits: Limits;
    /** Probability that one volume is lost within a year. Absent: nobody states it. */
    annualFailure?: { value: number; source: Source };
    /** Copies that the driver itself keeps of a volume, each on another node. */
    copies: number;
    /** In words, for the proposal: what a newcomer should expect. */
    performance: string;
    /** Parameters of the StorageClass, without encryption. */
    parameters: Record<string, string>;
    /** Parameters that only the cluster's owner knows: without them no class can be made. */
    requiredParameters?: string[];
    /** Further parameters of an encrypted class. */
    encryptionParameters?: Record<string, string>;
    mountOptions: string[];
    /** Parameters of the VolumeSnapshotClass, where the driver has snapshots. */
    snapshotParameters?: Record<string, string>;
    /** What a VolumeAttributesClass may set, where attributes of a live volume can change. */
    mutableParameters?: Record<string, MutableParameter>;
    /** Key in the price table; absent where the price is the node's or the organisation's own. */
    price?: string;
    /** What has to be in the cluster first. */
    needs: string;
    /** What it takes on EKS, where the rest is made with its class. Absent: `needs`. */
    needsOnEks?: string;
    /** How it gets there: a command, or the page that says so. */
    install: string;
    /**
     * Cluster-wide objects of which any one shows that the driver is there, as `kubectl get -o name` prints them. Empty: nothing has to be.
     * @default its CSIDriver object
     */
    shownBy?: string[];
    source: Source;
}

/** An entry of the table, before its name and what follows from its capabilities are added. */
export type DriverEntry = Omit<Driver, "name" | "expansion">;

/**
 * A driver as stack config describes it. What is left out is judged as missing, never as present.
 *
 * @example
 * drivers:
 *   acme-block: { kind: network, provisioner: block.acme.example, reach: cluster, snapshots: true, expansion: online, encryption: always }
 */
export interface DriverDescription {
    kind: StorageKind;
    provisioner: string;
    /** @default `node` for local, `zone` for cloud, `cluster` for network storage. */
    reach?: Reach;
    volume?: Driver["volume"];
    snapshots?: boolean;
    clones?: boolean;
    expansion?: Capabilities["expansion"] | boolean;
    attributeChange?: boolean;
    readWriteMany?: boolean;
    enforcedSize?: boolean;
    delayedBinding?: boolean;
    encryption?: Encryption;
    /** Probability that one volume is lost within a year, between 0 and 1. */
    annualFailure?: number;
    maximumGiB?: number;
    parameters?: Record<string, string>;
    mountOptions?: string[];
}
