/** A second operator, which takes over where a node is lost with the first: releases that elect a leader among theirs ask for one all the same. */

import type { KubernetesObject } from "./manifests";

interface Deployment extends KubernetesObject {
    spec: { replicas?: number; selector: object; template: { spec: { containers: { args?: string[] }[] } } };
}

const electsLeader = (object: KubernetesObject): object is Deployment =>
    object.kind === "Deployment" &&
    (object as Deployment).spec.template.spec.containers.some(({ args }) => args?.includes("--leader-elect") ?? false);

/** Where there are two nodes, the two are on both. */
const apart = (labelSelector: object) => ({
    podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 100, podAffinityTerm: { labelSelector, topologyKey: "kubernetes.io/hostname" } },
        ],
    },
});

/** The objects of a release, with two pods of each Deployment whose pods elect a leader. */
export const withStandBy = (objects: readonly KubernetesObject[]): KubernetesObject[] =>
    objects.map((object) => {
        if (!electsLeader(object)) return object;
        const { selector, template } = object.spec;
        const spec = { ...template.spec, affinity: apart(selector) };
        return { ...object, spec: { ...object.spec, replicas: 2, template: { ...template, spec } } };
    });
