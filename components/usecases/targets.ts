/** Where an application can run: which drivers stand ready there, which images, and how safe a repository for backups is. */

import type { EngineName, Environment, PlannedEngine, StorageKind, TargetName } from "./plan";
import { measured, read, remembered, type Source } from "./source";

/** Where backups lie, from the nearest to the live data to the farthest. */
export const locations = ["same-machine", "same-cluster", "outside-the-cluster", "other-region"] as const;
export type Location = (typeof locations)[number];

export type Image = Omit<PlannedEngine, "name" | "settings" | "replication">;

export interface Target {
    title: string;
    environment: Environment;
    /** The cluster and its disks are thrown away after use. */
    disposable?: boolean;
    /** Drivers that stand ready, by kind, the cheapest first. Empty: they are named in the stack's config. */
    drivers: Record<StorageKind, string[]>;
    /** Drivers that can't be there whatever the config says. */
    excluded: string[];
    /** The kind for volumes that have to follow their pod. */
    remote: StorageKind;
    images: Partial<Record<EngineName, Image>>;
    /** Images of what runs beside the engine, in its pods and in drills, where they aren't the public ones. */
    tools?: { restic: string; node: string; proxy: string };
    /** Where backups go unless said otherwise. */
    location: Location;
    /** Where backups go that have to outlive the whole place. */
    farLocation: Location;
    /** Its object storage encrypts whatever is put into it. */
    encryptsObjects?: boolean;
    /** What members are spread over. */
    topologyKey: Record<"node" | "zone", string>;
    /** Key of the price table; absent where nothing is billed or nobody knows. */
    prices?: string;
    region?: string;
    source: Source;
}

const topologyKey = { node: "kubernetes.io/hostname", zone: "topology.kubernetes.io/zone" };

/** The official images: their user is the one who owns the data folder, so it decides the volume's group. */
const official: Target["images"] = {
    postgres: { version: "17", image: "docker.io/library/postgres:17.7", runAsUser: 999, runAsGroup: 999 },
    "postgres-cluster": { version: "17", image: "ghcr.io/cloudnative-pg/postgresql:17.5", runAsUser: 26, runAsGroup: 26 },
    valkey: { version: "8.1", image: "docker.io/valkey/valkey:8.1.4", runAsUser: 999, runAsGroup: 999 },
    // The image has no user of its own: any number that owns the volume will do.
    jetstream: { version: "2.12", image: "docker.io/library/nats:2.12.6-alpine", runAsUser: 1000, runAsGroup: 1000 },
};

export const targets: Record<TargetName, Target> = {
    sandbox: {
        title: "the built-in disposable cluster",
        // Its disks are not encrypted and its backups lie on the same machine: a production promise would be false.
        environment: "development",
        disposable: true,
        drivers: { local: ["local-path"], network: ["sandbox-pool"], cloud: [] },
        excluded: [
            "instance-store",
            "ebs-gp3",
            "ebs-io2",
            "efs",
            "fsx-ontap",
            "longhorn",
            "ceph-rbd",
            "cephfs",
            "nfs-csi",
            "topolvm",
            "openebs-lvm",
            "openebs-zfs",
            "minikube-hostpath",
        ],
        remote: "network",
        images: {
            postgres: { version: "17", image: "registry.sandbox.holdfast/postgres:17", runAsUser: 101, runAsGroup: 103 },
            valkey: { version: "8.1", image: "registry.sandbox.holdfast/valkey:8.1", runAsUser: 999, runAsGroup: 1000 },
            "postgres-cluster": { version: "17", image: "registry.sandbox.holdfast/postgres-cluster:17", runAsUser: 101, runAsGroup: 103 },
            jetstream: { version: "2.12", image: "registry.sandbox.holdfast/nats:2.12", runAsUser: 1000, runAsGroup: 1000 },
        },
        tools: {
            restic: "registry.sandbox.holdfast/k8up:2.12.0",
            node: "registry.sandbox.holdfast/node:20",
            proxy: "registry.sandbox.holdfast/haproxy:3.0",
        },
        location: "same-machine",
        farLocation: "same-machine",
        topologyKey: { node: topologyKey.node, zone: topologyKey.node },
        source: measured("the sandbox's own drivers and images", "2026-11"),
    },
    kubernetes: {
        title: "a Kubernetes cluster",
        environment: "production",
        drivers: { local: [], network: [], cloud: [] },
        excluded: ["sandbox-pool"],
        remote: "network",
        images: official,
        location: "outside-the-cluster",
        farLocation: "outside-the-cluster",
        topologyKey,
        source: remembered("https://hub.docker.com/_/postgres (user and group 999 in the Debian images)", "2026-11"),
    },
    eks: {
        title: "Amazon EKS",
        environment: "production",
        drivers: { local: ["instance-store"], network: [], cloud: ["ebs-gp3", "ebs-io2", "efs", "fsx-ontap"] },
        excluded: ["sandbox-pool", "minikube-hostpath"],
        remote: "cloud",
        images: official,
        location: "outside-the-cluster",
        farLocation: "other-region",
        // Every object since January 2023: https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
        encryptsObjects: true,
        topologyKey,
        prices: "aws",
        region: "us-east-1",
        source: read("https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html", "2026-11"),
    },
};

export const targetNames = Object.keys(targets) as TargetName[];
