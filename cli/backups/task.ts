/** A task that must run in the cluster: a Job of one pod, with what it must know in a Secret that lives as long as the Job does. */

import { UserError } from "../errors";
import { brief } from "../status/words";
import { cleaningUp } from "./clean-up";
import type { ClusterApi, Made } from "./cluster";
import type { Report } from "./progress";

/** What runs, and with what. */
export interface Task {
    /** Name of the Job and of its Secret; made when none is there, and never two at once. */
    name: string;
    namespace: string;
    /** Values for the containers' environment, through the Secret: in no command line, log or pod spec. */
    secret: Record<string, string>;
    /** Spec of the pod, but for what every task's pod has. */
    pod: TaskPod;
    /** Labels of the pod, beside the task's own. */
    labels?: Record<string, string>;
    /** Kubernetes ends it after so long, whether anybody still waits or not. */
    deadlineSeconds: number;
}

export interface TaskContainer {
    name: string;
    image: string;
    /** A POSIX shell script. */
    script: string;
    /** Plain variables. */
    env?: Record<string, string>;
    /** Variables from the task's Secret: name of the variable, key in the Secret. */
    secretEnv?: Record<string, string>;
    /** Variables from other Secrets of the namespace. */
    otherSecretEnv?: Record<string, { secret: string; key: string }>;
    memory: string;
}

export interface TaskPod {
    runAsUser: number;
    runAsGroup: number;
    initContainers?: TaskContainer[];
    containers: TaskContainer[];
    /** A ConfigMap with `ca.crt`, mounted at /ca; none where it is empty. */
    caConfigMap: string;
    /** Claims that every container writes to. */
    claims?: TaskClaim[];
    /** Which nodes will do, as a pod's spec says it. */
    placement?: object;
}

export interface TaskClaim {
    claim: string;
    mountPath: string;
    subPath?: string;
}

/** What each container printed, and whether all of them succeeded. */
export interface TaskOutcome {
    succeeded: boolean;
    logs: Record<string, string>;
}

const taskLabel = "holdfast.dev/task";
/** A finished Job that nobody took away goes by itself after so long, and its Secret with it. */
const keptSeconds = 600;
/** Where every container may write; gone with the pod. */
export const scratch = "/scratch";

function containerOf(task: Task, { name, image, script, env = {}, secretEnv = {}, otherSecretEnv = {}, memory }: TaskContainer): object {
    const from = (variable: string, secret: string, key: string) => ({
        name: variable,
        valueFrom: { secretKeyRef: { name: secret, key } },
    });
    return {
        name,
        image,
        imagePullPolicy: "IfNotPresent",
        command: ["/bin/sh", "-c", script],
        env: [
            ...Object.entries({ HOME: scratch, TMPDIR: scratch, ...env }).map(([variable, value]) => ({ name: variable, value })),
            ...Object.entries(secretEnv).map(([variable, key]) => from(variable, task.name, key)),
            ...Object.entries(otherSecretEnv).map(([variable, { secret, key }]) => from(variable, secret, key)),
        ],
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory } },
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
        volumeMounts: [
            { name: "scratch", mountPath: scratch },
            { name: "tmp", mountPath: "/tmp" },
            ...(task.pod.caConfigMap === "" ? [] : [{ name: "ca", mountPath: "/ca", readOnly: true }]),
            ...(task.pod.claims ?? []).map(({ claim, ...mount }) => ({ name: claim, ...mount })),
        ],
    };
}

/** The Job, suspended: its pod is made once its Secret is there. */
export function jobOf(task: Task): object {
    const { name, namespace, pod } = task;
    const labels = { [taskLabel]: name };
    return {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: { name, namespace, labels },
        spec: {
            suspend: true,
            backoffLimit: 0,
            activeDeadlineSeconds: task.deadlineSeconds,
            ttlSecondsAfterFinished: keptSeconds,
            template: {
                metadata: {
                    // K8up would back the pod's volumes up, and an autoscaler would move it in the middle.
                    annotations: { "k8up.io/backup": "false", "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" },
                    labels: { ...task.labels, ...labels },
                },
                spec: {
                    restartPolicy: "Never",
                    automountServiceAccountToken: false,
                    enableServiceLinks: false,
                    terminationGracePeriodSeconds: 5,
                    ...pod.placement,
                    securityContext: {
                        runAsNonRoot: true,
                        runAsUser: pod.runAsUser,
                        runAsGroup: pod.runAsGroup,
                        fsGroup: pod.runAsGroup,
                        // As the application's own pods have it: a volume whose root is its group's already is left as it is.
                        fsGroupChangePolicy: "OnRootMismatch",
                        seccompProfile: { type: "RuntimeDefault" },
                    },
                    ...(pod.initContainers ? { initContainers: pod.initContainers.map((each) => containerOf(task, each)) } : {}),
                    containers: pod.containers.map((each) => containerOf(task, each)),
                    volumes: [
                        { name: "scratch", emptyDir: {} },
                        { name: "tmp", emptyDir: {} },
                        ...(pod.caConfigMap === "" ? [] : [{ name: "ca", configMap: { name: pod.caConfigMap } }]),
                        ...(pod.claims ?? []).map(({ claim }) => ({ name: claim, persistentVolumeClaim: { claimName: claim } })),
                    ],
                },
            },
        },
    };
}

/** The Secret, which goes with its Job. */
export function secretOf({ name, namespace, secret }: Task, jobUid: string): object {
    return {
        apiVersion: "v1",
        kind: "Secret",
        type: "Opaque",
        metadata: {
            name,
            namespace,
            labels: { [taskLabel]: name },
            ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name, uid: jobUid }],
        },
        stringData: secret,
    };
}

interface ContainerState {
    name: string;
    state?: { waiting?: { reason?: string; message?: string }; terminated?: { exitCode: number; reason?: string }; running?: object };
}

/** As much of a Job or a pod as is watched. */
export interface Watched extends Made {
    kind: string;
    spec?: { suspend?: boolean };
    status?: {
        conditions?: { type: string; status: string; reason?: string; message?: string }[];
        phase?: string;
        containerStatuses?: ContainerState[];
        initContainerStatuses?: ContainerState[];
    };
}

export const holds = (object: Watched | undefined, type: string) =>
    object?.status?.conditions?.find((each) => each.type === type && each.status === "True");

/** What a pod is doing, for a line of progress. */
export function podWords(pod: Watched | undefined): string {
    if (!pod) return "its pod is being made";
    const states = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    const stuck = states.find(({ state }) => state?.waiting?.reason && !/PodInitializing|ContainerCreating/.test(state.waiting.reason));
    if (stuck) return `${stuck.state?.waiting?.reason}: ${brief(stuck.state?.waiting?.message, 160)}`;
    const running = states.find(({ state }) => state?.running);
    if (running) return `${running.name} runs`;
    const ended = (pod.status?.containerStatuses ?? []).map(({ name, state }) => ({ name, end: state?.terminated }));
    if (ended.length > 0 && ended.every(({ end }) => end)) {
        return ended.map(({ name, end }) => `${name} has ended: ${end?.reason ?? `exit code ${end?.exitCode}`}`).join(", ");
    }
    const unscheduled = pod.status?.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False");
    return unscheduled ? `no node takes it: ${brief(unscheduled.message, 160)}` : "its pod is starting";
}

export const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

async function logsOf(api: ClusterApi, task: Task, pod: Watched | undefined): Promise<Record<string, string>> {
    if (!pod) return {};
    const names = [...(task.pod.initContainers ?? []), ...task.pod.containers].map(({ name }) => name);
    const texts = await Promise.all(
        names.map((name) => api.run(["logs", "-n", task.namespace, `pod/${pod.metadata.name}`, "-c", name]).catch(() => "")),
    );
    return Object.fromEntries(names.map((name, index) => [name, texts[index]]));
}

/** Waits for a task's Job that is there; `watch` is called about once a second with its pod. */
async function follow(api: ClusterApi, task: Task, update: Report, watch?: (pod: Watched) => Promise<void>): Promise<TaskOutcome> {
    // Kubernetes ends the Job; this is for a cluster that stops answering, or a Job that somebody took away.
    const end = Date.now() + (task.deadlineSeconds + 60) * 1000;
    for (;;) {
        const objects = await api.list<Watched>(task.namespace, "jobs,pods", `${taskLabel}=${task.name}`);
        const job = objects.find(({ kind }) => kind === "Job");
        const pod = objects.find(({ kind }) => kind === "Pod");
        if (!job) throw new UserError(`the Job ${task.namespace}/${task.name} is gone: somebody has deleted it`);
        const failed = holds(job, "Failed") ?? holds(job, "FailureTarget");
        if (failed?.reason === "DeadlineExceeded") {
            throw new UserError(`not done within ${task.deadlineSeconds} seconds; the last that was seen: ${podWords(pod)}`);
        }
        if (failed || holds(job, "Complete")) return { succeeded: !failed, logs: await logsOf(api, task, pod) };
        if (Date.now() > end) throw new UserError(`the Job ${task.namespace}/${task.name} doesn't end: ${podWords(pod)}`);
        update(podWords(pod));
        if (pod && watch) await watch(pod);
        await pause(500);
    }
}

/** A task that no command can be at work on any more. */
export function isLeft({ kind, metadata, spec }: Watched, now: number): boolean {
    return kind === "Job" && spec?.suspend === true && now - Date.parse(metadata.creationTimestamp ?? "") > keptSeconds * 1000;
}

/** Takes away what commands left that were killed in the moment before their Job began: only those don't end by themselves. */
async function sweep(api: ClusterApi, namespace: string): Promise<void> {
    const jobs = await api.list<Watched>(namespace, "jobs", taskLabel);
    for (const job of jobs.filter((each) => isLeft(each, Date.now()))) await api.remove(namespace, "jobs", job.metadata.name);
}

/** Runs a task and returns what it printed. The Job and its Secret are gone afterwards, whatever happened. */
export async function runTask(
    api: ClusterApi,
    task: Task,
    update: Report = () => {},
    watch?: (pod: Watched) => Promise<void>,
): Promise<TaskOutcome> {
    const remove = async () => {
        await api.remove(task.namespace, "jobs", task.name);
        await api.remove(task.namespace, "secrets", task.name);
    };
    return cleaningUp(remove, async () => {
        await sweep(api, task.namespace);
        // Left by a run that was killed: without its Secret nothing of it can be used again.
        await api.remove(task.namespace, "jobs", task.name, true);
        await api.remove(task.namespace, "secrets", task.name, true);
        const job = await api.create<Made>(jobOf(task));
        await api.create(secretOf(task, job.metadata.uid));
        await api.run(["patch", "job", task.name, "-n", task.namespace, "-p", '{"spec":{"suspend":false}}']);
        return follow(api, task, update, watch);
    });
}
