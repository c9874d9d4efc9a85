/**
 * An update of a database that an operator runs: the operator rolls the members by itself, after `pulumi up` has ended. So its end is waited for;
 * a member that can't start ends the wait with what to do, and one that an earlier update got stuck is made anew.
 */

import { setTimeout } from "node:timers/promises";
import type { StateResource } from "./claims-in-state";
import { UserError } from "./errors";
import { type ClusterObject, clustersIn, find, type KnownCluster, type Kubectl, quoted, until, wake } from "./hibernation";

interface PodObject {
    metadata: { name: string; deletionTimestamp?: string };
    spec: { containers: { name: string; image: string }[] };
    status?: {
        conditions?: { type: string; status: string }[];
        containerStatuses?: {
            name: string;
            started?: boolean;
            state?: { waiting?: { reason?: string }; running?: { startedAt?: string } };
        }[];
    };
}

/** One that was there before the update. */
export interface Awaited extends KnownCluster {
    generation: number | undefined;
    isWoken: boolean;
}

const container = "postgres";
const healthy = "Cluster in healthy state";

const imageOf = ({ spec }: PodObject): string => spec.containers.find(({ name }) => name === container)?.image ?? "";
const isReady = ({ status }: PodObject): boolean =>
    status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;

const serverOf = ({ status }: PodObject) => status?.containerStatuses?.find(({ name }) => name === container);
const waitsFor = (pod: PodObject): string | undefined => serverOf(pod)?.state?.waiting?.reason;

/** Seconds that the server of a pod has run without an answer; 0 where it answers, or doesn't run. */
function silentSeconds(pod: PodObject): number {
    const { started, state } = serverOf(pod) ?? {};
    const since = started === false ? Date.parse(state?.running?.startedAt ?? "") : Number.NaN;
    return Number.isNaN(since) ? 0 : Math.max(0, (Date.now() - since) / 1000);
}

/** Why the server of a pod can't start, where Kubernetes has tried more than once. */
const whyStuck = (pod: PodObject): string | undefined =>
    ["ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CrashLoopBackOff"].find((known) => known === waitsFor(pod));

/** The same, or that a server which was ended in good order a moment before doesn't answer for so long: it has next to no log to replay. */
const whyStopped = (pod: PodObject, silence: number): string | undefined =>
    whyStuck(pod) ?? (silentSeconds(pod) > silence ? `it runs, and hasn't answered for ${silence} s` : undefined);

/** While its image is asked for once more, it is as stuck as before; and so is one that never answered. */
const isStuck = (pod: PodObject): boolean => whyStuck(pod) !== undefined || waitsFor(pod) === "ErrImagePull" || silentSeconds(pod) > 0;

async function podsOf(kubectl: Kubectl, { name, namespace }: KnownCluster): Promise<PodObject[]> {
    const selector = `cnpg.io/cluster=${name},cnpg.io/podRole=instance`;
    const output = await kubectl.run(["get", "pods", "-n", namespace, `--selector=${selector}`, "--output=json"]);
    return (JSON.parse(output) as { items: PodObject[] }).items;
}

/** What is there before an update; those that rest are woken. */
export async function beforeRollout(kubectl: Kubectl, resources: readonly StateResource[]): Promise<Awaited[]> {
    const awaited: Awaited[] = [];
    for (const known of clustersIn(resources)) {
        const generation = (await find(kubectl, known))?.metadata.generation;
        awaited.push({ ...known, generation, isWoken: await wake(kubectl, known) });
    }
    return awaited;
}

/** What is left until every member runs what is asked for; undefined where nothing is. */
function leftOf(cluster: KnownCluster, { spec, status }: ClusterObject, pods: readonly PodObject[]): string | undefined {
    const ready = pods.filter(isReady).length;
    const current = pods.filter((pod) => imageOf(pod) === spec.imageName).length;
    if (ready < spec.instances) return `${quoted(cluster)}: ${ready} of ${spec.instances} members are ready`;
    if (current < pods.length) return `${quoted(cluster)}: ${current} of ${pods.length} members run ${spec.imageName}`;
    return status?.phase === healthy ? undefined : `${quoted(cluster)}: ${status?.phase ?? "waiting for the operator"}`;
}

/** Has members that an earlier image got stuck made anew: the operator waits for them forever. Volumes stay with their members. */
async function freeStuck(kubectl: Kubectl, cluster: KnownCluster, image: string, say: (text: string) => void): Promise<boolean> {
    const stuck = (await podsOf(kubectl, cluster)).filter(
        (pod) => isStuck(pod) && imageOf(pod) !== image && pod.metadata.deletionTimestamp === undefined,
    );
    for (const pod of stuck) {
        say(`${quoted(cluster)}: ${pod.metadata.name} can't start with ${imageOf(pod)}, and is made anew with ${image}`);
        await kubectl.run(["delete", "pod", pod.metadata.name, "-n", cluster.namespace, "--wait=false"]);
    }
    return stuck.length > 0;
}

/**
 * Frees stuck members for as long as something is at work: `pulumi up` waits for a database to be well, and the operator for members that an
 * earlier image got stuck, so that without it an update which takes such an image back would wait for itself.
 */
export async function whileFreeing<T>(
    kubectl: Kubectl,
    clusters: readonly KnownCluster[],
    say: (text: string) => void,
    work: Promise<T>,
    pauseMilliseconds = 3000,
): Promise<T> {
    const ended = new AbortController();
    const free = async () => {
        while (clusters.length > 0 && !ended.signal.aborted) {
            await setTimeout(pauseMilliseconds, undefined, { signal: ended.signal }).catch(() => undefined);
            for (const cluster of ended.signal.aborted ? [] : clusters) {
                // A cluster that doesn't answer is the update's to tell.
                const image = (await find(kubectl, cluster).catch(() => undefined))?.spec.imageName;
                if (image !== undefined) await freeStuck(kubectl, cluster, image, say).catch(() => undefined);
            }
        }
    };
    const freeing = free();
    try {
        return await work;
    } finally {
        ended.abort();
        await freeing;
    }
}

function refusal(cluster: KnownCluster, stuck: PodObject, why: string, pods: readonly PodObject[]): UserError {
    const others = [...new Set(pods.filter(isReady).map(imageOf))].filter((image) => image !== imageOf(stuck));
    return new UserError(
        `The update of ${quoted(cluster)} stopped at its first member: ${stuck.metadata.name} can't start with ${imageOf(stuck)} (${why}). ` +
            (others.length > 0 ? `The others run on with ${others.join(", ")}. ` : "") +
            "Write an image that can be had, or take yours back, and run the same command again; `holdfast status` says more.",
    );
}

/**
 * Waits until the members of a database that was changed or woken are ready and as they are asked for: a rolled one takes about half a minute,
 * and a large one replays its log first.
 */
export async function afterRollout(
    kubectl: Kubectl,
    cluster: Awaited,
    say: (text: string) => void,
    { seconds, silenceSeconds, pauseMilliseconds } = { seconds: 900, silenceSeconds: 120, pauseMilliseconds: 1000 },
): Promise<void> {
    const object = await find(kubectl, cluster);
    if (!object) return;
    const wasFreed = await freeStuck(kubectl, cluster, object.spec.imageName ?? "", say);
    const isChanged = object.metadata.generation !== cluster.generation;
    if (!isChanged && !wasFreed && !cluster.isWoken) return;
    // A change is taken up a moment later: until then all looks done.
    const needed = isChanged ? 3 : 1;
    let done = 0;
    const still = await until(
        say,
        seconds,
        async () => {
            const now = await find(kubectl, cluster);
            if (!now) return undefined;
            const pods = await podsOf(kubectl, cluster);
            // Those that are woken may have a long log to replay: nobody knows how they ended.
            const silence = cluster.isWoken ? seconds : silenceSeconds;
            for (const pod of pods.filter((each) => imageOf(each) === now.spec.imageName)) {
                const why = whyStopped(pod, silence);
                if (why) throw refusal(cluster, pod, why, pods);
            }
            const left = leftOf(cluster, now, pods);
            done = left === undefined ? done + 1 : 0;
            return left ?? (done < needed ? `${quoted(cluster)}: every member is ready` : undefined);
        },
        pauseMilliseconds,
    );
    if (still !== undefined) {
        throw new UserError(`${quoted(cluster)} isn't as asked for after ${seconds} s: ${still}. Run the same command again to wait on.`);
    }
}
