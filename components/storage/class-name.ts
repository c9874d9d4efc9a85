import { createHash } from "node:crypto";

/** The fields of a StorageClass that the API server never lets anyone change. */
export interface ImmutableClassFields {
    provisioner: string;
    parameters: Record<string, string>;
    reclaimPolicy: string;
    volumeBindingMode: string;
}

/** Parameters in an order of their own, so that the order they were written in does not matter. */
export function canonical(parameters: Record<string, string>): [string, string][] {
    return Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The base and six digits of what can't be changed: other content, another object beside the first. */
export function hashedName(base: string, content: unknown): string {
    return `${base}-${createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 6)}`;
}

/**
 * The class's name with a hash of its immutable fields: `fast-3f9c1a`.
 *
 * A changed field thus makes a new class beside the old one, instead of a replacement under volumes that are in use. Fields that can be
 * edited in place (mount options, expansion, allowed topologies) are left out. The order of the parameters does not matter.
 */
export function hashedClassName(base: string, fields: ImmutableClassFields): string {
    return hashedName(base, [fields.provisioner, canonical(fields.parameters), fields.reclaimPolicy, fields.volumeBindingMode]);
}
