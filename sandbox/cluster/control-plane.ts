import * as path from "node:path";
import { type Compartment, inside, type Service } from "../node/compartment";
import { internalKubeconfig } from "./kubeconfig";
import { Layout, maxNodes, network } from "./layout";
import { keyPair } from "./pki";
import { s3Service } from "./s3";
import type { AddOn, SandboxSpec } from "./spec";

/** Path of a program of the toolchain, by its name. */
export type Programs = (name: string) => string;

/** CSI provisioner name of the sandbox's driver, as StorageClasses and the CSIDriver object name it. */
export const poolDriver = "pool.csi.sandbox.holdfast";

/** The sandbox's files as its own processes see them. */
export const insideLayout = new Layout(inside);

/** Users whose kubeconfigs the processes inside need. */
export const internalUsers = ["admin", "controller-manager", "scheduler", "proxy"];

const csiSocket = path.join(insideLayout.controlPlane.folder, "csi.sock");

/** The control plane's compartment: bridge, pool, API. `hostServices` carries the API to a port on 127.0.0.1. */
export function controlPlane(layout: Layout, spec: SandboxSpec, programs: Programs): Compartment {
    const { apiSocket } = insideLayout.controlPlane;
    return {
        name: "control-plane",
        folder: layout.controlPlane.folder,
        hostServices: [
            {
                name: "api-port",
                argv: ["socat", `TCP-LISTEN:${spec.apiPort},bind=127.0.0.1,fork,reuseaddr,nodelay`, `UNIX-CONNECT:${apiSocket}`],
            },
        ],
        setup: [
            `ip link add ${network.bridge} type bridge`,
            `ip addr add ${network.controlAddress}/24 dev ${network.bridge}`,
            `ip link set ${network.bridge} up`,
            `ip route add default dev ${network.bridge}`,
            ...insideLayout.nodes(maxNodes).map((node) => `ip route add ${node.podSubnet} via ${node.address}`),
            ...mountPool(),
        ],
        services: [
            ...coreServices(programs, spec.nodes),
            ...poolServices(programs),
            ...spec.addOns.flatMap((addOn) => addOnServices(addOn, programs)),
        ],
    };
}

/**
 * Mounts the pool from the loop device that has its file already, or from a new one that the kernel frees with the last mount. Every
 * compartment mounts the same device, so all see one file system.
 */
export function mountPool(): string[] {
    const file = insideLayout.poolFile;
    return [
        `device=$(losetup --noheadings --output NAME --associated ${file} | head -n 1)`,
        `if [ -n "$device" ]; then mount -t btrfs -o noatime "$device" ${insideLayout.pool}; else mount -t btrfs -o loop,noatime ${file} ${insideLayout.pool}; fi`,
    ];
}

/**
 * Where another node could take over, one that is silent is given up after 20 s; Kubernetes' own 50 s are more than a failover within a minute
 * leaves room for. Kubelets speak every 5 s (`nodeLeaseDurationSeconds`).
 */
const giveUpNodes = ["--node-monitor-grace-period=20s", "--node-monitor-period=2s"];

function coreServices(programs: Programs, nodes: number): Service[] {
    const layout = insideLayout;
    const ca = keyPair(layout, "ca");
    const serving = keyPair(layout, "apiserver");
    const admin = keyPair(layout, "admin");
    const serviceAccounts = path.join(layout.pki, "service-accounts");
    const etcd = "http://127.0.0.1:2379";
    const connection = (user: string) =>
        ["kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig"].map(
            (flag) => `--${flag}=${internalKubeconfig(layout, user)}`,
        );
    return [
        {
            name: "etcd",
            argv: [
                programs("etcd"),
                `--data-dir=${layout.controlPlane.etcd}`,
                `--listen-client-urls=${etcd}`,
                `--advertise-client-urls=${etcd}`,
                "--listen-peer-urls=http://127.0.0.1:2380",
                "--auto-compaction-retention=1h",
            ],
        },
        {
            name: "kube-apiserver",
            argv: [
                programs("kube-apiserver"),
                `--etcd-servers=${etcd}`,
                "--authorization-mode=Node,RBAC",
                "--enable-admission-plugins=NodeRestriction",
                "--anonymous-auth=false",
                `--client-ca-file=${ca.certificate}`,
                `--tls-cert-file=${serving.certificate}`,
                `--tls-private-key-file=${serving.key}`,
                `--kubelet-client-certificate=${admin.certificate}`,
                `--kubelet-client-key=${admin.key}`,
                `--kubelet-certificate-authority=${ca.certificate}`,
                "--kubelet-preferred-address-types=InternalIP",
                `--service-account-key-file=${serviceAccounts}.pub`,
                `--service-account-signing-key-file=${serviceAccounts}.key`,
                `--service-account-issuer=https://kubernetes.default.svc.${network.domain}`,
                `--service-cluster-ip-range=${network.serviceCidr}`,
                `--advertise-address=${network.controlAddress}`,
                "--bind-address=0.0.0.0",
                "--secure-port=6443",
                "--allow-privileged=true",
                // No kube-proxy runs here: webhooks and aggregated APIs are reached at their pods' addresses.
                "--enable-aggregator-routing=true",
                "--profiling=false",
            ],
        },
        {
            name: "kube-controller-manager",
            argv: [
                programs("kube-controller-manager"),
                ...connection("controller-manager"),
                `--service-account-private-key-file=${serviceAccounts}.key`,
                `--root-ca-file=${ca.certificate}`,
                `--cluster-signing-cert-file=${ca.certificate}`,
                `--cluster-signing-key-file=${ca.key}`,
                `--flex-volume-plugin-dir=${path.join(layout.controlPlane.folder, "volume-plugins")}`,
                "--use-service-account-credentials",
                ...(nodes > 1 ? giveUpNodes : []),
                "--leader-elect=false",
                "--profiling=false",
            ],
        },
        {
            name: "kube-scheduler",
            argv: [programs("kube-scheduler"), ...connection("scheduler"), "--leader-elect=false", "--profiling=false"],
        },
        { name: "coredns", argv: [programs("coredns"), "-conf", path.join(layout.controlPlane.folder, "Corefile")] },
        // The host reaches the API through this socket: the control plane's network is its own.
        {
            name: "api-socket",
            argv: ["socat", `UNIX-LISTEN:${layout.controlPlane.apiSocket},fork,mode=600,unlink-early`, "TCP:127.0.0.1:6443,nodelay"],
        },
    ];
}

/** CoreDNS' configuration: the cluster's names, on the address that kubelets give to pods. */
export function corefile(): string {
    return `${network.domain}:53 in-addr.arpa:53 ip6.arpa:53 {
    bind ${network.controlAddress}
    errors
    cache 5
    kubernetes ${network.domain} in-addr.arpa ip6.arpa {
        kubeconfig ${internalKubeconfig(insideLayout, "admin")}
        pods insecure
        ttl 5
    }
}
`;
}

function poolServices(programs: Programs): Service[] {
    const connection = [
        `--csi-address=${csiSocket}`,
        `--kubeconfig=${internalKubeconfig(insideLayout, "admin")}`,
        "--leader-election=false",
    ];
    return [
        {
            name: "csi-controller",
            argv: [programs("holdfast-csi"), "--endpoint", `unix://${csiSocket}`, "--pool", insideLayout.pool],
        },
        {
            name: "csi-provisioner",
            argv: [programs("csi-provisioner"), ...connection, "--extra-create-metadata", "--feature-gates=Topology=false"],
        },
        { name: "csi-resizer", argv: [programs("csi-resizer"), ...connection, "--handle-volume-inuse-error=false"] },
    ];
}

/** What an add-on runs in the control plane. */
export function addOnServices(addOn: AddOn, programs: Programs): Service[] {
    const kubeconfig = `--kubeconfig=${internalKubeconfig(insideLayout, "admin")}`;
    switch (addOn) {
        case "snapshots":
            return [
                { name: "snapshot-controller", argv: [programs("snapshot-controller"), kubeconfig, "--leader-election=false"] },
                {
                    name: "csi-snapshotter",
                    argv: [programs("csi-snapshotter"), `--csi-address=${csiSocket}`, kubeconfig, "--leader-election=false"],
                },
            ];
        case "local-path":
            return [
                {
                    name: "local-path-provisioner",
                    argv: [
                        programs("local-path-provisioner"),
                        "start",
                        `--kubeconfig=${internalKubeconfig(insideLayout, "admin")}`,
                        "--namespace=local-path-storage",
                        "--service-account-name=local-path-provisioner",
                        "--configmap-name=local-path-config",
                        "--helper-image=registry.sandbox.holdfast/busybox:1",
                        `--config=${path.join(insideLayout.controlPlane.folder, "local-path.json")}`,
                        "--provisioner-name=rancher.io/local-path",
                    ],
                    env: { POD_NAMESPACE: "local-path-storage" },
                },
            ];
        case "backups":
            return [s3Service(programs)];
        case "cloudnative-pg":
            // It runs in the cluster, as it does elsewhere.
            return [];
    }
}
