/** The cloud's own volumes. EBS disks live in one zone; EFS and FSx for ONTAP (Multi-AZ) in the region. */

import { read, remembered, reported } from "../source";
import type { DriverEntry } from "./driver";

const ebsTypes = "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html";

const ebs = {
    kind: "cloud",
    provisioner: "ebs.csi.aws.com",
    reach: "zone",
    volume: "csi",
    capabilities: {
        snapshots: true,
        clones: true,
        expansion: "online",
        attributeChange: true,
        readWriteMany: false,
        enforcedSize: true,
        delayedBinding: true,
        encryption: "option",
    },
    copies: 1,
    encryptionParameters: { encrypted: "true" },
    mountOptions: [],
    snapshotParameters: {},
    needs: "the EBS CSI add-on",
    needsOnEks: "an EKS cluster: add-on, role and key are made with the class (proven by mocks only)",
    install: "aws eks create-addon --addon-name aws-ebs-csi-driver …, see https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html",
} as const satisfies Partial<DriverEntry>;

/** "up to four times within a rolling 24-hour period": https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html, read 2026-11. */
const changesPerDay = 4;

/** "iops" and "throughput" of ModifyVolume: https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/modify-volume.md, read 2026-11. */
const iops = { limit: "iops" } as const;
const throughput = { limit: "throughputMiB" } as const;

export const cloudDrivers: Record<string, DriverEntry> = {
    "ebs-gp3": {
        ...ebs,
        title: "EBS gp3",
        mountOptions: [],
        limits: {
            minimumGiB: 1,
            maximumGiB: 65_536,
            iops: { minimum: 3000, maximum: 80_000, perGiB: 500, included: 3000 },
            throughputMiB: { minimum: 125, maximum: 2000, perIops: 0.25, included: 125 },
            changesPerDay,
        },
        annualFailure: { value: 0.002, source: reported(`${ebsTypes} (99.8 % to 99.9 %: the worse of the two)`, "2026-11") },
        performance: "single-digit milliseconds; 3,000 IOPS and 125 MiB/s are in the price",
        parameters: { type: "gp3", "csi.storage.k8s.io/fstype": "ext4" },
        mutableParameters: { iops, throughput },
        price: "ebs-gp3",
        source: reported(`${ebsTypes} (64 TiB, 80,000 IOPS and 2,000 MiB/s since September 2025)`, "2026-11"),
    },
    "ebs-io2": {
        ...ebs,
        title: "EBS io2 Block Express",
        mountOptions: [],
        limits: {
            minimumGiB: 4,
            maximumGiB: 65_536,
            iops: { minimum: 100, maximum: 256_000, perGiB: 1000, included: 0 },
            changesPerDay,
        },
        annualFailure: {
            value: 0.00001,
            source: read("https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html (99.999 %)", "2026-11"),
        },
        performance: "under half a millisecond on average; IOPS are bought, throughput follows them up to 4,000 MiB/s",
        parameters: { type: "io2", "csi.storage.k8s.io/fstype": "ext4" },
        mutableParameters: { iops },
        price: "ebs-io2",
        source: read("https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html (4 GiB to 64 TiB, 256,000 IOPS)", "2026-11"),
    },
    efs: {
        title: "EFS",
        isFileShare: true,
        kind: "cloud",
        provisioner: "efs.csi.aws.com",
        reach: "region",
        volume: "csi",
        // A claim's size is not a limit: the file system grows and shrinks with what is in it, so expansion has nothing to do.
        capabilities: {
            snapshots: false,
            clones: false,
            expansion: "online",
            attributeChange: false,
            readWriteMany: true,
            enforcedSize: false,
            delayedBinding: true,
            encryption: "option",
        },
        limits: {},
        annualFailure: {
            value: 1e-11,
            source: remembered("https://docs.aws.amazon.com/efs/latest/ug/features.html (designed for eleven nines, Regional)", "2026-11"),
        },
        copies: 3,
        performance: "milliseconds for each operation, so not for a database; as many clients as there are pods",
        parameters: { provisioningMode: "efs-ap", directoryPerms: "700" },
        encryptionParameters: {},
        mountOptions: ["tls"],
        price: "efs",
        needs: "the EFS CSI add-on, a file system (`fileSystemId`) with a mount target in each zone",
        needsOnEks:
            "an EKS cluster, its subnets and its nodes' security groups: add-on, roles, key and file system are made with the class (proven by mocks only)",
        install:
            "aws eks create-addon --addon-name aws-efs-csi-driver …, see https://docs.aws.amazon.com/eks/latest/userguide/efs-csi.html",
        source: remembered("https://github.com/kubernetes-sigs/aws-efs-csi-driver/blob/master/docs/README.md", "2026-11"),
    },
    "fsx-ontap": {
        title: "FSx for NetApp ONTAP, Multi-AZ",
        kind: "cloud",
        provisioner: "csi.trident.netapp.io",
        reach: "region",
        volume: "csi",
        capabilities: {
            snapshots: true,
            clones: true,
            expansion: "online",
            attributeChange: false,
            readWriteMany: true,
            enforcedSize: true,
            delayedBinding: true,
            encryption: "always",
        },
        limits: {},
        copies: 2,
        performance: "3 IOPS for each GiB of its SSD tier, in sub-millisecond reads",
        parameters: { backendType: "ontap-nas" },
        mountOptions: ["nfsvers=4.1", "hard"],
        snapshotParameters: {},
        price: "fsx-ontap",
        needs: "Trident, and a file system with a storage virtual machine",
        install: "aws eks create-addon --addon-name netapp_trident-operator …, see https://docs.netapp.com/us-en/trident/",
        source: read("https://docs.aws.amazon.com/fsx/latest/ONTAPGuide/storage-capacity-and-IOPS.html", "2026-11"),
    },
};
