/** Members of a StatefulSet whose data nobody else has: they are in sync when they are ready. */

import type { ClusterApi } from "../../backups/cluster";
import { UserError } from "../../errors";
import type { ClusterNode, Pod, StatefulSet } from "../../status/objects";
import { setMembers, updateOf } from "../pods";
import type { View } from "../view";
import type { MemberEngine, Place } from "./engine";

/** A StatefulSet with its pods, as Kubernetes has them. */
export interface SeenSet {
    set: StatefulSet;
    pods: Pod[];
    nodes: ClusterNode[] | undefined;
    now: number;
}

/** What Kubernetes knows of an application's members. */
export async function seeSet(api: ClusterApi, { app, namespace }: Place): Promise<SeenSet> {
    const list = (...what: string[]) => api.run(["get", ...what, "-o", "json"]).then((text) => JSON.parse(text).items);
    const [objects, nodes] = await Promise.all([
        list("statefulsets,pods", "-n", namespace, "-l", `app.kubernetes.io/name=${app}`) as Promise<(StatefulSet | Pod)[]>,
        // Whoever may not read nodes is told less of what a pod waits for.
        (list("nodes") as Promise<ClusterNode[]>).catch(() => undefined),
    ]);
    const set = objects.find((object): object is StatefulSet => !("containers" in object.spec) && object.metadata.name === app);
    if (!set)
        throw new UserError(
            `There is no StatefulSet ${namespace}/${app} in the cluster. Make the application first: npx holdfast up ${app}`,
        );
    const pods = objects.filter((object): object is Pod => "containers" in object.spec);
    return { set, pods, nodes, now: Date.now() };
}

/** The members, by what Kubernetes alone can tell. */
export function setView({ set, pods, nodes, now }: SeenSet): View {
    const members = setMembers(set, pods, nodes, now);
    return { members, asked: members.length, busy: updateOf(set, pods) };
}

const seenBySet = async (api: ClusterApi, place: Place): Promise<View> => setView(await seeSet(api, place));

export const postgres: MemberEngine = {
    noCopies: "it is one PostgreSQL server, whose volume is the only copy",
    claimsOf: "stack",
    view: seenBySet,
};

export const container: MemberEngine = {
    noCopies: "of an image of your own nobody here knows whether its members copy their data to each other",
    claimsOf: "stack",
    view: seenBySet,
};
