import { createHash } from "node:crypto";
import * as path from "node:path";

/** The control plane: API server, controllers and the nodes' network. Not a node: no pod runs there, so any node can be lost. */
export interface ControlPlane {
    folder: string;
    /** Address on the nodes' bridge. */
    address: string;
    /** Socket through which the API is reached from the host, whose network the control plane doesn't share. */
    apiSocket: string;
    etcd: string;
}

/** What the S3 server keeps: a folder of its own, so that a lost cluster leaves it. */
export interface S3Folders {
    folder: string;
    /** Buckets, as folders of files. */
    objects: string;
    /** Earlier versions of objects. */
    versions: string;
    /** Its access keys, as lines of a shell: mode 0600. */
    keys: string;
}

/** A node is a value: everything that makes it differ from the next one. */
export interface ClusterNode {
    name: string;
    /** 1, 2 or 3. */
    index: number;
    address: string;
    /** What its pods' addresses are taken from. */
    podSubnet: string;
    folder: string;
    /** Disk of the node: volumes of local-path-provisioner, which stay here. */
    disk: string;
    /** What is behind its `staticDisks`, by their last names. */
    staticDisks: string;
    containerdSocket: string;
    kubelet: string;
}

/** Fixed names and addresses; they exist only inside the sandbox's own namespaces. */
export const network = {
    bridge: "hf0",
    controlAddress: "10.89.0.1",
    nodesPrefix: "10.89.0.",
    serviceCidr: "10.96.0.0/16",
    kubernetesService: "10.96.0.1",
    podCidr: "10.88.0.0/16",
    domain: "cluster.local",
} as const;

/** Name of the S3 server inside the cluster: a Service without pods that leads to the control plane's address. */
export const s3Host = `s3.holdfast-backups.svc.${network.domain}`;

/** Where every node has further disks mounted, as machines prepared for static `local` PersistentVolumes do. */
export const staticDisks = ["/mnt/disks/disk-1", "/mnt/disks/disk-2"] as const;

/** The most nodes a sandbox has: each costs about half a gigabyte of memory. */
export const maxNodes = 3;

/** Files and folders of a sandbox below its state folder. */
export class Layout {
    readonly controlPlane: ControlPlane;
    readonly pki: string;
    readonly kubeconfig: string;
    /** What was asked for: nodes, add-ons, API port. */
    readonly spec: string;
    /** Held by a command that changes the sandbox. */
    readonly lock: string;
    /** The sparse file behind the CSI driver's pool. */
    readonly poolFile: string;
    /** Where every compartment mounts the pool. */
    readonly pool: string;
    readonly s3: S3Folders;
    /** cgroup of all its pods: one machine may have a sandbox per state folder. */
    readonly cgroup: string;

    constructor(readonly state: string) {
        const folder = path.join(state, "control-plane");
        this.controlPlane = {
            folder,
            address: network.controlAddress,
            apiSocket: path.join(folder, "api.sock"),
            etcd: path.join(folder, "etcd"),
        };
        this.pki = path.join(state, "pki");
        this.kubeconfig = path.join(state, "kubeconfig");
        this.spec = path.join(state, "sandbox.json");
        this.lock = path.join(state, "lock");
        this.poolFile = path.join(state, "pool.btrfs");
        this.pool = path.join(state, "pool");
        const s3 = path.join(state, "s3");
        this.s3 = { folder: s3, objects: path.join(s3, "objects"), versions: path.join(s3, "versions"), keys: path.join(s3, "keys") };
        this.cgroup = `/holdfast-${createHash("sha256").update(state).digest("hex").slice(0, 8)}`;
    }

    node(index: number): ClusterNode {
        const folder = path.join(this.state, "nodes", `node-${index}`);
        return {
            name: `node-${index}`,
            index,
            address: `${network.nodesPrefix}${10 + index}`,
            podSubnet: `10.88.${index}.0/24`,
            folder,
            disk: path.join(folder, "disk"),
            staticDisks: path.join(folder, "static-disks"),
            containerdSocket: path.join(folder, "containerd.sock"),
            kubelet: path.join(folder, "kubelet"),
        };
    }

    nodes(count: number): ClusterNode[] {
        return Array.from({ length: count }, (_, i) => this.node(i + 1));
    }
}
