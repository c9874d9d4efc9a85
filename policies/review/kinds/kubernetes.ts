/** Kinds of Kubernetes and of operators. */

import type { Kind } from "./kind";

const k8upRetention = ["keepLast", "keepHourly", "keepDaily", "keepWeekly", "keepMonthly", "keepYearly"].map(
    (field) => `spec.prune.retention.${field}`,
);

export const kubernetesKinds: readonly Kind[] = [
    // Kubernetes
    { type: "core/PersistentVolumeClaim", title: "claim", word: "", role: "data", size: "spec.resources.requests.storage" },
    {
        type: "core/PersistentVolume",
        title: "volume",
        word: "volume",
        role: "data",
        size: "spec.capacity.storage",
        safeguards: [
            {
                field: "spec.persistentVolumeReclaimPolicy",
                safe: ["Retain"],
                byDefault: "Retain",
                without: "the data goes when the claim on it goes",
            },
        ],
    },
    {
        type: "apps/StatefulSet",
        title: "StatefulSet",
        word: "statefulset",
        role: "workload",
        safeguards: [
            {
                field: "spec.persistentVolumeClaimRetentionPolicy.whenDeleted",
                safe: ["Retain"],
                byDefault: "Retain",
                without: "its claims are deleted with it",
            },
            {
                field: "spec.persistentVolumeClaimRetentionPolicy.whenScaled",
                safe: ["Retain"],
                byDefault: "Retain",
                without: "a member's claims are deleted when it is scaled away",
            },
        ],
    },
    { type: "core/Namespace", title: "namespace", word: "namespace", role: "container" },
    {
        type: "apiextensions.k8s.io/CustomResourceDefinition",
        title: "resource definition",
        word: "customresourcedefinition",
        role: "container",
    },
    { type: "helm.sh/Release", title: "Helm release", word: "release", role: "container" },
    {
        type: "storage.k8s.io/StorageClass",
        title: "StorageClass",
        word: "storageclass",
        role: "class",
        safeguards: [
            {
                field: "reclaimPolicy",
                safe: ["Retain"],
                byDefault: "Delete",
                without: "volumes made from now on go with their claims",
            },
        ],
    },
    { type: "storage.k8s.io/VolumeAttributesClass", title: "VolumeAttributesClass", word: "volumeattributesclass", role: "class" },
    {
        type: "snapshot.storage.k8s.io/VolumeSnapshotClass",
        title: "VolumeSnapshotClass",
        word: "volumesnapshotclass",
        role: "class",
        safeguards: [
            { field: "deletionPolicy", safe: ["Retain"], byDefault: "Delete", without: "snapshots made from now on go with their objects" },
        ],
    },
    { type: "snapshot.storage.k8s.io/VolumeSnapshot", title: "snapshot", word: "snapshot", role: "data" },
    {
        type: "snapshot.storage.k8s.io/VolumeSnapshotContent",
        title: "snapshot content",
        word: "volumesnapshotcontent",
        role: "data",
        safeguards: [{ field: "spec.deletionPolicy", safe: ["Retain"], byDefault: "Delete", without: "the snapshot goes with its object" }],
    },
    { type: "core/Secret", title: "Secret", word: "secret", role: "secret" },
    // Operators
    { type: "postgresql.cnpg.io/Cluster", title: "PostgreSQL cluster", word: "cluster", role: "data", size: "spec.storage.size" },
    { type: "postgresql.cnpg.io/ScheduledBackup", title: "backup schedule", word: "scheduledbackup", role: "backup" },
    { type: "postgresql.cnpg.io/Backup", title: "backup", word: "backup", role: "data", remains: "what it wrote to the object store" },
    { type: "postgresql.cnpg.io/Database", title: "database", word: "database", role: "data" },
    {
        type: "barmancloud.cnpg.io/ObjectStore",
        title: "backup repository",
        word: "objectstore",
        role: "backup",
        retention: ["spec.retentionPolicy"],
    },
    { type: "k8up.io/Schedule", title: "backup schedule", word: "schedule", role: "backup", retention: k8upRetention },
    { type: "velero.io/Schedule", title: "backup schedule", word: "schedule", role: "backup" },
    { type: "velero.io/BackupStorageLocation", title: "backup repository", word: "backupstoragelocation", role: "backup" },
    { type: "velero.io/Backup", title: "backup", word: "backup", role: "data" },
    { type: "volsync.backube/ReplicationSource", title: "backup schedule", word: "replicationsource", role: "backup" },
    { type: "longhorn.io/RecurringJob", title: "backup schedule", word: "recurringjob", role: "backup" },
    { type: "longhorn.io/Volume", title: "volume", word: "volume", role: "data" },
    { type: "ceph.rook.io/CephCluster", title: "Ceph cluster", word: "cephcluster", role: "data" },
    { type: "ceph.rook.io/CephBlockPool", title: "Ceph pool", word: "cephblockpool", role: "data" },
    { type: "ceph.rook.io/CephFilesystem", title: "Ceph file system", word: "cephfilesystem", role: "data" },
    { type: "kafka.strimzi.io/Kafka", title: "Kafka cluster", word: "kafka", role: "data" },
    { type: "kafka.strimzi.io/KafkaTopic", title: "Kafka topic", word: "kafkatopic", role: "data" },
    { type: "elasticsearch.k8s.elastic.co/Elasticsearch", title: "Elasticsearch cluster", word: "elasticsearch", role: "data" },
    { type: "acid.zalan.do/postgresql", title: "PostgreSQL cluster", word: "postgresql", role: "data", size: "spec.volume.size" },
];
