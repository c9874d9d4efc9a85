/** What a member's pod waits for: one finding for the first thing that keeps it from being ready. */

import { type Finding, problem, waiting } from "./model";
import {
    type ClusterEvent,
    type ClusterNode,
    type Container,
    type ContainerStatus,
    conditionOf,
    holds,
    latestEvent,
    type Pod,
    seenAt,
    type Terminated,
} from "./objects";
import { schedulingWords } from "./scheduling";
import { agoIn, brief, driverWords, since } from "./words";

/** What is known beside the pod itself. */
export interface Around {
    /** Undefined where nodes could not be read. */
    nodes: readonly ClusterNode[] | undefined;
    events: readonly ClusterEvent[];
    /** Of its claims: by name, why one isn't bound; those that are bound aren't here. */
    unbound: Record<string, string>;
    now: number;
}

/** Why an image can't be pulled, by what the registry or the way to it answered; the first that fits counts. */
const pullFailures: [RegExp, string][] = [
    [/toomanyrequests|429/i, "its registry allows no more pulls for now"],
    [/no such host|dial tcp|timeout|connection refused|deadline exceeded/i, "its registry can't be reached"],
    [/unauthorized|authorization failed|access denied|forbidden|401|403/i, "its registry refuses: the image is private, or not there"],
    [/not found|manifest unknown|404/i, "there is no such image or tag"],
];

function imageWait(container: Container | undefined, reason: string, message: string): Finding {
    const image = container?.image ?? "its image";
    if (reason === "InvalidImageName") return problem("image-pull", `"${image}" is not the name of an image`);
    if (reason === "ErrImageNeverPull")
        return problem("image-pull", `the image ${image} is not on the node, and its policy forbids pulling it`);
    const why = pullFailures.find(([pattern]) => pattern.test(message))?.[1] ?? brief(message);
    return problem("image-pull", `the image ${image} can't be pulled${why ? `: ${why}` : ""}`);
}

/** How a container ended: `ended with exit code 1 (30 seconds ago): database files are incompatible`. */
function ending({ exitCode, reason, message, finishedAt }: Terminated, container: Container | undefined, now: number): string {
    const limit = container?.resources?.limits?.memory;
    const how =
        reason === "OOMKilled"
            ? `was killed for using more memory than its limit${limit ? ` of ${limit}` : ""}`
            : exitCode > 128
              ? `was ended by signal ${exitCode - 128}${exitCode === 137 ? " (killed)" : ""}`
              : `ended with exit code ${exitCode}`;
    const said = brief((message ?? "").trim().split("\n").at(-1));
    return `${how}${agoIn(finishedAt, now)}${said ? `: ${said}` : ""}`;
}

const times = (count: number) => (count === 1 ? "once" : `${count} times`);

/** What one container waits for, or undefined where it is ready. */
function containerWait(pod: Pod, status: ContainerStatus, container: Container | undefined, around: Around): Finding | undefined {
    const { state = {}, lastState, restartCount } = status;
    const who = pod.spec.containers.length > 1 || pod.spec.containers[0] !== container ? `its container ${status.name} ` : "it ";
    const reason = state.waiting?.reason ?? "";
    if (/^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|RegistryUnavailable)$/.test(reason)) {
        const event = latestEvent(
            around.events.filter(({ message }) => /pull/i.test(message ?? "")),
            pod.metadata,
            "Failed",
        );
        return imageWait(container, reason, `${state.waiting?.message ?? ""} ${event?.message ?? ""}`);
    }
    if (reason === "CrashLoopBackOff" || (state.terminated && restartCount > 0)) {
        const last = lastState?.terminated ?? state.terminated;
        const how = last ? ending(last, container, around.now) : "ended";
        return problem("crash-loop", `${who}ends again and again (${times(restartCount)} restarted): the last time it ${how}`);
    }
    if (state.terminated) {
        return waiting("restarting", `${who}${ending(state.terminated, container, around.now)}, and is about to be started again`);
    }
    if (/^(CreateContainerConfigError|CreateContainerError|RunContainerError|StartError)$/.test(reason)) {
        return problem("cannot-start", `${who}can't be started: ${brief(state.waiting?.message)}`);
    }
    if (state.running && !status.ready) return notReady(pod, status, container, who, around);
    return undefined;
}

function notReady(pod: Pod, status: ContainerStatus, container: Container | undefined, who: string, around: Around): Finding {
    const startedAt = status.state?.running?.startedAt;
    const event = latestEvent(around.events, pod.metadata, "Unhealthy");
    // A complaint from before this start of the container is about another one.
    const said = event && seenAt(event) >= (Date.parse(startedAt ?? "") || 0) ? event.message : undefined;
    const probe = (kind: string) => brief(new RegExp(`${kind} probe (?:failed|errored):? ?(.*)`, "s").exec(said ?? "")?.[1]);
    const age = since(startedAt, around.now);
    const running = age ? `has been running for ${age}` : "is running";
    const ended = status.restartCount > 0 && status.lastState?.terminated;
    const before = ended ? `; before that it ${ending(ended, container, around.now)}` : "";
    if (status.started === false && container?.startupProbe) {
        const text = probe("Startup");
        return waiting("starting", `${who}is starting: its startup probe has not said yes${text ? ` (${text})` : ""}${before}`);
    }
    const text = probe("Readiness");
    if (container?.readinessProbe) {
        return waiting("not-ready", `${who}${running}, and its readiness probe says no${text ? `: ${text}` : ""}${before}`);
    }
    return waiting("not-ready", `${who}${running}, and is not ready yet${before}`);
}

/** A node that can't be relied upon, in words, or undefined where it can. */
export function nodeTrouble(name: string, nodes: readonly ClusterNode[] | undefined, now: number): string | undefined {
    if (nodes === undefined) return undefined;
    const node = nodes.find(({ metadata }) => metadata.name === name);
    if (!node) return `its node ${name} is gone from the cluster`;
    const ready = conditionOf(node, "Ready");
    if (!ready || ready.status === "True") return undefined;
    const age = since(ready.lastTransitionTime, now);
    return ready.status === "Unknown"
        ? `its node ${name} is unreachable${age ? `, for ${age}` : ""}`
        : `its node ${name} is not ready${age ? `, for ${age}` : ""}${ready.message ? `: ${brief(ready.message)}` : ""}`;
}

/** A pod that has a node and no container yet: its volumes, its network, its image. */
function preparing(pod: Pod, around: Around): Finding {
    const event = latestEvent(
        around.events,
        pod.metadata,
        "FailedMount",
        "FailedAttachVolume",
        "FailedCreatePodSandBox",
        "FailedMapVolume",
    );
    const when = event && agoIn(seenAt(event), around.now);
    if (event?.reason === "FailedCreatePodSandBox") {
        return waiting("preparing", `its network could not be made${when}: ${brief(event.message)}`);
    }
    if (event) {
        const what = event.reason === "FailedAttachVolume" ? "attached to its node" : "mounted";
        const text = (event.message ?? "").replace(
            /^(MountVolume\.\S+ failed for volume|AttachVolume\.Attach failed for volume) "[^"]*"\s*:\s*/,
            "",
        );
        const multi = /Multi-Attach error/.test(text) ? "it is still in use on another node" : brief(driverWords(text));
        return problem("mount-failed", `a volume of it can't be ${what}${when}: ${multi}`);
    }
    const age = since(conditionOf(pod, "PodScheduled")?.lastTransitionTime, around.now);
    return waiting("preparing", `its volumes, network and image are made ready on ${pod.spec.nodeName}${age ? `, for ${age}` : ""}`);
}

function unschedulable(pod: Pod, around: Around): Finding {
    const claims = (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
    const stuck = claims.filter((name) => Object.hasOwn(around.unbound, name));
    const { reason, message } = conditionOf(pod, "PodScheduled") ?? {};
    if (reason === "SchedulingGated") return waiting("scheduling", "it is held back by a scheduling gate");
    if (message === undefined || message === "") return waiting("scheduling", "the scheduler has not chosen a node yet");
    if (stuck.length > 0 && /PersistentVolumeClaim|persistentvolumeclaim|VolumeBinding|binding volumes/.test(message)) {
        return waiting("waiting-for-claim", `it waits for its claim ${stuck[0]}: ${around.unbound[stuck[0]]}`);
    }
    return problem("unschedulable", `no node can take it: ${schedulingWords(message, pod, around.nodes ?? [])}`);
}

/** True where the pod is ready and on a node that can be relied upon. */
export const isReady = (pod: Pod, around: Pick<Around, "nodes" | "now">): boolean =>
    holds(pod, "Ready") &&
    pod.metadata.deletionTimestamp === undefined &&
    (pod.spec.nodeName === undefined || nodeTrouble(pod.spec.nodeName, around.nodes, around.now) === undefined);

/** What the pod waits for, or undefined where it is ready. */
export function podWait(pod: Pod, around: Around): Finding | undefined {
    const { metadata, spec, status } = pod;
    const trouble = spec.nodeName === undefined ? undefined : nodeTrouble(spec.nodeName, around.nodes, around.now);
    const isEnding = metadata.deletionTimestamp !== undefined;
    if (trouble) {
        const then = isEnding ? "; it is started elsewhere once that node is back, deleted or declared out of service" : "";
        return problem("node-unreachable", `${trouble}${then}`);
    }
    if (isEnding) {
        // The timestamp is the end of the time it has for stopping.
        const over = since(metadata.deletionTimestamp, around.now);
        const late = Date.parse(metadata.deletionTimestamp ?? "") < around.now - 30_000;
        return late
            ? problem("stopping", `it should have stopped ${over} ago and has not`)
            : waiting("stopping", `it is being stopped, and may take ${metadata.deletionGracePeriodSeconds ?? 30} seconds`);
    }
    if (status.phase === "Failed" || status.phase === "Succeeded") {
        const why = brief(status.message);
        return problem("ended", `it has ended${status.reason ? ` (${status.reason})` : ""}${why ? `: ${why}` : ""}`);
    }
    if (spec.nodeName === undefined) return unschedulable(pod, around);
    const waits = [
        ...(status.initContainerStatuses ?? []).map((each) => ({ each, container: find(spec.initContainers, each.name) })),
        ...(status.containerStatuses ?? []).map((each) => ({ each, container: find(spec.containers, each.name) })),
    ]
        // An init container that did its work has ended, as it should.
        .filter(({ each }) => each.state?.terminated?.exitCode !== 0 || find(spec.containers, each.name))
        .flatMap(({ each, container }) => containerWait(pod, each, container, around) ?? []);
    if (waits.length > 0) return waits.find(({ severity }) => severity === "problem") ?? waits[0];
    if (holds(pod, "Ready")) return undefined;
    const isRunning = (status.containerStatuses ?? []).some(({ state }) => state?.running);
    if (!isRunning) return preparing(pod, around);
    const { reason, message } = conditionOf(pod, "Ready") ?? {};
    return waiting("not-ready", `it is not ready${message || reason ? `: ${brief(message ?? reason)}` : ""}`);
}

const find = (containers: readonly Container[] | undefined, name: string) => containers?.find((container) => container.name === name);
