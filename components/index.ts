/** The library's public surface, and nothing else. */

export { StatefulApp, type StatefulAppArgs } from "./stateful-app";
export { LocalStorage, type LocalStorageArgs } from "./storage/local-storage";
export { NetworkStorage, type NetworkStorageArgs } from "./storage/network-storage";
export type { ClaimVolume } from "./volumes/claim-plan";
export { VolumeClaims, type VolumeClaimsArgs } from "./volumes/volume-claims";
export { Postgres, type PostgresArgs } from "./workloads/postgres";
export { StatefulWorkload } from "./workloads/stateful-workload";
export type {
    ScratchVolume,
    SecretFiles,
    StatefulWorkloadArgs,
    WorkloadPort,
    WorkloadProbe,
    WorkloadResources,
    WorkloadVolume,
} from "./workloads/workload-args";
