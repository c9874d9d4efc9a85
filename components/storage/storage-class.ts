/** The objects of a storage component: its StorageClass, and the classes for snapshots and attributes beside it. */

import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { StorageClass, VolumeAttributesClass } from "@pulumi/kubernetes/storage/v1";
import * as pulumi from "@pulumi/pulumi";
import { type InputProblem, refuseProblems } from "../problems";
import type { StorageKind } from "../usecases/plan";
import { type ClassSpec, classSpecOf, snapshotDeletionPolicy } from "./class-spec";
import { checkedAtPreview, neededBy } from "./driver-presence";
import type { StorageClassArgs } from "./storage-class-args";

/** What a storage component has made, and the names that it gives out. */
export interface MadeClasses {
    spec: ClassSpec;
    storageClass: StorageClass;
    className: pulumi.Output<string>;
    /** Empty where there is none. */
    snapshotClassName: pulumi.Output<string>;
    /** The cluster's name of each VolumeAttributesClass, by the name the program gave it. */
    attributesClassNames: pulumi.Output<{ [name: string]: string }>;
}

/** Parameters known only once something is made, e.g. a key's ARN. The arguments hold what stands for them in the hash of the name. */
export type LateParameters = Record<string, pulumi.Input<string>>;

const labels = { "app.kubernetes.io/managed-by": "holdfast" };

/**
 * What a class's resource is kept by. Not protected: a changed field must be able to make the next class. Retained: volumes, snapshots and
 * claims of the old one refer to it by name for as long as they live.
 */
const kept = (component: pulumi.Resource) => ({ parent: component, retainOnDelete: true });

function storageClassOf(component: pulumi.ComponentResource, name: string, spec: ClassSpec, late: LateParameters): StorageClass {
    const topologies = Object.entries(spec.allowedTopologies);
    return new StorageClass(
        `${name}-class`,
        {
            metadata: {
                name: spec.name,
                labels,
                // Said out loud either way, so that adopting a class never changes the cluster's default unnoticed.
                annotations: { "storageclass.kubernetes.io/is-default-class": String(spec.isClusterDefault) },
            },
            provisioner: spec.provisioner,
            parameters: { ...spec.parameters, ...late },
            reclaimPolicy: "Retain",
            volumeBindingMode: spec.volumeBindingMode,
            allowVolumeExpansion: spec.allowVolumeExpansion,
            ...(spec.mountOptions.length > 0 ? { mountOptions: [...spec.mountOptions] } : {}),
            // One term with several expressions: a node has to have all of the labels.
            ...(topologies.length > 0
                ? { allowedTopologies: [{ matchLabelExpressions: topologies.map(([key, values]) => ({ key, values })) }] }
                : {}),
        },
        kept(component),
    );
}

/** A snapshot is deleted by a person, and never with the object that stands for it. */
function snapshotClassOf(component: pulumi.ComponentResource, name: string, spec: ClassSpec): CustomResource | undefined {
    return (
        spec.snapshotClass &&
        new CustomResource(
            `${name}-snapshot-class`,
            {
                apiVersion: "snapshot.storage.k8s.io/v1",
                kind: "VolumeSnapshotClass",
                metadata: {
                    name: spec.snapshotClass.name,
                    labels,
                    annotations: { "snapshot.storage.kubernetes.io/is-default-class": "false" },
                },
                driver: spec.provisioner,
                deletionPolicy: snapshotDeletionPolicy,
                parameters: spec.snapshotClass.parameters,
            },
            kept(component),
        )
    );
}

function attributesClassesOf(component: pulumi.ComponentResource, name: string, spec: ClassSpec): Record<string, pulumi.Output<string>> {
    return Object.fromEntries(
        spec.attributesClasses.map(({ asked, name: className, parameters }) => {
            const made = new VolumeAttributesClass(
                `${name}-attributes-${asked}`,
                { metadata: { name: className, labels }, driverName: spec.provisioner, parameters },
                kept(component),
            );
            return [asked, pulumi.output(made.metadata.name)];
        }),
    );
}

/**
 * Makes the classes of a storage component: `${name}-class`, and where asked `${name}-snapshot-class` and `${name}-attributes-…`. Refuses
 * with everything that is wrong, `found` by the component included; a preview also looks whether the driver is in the cluster.
 */
export function createClasses(
    component: pulumi.ComponentResource,
    name: string,
    kind: StorageKind,
    request: StorageClassArgs,
    found: (spec: ClassSpec) => InputProblem[] = () => [],
    late: LateParameters = {},
): MadeClasses {
    const { spec, problems } = classSpecOf(name, kind, request);
    const type = `${kind[0].toUpperCase()}${kind.slice(1)}Storage`;
    refuseProblems(type, name, [...problems, ...found(spec)]);
    const storageClass = storageClassOf(component, name, spec, late);
    const snapshotClass = snapshotClassOf(component, name, spec);
    const checked = checkedAtPreview(`${type} "${name}"`, component, request, neededBy(spec));
    return {
        spec,
        storageClass,
        className: pulumi.all([storageClass.metadata.name, checked]).apply(([className]) => className),
        snapshotClassName: snapshotClass
            ? pulumi.output(snapshotClass.metadata).apply((metadata) => metadata?.name ?? "")
            : pulumi.output(""),
        attributesClassNames: pulumi.output(attributesClassesOf(component, name, spec)),
    };
}
