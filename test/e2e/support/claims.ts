import type { World } from "./world";

interface ClaimObject {
    metadata: { name: string; uid: string };
    spec: { volumeName?: string };
}

/** Every claim of a namespace by name: its UID and its volume. */
export function claimsOf(world: World, namespace: string): Record<string, string> {
    const { items } = JSON.parse(world.kubectl("-n", namespace, "get", "pvc", "-o", "json")) as { items: ClaimObject[] };
    return Object.fromEntries(items.map(({ metadata, spec }) => [metadata.name, `${metadata.uid} ${spec.volumeName}`]));
}
