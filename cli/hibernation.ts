/**
 * Rest and work of databases that an operator runs. Their Cluster object is kept when a stack is taken down, because deleting it would delete
 * the claims; so the operator is told to stop the pods, and to start them again when the stack comes up.
 */

import { setTimeout } from "node:timers/promises";
import type { StateResource } from "./claims-in-state";
import { UserError } from "./errors";

/** A Cluster of CloudNativePG. */
export interface KnownCluster {
    name: string;
    namespace: string;
}

/** What is needed of kubectl. */
export interface Kubectl {
    run(args: string[]): Promise<string>;
}

/** As much of a Cluster as is looked at. */
export interface ClusterObject {
    metadata: { annotations?: Record<string, string>; generation?: number };
    spec: { instances: number; imageName?: string };
    status?: { phase?: string; conditions?: { type: string; status: string; message?: string }[] };
}

const resource = "clusters.postgresql.cnpg.io";
/** The annotation that has the operator stop a database, and the condition that says how far that is. */
export const hibernationAnnotation = "cnpg.io/hibernation";
const annotation = hibernationAnnotation;
/** A database that is busy, or not healthy yet, takes its time; it is not stopped before it is whole. */
const limitSeconds = 300;
export const quoted = ({ namespace, name }: KnownCluster): string => `${namespace}/${name}`;
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The Clusters of a state. */
export function clustersIn(resources: readonly StateResource[]): KnownCluster[] {
    return resources
        .filter(({ type }) => /^kubernetes:postgresql\.cnpg\.io\/[^:]+:Cluster$/.test(type))
        .map(({ inputs }) => ({ name: text(inputs?.metadata?.name), namespace: text(inputs?.metadata?.namespace) }))
        .filter(({ name, namespace }) => name !== "" && namespace !== "");
}

export async function find(kubectl: Kubectl, { name, namespace }: KnownCluster): Promise<ClusterObject | undefined> {
    const output = await kubectl.run(["get", resource, name, "-n", namespace, "--ignore-not-found", "--output=json"]);
    return output.trim() === "" ? undefined : (JSON.parse(output) as ClusterObject);
}

const annotate = (kubectl: Kubectl, { name, namespace }: KnownCluster, change: string): Promise<string> =>
    kubectl.run(["annotate", resource, name, "-n", namespace, "--overwrite", change]);

/** Asks again and again until the answer is empty; says every other answer once, and fails with the last. */
export async function until(
    say: (text: string) => void,
    seconds: number,
    waitsFor: () => Promise<string | undefined>,
    pauseMilliseconds = 1000,
): Promise<string | undefined> {
    const end = Date.now() + seconds * 1000;
    let said: string | undefined;
    for (;;) {
        const still = await waitsFor();
        if (still === undefined || Date.now() > end) return still;
        if (still !== said) say(still);
        said = still;
        await setTimeout(pauseMilliseconds);
    }
}

/** Has the operator stop the pods, the primary's first, and waits until they are gone. One that isn't there any more is at rest. */
export async function putToRest(
    kubectl: Kubectl,
    cluster: KnownCluster,
    say: (text: string) => void,
    seconds = limitSeconds,
): Promise<void> {
    if (!(await find(kubectl, cluster))) return;
    await annotate(kubectl, cluster, `${annotation}=on`);
    const still = await until(say, seconds, async () => {
        const object = await find(kubectl, cluster);
        const condition = object?.status?.conditions?.find(({ type }) => type === annotation);
        if (!object || condition?.status === "True") return undefined;
        return `${quoted(cluster)}: ${condition?.message ?? "waiting for the operator"}`;
    });
    if (still !== undefined) {
        throw new UserError(
            `The pods of ${quoted(cluster)} still run after ${seconds} s (${still}). It is asked to rest, and will once it can: ` +
                "the operator stops a database only when all of its members are well. Run the same command again to wait on.",
        );
    }
}

/** Takes back the order to rest. True where there was one. */
export async function wake(kubectl: Kubectl, cluster: KnownCluster): Promise<boolean> {
    const object = await find(kubectl, cluster);
    if (object?.metadata.annotations?.[annotation] !== "on") return false;
    await annotate(kubectl, cluster, `${annotation}-`);
    return true;
}
