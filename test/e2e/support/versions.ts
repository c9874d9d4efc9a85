import type { World } from "./world";

interface KubernetesObject {
    kind: string;
    metadata: { name: string; uid: string; resourceVersion: string };
}

const namespaced = "persistentvolumeclaims,statefulsets,services,secrets,serviceaccounts,networkpolicies,poddisruptionbudgets,configmaps";

/** Every object of the stack in the cluster with its UID and resource version, and the resources of its state: any change shows in it. */
export function versions(world: World, stack = "user-preferences", namespace = stack): { objects: Record<string, string>; state: unknown } {
    const read = (...args: string[]) => (JSON.parse(world.kubectl(...args, "-o", "json")) as { items: KubernetesObject[] }).items;
    const objects = [
        ...read("-n", namespace, "get", namespaced),
        ...read("get", "persistentvolumes,storageclasses"),
        ...read("get", "namespaces", "--field-selector", `metadata.name=${namespace}`),
    ];
    const exported = JSON.parse(world.pulumi("stack", "export", "--stack", stack).stdout);
    return {
        objects: Object.fromEntries(
            objects.map(({ kind, metadata }) => [`${kind}/${metadata.name}`, `${metadata.uid} ${metadata.resourceVersion}`]),
        ),
        state: exported.deployment.resources,
    };
}
