/** NATS' members: one is in sync when the group that keeps the streams' list, and every stream it holds, count it as current. */

import { natsPorts } from "../../../components/workloads/jetstream-config";
import type { ClusterApi } from "../../backups/cluster";
import { isRunning } from "../pods";
import type { View } from "../view";
import type { MemberEngine, Place } from "./engine";
import { type SeenSet, seeSet, setView } from "./set";

/** A member of a group, as its leader sees it. */
interface Peer {
    name: string;
    current: boolean;
    offline?: boolean;
    lag?: number;
}

interface Group {
    leader?: string;
    replicas?: Peer[];
}

/** What a server tells of JetStream: `/jsz?streams=true`, and what `/healthz` complains of. */
export interface Monitored {
    health?: string;
    jsz?: {
        meta_cluster?: Group & { cluster_size?: number };
        account_details?: { name: string; stream_detail?: StreamDetail[] }[];
    };
}

/** A stream as one member has it: who is in its group, and what this member itself has stored. */
interface StreamDetail {
    name: string;
    cluster?: Group;
    state?: { messages: number; last_seq: number };
}

const accountOf = (account: string, stream: string) => (account === "APP" ? stream : `${account}/${stream}`);

/** What a member itself has stored of each stream. */
function storedBy({ jsz }: Monitored = {}): Map<string, { messages: number; last_seq: number }> {
    const details = (jsz?.account_details ?? []).flatMap(({ name: account, stream_detail = [] }) =>
        stream_detail.map(({ name, state }) => [accountOf(account, name), state] as const),
    );
    return new Map(details.flatMap(([name, state]) => (state ? [[name, state] as const] : [])));
}

/** Every stream with its group, as its leader sees it; as another member does where nobody leads. */
function streamsOf(answers: Record<string, Monitored>): Map<string, Group> {
    const streams = new Map<string, Group>();
    for (const [member, { jsz }] of Object.entries(answers)) {
        for (const { name: account, stream_detail = [] } of jsz?.account_details ?? []) {
            for (const { name, cluster = {} } of stream_detail) {
                const key = accountOf(account, name);
                if (!streams.has(key) || cluster.leader === member) streams.set(key, cluster);
            }
        }
    }
    return streams;
}

/** What keeps a member from being current in one group; undefined where it is, or isn't part of it. */
function groupLacks(what: string, group: Group, member: string): string | undefined {
    if (group.leader === undefined || group.leader === "") return `nobody leads ${what}`;
    if (group.leader === member) return undefined;
    const peer = group.replicas?.find(({ name }) => name === member);
    if (!peer || peer.current) return undefined;
    return `it is ${peer.lag ? `${peer.lag} operations ` : ""}behind in ${what}`;
}

/**
 * What a member has less than its leader had a moment before. A leader calls a copy current that follows it, also while that copy is still
 * given what came before: only what the member itself has stored tells.
 */
function storesLess(stream: string, group: Group, member: string, answers: Answers, earlier: Answers): string | undefined {
    if (group.leader === undefined || group.leader === member || !isIn(group, member)) return undefined;
    const asked = storedBy(earlier[group.leader]).get(stream);
    const leads = storedBy(answers[group.leader]).get(stream);
    if (asked === undefined || leads === undefined) return undefined;
    const has = storedBy(answers[member]).get(stream) ?? { messages: 0, last_seq: 0 };
    // What is too old goes meanwhile.
    const missing = Math.max(asked.last_seq - has.last_seq, Math.min(asked.messages, leads.messages) - has.messages);
    return missing > 0 ? `it has ${missing} messages less than its leader in the stream ${stream}` : undefined;
}

/** Members of a group that have everything. */
const currentIn = ({ leader, replicas = [] }: Group): string[] => [
    ...(leader ? [leader] : []),
    ...replicas.filter(({ current, offline }) => current && !offline).map(({ name }) => name),
];

const isIn = ({ leader, replicas = [] }: Group, member: string) => leader === member || replicas.some(({ name }) => name === member);

type Answers = Record<string, Monitored>;

/** `earlier` is what the same members had answered a moment before. */
export function jetStreamView(seen: SeenSet, answers: Answers, earlier: Answers = answers): View {
    const view = setView(seen);
    const leader = Object.entries(answers).find(([name, { jsz }]) => jsz?.meta_cluster?.leader === name);
    const meta = leader?.[1].jsz?.meta_cluster;
    const streams = streamsOf(answers);
    for (const member of view.members) {
        member.isPrimary = member.name === leader?.[0];
        for (const [stream, group] of streams) {
            const hasIt = (name: string) => storesLess(stream, group, name, answers, earlier) === undefined;
            if (isIn(group, member.name) && !currentIn(group).some((name) => name !== member.name && hasIt(name))) {
                member.onlyCopies.push(`the stream ${stream}`);
            }
        }
        const answer = answers[member.name];
        const groups: [string, Group][] = [...streams].map(([stream, group]) => [`the stream ${stream}`, group]);
        const isKnown = meta === undefined || currentIn(meta).includes(member.name);
        member.lacks ??=
            answer?.jsz === undefined
                ? "its server doesn't answer"
                : meta === undefined
                  ? "nobody leads the servers"
                  : (groupLacks("the list of streams", meta, member.name) ??
                    (isKnown ? undefined : "the servers don't count it in yet") ??
                    groups
                        .map(([what, group]) => (isIn(group, member.name) ? groupLacks(what, group, member.name) : undefined))
                        .find(Boolean) ??
                    [...streams].map(([stream, group]) => storesLess(stream, group, member.name, answers, earlier)).find(Boolean) ??
                    answer.health);
    }
    return view;
}

/** NATS tells this to its own network alone, so the question goes through the member's kubelet. */
async function ask(api: ClusterApi, { namespace }: Place, pod: string): Promise<Monitored> {
    return api.forwarded(namespace, pod, natsPorts.monitor, async (port) => {
        const get = async (path: string) =>
            (await (await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(10_000) })).json()) as object;
        const { status, error } = (await get("/healthz")) as { status?: string; error?: string };
        const jsz = (await get("/jsz?streams=true")) as Monitored["jsz"];
        return { jsz, ...(status === "ok" ? {} : { health: error ?? `its health is "${status}"` }) };
    });
}

export const jetstream: MemberEngine = {
    claimsOf: "stack",
    async view(api, place) {
        const seen = await seeSet(api, place);
        const everyone = async (): Promise<Answers> => {
            const asked = seen.pods.filter(isRunning).map(async ({ metadata: { name } }) => {
                return [name, await ask(api, place, name).catch((): Monitored => ({}))] as const;
            });
            return Object.fromEntries(await Promise.all(asked));
        };
        const earlier = await everyone();
        return jetStreamView(seen, await everyone(), earlier);
    },
};
