/** Names of what is made on AWS, all of them explicit and short enough, so that nothing is ever named anew. */

import { createHash } from "node:crypto";

/** The name, or as much of it as fits with a hash of all of it. */
function bounded(name: string, length: number): string {
    const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
    return name.length <= length ? name : `${name.slice(0, length - 9)}-${hash}`;
}

/** Roles belong to the account, not to a region: a cluster of the same name elsewhere must not meet this one's. */
export function roleName(clusterName: string, region: string, part: string): string {
    return bounded(`${clusterName}-${region}-${part}`, 64);
}

export function keyAlias(clusterName: string, storage: string): string {
    return `alias/holdfast/${clusterName}/${storage.replace(/[^\w-]/g, "-")}`;
}

/** What EFS tells two requests for one file system apart by. */
export function creationToken(clusterName: string, storage: string): string {
    return bounded(`holdfast-${clusterName}-${storage}`, 64);
}

export function securityGroupName(clusterName: string, storage: string): string {
    return bounded(`holdfast-${clusterName}-${storage}-efs`, 255);
}
