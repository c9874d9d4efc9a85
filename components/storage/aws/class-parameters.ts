/** What a cloud storage's arguments say to the StorageClass. */

import type { Input } from "@pulumi/pulumi";
import type { Driver } from "../../usecases/drivers";
import type { CloudStorageArgs } from "../cloud-storage-args";
import type { StorageClassArgs } from "../storage-class-args";
import type { Family } from "./family";
import { creationToken, keyAlias } from "./names";
import { tagParameters, tagsOf } from "./tags";
import { purchaseParameters } from "./volume-limits";

/** `{ uid: "1000" }` of what was given, and nothing of what wasn't. */
function given(values: Record<string, string | number | undefined>): Record<string, string> {
    return Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])));
}

/** Stands in the hash of the class's name for what is known only once it is made, so that a preview knows the name. */
function standIn(value: Input<string> | undefined, made: string): string {
    return typeof value === "string" ? value : value === undefined ? made : "given";
}

/**
 * The class's arguments. The key's ARN and the file system's id are in it by what stands for them: the name of what is made here, which is
 * never replaced, or the text that was given.
 */
export function classArgsOf(
    name: string,
    args: CloudStorageArgs,
    driver: Driver | undefined,
    family: Family | undefined,
): StorageClassArgs {
    const storage = args.className ?? name;
    const clusterName = args.clusterName ?? "";
    const { driver: asked, provisioner, className, bindsImmediately, allowsExpansion, isClusterDefault, mountOptions } = args;
    const { allowedTopologies, makesSnapshotClass, attributes, kubeconfig, context } = args;
    // A driver that is being installed isn't there yet.
    const cluster = family && (args.installsAddOns ?? true) ? {} : { kubeconfig, context };
    const ofClasses = {
        ...{ driver: asked, provisioner, className, bindsImmediately, allowsExpansion, isClusterDefault, mountOptions },
        ...{ allowedTopologies, makesSnapshotClass, attributes },
        ...cluster,
    };
    const purchase = driver ? purchaseParameters(driver, args) : {};
    if (family?.name === "ebs") {
        const tags = tagParameters(tagsOf(clusterName, storage, args.tags));
        return {
            ...ofClasses,
            parameters: {
                ...args.parameters,
                ...purchase,
                ...tags,
                kmsKeyId: standIn(args.kmsKeyArn, keyAlias(clusterName, storage)),
            },
            ...((makesSnapshotClass ?? driver?.capabilities.snapshots) ? { snapshotParameters: tags } : {}),
        };
    }
    if (family?.name === "efs") {
        const { basePath, userId, groupId, firstGroupId, lastGroupId } = args;
        const isMade = args.fileSystemId === undefined;
        return {
            ...ofClasses,
            // Its policy lets only the nodes' role mount it, so that the mount has to say who it is.
            mountOptions: mountOptions ?? (isMade ? [...(driver?.mountOptions ?? []), "iam"] : undefined),
            parameters: {
                ...args.parameters,
                ...given({ basePath, uid: userId, gid: groupId, gidRangeStart: firstGroupId, gidRangeEnd: lastGroupId }),
                fileSystemId: standIn(args.fileSystemId, creationToken(clusterName, storage)),
            },
        };
    }
    return { ...ofClasses, parameters: { ...args.parameters, ...purchase } };
}
