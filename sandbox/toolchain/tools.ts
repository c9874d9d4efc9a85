import * as path from "node:path";

/** Programs that are built together, from one Go module. */
export interface ToolSet {
    /** What a person reads while it is built. */
    title: string;
    /** Folder with `go.mod` and `go.sum`, relative to `sandbox/`. */
    module: string;
    /** Go package → name of the program it makes. */
    programs: Record<string, string>;
    /** Arguments of the linker's `-X`: the versions that the programs report. */
    versions?: Record<string, string>;
    /** Seconds that a build with an empty Go cache took on two cores; only an estimate for the person who waits. */
    coldSeconds: number;
    /** Sources of ours are part of the key, not only `go.mod` and `go.sum`. */
    ownSources?: boolean;
}

const kubernetesVersion = { "k8s.io/component-base/version.gitVersion": "v1.36.3" };
const modules = path.join("toolchain", "modules");

/** Everything the sandbox builds. A new program is one entry (and one `go.mod`). */
export const toolSets = {
    etcd: {
        title: "etcd 3.6.7",
        module: path.join(modules, "etcd"),
        programs: { "go.etcd.io/etcd/server/v3": "etcd" },
        coldSeconds: 30,
    },
    kubernetes: {
        title: "Kubernetes 1.36.3",
        module: path.join(modules, "kubernetes"),
        programs: {
            "k8s.io/kubernetes/cmd/kube-apiserver": "kube-apiserver",
            "k8s.io/kubernetes/cmd/kube-controller-manager": "kube-controller-manager",
            "k8s.io/kubernetes/cmd/kube-scheduler": "kube-scheduler",
            "k8s.io/kubernetes/cmd/kubelet": "kubelet",
            "k8s.io/kubernetes/cmd/kube-proxy": "kube-proxy",
            "k8s.io/kubernetes/cmd/kubectl": "kubectl",
        },
        versions: kubernetesVersion,
        coldSeconds: 340,
    },
    coredns: {
        title: "CoreDNS 1.15.0",
        module: path.join(modules, "coredns"),
        programs: { "holdfast.local/toolchain/coredns": "coredns" },
        coldSeconds: 90,
        ownSources: true,
    },
    pulumi: {
        title: "Pulumi CLI 3.230.0",
        module: path.join(modules, "pulumi"),
        programs: { "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi": "pulumi" },
        versions: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "3.230.0" },
        coldSeconds: 135,
    },
    "language-host": {
        title: "language host",
        module: "language-host",
        programs: { "holdfast.local/sandbox/language-host/cmd/pulumi-language-nodejs": "pulumi-language-nodejs" },
        coldSeconds: 10,
        ownSources: true,
    },
    "pulumi-yaml": {
        title: "Pulumi's YAML language host 1.32.0",
        module: path.join(modules, "pulumi-yaml"),
        programs: { "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml": "pulumi-language-yaml" },
        versions: { "github.com/pulumi/pulumi-yaml/pkg/version.Version": "1.32.0" },
        coldSeconds: 60,
    },
    "kubernetes-provider": {
        title: "Kubernetes provider stand-in",
        module: "kubernetes-provider",
        programs: { "holdfast.local/sandbox/kubernetes-provider/cmd/pulumi-resource-kubernetes": "pulumi-resource-kubernetes" },
        coldSeconds: 60,
        ownSources: true,
    },
    "csi-driver": {
        title: "CSI driver",
        module: "csi-driver",
        programs: { "holdfast.local/sandbox/csi-driver/cmd/holdfast-csi": "holdfast-csi" },
        coldSeconds: 10,
        ownSources: true,
    },
    "csi-sidecars": {
        title: "CSI provisioner 6.3.0 and resizer 2.3.0",
        module: path.join(modules, "kubernetes"),
        programs: {
            "github.com/kubernetes-csi/external-provisioner/v6/cmd/csi-provisioner": "csi-provisioner",
            "github.com/kubernetes-csi/external-resizer/v2/cmd/csi-resizer": "csi-resizer",
        },
        coldSeconds: 45,
    },
    snapshots: {
        title: "CSI snapshotter 8.7.0",
        module: path.join(modules, "kubernetes"),
        programs: {
            "github.com/kubernetes-csi/external-snapshotter/v8/cmd/snapshot-controller": "snapshot-controller",
            "github.com/kubernetes-csi/external-snapshotter/v8/cmd/csi-snapshotter": "csi-snapshotter",
        },
        coldSeconds: 40,
    },
    "local-path": {
        title: "local-path-provisioner 0.0.30",
        module: path.join(modules, "local-path"),
        programs: { "github.com/rancher/local-path-provisioner": "local-path-provisioner" },
        coldSeconds: 70,
    },
    versitygw: {
        title: "S3 server (versitygw 1.8.0)",
        module: path.join(modules, "versitygw"),
        programs: { "github.com/versity/versitygw/cmd/versitygw": "versitygw" },
        versions: { "main.Version": "v1.8.0" },
        coldSeconds: 60,
    },
    "csi-sanity": {
        title: "csi-sanity 5.6.0",
        module: path.join(modules, "csi-test"),
        programs: { "github.com/kubernetes-csi/csi-test/v5/cmd/csi-sanity": "csi-sanity" },
        coldSeconds: 15,
    },
} as const satisfies Record<string, ToolSet>;

export type ToolSetName = keyof typeof toolSets;

/** What every cluster needs, whatever runs on it. */
export const clusterToolSets: ToolSetName[] = ["etcd", "kubernetes", "coredns", "csi-driver", "csi-sidecars"];

/** What `holdfast up` needs where Pulumi's own programs aren't installed. */
export const engineToolSets: ToolSetName[] = ["pulumi", "language-host", "kubernetes-provider"];
