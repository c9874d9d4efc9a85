import { createHash } from "node:crypto";

/** The fields of a StorageClass that the API server never lets anyone change. */
export interface ImmutableClassFields {
    provisioner: string;
    parameters: Record<string, string>;
    reclaimPolicy: string;
    volumeBindingMode: string;
}

/**
 * The class's name with a hash of its immutable fields: `fast-3f9c1a`.
 *
 * A changed field thus makes a new class beside the old one, instead of a replacement under volumes that are in use. Fields that can be
 * edited in place (mount options, expansion) are left out. The order of the parameters does not matter.
 */
export function hashedClassName(base: string, fields: ImmutableClassFields): string {
    const parameters = Object.entries(fields.parameters).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const canonical = JSON.stringify([fields.provisioner, parameters, fields.reclaimPolicy, fields.volumeBindingMode]);
    return `${base}-${createHash("sha256").update(canonical).digest("hex").slice(0, 6)}`;
}
