/** Which member leads, where members tell: their pods name the command that does. */

import { leaderCommandAnnotation, mainContainer } from "../../components/workloads/labels";
import { isManaged } from "./apps";
import type { Pod, Reading } from "./objects";
import { holds } from "./objects";
import type { RunKubectl } from "./read";

/** A StatefulSet by its namespace and name, as {@link Reading.leaders} has it. */
export const setKey = (namespace: string | undefined, name: string): string => `${namespace}/${name}`;

const command = ({ metadata }: Pod): string[] => (metadata.annotations?.[leaderCommandAnnotation] ?? "").split(" ").filter(Boolean);

/** A ready member that can be asked. */
const witnessOf = (set: string, namespace: string | undefined, pods: readonly Pod[]): Pod | undefined =>
    pods.find(
        (pod) =>
            pod.metadata.namespace === namespace &&
            pod.metadata.name.startsWith(`${set}-`) &&
            isManaged(pod.metadata) &&
            holds(pod, "Ready") &&
            command(pod).length > 0,
    );

/**
 * Asks one ready member of each StatefulSet who leads. One that can't be asked, because nobody is ready or it isn't allowed, isn't in the answer; an
 * empty name says that nobody leads.
 */
export async function readLeaders(
    kubectl: RunKubectl,
    { statefulsets, pods }: Pick<Reading, "statefulsets" | "pods">,
    app?: string,
): Promise<Record<string, string>> {
    const asked = statefulsets
        .filter(({ metadata }) => app === undefined || metadata.name === app)
        .map(async ({ metadata: { namespace, name } }): Promise<[string, string][]> => {
            const witness = witnessOf(name, namespace, pods);
            if (witness === undefined) return [];
            const where = ["-n", String(namespace), witness.metadata.name, "-c", mainContainer];
            const { status, stdout } = await kubectl(["exec", ...where, "--", ...command(witness)]);
            return status === 0 ? [[setKey(namespace, name), stdout.trim()]] : [];
        });
    return Object.fromEntries((await Promise.all(asked)).flat());
}
