import * as path from "node:path";
import { stringify } from "yaml";
import { insideLayout, mountPool, type Programs, poolDriver } from "../cluster/control-plane";
import { internalKubeconfig } from "../cluster/kubeconfig";
import { type ClusterNode, type Layout, maxNodes, network, staticDisks } from "../cluster/layout";
import { keyPair } from "../cluster/pki";
import type { Compartment } from "./compartment";

/** cgroup of a node's pods, below every hierarchy's root. */
export const cgroupOf = (layout: Layout, node: ClusterNode): string => `${layout.cgroup}/${node.name}`;

/**
 * Kernel settings that a kubelet insists on. They are the whole machine's, so a node sees files with the wanted values in their place and
 * changes nothing.
 */
const kernelSettings: Record<string, string> = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
};

/** A node's compartment. Its `eth0` is put into its network namespace from outside, once that exists. */
export function nodeCompartment(layout: Layout, index: number, programs: Programs): Compartment {
    const node = insideLayout.node(index);
    const others = insideLayout.nodes(maxNodes).filter((other) => other.index !== index);
    return {
        name: node.name,
        folder: layout.node(index).folder,
        setup: [
            ...Object.entries(kernelSettings).flatMap(([name, value]) => [
                `mkdir -p /run/proc-sys/${path.dirname(name)}`,
                `echo ${value} >/run/proc-sys/${name}`,
                `mount --bind /run/proc-sys/${name} /proc/sys/${name}`,
            ]),
            "for _ in $(seq 200); do ip link show eth0 >/dev/null 2>&1 && break; sleep 0.05; done",
            `ip addr add ${node.address}/24 dev eth0`,
            "ip link set eth0 up",
            `ip route add default via ${network.controlAddress}`,
            ...others.map((other) => `ip route add ${other.podSubnet} via ${other.address}`),
            "echo 1 >/proc/sys/net/ipv4/ip_forward",
            "[ ! -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables",
            ...mountPool(),
            ...mountStaticDisks(node),
        ],
        services: [
            { name: "containerd", argv: ["containerd", "--config", path.join(node.folder, "containerd.toml")] },
            {
                name: "holdfast-csi",
                argv: [
                    programs("holdfast-csi"),
                    "--endpoint",
                    `unix://${path.join(node.kubelet, "plugins", poolDriver, "csi.sock")}`,
                    "--node-id",
                    node.name,
                    "--pool",
                    insideLayout.pool,
                    "--registration-dir",
                    path.join(node.kubelet, "plugins_registry"),
                ],
            },
            {
                name: "kubelet",
                argv: [
                    programs("kubelet"),
                    `--config=${path.join(node.folder, "kubelet.yaml")}`,
                    `--kubeconfig=${internalKubeconfig(insideLayout, node.name)}`,
                    `--hostname-override=${node.name}`,
                    `--node-ip=${node.address}`,
                    `--root-dir=${node.kubelet}`,
                    `--cert-dir=${path.join(node.kubelet, "pki")}`,
                    `--node-labels=topology.kubernetes.io/region=sandbox,topology.kubernetes.io/zone=sandbox-${index}`,
                ],
            },
            { name: "kube-proxy", argv: [programs("kube-proxy"), `--config=${path.join(node.folder, "kube-proxy.yaml")}`] },
        ],
    };
}

/**
 * Shows a node's static disks below /mnt beside what the host has there: the host's /mnt is covered by a folder of the node's own, with the
 * host's entries bound into it, because making a folder in /mnt would leave it on the host.
 */
function mountStaticDisks(node: ClusterNode): string[] {
    const own = "/run/mnt";
    return [
        `mkdir -p ${own}/disks`,
        "for entry in /mnt/* /mnt/.[!.]*; do",
        `    [ "$entry" != /mnt/disks ] || continue`,
        `    if [ -L "$entry" ]; then cp -P "$entry" ${own}/; continue; fi`,
        `    [ ! -d "$entry" ] || { mkdir "/run$entry"; mount --rbind "$entry" "/run$entry"; }`,
        "done",
        ...staticDisks.flatMap((disk) => [
            `mkdir /run${disk}`,
            `mount --bind ${path.join(node.staticDisks, path.basename(disk))} /run${disk}`,
        ]),
        `mount --rbind ${own} /mnt`,
    ];
}

/** Configuration files of a node, by their name in its folder. */
export function nodeFiles(layout: Layout, index: number): Record<string, string> {
    const node = insideLayout.node(index);
    const serving = keyPair(insideLayout, node.name);
    return {
        "containerd.toml": `version = 2
root = "${path.join(node.folder, "containerd")}"
state = "/run/containerd"
[grpc]
  address = "${node.containerdSocket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${path.join(node.folder, "containerd", "opt")}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.sandbox.holdfast/pause:1"
  tolerate_missing_hugetlb_controller = true
  disable_hugetlb_controller = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${path.join(node.folder, "cni")}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
`,
        "cni/10-pods.conflist": JSON.stringify({
            cniVersion: "1.0.0",
            name: "pods",
            plugins: [
                {
                    type: "bridge",
                    bridge: "cni0",
                    isGateway: true,
                    // Every node and the control plane have a route to every pod: nothing has to be translated.
                    ipMasq: false,
                    hairpinMode: true,
                    ipam: {
                        type: "host-local",
                        ranges: [[{ subnet: node.podSubnet }]],
                        routes: [{ dst: "0.0.0.0/0" }],
                        dataDir: "/run/cni-addresses",
                    },
                },
                { type: "portmap", capabilities: { portMappings: true } },
            ],
        }),
        "kubelet.yaml": stringify({
            apiVersion: "kubelet.config.k8s.io/v1beta1",
            kind: "KubeletConfiguration",
            failCgroupV1: false,
            cgroupDriver: "cgroupfs",
            cgroupRoot: cgroupOf(layout, node),
            containerRuntimeEndpoint: `unix://${node.containerdSocket}`,
            failSwapOn: false,
            authentication: {
                x509: { clientCAFile: keyPair(insideLayout, "ca").certificate },
                webhook: { enabled: true },
                anonymous: { enabled: false },
            },
            authorization: { mode: "Webhook" },
            tlsCertFile: serving.certificate,
            tlsPrivateKeyFile: serving.key,
            clusterDNS: [network.controlAddress],
            clusterDomain: network.domain,
            resolvConf: "/dev/null",
            address: node.address,
            readOnlyPort: 0,
            podLogsDir: path.join(node.folder, "pod-logs"),
            volumePluginDir: path.join(node.folder, "volume-plugins"),
            evictionHard: { "nodefs.available": "1%", "imagefs.available": "1%", "memory.available": "100Mi" },
            imageGCHighThresholdPercent: 100,
            imageGCLowThresholdPercent: 99,
            // A changed Secret or ConfigMap, and a volume that has grown, are seen within seconds rather than a minute.
            syncFrequency: "10s",
            // What volumes hold is a quarter of a minute old at most; a minute is the default.
            volumeStatsAggPeriod: "15s",
            serializeImagePulls: false,
            // Renewed four times in this: a node that is silent is noticed sooner than after the default, 40 s.
            nodeLeaseDurationSeconds: 20,
        }),
        "kube-proxy.yaml": stringify({
            apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
            kind: "KubeProxyConfiguration",
            mode: "iptables",
            clientConnection: { kubeconfig: internalKubeconfig(insideLayout, "proxy") },
            clusterCIDR: network.podCidr,
            hostnameOverride: node.name,
            healthzBindAddress: "127.0.0.1:10256",
            metricsBindAddress: "127.0.0.1:10249",
            // The table's size is the whole machine's: leave it.
            conntrack: { maxPerCore: 0, min: 0 },
        }),
    };
}
