/** The workload of the `custom` use case: what a description and a plan make of an image. */

import type * as pulumi from "@pulumi/pulumi";
import type { InputProblem } from "../problems";
import type { Plan, PlannedVolume } from "../usecases/plan";
import type { WorkloadDescription } from "./pod-args";
import type { StatefulWorkloadArgs, WorkloadVolume } from "./workload-args";
import { workloadProblems } from "./workload-problems";

/** One volume of every member of an application of one's own. */
export interface AppVolume {
    /** `data` is the volume that the plan sizes; the others say their size here. */
    name: string;
    /** Where the main container finds it. */
    mountPath: string;
    /**
     * With a unit: `10Gi`. It can be raised in place, and never lowered.
     * @default none: the plan's for `data`, and needed for every other
     */
    size?: string;
    /**
     * `ReadWriteOnce`, `ReadWriteOncePod` or `ReadWriteMany`.
     * @default the plan's
     */
    accessMode?: string;
    /**
     * One folder of the volume instead of its root.
     * @default the root
     */
    subPath?: string;
    /**
     * The StorageClass of this volume's new claims, one that exists. Claims that exist keep theirs.
     * @default the application's
     */
    storageClass?: string;
    /**
     * A VolumeAttributesClass that exists. Another one changes the volume in place.
     * @default the application's for `data`, none for every other
     */
    attributesClass?: string;
}

/**
 * What runs in the `custom` use case. Image, members, storage, the size of `data` and resources are the plan's: `image`, `replicas`,
 * `size`, `set: { "resources.limits.memory": … }`.
 */
export interface AppWorkload extends WorkloadDescription {
    /**
     * What is kept: `data`, and whatever else has a life of its own. One more replaces the StatefulSet: all members stop, and start again
     * with their data.
     */
    volumes: AppVolume[];
}

/** Where it is made, and with what beside the plan and the description. */
export interface AppWorkloadContext {
    namespace: pulumi.Input<string>;
    storageClass: pulumi.Input<string>;
    lostNodeSeconds: number;
    keepClaims?: number;
    isStopped?: boolean;
    restoreFrom?: { [claim: string]: string };
    attributesClass?: string;
    claimAnnotations?: { [name: string]: string };
    allow?: string[];
    clientNamespaces?: string[];
}

/** What of a plan makes the workload. */
export type WorkloadPlan = Pick<Plan, "app" | "replicas" | "engine" | "volumes" | "spread" | "resources">;

/** What to write, where there is nothing. */
export const workloadExample =
    '{ ports: [{ name: http, port: 8080 }], volumes: [{ name: data, mountPath: /var/lib/wiki }], env: { WIKI_PORT: "8080" } }';

/** The plan with the further volumes that a workload describes: they have claims as the plan's own do. */
export function withVolumes(plan: Plan, workload: AppWorkload | undefined): Plan {
    const own = plan.volumes.map(({ name }) => name);
    const further = (workload?.volumes ?? [])
        // One without a name is nothing that could be planned for; its problems say so.
        .filter(({ name }) => name !== "" && !own.includes(name))
        .map(({ name, size = "", accessMode }) => ({
            name,
            size,
            // Nobody decided how far it may grow.
            ceiling: size,
            accessMode: (accessMode ?? plan.volumes[0].accessMode) as PlannedVolume["accessMode"],
        }));
    return further.length === 0 ? plan : { ...plan, volumes: [...plan.volumes, ...further] };
}

function volumesOf(plan: WorkloadPlan, workload: AppWorkload): WorkloadVolume[] {
    return workload.volumes.map((volume) => {
        const planned = plan.volumes.find(({ name }) => name === volume.name);
        return {
            name: volume.name,
            mountPath: volume.mountPath,
            subPath: volume.subPath,
            size: planned?.size ?? volume.size ?? (volume.name === "" ? "1Gi" : ""),
            ceiling: volume.name === "data" ? planned?.ceiling : undefined,
            accessMode: volume.accessMode ?? planned?.accessMode,
            storageClass: volume.storageClass,
            attributesClass: volume.attributesClass,
        };
    });
}

/** The workload's arguments: the description, and from the plan whatever the plan decides. */
export function workloadArgsOf(plan: WorkloadPlan, workload: AppWorkload, context: AppWorkloadContext): StatefulWorkloadArgs {
    const { attributesClass, ...given } = context;
    const { requests, limits } = plan.resources;
    return {
        ...workload,
        ...given,
        app: plan.app,
        image: plan.engine.image,
        runAsUser: plan.engine.runAsUser,
        runAsGroup: plan.engine.runAsGroup,
        replicas: plan.replicas,
        volumes: volumesOf(plan, workload).map((volume) => ({
            ...volume,
            attributesClass: volume.attributesClass ?? (volume.name === "data" ? attributesClass : undefined),
        })),
        resources: { cpu: requests.cpu, memory: requests.memory, cpuLimit: limits.cpu, memoryLimit: limits.memory },
        spreadOver: plan.spread.topologyKey,
        spreadIsRequired: plan.spread.required,
    };
}

/** Arguments that the plan and its neighbours judge; here they would be told a second time. */
const judgedElsewhere = /^(app|allow|keepClaims|restoreFrom|namespace|replicas|resources|runAsUser|volumes\[\d+\]\.ceiling)\b/;

function volumeProblems({ volumes }: AppWorkload): InputProblem[] {
    const problems: InputProblem[] = [];
    if (!volumes.some(({ name }) => name === "data")) {
        const near = volumes.length === 1 ? ` Call "${volumes[0].name}" so, or add it.` : "";
        problems.push({ path: "volumes", reason: `none is called "data", which is the one that the plan sizes.${near}` });
    }
    volumes.forEach(({ name, size }, index) => {
        if (name === "") {
            // Whether it needs a size depends on its name, which is told to be wrong.
            return;
        }
        const path = `volumes[${index}].size`;
        if (name === "data" && size !== undefined) {
            problems.push({
                path,
                reason: `the plan sizes "data". Write ${size} as the application's size, beside the workload, not in it.`,
            });
        } else if (name !== "data" && size === undefined) {
            problems.push({ path, reason: `is missing: the plan sizes "data" alone. Write a number with a unit: "10Gi".` });
        }
    });
    return problems;
}

/** A plan that decides nothing, to judge a description by where the wish gives no plan. */
export function withoutPlan(app: string, replicas: number): WorkloadPlan {
    const engine = {
        name: "container",
        version: "0",
        image: "none",
        runAsUser: 1,
        runAsGroup: 1,
        replication: "none",
        settings: {},
    } as const;
    return {
        app,
        replicas,
        engine,
        volumes: [{ name: "data", size: "1Gi", ceiling: "1Gi", accessMode: "ReadWriteOnce" }],
        spread: { topologyKey: "kubernetes.io/hostname", required: false },
        resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } },
    };
}

/** Everything wrong with a description, by its path in the application's arguments: `workload.ports[0].port`. */
export function appWorkloadProblems(plan: WorkloadPlan, workload: AppWorkload, context: AppWorkloadContext): InputProblem[] {
    const own = volumeProblems(workload);
    const told = new Set(own.map(({ path }) => path));
    const shared = workloadProblems(plan.app, workloadArgsOf(plan, workload, context)).filter(
        ({ path }) => !judgedElsewhere.test(path) && !told.has(path),
    );
    return [...own, ...shared].map(({ path, reason }) => ({ path: `workload.${path}`, reason }));
}
