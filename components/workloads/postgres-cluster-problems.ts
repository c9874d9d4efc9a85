/** Everything wrong with a PostgreSQL cluster's arguments that a program can see. */

import { bucketPathProblem, endpointProblem } from "../backups/backup-repository-problems";
import { appNameProblem, type InputProblem } from "../problems";
import { bytesOf } from "../usecases/quantities";
import { claimProblems } from "../volumes/claim-plan";
import { countProblem } from "./container-problems";
import { baseName, momentProblem } from "./postgres-cluster-archive";
import type { PostgresClusterArgs } from "./postgres-cluster-args";
import { longestClusterName, longestDatabaseName } from "./postgres-cluster-names";
import { clusterDefaults, clusterParameters, standbysOf } from "./postgres-cluster-spec";
import { databaseNameProblem } from "./postgres-settings";

/** Settings that the operator makes itself, and refuses from anybody else. */
const operators =
    /^(archive_(mode|command|cleanup_command)|cluster_name|config_file|data_directory|data_sync_retry|external_pid_file|(hba|ident)_file|hot_standby|listen_addresses|log_(destination|directory|filename|file_mode|rotation_\w+|truncate_on_rotation)|logging_collector|port|primary_\w+|recovery_\w+|restart_after_crash|restore_command|shared_preload_libraries|ssl|ssl_\w+|synchronous_standby_names|synchronized_standby_slots|temp_tablespaces|unix_socket_\w+)$/;

/** Why a name can't be a cluster's. */
export function clusterNameProblem(app: string): string | undefined {
    return app.length > longestClusterName
        ? `"${app}" has ${app.length} characters, and CloudNativePG takes ${longestClusterName}. Write a shorter one.`
        : appNameProblem(app);
}

/** Why a name can't be the database's, which its roles are named after. */
export function clusterDatabaseProblem(database: string): string | undefined {
    return database.length > longestDatabaseName
        ? `"${database}" has ${database.length} characters, and its roles' names are longer by an ending. Write ${longestDatabaseName} at most.`
        : databaseNameProblem(database);
}

/** What is wrong with how many members there are, and how many of them a commit waits for. */
export function memberProblems(replicas: number, synchronousStandbys: number): InputProblem[] {
    const problems = [...countProblem("replicas", replicas, 1), ...countProblem("synchronousStandbys", synchronousStandbys, 0)];
    if (problems.length === 0 && synchronousStandbys >= replicas) {
        problems.push({
            path: "synchronousStandbys",
            reason: `${synchronousStandbys} standbys are to hold each commit, and of ${replicas} ${replicas === 1 ? "member" : "members"} ${replicas - 1} ${replicas === 2 ? "is a standby" : "are standbys"}: nothing would ever be acknowledged. Write ${replicas - 1} at most, or replicas: ${synchronousStandbys + 1}.`,
        });
    }
    return problems;
}

function settingProblems(args: PostgresClusterArgs): InputProblem[] {
    const problems = Object.keys(args.settings ?? {})
        .filter((name) => operators.test(name))
        .map((name) => ({ path: `settings.${name}`, reason: "is the operator's, which sets it itself. Leave it out." }));
    const buffers = /^(\d+)MB$/.exec(clusterParameters(args).shared_buffers ?? "")?.[1];
    const memory = args.resources?.memory ?? "256Mi";
    const bytes = bytesOf(memory);
    // The operator refuses a request that the buffers don't fit in.
    if (buffers !== undefined && bytes !== undefined && Number(buffers) * 2 ** 20 > bytes) {
        problems.push({
            path: "resources.memory",
            reason: `${memory} are requested, and shared_buffers alone takes ${buffers}Mi, a quarter of the limit unless settings say otherwise. Request more, or lower the limit.`,
        });
    }
    return problems;
}

/** What is wrong with where the log goes, and with what a cluster is made from. */
export function archiveProblems({ archive, source }: Pick<PostgresClusterArgs, "archive" | "source">): InputProblem[] {
    const problems: InputProblem[] = [];
    const add = (path: string, reason: string | undefined) => reason !== undefined && problems.push({ path, reason });
    if (archive) {
        const { endpoint, bucket, region } = archive;
        add("archive.endpoint", typeof endpoint === "string" ? endpointProblem(endpoint, region) : undefined);
        add("archive.bucket", typeof bucket === "string" ? bucketPathProblem(bucket) : undefined);
        problems.push(
            ...countProblem("archive.shipSeconds", archive.shipSeconds, 1),
            ...countProblem("archive.windowDays", archive.windowDays, 1),
        );
    }
    if (source) {
        add("source", archive ? undefined : "the server and the keys of what a cluster is made from are its archive's. Write archive too.");
        add("source.bucket", bucketPathProblem(source.bucket));
        add("source.at", source.at === undefined || baseName.test(source.at) ? undefined : momentProblem(source.at));
        if (archive?.bucket === source.bucket) {
            add("archive.bucket", `"${source.bucket}" is what the cluster is made from. Its own log goes elsewhere: write another prefix.`);
        }
    }
    return problems;
}

export function postgresClusterProblems(app: string, database: string, args: PostgresClusterArgs): InputProblem[] {
    const problems: InputProblem[] = [];
    const add = (path: string, reason: string | undefined) => reason !== undefined && problems.push({ path, reason });
    add("app", clusterNameProblem(app));
    add("database", clusterDatabaseProblem(database));
    for (const name of ["runAsUser", "runAsGroup"] as const) {
        add(name, args[name] === 0 ? "0 is root, which Pod Security refuses. Write the image's own user." : undefined);
    }
    if (args.accessMode === "ReadWriteMany") {
        add("accessMode", "a member's files are its own: two servers on them would destroy them. Write ReadWriteOnce or ReadWriteOncePod.");
    }
    const replicas = args.replicas ?? clusterDefaults.replicas;
    const volume = {
        name: "data",
        size: args.size,
        ceiling: args.ceiling,
        minimum: "512Mi",
        accessMode: args.accessMode,
        storageClass: args.storageClass,
        attributesClass: args.attributesClass,
    };
    // The claims are the operator's; what is asked of them is judged as everywhere.
    const ofClaims = claimProblems({ app, volumes: [volume], replicas: 1, allow: args.allow }).map(({ path, reason }) => ({
        path: path.replace(/^volumes\[0\]\./, ""),
        reason,
    }));
    return [
        ...problems,
        ...memberProblems(replicas, standbysOf(args)),
        ...ofClaims,
        ...settingProblems(args),
        ...archiveProblems(args),
        ...countProblem("failoverSeconds", args.failoverSeconds, 30),
        ...countProblem("lostNodeSeconds", args.lostNodeSeconds, 0),
    ];
}
