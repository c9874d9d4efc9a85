/**
 * Permissions: the lines of `holdfast:allow` that lift the protection of one named object.
 *
 * `delete data-ledger-2` is a claim, `delete secret/ledger-password` a Secret, `delete snapshot/before-upgrade` a snapshot,
 * `delete volume/ledger-node-1-3f9c1a` the PersistentVolume of a disk, `delete namespace/ledger` a namespace, and `delete key/ledger` and
 * `delete file-system/ledger` what a storage has on AWS. The name is exact: no patterns, so that a permission can never mean more than what
 * was read by the person who wrote it.
 */
const permission = /^delete ((?:secret|namespace|snapshot|volume|key|file-system)\/)?([a-z0-9]([-a-z0-9.]*[a-z0-9])?)$/;

/** Why a permission can't be read, or undefined where it can. */
export function permissionProblem(text: string): string | undefined {
    return permission.test(text)
        ? undefined
        : `"${text}" is not a permission. Write "delete" and one exact name: "delete data-ledger-2", "delete secret/ledger-password", "delete snapshot/before-upgrade" or "delete namespace/ledger".`;
}

/** True where one of the permissions names exactly this object: a claim by its bare name, others as `kind/name`. */
export function isDeletionAllowed(allow: string[] | undefined, object: string): boolean {
    return (allow ?? []).includes(`delete ${object}`);
}

/** Protection of a data-bearing object: kept through deletion and destroy, unless a permission names it. */
export function protection(allow: string[] | undefined, object: string): { protect: boolean; retainOnDelete: boolean } {
    const isKept = !isDeletionAllowed(allow, object);
    return { protect: isKept, retainOnDelete: isKept };
}
