/** Deletes exactly the object that was looked at: one of the same name that was made since stays. */

import { type ClusterApi, ClusterError } from "../backups/cluster";
import type { Place } from "./engines/engine";

async function remove(api: ClusterApi, path: string, uid: string): Promise<void> {
    const options = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid } };
    try {
        await api.run(["delete", "--raw", path, "-f", "-"], JSON.stringify(options));
    } catch (error) {
        // Gone already, or another one by now: the next look tells.
        if (error instanceof ClusterError && (error.isMissing || /not found|UID in precondition/i.test(error.message))) return;
        throw error;
    }
}

/** Stops a pod in order; whoever made it makes another one. */
export const stopPod = (api: ClusterApi, { namespace }: Place, name: string, uid: string): Promise<void> =>
    remove(api, `/api/v1/namespaces/${namespace}/pods/${name}`, uid);

/** Deletes a claim, which goes as soon as no pod uses it. */
export const giveUpClaim = (api: ClusterApi, { namespace }: Place, name: string, uid: string): Promise<void> =>
    remove(api, `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`, uid);
