/** A release's manifests: read from their addresses or from a folder, checked by their contents, taken apart into objects. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { ManifestFile, Part } from "./parts";

/** As much of an object as tells which it is. */
export interface KubernetesObject {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string };
}

/** Reads one file's text. Tests put their own in its place. */
export type ReadFile = (file: ManifestFile) => Promise<string>;

/** How long a server may take for one file. */
const seconds = 60;

/** From their addresses. */
export const fromAddresses: ReadFile = async ({ url }) => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(seconds * 1000) });
    if (!answer.ok) {
        throw new Error(`${url} answers ${answer.status} ${answer.statusText}`);
    }
    return answer.text();
};

/** From a folder, under host and path of the address. */
export const fromFolder =
    (folder: string): ReadFile =>
    async ({ url }) => {
        const { host, pathname } = new URL(url);
        return readFileSync(join(folder, host, pathname), "utf8");
    };

/** Everything wrong with what was read, and all of it where nothing is. */
export async function readFiles(files: readonly ManifestFile[], read: ReadFile): Promise<{ texts: string[]; problems: string[] }> {
    const problems: string[] = [];
    const texts = await Promise.all(
        files.map(async (file) => {
            try {
                const text = await read(file);
                const sha256 = createHash("sha256").update(text).digest("hex");
                if (sha256 !== file.sha256) {
                    problems.push(`${file.url} is not what was released: its SHA-256 is ${sha256}, and should be ${file.sha256}`);
                }
                return text;
            } catch (error) {
                const { message, cause } = error as Error & { cause?: Error };
                problems.push(`${file.url} can't be read: ${cause?.message ?? message}`);
                return "";
            }
        }),
    );
    return { texts, problems };
}

/** Kinds that have no namespace, of those that releases bring along. */
const clusterWide = new Set([
    "APIService",
    "ClusterRole",
    "ClusterRoleBinding",
    "CSIDriver",
    "CustomResourceDefinition",
    "MutatingWebhookConfiguration",
    "Namespace",
    "PriorityClass",
    "StorageClass",
    "ValidatingWebhookConfiguration",
]);

/**
 * The objects of a part, each with its namespace. Classes are left out: those of the applications are made beside them, and keep their volumes,
 * which a release's own don't.
 */
export function objectsIn(part: Part, texts: readonly string[]): KubernetesObject[] {
    return texts
        .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject | null))
        .filter((object): object is KubernetesObject => object !== null && object.kind !== "StorageClass")
        .map((object) => {
            const { namespace: _given, ...metadata } = object.metadata;
            return clusterWide.has(object.kind)
                ? { ...object, metadata }
                : { ...object, metadata: { ...metadata, namespace: object.metadata.namespace ?? part.namespace } };
        });
}

export const isDefinition = ({ kind }: KubernetesObject): boolean => kind === "CustomResourceDefinition";
