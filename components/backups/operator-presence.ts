/** Whether K8up, which carries file backups out, is in the cluster. */

import type { ClusterNeed } from "../storage/driver-presence";

/** Its custom resource for schedules: K8up's chart brings its definitions along, and so does every other way to install it. */
const definition = "customresourcedefinition.apiextensions.k8s.io/schedules.k8up.io";

/** What a look at the cluster has to find. `path` is the property that asks for backups. */
export function k8upNeed(path: string): ClusterNeed {
    return {
        path,
        shownBy: [definition],
        missing:
            "K8up, the operator that makes the backups, is not in the cluster. Install it first: " +
            "the part k8up of stacks/platform, or https://docs.k8up.io/k8up/how-tos/installation.html (2.12 or newer, its custom resource " +
            `definitions first; in the sandbox: npx holdfast sandbox up --with backups). Looked for: ${definition}.`,
    };
}
