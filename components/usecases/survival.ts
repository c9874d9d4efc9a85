/** The largest loss that leaves the data where it is, without a restore. */

import type { Reach } from "./drivers";
import type { Replication } from "./engines";
import { losses, type Survival } from "./objectives";

const byStorage: Record<Reach, Survival> = { node: "pod", zone: "node", cluster: "node", region: "zone" };

/** What storage alone carries through, or the members do, whichever is more. Volumes that are shared bind all to what they reach. */
export function survivalOf(
    reaches: Reach[],
    replication: Replication,
    replicas: number,
    minimumMembers: number,
    spread: { topologyKey: string; required: boolean },
): Survival {
    const least = (list: Survival[]) => list.reduce((a, b) => (losses.indexOf(a) < losses.indexOf(b) ? a : b));
    const [own, ...shared] = reaches.map((reach) => byStorage[reach]);
    const carried = replication !== "none" && replicas >= Math.min(minimumMembers, 2) && spread.required;
    const members: Survival = !carried ? "pod" : spread.topologyKey.endsWith("/zone") ? "zone" : "node";
    const copies = losses.indexOf(members) > losses.indexOf(own) ? members : own;
    return least([copies, ...shared]);
}
