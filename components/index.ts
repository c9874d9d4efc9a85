/** The library's public surface, and nothing else. */

export { BackupBucket } from "./backups/backup-bucket";
export type { BackupBucketArgs } from "./backups/backup-bucket-args";
export { BackupRepository, type BackupRepositoryArgs } from "./backups/backup-repository";
export { FileBackup, type FileBackupArgs } from "./backups/file-backup";
export { PostgresArchive, type PostgresArchiveArgs } from "./backups/postgres-archive";
export { RestoreDrill } from "./backups/restore-drill";
export type { RestoreDrillArgs } from "./backups/restore-drill-args";
export { StatefulApp } from "./stateful-app";
export type { StatefulAppArgs } from "./stateful-app-args";
export type { AwsCluster } from "./storage/aws/app-cluster";
export { CloudStorage } from "./storage/cloud-storage";
export type { CloudStorageArgs } from "./storage/cloud-storage-args";
export type { StaticDisk } from "./storage/disks";
export { LocalStorage, type LocalStorageArgs } from "./storage/local-storage";
export { NetworkStorage, type NetworkStorageArgs } from "./storage/network-storage";
export type { StorageClassArgs } from "./storage/storage-class-args";
export type { ClaimVolume } from "./volumes/claim-plan";
export { ClaimSnapshot, type ClaimSnapshotArgs } from "./volumes/claim-snapshot";
export { VolumeClaims, type VolumeClaimsArgs } from "./volumes/volume-claims";
export type { AppVolume, AppWorkload } from "./workloads/app-workload";
export type {
    ContainerProcess,
    EnvSource,
    WorkloadContainer,
    WorkloadMount,
    WorkloadPort,
    WorkloadProbe,
    WorkloadResources,
} from "./workloads/container-args";
export { JetStream } from "./workloads/jetstream";
export type { JetStreamArgs } from "./workloads/jetstream-args";
export type { JetStreamStream } from "./workloads/jetstream-streams";
export type { ConfigFiles, ScratchVolume, SecretFiles, WorkloadDescription, WorkloadToleration } from "./workloads/pod-args";
export { Postgres, type PostgresArgs } from "./workloads/postgres";
export { PostgresCluster } from "./workloads/postgres-cluster";
export type { ClusterArchive, ClusterSource } from "./workloads/postgres-cluster-archive";
export type { PostgresClusterArgs } from "./workloads/postgres-cluster-args";
export { SharedFiles, type SharedFilesArgs } from "./workloads/shared-files";
export { StatefulWorkload } from "./workloads/stateful-workload";
export { Valkey } from "./workloads/valkey";
export type { ValkeyArgs } from "./workloads/valkey/valkey-args";
export type { StatefulWorkloadArgs, WorkloadVolume } from "./workloads/workload-args";
