/** Storage on the node's own disks: nothing faster, and gone with the node. */

import { assumed, read, remembered } from "../source";
import type { DriverEntry } from "./driver";

/** One SSD of the node. Disks of cloud instances are lost more often: with the instance. */
const disk = {
    value: 0.01,
    source: remembered("https://www.backblaze.com/cloud-storage/resources/hard-drive-test-data (SSDs, about 1 % a year)", "2026-11"),
};
const instance = {
    value: 0.05,
    source: assumed("an instance replaced once in twenty years of instances; its disk goes with it", "2026-11"),
};

const plain = {
    snapshots: false,
    clones: false,
    expansion: "none",
    attributeChange: false,
    readWriteMany: false,
    enforcedSize: false,
    delayedBinding: true,
    encryption: "none",
} as const;

export const localDrivers: Record<string, DriverEntry> = {
    "local-path": {
        title: "local-path-provisioner",
        kind: "local",
        provisioner: "rancher.io/local-path",
        reach: "node",
        volume: "hostPath",
        capabilities: plain,
        limits: {},
        annualFailure: disk,
        copies: 1,
        performance: "the node's disk, undivided: a neighbour's volume can fill it",
        parameters: {},
        mountOptions: [],
        needs: "local-path-provisioner; k3s and kind bring it",
        install: "kubectl apply -f https://raw.githubusercontent.com/rancher/local-path-provisioner/v0.0.37/deploy/local-path-storage.yaml",
        // The namespace of its manifest and of kind's, the role k3s gives it, the class its Helm chart makes.
        shownBy: [
            "namespace/local-path-storage",
            "clusterrole.rbac.authorization.k8s.io/local-path-provisioner-role",
            "storageclass.storage.k8s.io/local-path",
        ],
        source: read("https://github.com/rancher/local-path-provisioner#cons (no limit of capacity; hostPath unless asked)", "2026-11"),
    },
    "minikube-hostpath": {
        title: "minikube's storage-provisioner",
        kind: "local",
        provisioner: "k8s.io/minikube-hostpath",
        reach: "node",
        volume: "hostPath",
        capabilities: { ...plain, delayedBinding: false },
        limits: {},
        annualFailure: disk,
        copies: 1,
        performance: "a folder of the only node",
        parameters: {},
        mountOptions: [],
        needs: "minikube",
        install: "minikube addons enable storage-provisioner",
        shownBy: ["clusterrolebinding.rbac.authorization.k8s.io/storage-provisioner"],
        source: remembered("https://minikube.sigs.k8s.io/docs/handbook/persistent_volumes/", "2026-11"),
    },
    "static-local": {
        title: "static local volumes",
        kind: "local",
        provisioner: "kubernetes.io/no-provisioner",
        reach: "node",
        volume: "local",
        capabilities: { ...plain, enforcedSize: true },
        limits: {},
        annualFailure: disk,
        copies: 1,
        performance: "a whole disk or partition for each volume",
        parameters: {},
        mountOptions: [],
        needs: "a PersistentVolume with node affinity for each disk",
        install: "nothing: name the disks (`disks`), and their PersistentVolumes are made",
        shownBy: [],
        source: remembered("https://kubernetes.io/docs/concepts/storage/volumes/#local", "2026-11"),
    },
    "instance-store": {
        title: "EC2 instance store",
        kind: "local",
        provisioner: "kubernetes.io/no-provisioner",
        reach: "node",
        volume: "local",
        capabilities: { ...plain, enforcedSize: true, encryption: "always" },
        limits: {},
        annualFailure: instance,
        copies: 1,
        performance: "the instance's own NVMe, no network in between",
        parameters: {},
        mountOptions: [],
        needs: "static local volumes: instances with NVMe disks, and a PersistentVolume with node affinity for each",
        install: "nothing: name the disks (`disks`), and their PersistentVolumes are made",
        shownBy: [],
        source: remembered(
            "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/InstanceStorage.html (lost on stop; NVMe encrypted, XTS-AES-256)",
            "2026-11",
        ),
    },
    topolvm: {
        title: "TopoLVM",
        kind: "local",
        provisioner: "topolvm.io",
        reach: "node",
        volume: "csi",
        // Snapshots and clones exist on thin pools only, which is a device class of its own: not taken for granted. Without
        // `topolvm.io/device-class` the class takes the default one.
        capabilities: { ...plain, expansion: "online", enforcedSize: true },
        limits: {},
        annualFailure: disk,
        copies: 1,
        performance: "the node's volume group, scheduled by free space",
        parameters: { "csi.storage.k8s.io/fstype": "xfs" },
        mountOptions: [],
        needs: "TopoLVM and an LVM volume group on each node",
        install:
            "helm install -n topolvm-system topolvm topolvm/topolvm, see https://github.com/topolvm/topolvm/blob/main/docs/getting-started.md",
        source: read("https://github.com/topolvm/topolvm/blob/main/docs/limitations.md", "2026-11"),
    },
    "openebs-lvm": {
        title: "OpenEBS Local PV LVM",
        kind: "local",
        provisioner: "local.csi.openebs.io",
        reach: "node",
        volume: "csi",
        // It takes snapshots, and can't make a volume from one: of no use to a restore, so not counted.
        capabilities: { ...plain, expansion: "online", enforcedSize: true },
        limits: {},
        annualFailure: disk,
        copies: 1,
        performance: "the node's volume group",
        // `volgroup` is going away in favour of a pattern.
        parameters: { storage: "lvm", vgpattern: "^lvmvg$", fsType: "xfs" },
        mountOptions: [],
        needs: "OpenEBS LVM and a volume group `lvmvg` on each node",
        install: "kubectl apply -f https://openebs.github.io/charts/lvm-operator.yaml, see https://github.com/openebs/lvm-localpv",
        source: read("https://github.com/openebs/lvm-localpv/blob/develop/docs/csi_capability.md and docs/storageclasses.md", "2026-11"),
    },
    "openebs-zfs": {
        title: "OpenEBS Local PV ZFS",
        kind: "local",
        provisioner: "zfs.csi.openebs.io",
        reach: "node",
        volume: "csi",
        // Encryption is the pool's, made before the driver sees it: the class can neither ask for it nor see it.
        capabilities: { ...plain, snapshots: true, clones: true, expansion: "online", enforcedSize: true },
        limits: {},
        annualFailure: disk,
        copies: 1,
        performance: "the node's pool, checksummed and compressed",
        // Thick: what a claim was promised is not given to another dataset.
        parameters: { poolname: "zfspv-pool", fstype: "zfs", recordsize: "16k", compression: "on", thinprovision: "no" },
        mountOptions: [],
        snapshotParameters: {},
        needs: "OpenEBS ZFS and a pool `zfspv-pool` on each node",
        install: "helm install openebs --namespace openebs openebs/openebs --create-namespace, see https://github.com/openebs/zfs-localpv",
        source: read("https://github.com/openebs/zfs-localpv/blob/develop/docs/storageclasses.md and docs/features.md", "2026-11"),
    },
};
