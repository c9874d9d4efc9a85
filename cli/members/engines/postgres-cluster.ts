/** The members of a Cluster of CloudNativePG: a standby is in sync when it has flushed what the primary had a moment before. */

import type { ClusterApi } from "../../backups/cluster";
import { UserError } from "../../errors";
import type { ClusterNode, Pod } from "../../status/objects";
import { isRunning, podMember } from "../pods";
import type { View } from "../view";
import { pause } from "../watch";
import type { MemberEngine, Place } from "./engine";

/** As much of a Cluster as tells who its members are. */
export interface ClusterObject {
    metadata: { annotations?: Record<string, string>; resourceVersion?: string };
    spec: { instances: number };
    status?: {
        phase?: string;
        phaseReason?: string;
        currentPrimary?: string;
        targetPrimary?: string;
        instanceNames?: string[];
    };
}

/** A standby, as the primary sees it. */
export interface Standby {
    name: string;
    state: string;
    hasAll: boolean;
}

export interface SeenCluster {
    cluster: ClusterObject;
    pods: Pod[];
    nodes: ClusterNode[] | undefined;
    /** Undefined where the primary doesn't answer. */
    standbys: Standby[] | undefined;
    now: number;
}

/** Claims carry the name of the instance whose they are. */
export const instanceLabel = "cnpg.io/instanceName";
const resource = "clusters.postgresql.cnpg.io";
const membersOf = (app: string) => `cnpg.io/cluster=${app},cnpg.io/podRole=instance`;

/** Names and states of the standbys, and whether each has flushed what the primary had written a moment before. */
const standbysQuery = `select pg_current_wal_flush_lsn() as at \\gset
select pg_sleep(0.3) \\g /dev/null
select application_name, state, coalesce(flush_lsn >= :'at', false) from pg_stat_replication`;

/** What psql prints for it. */
export const standbysIn = (text: string): Standby[] =>
    text
        .split("\n")
        .filter((line) => line.includes("|"))
        .map((line) => line.trim().split("|"))
        .map(([name, state, hasAll]) => ({ name, state, hasAll: hasAll === "t" }));

/** What the operator is at that a restart would cross. */
const crossed = /switchover|failing over|upgrad|restarted|unrecoverable|promoting/i;

export function clusterView({ cluster, pods, nodes, standbys, now }: SeenCluster): View {
    const { status = {}, metadata, spec } = cluster;
    const primary = status.currentPrimary ?? "";
    const isHandingOver = status.targetPrimary !== undefined && status.targetPrimary !== primary;
    const known = new Set([...(status.instanceNames ?? []), ...pods.map((pod) => pod.metadata.name)]);
    const members = [...known]
        .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
        .map((name) => {
            const pod = pods.find((candidate) => candidate.metadata.name === name);
            const isPrimary = name === primary;
            if (!pod) return { name, isPrimary, lacks: "its pod is not there", restarts: 0, claims: [], onlyCopies: [] };
            const member = { ...podMember(pod, nodes, now), isPrimary };
            const standby = standbys?.find((each) => each.name === name);
            if (member.lacks !== undefined) return member;
            if (isHandingOver) return { ...member, lacks: `${primary} hands over to ${status.targetPrimary}` };
            if (standbys === undefined) return { ...member, lacks: "the primary doesn't answer" };
            if (isPrimary) return member;
            if (!standby) return { ...member, lacks: `it doesn't follow ${primary} yet` };
            if (standby.state !== "streaming") return { ...member, lacks: `it follows ${primary}, and is at "${standby.state}"` };
            return standby.hasAll ? member : { ...member, lacks: `it is behind ${primary}` };
        });
    const isResting = metadata.annotations?.["cnpg.io/hibernation"] === "on";
    const phase = status.phase ?? "";
    const reason = status.phaseReason ? ` (${status.phaseReason})` : "";
    return {
        members,
        asked: isResting ? 0 : spec.instances,
        ...(crossed.test(phase) ? { busy: `the operator is at work: ${phase}${reason}` } : {}),
    };
}

async function see(api: ClusterApi, { app, namespace }: Place): Promise<SeenCluster> {
    const cluster = await api.find<ClusterObject>(namespace, resource, app);
    if (!cluster) throw new UserError(`There is no Cluster ${namespace}/${app}. Make the application first: npx holdfast up ${app}`);
    const primary = cluster.status?.currentPrimary;
    const [pods, nodes] = await Promise.all([
        api.list<Pod>(namespace, "pods", membersOf(app)),
        api.run(["get", "nodes", "-o", "json"]).then(
            (text) => (JSON.parse(text) as { items: ClusterNode[] }).items,
            () => undefined,
        ),
    ]);
    const leads = pods.some((pod) => pod.metadata.name === primary && isRunning(pod));
    const argv = [
        "exec",
        "-i",
        primary ?? "",
        "-n",
        namespace,
        "-c",
        "postgres",
        "--",
        "psql",
        "-XAtq",
        "-v",
        "ON_ERROR_STOP=1",
        "postgres",
    ];
    const standbys = leads ? await api.run(argv, standbysQuery).then(standbysIn, () => undefined) : undefined;
    return { cluster, pods, nodes, standbys, now: Date.now() };
}

/** Which standby takes over: the first that has everything. */
export const successorOf = ({ members }: View, from: string): string | undefined =>
    members.find(({ name, lacks }) => name !== from && lacks === undefined)?.name;

export const postgresCluster: MemberEngine = {
    claimsOf: "operator",
    view: async (api, place) => clusterView(await see(api, place)),
    /** What `kubectl cnpg promote` does: the operator is told whom to promote. */
    async handOver(api, place, view, from, update) {
        const next = successorOf(view, from);
        if (next === undefined) throw new UserError(`no standby is in sync, and ${from} leads as before`);
        const cluster = await api.find<ClusterObject>(place.namespace, resource, place.app);
        const status = {
            targetPrimary: next,
            targetPrimaryTimestamp: `${new Date().toISOString().slice(0, -1)}000Z`,
            phase: "Switchover in progress",
            phaseReason: `Switching over to ${next}`,
        };
        // Refused where the operator has decided something else meanwhile.
        const patch = { metadata: { resourceVersion: cluster?.metadata.resourceVersion }, status };
        await api.run([
            "patch",
            resource,
            place.app,
            "-n",
            place.namespace,
            "--subresource=status",
            "--type=merge",
            "-p",
            JSON.stringify(patch),
        ]);
        const end = Date.now() + 300_000;
        for (;;) {
            const { cluster: now } = await see(api, place);
            if (now.status?.currentPrimary === next) return;
            if (Date.now() > end) {
                throw new UserError(
                    `${next} has not taken over from ${from} within 300 s: ${now.status?.phase} (${now.status?.phaseReason})`,
                );
            }
            update(`${now.status?.phase}: ${now.status?.phaseReason}`);
            await pause();
        }
    },
};
