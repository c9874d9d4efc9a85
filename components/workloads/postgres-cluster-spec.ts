/** What CloudNativePG is asked for: the Cluster, who may talk to its members, and how its metrics are read. Pure. */

import type * as input from "@pulumi/kubernetes/types/input";
import { bytesOf, quantity } from "../usecases/quantities";
import { clientLabelOf } from "./labels";
import { archiveEgress, archiveParameters, archiveSpec, recoveryOf, sourceSpec } from "./postgres-cluster-archive";
import type { PostgresClusterArgs } from "./postgres-cluster-args";
import { rolesOf } from "./postgres-cluster-names";
import { grants } from "./postgres-cluster-roles";
import { postgresPort, postgresSettings } from "./postgres-settings";

const MiB = 2 ** 20;

/** The port of a member's metrics. */
export const metricsPort = 9187;
/** The port on which a member tells the operator and the others how it is. */
const statusPort = 8000;

/** The label by which the operator knows the members of a cluster. */
export const membersOf = (app: string): Record<string, string> => ({ "cnpg.io/cluster": app });

/** Namespace of the operator in its own manifest and chart. */
const defaultOperatorNamespace = "cnpg-system";

/** Defaults that spec and checks share. */
export const clusterDefaults = { replicas: 3, failoverSeconds: 60, lostNodeSeconds: 30 } as const;

/** Standbys that hold a commit before it is acknowledged: a single member has none. */
export const standbysOf = ({ replicas = clusterDefaults.replicas, synchronousStandbys }: PostgresClusterArgs): number =>
    synchronousStandbys ?? (replicas > 1 ? 1 : 0);

/** A server's memory settings without those that the operator keeps to itself, and with room for the log on the volume that it shares. */
export function clusterParameters(args: Pick<PostgresClusterArgs, "resources" | "settings" | "size" | "archive">): Record<string, string> {
    const memory = args.resources?.memoryLimit ?? args.resources?.memory ?? "256Mi";
    const { listen_addresses: _addresses, unix_socket_directories: _sockets, ...settings } = postgresSettings(memory);
    const size = Math.floor((bytesOf(args.size) ?? 0) / MiB);
    return {
        ...settings,
        // A standby that was away finds the log that it missed; one that stays away must not fill the primary's volume. Both are changed
        // without a restart, so that they may follow the volume as it grows.
        wal_keep_size: `${Math.min(512, Math.max(32, Math.floor(size / 16)))}MB`,
        max_slot_wal_keep_size: `${Math.max(64, Math.floor(size / 4))}MB`,
        ...archiveParameters(args.archive),
        ...args.settings,
    };
}

/** How members are kept in step; nothing where the primary waits for none. */
function replication(args: PostgresClusterArgs) {
    const number = standbysOf(args);
    return number === 0
        ? {}
        : {
              synchronous: {
                  method: "any",
                  number,
                  dataDurability: args.isDurabilityBestEffort ? "preferred" : "required",
                  // Without it the operator may promote a standby that an acknowledged commit never reached.
                  failoverQuorum: true,
              },
          };
}

const between = (least: number, most: number, value: number) => Math.min(most, Math.max(least, Math.floor(value)));

/**
 * Probes, lease and shutdown for a promised time without a primary.
 *
 * A primary that hangs is noticed by three unanswered questions of its readiness; the operator asks it in vain for 10 s more, so that a pause of
 * the prober alone moves no role. Meanwhile three unanswered questions of its liveness end it, and nobody waits for its answers any longer. Then
 * its lease has to run out.
 */
function pace(failoverSeconds: number) {
    const readinessSeconds = between(2, 10, failoverSeconds / 20);
    const leaseDurationSeconds = between(5, 15, failoverSeconds / 8);
    return {
        probes: {
            readiness: { periodSeconds: readinessSeconds, timeoutSeconds: readinessSeconds, failureThreshold: 3 },
            liveness: {
                periodSeconds: 5,
                timeoutSeconds: 5,
                failureThreshold: between(3, 6, failoverSeconds / 20),
                // One that answers nobody won't stop in order either.
                terminationGracePeriodSeconds: 3,
                // A primary that reaches neither the API nor its standbys ends itself before another leads.
                isolationCheck: { enabled: true, requestTimeout: 1000, connectionTimeout: 1000 },
            },
        },
        primaryLease: {
            leaseDurationSeconds,
            renewDeadlineSeconds: Math.floor((leaseDurationSeconds * 2) / 3),
            retryPeriodSeconds: leaseDurationSeconds < 15 ? 1 : 2,
        },
        // A pod that is to stop ends its sessions at once. Waiting for clients to leave, as is the default, would only be time without a primary.
        smartShutdownTimeout: 0,
        stopDelay: 120,
        // A primary that doesn't stop in order within this is stopped without.
        switchoverDelay: Math.floor(failoverSeconds / 2),
        // A change rolls the standbys first, and then hands the role over: a restart of the primary takes longer.
        primaryUpdateMethod: "switchover",
        primaryUpdateStrategy: "unsupervised",
    };
}

function resourcesOf({ resources }: PostgresClusterArgs): input.core.v1.ResourceRequirements {
    const { cpu, memory, cpuLimit, memoryLimit } = resources ?? { cpu: "100m", memory: "256Mi" };
    return { requests: { cpu, memory }, limits: { memory: memoryLimit ?? memory, ...(cpuLimit === undefined ? {} : { cpu: cpuLimit }) } };
}

/** How the first member is made where there is nothing yet. */
function initdbOf(app: string, database: string) {
    const { owner } = rolesOf(app, database);
    return {
        database,
        owner: owner.role,
        secret: { name: owner.secret },
        dataChecksums: true,
        encoding: "UTF8",
        // Sorts by code point: the same in every image.
        localeCollate: "C.UTF-8",
        localeCType: "C.UTF-8",
        postInitApplicationSQL: grants(app, database),
    };
}

/** An empty database, or one made from an archive. */
function bootstrapOf(
    app: string,
    database: string,
    { source }: PostgresClusterArgs,
): { initdb?: ReturnType<typeof initdbOf>; recovery?: ReturnType<typeof recoveryOf> } {
    return source ? { recovery: recoveryOf(source, database, rolesOf(app, database).owner) } : { initdb: initdbOf(app, database) };
}

/** The Cluster's spec. Whatever isn't here is CloudNativePG's default: TLS with certificates of its own, a PodDisruptionBudget, no superuser. */
export function clusterSpec(app: string, database: string, args: PostgresClusterArgs) {
    const { application, reader } = rolesOf(app, database);
    const memoryLimit = args.resources?.memoryLimit ?? args.resources?.memory ?? "256Mi";
    const lostNode = {
        operator: "Exists",
        effect: "NoExecute",
        tolerationSeconds: args.lostNodeSeconds ?? clusterDefaults.lostNodeSeconds,
    };
    const runAsUser = args.runAsUser ?? 26;
    return {
        instances: args.replicas ?? clusterDefaults.replicas,
        imageName: args.image,
        postgresUID: runAsUser,
        postgresGID: args.runAsGroup ?? runAsUser,
        enableSuperuserAccess: false,
        bootstrap: bootstrapOf(app, database, args),
        ...archiveSpec(args.archive),
        ...sourceSpec(args.archive, args.source),
        managed: {
            roles: [application, reader].map(({ role, secret, comment }) => ({
                name: role,
                comment,
                login: true,
                passwordSecret: { name: secret },
            })),
        },
        postgresql: {
            parameters: clusterParameters(args),
            // First come the operator's own rules, then these, then passwords for everyone else.
            pg_hba: ["hostnossl all all all reject"],
            ...replication(args),
        },
        storage: {
            size: args.size,
            storageClass: args.storageClass,
            resizeInUseVolumes: true,
            pvcTemplate: {
                accessModes: [args.accessMode ?? "ReadWriteOnce"],
                ...(args.attributesClass === undefined ? {} : { volumeAttributesClassName: args.attributesClass }),
            },
        },
        resources: resourcesOf(args),
        // The runtime's own 64 MB are too little for parallel queries.
        ephemeralVolumesSizeLimit: { shm: quantity((bytesOf(memoryLimit) ?? 0) / 4) },
        affinity: {
            enablePodAntiAffinity: true,
            topologyKey: args.spreadOver ?? "kubernetes.io/hostname",
            podAntiAffinityType: args.spreadIsRequired ? "required" : "preferred",
            tolerations: ["not-ready", "unreachable"].map((state) => ({ key: `node.kubernetes.io/${state}`, ...lostNode })),
        },
        ...pace(args.failoverSeconds ?? clusterDefaults.failoverSeconds),
    };
}

/** Every pod of a namespace. */
const namespace = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });

/**
 * Clients get in to the database, the operator to the members' status, Prometheus to the metrics, members to each other; out go name look-ups
 * and the API, from which a member learns which role it has.
 */
export function clusterNetwork(app: string, args: PostgresClusterArgs): input.networking.v1.NetworkPolicySpec {
    const members = { podSelector: { matchLabels: membersOf(app) } };
    const clients = { podSelector: { matchLabels: clientLabelOf(app) } };
    const tcp = (...ports: number[]) => ports.map((port) => ({ port, protocol: "TCP" }));
    const operator = {
        ...namespace(args.operatorNamespace ?? defaultOperatorNamespace),
        podSelector: { matchLabels: { "app.kubernetes.io/name": "cloudnative-pg" } },
    };
    return {
        ...members,
        policyTypes: ["Ingress", "Egress"],
        ingress: [
            {
                from: [clients, ...(args.clientNamespaces ?? []).map((name) => ({ ...namespace(name), ...clients }))],
                ports: tcp(postgresPort),
            },
            { from: [members] },
            { from: [operator], ports: tcp(statusPort) },
            ...(args.monitoringNamespace === undefined ? [] : [{ from: [namespace(args.monitoringNamespace)], ports: tcp(metricsPort) }]),
        ],
        egress: [
            { to: [members] },
            { ports: ["UDP", "TCP"].map((protocol) => ({ port: 53, protocol })) },
            // The API's address is known to nobody beforehand; its port is one of these, before or after the Service's translation.
            args.archive ? archiveEgress(args.archive) : { ports: tcp(443, 6443) },
        ],
    };
}

/** What Prometheus reads. */
export const podMonitorSpec = (app: string) => ({ selector: { matchLabels: membersOf(app) }, podMetricsEndpoints: [{ port: "metrics" }] });
