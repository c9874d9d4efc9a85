import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { Image } from "./image";

/** Goes into every key: raise it when the way images are put together changes. */
const BUILDER_VERSION = 3;

/** Folder of the catalog, which its relative paths start from. */
export const IMAGE_SOURCES = __dirname;

/** Debian's name for this machine's architecture. */
export const debianArchitecture = (): string => (process.arch === "arm64" ? "arm64" : "amd64");

/** JSON with sorted keys, so that the order of writing does not matter. */
export function canonicalJson(value: unknown): string {
    return JSON.stringify(value, (_key, inner) =>
        inner && typeof inner === "object" && !Array.isArray(inner)
            ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
            : inner,
    );
}

/** Files that an image is made of, relative to this folder, sorted. */
export function sourceFiles(image: Image, sources: string = IMAGE_SOURCES): string[] {
    const program = image.source.kind === "go" ? readdirSync(path.join(sources, image.source.folder)) : [];
    const folder = image.source.kind === "go" ? image.source.folder : "";
    const pinned = (image.programs ?? []).flatMap(({ module }) => ["go.mod", "go.sum"].map((file) => path.join(module, file)));
    return [...program.map((file) => path.join(folder, file)), ...new Set(pinned), ...(image.files ?? []).map((file) => file.from)].sort();
}

/**
 * What an image is made of, as 12 hex digits: its table entry, the files laid over it, the architecture and the builder. Versions of
 * packages are not in it, so that a cached image needs no mirror; delete the cache to take up newer packages.
 */
export function imageKey(image: Image, options: { sources?: string; architecture?: string } = {}): string {
    const sources = options.sources ?? IMAGE_SOURCES;
    // Who needs it and how long it takes say nothing about its content.
    const { neededBy: _neededBy, estimateSeconds: _estimate, ...content } = image;
    const hash = createHash("sha256");
    hash.update(canonicalJson({ builder: BUILDER_VERSION, architecture: options.architecture ?? debianArchitecture(), content }));
    for (const file of sourceFiles(image, sources)) {
        hash.update(`\0${file}\0`).update(readFileSync(path.join(sources, file)));
    }
    return hash.digest("hex").slice(0, 12);
}
