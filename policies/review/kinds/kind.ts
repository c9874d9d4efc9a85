/** What the rules know of a kind of resource. */

import type { PermissionWord } from "../../../components/permissions/kinds";

/**
 * What a resource is to the data.
 *
 * - `data`: holds it; without the resource it is gone.
 * - `secret`: holds what can't be made again: keys, passwords.
 * - `container`: takes what is inside or behind it along.
 * - `workload`: runs on it.
 * - `class`: says how volumes are made and what happens to them.
 * - `backup`: makes recovery points; without it no new ones come.
 * - `provider`: the cluster or account that everything is in.
 */
export type Role = "data" | "secret" | "container" | "workload" | "class" | "backup" | "provider";

/** A field that keeps data from harm while it has a value. */
export interface Safeguard {
    field: string;
    /** Values that keep it safe; any other doesn't. */
    safe: readonly (string | boolean)[];
    /** The field's value where it isn't given. */
    byDefault: string | boolean;
    /** What is so without it. */
    without: string;
}

export interface Kind {
    /** Type token, of Kubernetes without provider and version: `core/PersistentVolumeClaim`. */
    type: string;
    /** What people call it. */
    title: string;
    /** What stands before its name in a permission: `snapshot` in `delete snapshot/before-upgrade`. Empty for claims. */
    word: PermissionWord;
    role: Role;
    /** Where a cloud's setting says what it belongs to: it has no tags, and is called like that. */
    of?: string;
    /** Where its size is: a quantity, or a number of GiB. */
    size?: string;
    safeguards?: readonly Safeguard[];
    /** What is left when the resource is deleted, where that doesn't depend on anything. */
    remains?: string;
    /** Fields that say how much of the past is kept: lower means less. */
    retention?: readonly string[];
}
