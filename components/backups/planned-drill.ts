/** The drill that a plan promises, as the component's arguments. */

import type { InputProblem } from "../problems";
import { noProvisioner } from "../storage/class-spec";
import { drivers } from "../usecases/drivers";
import type { Plan, PlannedStorage } from "../usecases/plan";
import { bytesOf, quantity } from "../usecases/quantities";
import { targets } from "../usecases/targets";
import { mainContainer } from "../workloads/labels";
import { archiveFolder } from "../workloads/postgres-cluster-archive";
import { databaseNameOf } from "../workloads/postgres-settings";
import type { RestoreDrillArgs } from "./restore-drill-args";
import { archiveEngine, restoreDrillProblems } from "./restore-drill-spec";

/** Where the drill finds the backups of an application, and how it gets in. */
export type DrilledRepository = Pick<
    RestoreDrillArgs,
    "endpoint" | "bucket" | "region" | "accessKeyId" | "secretAccessKey" | "password" | "caConfigMap"
>;

/** How a plan's data lies in the repository: one stream with this ending, or the folders of claims. */
export type DrilledStream = ".sql" | ".rdb" | ".jetstream" | ".tar" | undefined;

/** Room for the log that is replayed, beside a member's data. */
const logBytes = 2 ** 30;

/** K8up's names: a stream is called after namespace and container, a folder after its claim. */
function pathsOf({ app, volumes, replicas }: Plan, namespace: string, stream: DrilledStream): string[] {
    if (stream !== undefined) {
        return [`/${namespace}-${mainContainer}${stream}`];
    }
    return volumes.flatMap(({ name }) => Array.from({ length: replicas }, (_, member) => `/data/${name}-${app}-${member}`));
}

/**
 * Where the drill's volume comes from: the plan's driver, by a class that deletes. Volumes that somebody makes by hand, and shares of a file
 * system that is only known once it is made, leave it the node's own disk.
 */
function volumeOf({ storage }: Plan): Pick<RestoreDrillArgs, "storageClass" | "provisioner" | "storageParameters"> {
    const { existingClass, provisioner, parameters } = storage;
    if (existingClass !== undefined) {
        return { storageClass: existingClass };
    }
    return provisioner === noProvisioner || isCloudShare(storage) ? {} : { provisioner, storageParameters: parameters };
}

const isCloudShare = ({ kind, driver }: PlannedStorage): boolean => kind === "cloud" && (drivers[driver]?.isFileShare ?? false);

/** Why a plan has no drill, and what to write for one; undefined where it has one. */
export function missingDrill({ backup, objectives }: Plan): string | undefined {
    if (backup.drill === undefined || objectives.restore === undefined) {
        return `the backup policy is "${backup.policy}". Write set["backup.policy"]: one that backs up, e.g. hourly`;
    }
    return backup.carriedOut ? undefined : `${backup.missing}. Write it`;
}

/** The drill's arguments; undefined where the plan promises none. */
export function drillArgs(
    plan: Plan,
    namespace: string,
    stream: DrilledStream,
    repository: DrilledRepository,
    database = databaseNameOf(plan.app),
): RestoreDrillArgs | undefined {
    const { app, backup, engine, objectives, replicas, resources, volumes } = plan;
    if (!backup.carriedOut || backup.drill === undefined || objectives.restore === undefined) {
        return undefined;
    }
    const { requests, limits } = resources;
    const isArchive = backup.method === "archive";
    // The members' shared files are none of the database's.
    const sizes = volumes.filter(({ shared }) => !isArchive || !shared).map(({ size }) => bytesOf(size) ?? 0);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    return {
        app,
        appNamespace: namespace,
        ...(isArchive
            ? { paths: [`/${archiveFolder}`], engine: archiveEngine, database }
            : { paths: pathsOf(plan, namespace, stream), engine: engine.name }),
        image: engine.image,
        runAsUser: engine.runAsUser,
        runAsGroup: engine.runAsGroup,
        ...repository,
        schedule: backup.drill.schedule,
        query: backup.drill.query,
        promisedRpo: objectives.restore.rpo,
        promisedRto: objectives.restore.rto,
        // A stream lies beside what is made of it; of an archive one member is made.
        size: quantity(isArchive ? bytes + logBytes : (stream === undefined ? 1 : 2) * bytes * replicas),
        ...volumeOf(plan),
        resources: { cpu: requests.cpu, memory: requests.memory, cpuLimit: limits.cpu, memoryLimit: limits.memory },
        resticImage: targets[plan.target].tools?.restic,
        nodeImage: targets[plan.target].tools?.node,
    };
}

/** What is wrong with the drill that a plan promises: the rest is the plan's, and has been judged. */
export function plannedDrillProblems(plan: Plan, namespace: string, stream: DrilledStream): InputProblem[] {
    const args = drillArgs(plan, namespace, stream, {
        endpoint: "https://s3",
        bucket: "bucket",
        accessKeyId: "",
        secretAccessKey: "",
        password: "",
    });
    const paths: Record<string, string> = { app: "app", schedule: 'set["backup.policy"]', query: 'set["backup.policy"]' };
    return args === undefined
        ? []
        : restoreDrillProblems(plan.app, args).flatMap(({ path, reason }) => (paths[path] ? [{ path: paths[path], reason }] : []));
}
