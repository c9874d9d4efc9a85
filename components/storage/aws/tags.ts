/** Tags: on everything made, on every volume by its StorageClass, and as what the driver's role is limited to. */

import type { InputProblem } from "../../problems";

/** Says which cluster something belongs to. The drivers' roles may touch only what carries it. */
export const clusterTag = "holdfast.dev/cluster";

/** Tags of everything a storage component makes. Our own come last: a role's limits rest on one of them. */
export function tagsOf(clusterName: string, storage: string, given: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { ...given, "holdfast.dev/managed-by": "holdfast", "holdfast.dev/storage": storage, [clusterTag]: clusterName };
}

/**
 * Tags as parameters of a StorageClass or a VolumeSnapshotClass, from which the EBS driver puts them on volumes and snapshots:
 * https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md, read 2026-11. Numbered in the order of their keys, so
 * that the same tags always make the same class.
 */
export function tagParameters(tags: Readonly<Record<string, string>>): Record<string, string> {
    const sorted = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted.map(([key, value], index) => [`tagSpecification_${index + 1}`, `${key}=${value}`]));
}

/** Keys the EBS driver keeps for itself: a volume that asks for one is never made. */
const reserved = /^(CSIVolumeName|CSIVolumeSnapshotName)$|^ebs\.csi\.aws\.com\/|^kubernetes\.io/;

/** AWS takes letters, digits, spaces and these; "=" is left out, because it ends the key in a class's parameter. */
const keyCharacters = /^[\p{L}\p{N} _.:/+\-@]+$/u;
const valueCharacters = /^[\p{L}\p{N} _.:/=+\-@]*$/u;

/** AWS takes 50 tags on a resource; ours and the driver's need some of them. */
const maximum = 35;

/** Everything wrong with tags: AWS would refuse some only when the first volume is made, long after the `up`. */
export function tagProblems(tags: Readonly<Record<string, string>> = {}): InputProblem[] {
    const problems: InputProblem[] = [];
    const refuse = (key: string, reason: string) => problems.push({ path: `tags["${key}"]`, reason });
    if (Object.keys(tags).length > maximum) {
        problems.push({
            path: "tags",
            reason: `${Object.keys(tags).length} are too many: ${maximum} leave room for the driver's own. Write ${maximum} or fewer.`,
        });
    }
    for (const [key, value] of Object.entries(tags)) {
        if (/^aws:/i.test(key) || reserved.test(key)) {
            refuse(key, `the key is reserved by AWS or by the driver. Write a key of your own, e.g. "team".`);
        } else if (key.startsWith("holdfast.dev/")) {
            refuse(key, `keys that begin with "holdfast.dev/" are set here, and the drivers' roles rest on them. Write another key.`);
        } else if (!keyCharacters.test(key) || key.length > 128) {
            refuse(key, `is no key: up to 128 letters, digits, spaces and "_.:/+-@". Write e.g. "cost-center".`);
        }
        if (!valueCharacters.test(value) || value.length > 256) {
            refuse(key, `"${value}" is no value: up to 256 letters, digits, spaces and "_.:/=+-@". Write e.g. "shop".`);
        }
    }
    return problems;
}
