/** What can be installed: each part by the release's own manifests, pinned by version and by their contents. */

/** One file of a release. */
export interface ManifestFile {
    /** Where it is, at a tag that doesn't move. */
    url: string;
    /** SHA-256 of its bytes, in hexadecimal: whatever else is at the address is refused. */
    sha256: string;
}

/** One thing that a cluster may need. */
export interface Part {
    title: string;
    version: string;
    /** Of everything in it that has a namespace and doesn't say which. */
    namespace: string;
    files: readonly ManifestFile[];
    /** What would be lost with its definitions, in words. */
    definitionsHold: string;
}

const raw = (repository: string, ref: string, path: string) => `https://raw.githubusercontent.com/${repository}/${ref}/${path}`;
const snapshotter = "kubernetes-csi/external-snapshotter";
const snapshotDefinition = (plural: string, sha256: string): ManifestFile => ({
    url: raw(snapshotter, "refs/tags/client/v8.6.0", `client/config/crd/snapshot.storage.k8s.io_${plural}.yaml`),
    sha256,
});
const snapshotController = (file: string, sha256: string): ManifestFile => ({
    url: raw(snapshotter, "v8.7.0", `deploy/kubernetes/snapshot-controller/${file}.yaml`),
    sha256,
});
const k8up = (path: string, sha256: string): ManifestFile => ({ url: raw("k8up-io/k8up", "v2.12.0", `config/${path}.yaml`), sha256 });
const k8upDefinition = (plural: string, sha256: string) => k8up(`crd/apiextensions.k8s.io/v1/k8up.io_${plural}`, sha256);

export const parts: Readonly<Record<string, Part>> = {
    snapshots: {
        title: "VolumeSnapshots and their controller",
        version: "8.7.0",
        namespace: "kube-system",
        files: [
            snapshotDefinition("volumesnapshotclasses", "75e6565aac2c0f2949ed13ea884bbaa388cb7be576b558b709cf1168e011828d"),
            snapshotDefinition("volumesnapshotcontents", "895a3c1e73b60f06a0deb566dd123d01bdf1b2efc5d5ff5231ff8bbcf42dafc7"),
            snapshotDefinition("volumesnapshots", "b032116e987fb1d7d93cec7d942833adeb9d95c9bdc7e00c10b280c2fe4a6c33"),
            snapshotController("rbac-snapshot-controller", "99c4ac480b6c9563be0d85599e29cc7b68b25a82d250b0e789726727551e8d38"),
            snapshotController("setup-snapshot-controller", "54b9342a7433c377b83a671babf416660078a716ec2e63f658a77aa629de5581"),
        ],
        definitionsHold: "every snapshot",
    },
    "cloudnative-pg": {
        title: "CloudNativePG",
        version: "1.30.0",
        namespace: "cnpg-system",
        files: [
            {
                url: raw("cloudnative-pg/cloudnative-pg", "v1.30.0", "releases/cnpg-1.30.0.yaml"),
                sha256: "f8bede43fe4ee0d478c2355b204a36876b2ae4faac60f2a9452280b293da3b88",
            },
        ],
        definitionsHold: "every Cluster, and with each its claims",
    },
    k8up: {
        title: "K8up",
        version: "2.12.0",
        namespace: "k8up",
        files: [
            k8upDefinition("archives", "7598ab39e4723f514bc65a75ff223e900004b10b6c0dae1548b4567a02626f97"),
            k8upDefinition("backups", "94d44d7e5a91ccf3937412a46a674aa216188c961eb1298c0b86c05345f16631"),
            k8upDefinition("checks", "b382a8de62f6983dfe75ba30b505b1eaf9bfa6903f7407c179600fe023c45c29"),
            k8upDefinition("podconfigs", "02c7c8c43128bfdb28b50e82a6ad10397444f53bc916bf49c9c7b63833cabc4f"),
            k8upDefinition("prebackuppods", "b3a2ed6e69ad6220aa8f4ef0cdc3f2d1deaa369bc18499f82a929451bbf2490d"),
            k8upDefinition("prunes", "da2de39134316c443551fb12ab4f1b548d9f93ce519e5715ee1a8227b394b806"),
            k8upDefinition("restores", "f6a1d5a1b05291643135592d4cb577fb3a2b7e8523f6268dfe77771888c9d049"),
            k8upDefinition("schedules", "33b0362e3117e42a44a4cbc7bec3d4dd248c5ba66b098f04314da61b9d1fe79b"),
            k8upDefinition("snapshots", "e5478130115d500188ccb578943fa7a68a5c2d48d043e444d50508b9a0663375"),
            k8up("rbac/role", "51b96646fdf4415e43f0d4c417bb24fa51b1502eaddbf3a1c33febaa0ca80130"),
        ],
        definitionsHold: "every schedule; what is in the repositories stays",
    },
    "local-path": {
        title: "local-path-provisioner",
        version: "0.0.30",
        namespace: "local-path-storage",
        files: [
            {
                url: raw("rancher/local-path-provisioner", "v0.0.30", "deploy/local-path-storage.yaml"),
                sha256: "fe682186b00400fe7e2b72bae16f63e47a56a6dcc677938c6642139ef670045e",
            },
        ],
        definitionsHold: "nothing",
    },
};

export const partNames: readonly string[] = Object.keys(parts);
