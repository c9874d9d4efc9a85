import { backupNeedsOf } from "../components/backups/planned-backup";
import { engines } from "../components/engines";
import { monitoringNeeds } from "../components/monitoring/monitoring";
import { isLookedAt, missingFrom, warnOfUnknown } from "../components/storage/driver-presence";
import { clusterNeedsOf } from "../components/storage/planned-storage";
import { majorInTheWay } from "../components/workloads/postgres-major-check";
import type { CheckedConfig } from "./check";

/**
 * What the plan's storage, engine and backups take and its cluster hasn't got, in the words of config.
 *
 * Looked for in a preview only, since an update has had one; and only where plan and cluster are known, whatever else is wrong. A cluster
 * that doesn't answer is a warning.
 */
export async function missingInCluster({ plan, cluster, settings }: CheckedConfig): Promise<string[]> {
    if (!plan || !cluster || !isLookedAt(cluster)) {
        return [];
    }
    const { problems, unknown } = await missingFrom(cluster, [
        ...clusterNeedsOf(plan, settings),
        ...(engines[plan.engine.name]?.needs ?? []),
        ...backupNeedsOf(plan),
        ...(settings.monitoringNamespace === undefined ? [] : monitoringNeeds("monitoringNamespace")),
    ]);
    if (unknown !== undefined) {
        warnOfUnknown(cluster, unknown);
    }
    const { name, image } = plan.engine;
    const isPostgres = name === "postgres" || name === "postgres-cluster";
    const request = { app: plan.app, namespace: settings.namespace ?? plan.app, image, isCluster: name === "postgres-cluster" };
    const major = isPostgres ? await majorInTheWay(cluster, request) : undefined;
    return [...problems, ...(major === undefined ? [] : [{ path: "image", reason: major }])].map(
        ({ path, reason }) => `holdfast:${path === "driver" ? "storageDriver" : path}: ${reason}`,
    );
}
