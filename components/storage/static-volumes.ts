import { PersistentVolume } from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import { protections } from "../volumes/permissions";
import { type StaticDisk, volumeNameOf } from "./disks";

/**
 * The PersistentVolumes of disks that are in the nodes already, each bound to its node.
 *
 * They are kept as claims are: a volume's object is what leads from a claim to its disk. Deleting it deletes nothing on the disk.
 */
export function createStaticVolumes(
    component: pulumi.ComponentResource,
    name: string,
    base: string,
    className: pulumi.Input<string>,
    disks: readonly StaticDisk[],
    allow?: string[],
): PersistentVolume[] {
    const protectionOf = protections(allow, component);
    return disks.map((disk) => {
        const volumeName = volumeNameOf(base, disk);
        return new PersistentVolume(
            `${name}-disk-${volumeName.slice(base.length + 1)}`,
            {
                metadata: { name: volumeName, labels: { "app.kubernetes.io/managed-by": "holdfast" } },
                spec: {
                    storageClassName: className,
                    capacity: { storage: disk.size },
                    accessModes: ["ReadWriteOnce"],
                    volumeMode: "Filesystem",
                    persistentVolumeReclaimPolicy: "Retain",
                    local: { path: disk.path },
                    nodeAffinity: {
                        required: {
                            nodeSelectorTerms: [
                                { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [disk.node] }] },
                            ],
                        },
                    },
                },
            },
            { parent: component, ...protectionOf(`volume/${volumeName}`) },
        );
    });
}
