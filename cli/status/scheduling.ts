/** Why the scheduler finds no node for a pod, in words. */

import type { ClusterNode, Pod, Toleration } from "./objects";
import { brief, listed } from "./words";

/** A reason of the scheduler's, and what it says about one node or several. */
type Reason = [pattern: RegExp, one: string, several: string];

const reasons: Reason[] = [
    [/^Insufficient cpu/, "has too little CPU left", "have too little CPU left"],
    [/^Insufficient memory/, "has too little memory left", "have too little memory left"],
    [/^Insufficient ephemeral-storage/, "has too little scratch space left", "have too little scratch space left"],
    [/^Too many pods/, "runs as many pods as it may", "run as many pods as they may"],
    [/were unschedulable/, "is cordoned", "are cordoned"],
    [/node affinity\/selector/, "is not one it asks for by label", "are none it asks for by label"],
    [
        /PersistentVolume's node affinity|volume node affinity conflict|no available volume zone/,
        "can't reach its volume",
        "can't reach its volume",
    ],
    [/non-existent pv/, "finds its volume gone", "find its volume gone"],
    [/find available persistent volumes/, "has no free volume that fits", "have no free volume that fits"],
    [/enough free storage/, "has too little storage left", "have too little storage left"],
    [/topology spread constraints/, "has its share of members already", "have their share of members already"],
    [/anti-affinity/, "has a pod it keeps away from", "have pods it keeps away from"],
    [/pod affinity rules/, "lacks a pod it wants to be beside", "lack a pod it wants to be beside"],
    [/max volume count/, "holds as many volumes as it may", "hold as many volumes as they may"],
    [/ReadWriteOncePod/, "would share a volume that only one pod may use", "would share a volume that only one pod may use"],
    [/free ports/, "has a port it wants in use", "have a port it wants in use"],
];

/** Taints that Kubernetes itself sets. */
const knownTaints: Record<string, string> = {
    "node.kubernetes.io/unreachable": "unreachable",
    "node.kubernetes.io/not-ready": "not ready",
    "node.kubernetes.io/unschedulable": "cordoned",
    "node.kubernetes.io/disk-pressure": "short of disk",
    "node.kubernetes.io/memory-pressure": "short of memory",
    "node.kubernetes.io/pid-pressure": "short of processes",
    "node.kubernetes.io/network-unavailable": "without network",
    "node.kubernetes.io/out-of-service": "out of service",
    "node-role.kubernetes.io/control-plane": "for the control plane only",
};

type Taint = { key: string; value?: string; effect: string };

function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
    return tolerations.some(
        ({ key, operator, value, effect }) =>
            (effect === undefined || effect === "" || effect === taint.effect) &&
            (key === undefined || key === "" || key === taint.key) &&
            (operator === "Exists" || (value ?? "") === (taint.value ?? "")),
    );
}

/** The nodes whose taints keep a pod away, each with what that means: `node-2 is unreachable`. */
function taintedNodes(pod: Pod, nodes: readonly ClusterNode[]): string[] {
    return nodes.flatMap(({ metadata, spec }) => {
        const refused = (spec?.taints ?? []).filter(
            (taint) => taint.effect !== "PreferNoSchedule" && !tolerates(pod.spec.tolerations ?? [], taint),
        );
        const words = refused.map(({ key, value }) => knownTaints[key] ?? `tainted ${key}${value ? `=${value}` : ""}`);
        return words.length > 0 ? [`${metadata.name} is ${listed([...new Set(words)])}`] : [];
    });
}

function nodeReason(text: string, pod: Pod, nodes: readonly ClusterNode[]): string {
    const [, digits, rest] = /^(\d+) (.*)$/.exec(text) ?? [];
    if (digits === undefined) return brief(text);
    const count = Number(digits);
    if (/taint/.test(rest)) {
        const tainted = taintedNodes(pod, nodes);
        if (tainted.length > 0) return listed(tainted);
        return `${count} ${count === 1 ? "has a taint" : "have taints"} it doesn't tolerate`;
    }
    const [, one, several] = reasons.find(([pattern]) => pattern.test(rest)) ?? [];
    if (one !== undefined) return `${count} ${count === 1 ? one : several}`;
    const other = /^Insufficient (\S+)/.exec(rest);
    return other ? `${count} ${count === 1 ? "has" : "have"} too little ${other[1]} left` : `${count}: ${brief(rest)}`;
}

/** What the pod's containers ask for together, as far as a shortage names it. */
function asks(pod: Pod, message: string): string {
    const parts = (["cpu", "memory"] as const).flatMap((resource) => {
        const requests = pod.spec.containers.flatMap(({ resources }) => resources?.requests?.[resource] ?? []);
        const name = resource === "cpu" ? "CPU" : resource;
        return message.includes(`Insufficient ${resource}`) && requests.length > 0 ? [`${requests.join(" + ")} of ${name}`] : [];
    });
    return parts.length > 0 ? `; it asks for ${listed(parts)}` : "";
}

/** The scheduler's message (`0/3 nodes are available: …`) for a person. */
export function schedulingWords(message: string | undefined, pod: Pod, nodes: readonly ClusterNode[]): string {
    const text = (message ?? "").trim();
    const [, total, why] = /^0\/(\d+) nodes are available: (.*)$/s.exec(text) ?? [];
    if (total === undefined) {
        if (/no nodes available/.test(text)) return "the cluster has no node";
        return brief(text) || "the scheduler has not said why";
    }
    // What comes after the nodes' reasons is about making room by evicting others, which would help nobody here.
    const [reasonsGiven] = why.split(/\.?\s+(?=preemption:|no new claims)/);
    const gone = /persistentvolumeclaim "([^"]+)" not found/.exec(reasonsGiven);
    if (gone) return `its claim ${gone[1]} is not there`;
    if (/unbound immediate PersistentVolumeClaims/.test(reasonsGiven)) return "its claims are not bound yet";
    const deleting = /persistentvolumeclaim "([^"]+)" is being deleted/.exec(reasonsGiven);
    if (deleting) return `its claim ${deleting[1]} is being deleted`;
    const each = reasonsGiven
        .replace(/\.$/, "")
        .split(/, (?=\d+ )/)
        .map((reason) => nodeReason(reason, pod, nodes));
    const words = listed([...new Set(each)]);
    return `${total === "1" ? words.replace(/^1 /, "the one node ") : `of ${total} nodes, ${words}`}${asks(pod, text)}`;
}
