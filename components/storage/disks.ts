/** Disks that somebody has already put into the nodes: what is wrong with a list of them, and the volume each becomes. */

import * as path from "node:path";
import type { InputProblem } from "../problems";
import { bytesOf } from "../usecases/quantities";
import { hashedName } from "./class-name";

/** One disk or partition of one node, mounted there. */
export interface StaticDisk {
    /** Name of the node, as its label `kubernetes.io/hostname` has it. */
    node: string;
    /** Where the disk is mounted on the node: an absolute path, and one disk for each. */
    path: string;
    /** How much of it a claim may ask for, with a unit: `100Gi`. */
    size: string;
}

/** A disk's PersistentVolume: named by where the disk is, so that nothing else ever renames it. */
export function volumeNameOf(base: string, { node, path: where }: StaticDisk): string {
    return hashedName(`${base}-${node}`, [node, where]);
}

function pathProblem(where: string): string | undefined {
    if (!path.posix.isAbsolute(where)) {
        return `"${where}" is not an absolute path. Write where the disk is mounted on its node: "/mnt/disks/disk-1".`;
    }
    const plain = path.posix.normalize(where).replace(/\/$/, "");
    if (plain === "") {
        return '"/" is the node itself. Write where the disk is mounted: "/mnt/disks/disk-1".';
    }
    return plain === where ? undefined : `"${where}" can be written in several ways. Write "${plain}".`;
}

/** All that is wrong with the disks. */
export function diskProblems(disks: readonly StaticDisk[]): InputProblem[] {
    const problems: InputProblem[] = [];
    const places = new Map<string, number>();
    disks.forEach(({ node, path: where, size }, index) => {
        const at = `disks[${index}]`;
        if (typeof node !== "string" || !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(node)) {
            problems.push({ path: `${at}.node`, reason: `"${node}" is not a node's name. Write one that \`kubectl get nodes\` lists.` });
        }
        const ofPath = typeof where === "string" ? pathProblem(where) : 'missing. Write where the disk is mounted: "/mnt/disks/disk-1".';
        if (ofPath) {
            problems.push({ path: `${at}.path`, reason: ofPath });
        }
        if (typeof size !== "string" || !bytesOf(size)) {
            problems.push({ path: `${at}.size`, reason: `"${size}" is not a size. Write a number with a unit: "100Gi" or "1Ti".` });
        }
        const place = `${node}:${where}`;
        const first = places.get(place);
        if (first !== undefined) {
            problems.push({
                path: at,
                reason: `${where} of ${node} is disks[${first}] already: two volumes on one disk would write over each other. Leave one out.`,
            });
        }
        places.set(place, first ?? index);
    });
    return problems;
}

/**
 * Whether so many members of so large a volume find a disk each.
 *
 * Kubernetes gives a claim the smallest disk that is large enough, so that counting those is enough.
 */
export function shortage(disks: readonly StaticDisk[], members: number, size: string): string | undefined {
    const enough = disks.filter((disk) => (bytesOf(disk.size) ?? 0) >= (bytesOf(size) ?? 0)).length;
    return enough >= members
        ? undefined
        : `${members === 1 ? "a volume" : `${members} volumes`} of ${size} ${members === 1 ? "needs a disk" : "need a disk each"}, and ${enough} of the ${disks.length} given ${enough === 1 ? "is" : "are"} large enough. Name more disks, or a smaller size.`;
}
