import type * as input from "@pulumi/kubernetes/types/input";
import type { StatefulWorkloadArgs } from "./workload-args";

/** How the StatefulSet replaces the pods of an older template. */
export function updateStrategyOf(args: StatefulWorkloadArgs): input.apps.v1.StatefulSetUpdateStrategy {
    const { updateStrategy: type = "RollingUpdate", partition, maxUnavailable } = args;
    return partition === undefined && maxUnavailable === undefined ? { type } : { type, rollingUpdate: { partition, maxUnavailable } };
}
