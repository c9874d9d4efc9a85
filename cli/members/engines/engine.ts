/** What restart and replace need to know of an engine. */

import type { ClusterApi } from "../../backups/cluster";
import type { View } from "../view";

/** Which application, and where. */
export interface Place {
    app: string;
    namespace: string;
}

/** How the members of one engine are seen and changed. */
export interface MemberEngine {
    /** Why no member of it ever has a copy of another's data, in words; undefined where members replicate. */
    noCopies?: string;
    /** Who makes the claims: the stack, or an operator that counts on where a member is made anew. */
    claimsOf: "stack" | "operator";
    view(api: ClusterApi, place: Place): Promise<View>;
    /** Has another member lead, and returns once one does; where it is missing, a member that stops hands over by itself, or nobody leads. */
    handOver?(api: ClusterApi, place: Place, view: View, from: string, update: (text: string) => void): Promise<void>;
}
