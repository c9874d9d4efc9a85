/** What is deployed of an application, by the old states of a preview. */

import { changesOf } from "./changes";
import { readPreview } from "./preview";
import { numberAt, textAt } from "./values";

/** Sizes of the first member's claims by the volume's name, and the number of members. */
export function deployedOf(document: unknown, app: string): { sizes: Record<string, string>; replicas?: number } {
    const sizes: Record<string, string> = {};
    let replicas: number | undefined;
    for (const { kind, was, old } of changesOf(readPreview(document).steps)) {
        if (kind?.type === "core/PersistentVolumeClaim" && was?.name.endsWith(`-${app}-0`)) {
            const size = textAt(old?.inputs, "spec.resources.requests.storage");
            if (size !== undefined) sizes[was.name.slice(0, -`-${app}-0`.length)] = size;
        }
        if (kind?.type === "apps/StatefulSet" && was?.name === app) replicas = numberAt(old?.inputs, "spec.replicas") ?? 1;
    }
    return { sizes, replicas };
}
