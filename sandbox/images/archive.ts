import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import type { ImageConfig, ImageDirectory } from "./image";
import { run } from "./run";

/** Latest time stamp in an image. Fixed, so that the same packages give the same bytes. */
const NEWEST_FILE = "2026-01-01T00:00:00Z";

const TAR_FORMAT = ["--format=gnu", "--numeric-owner", "--sort=name", `--mtime=${NEWEST_FILE}`, "--clamp-mtime"];

/** Image configuration in the form of the OCI image specification. */
export function configJson(config: ImageConfig, diffId: string, architecture: string): string {
    return JSON.stringify({
        architecture,
        os: "linux",
        created: NEWEST_FILE,
        config,
        rootfs: { type: "layers", diff_ids: [`sha256:${diffId}`] },
        history: [{ created: NEWEST_FILE, created_by: "holdfast sandbox" }],
    });
}

/** `manifest.json` of a docker-archive with one image of one layer. */
export function manifestJson(reference: string, configDigest: string, diffId: string): string {
    return JSON.stringify([{ Config: `${configDigest}.json`, RepoTags: [reference], Layers: [`${diffId}.tar`] }]);
}

/** SHA-256 of a file in hex, read as a stream: layers are larger than a process should hold. */
export async function fileDigest(file: string): Promise<string> {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
        hash.update(chunk as Buffer);
    }
    return hash.digest("hex");
}

/**
 * Writes a root file system as a layer: root owns everything but `owned`, and no program keeps a set-uid bit.
 *
 * The owners are written by tar, not set on the files, so that no privilege is needed to make an image.
 */
export async function writeLayer(rootfs: string, owned: readonly ImageDirectory[], layer: string, signal?: AbortSignal): Promise<void> {
    const exclude = owned.flatMap(({ path: folder }) => [`--exclude=.${folder}`]);
    await run(
        "tar",
        [...TAR_FORMAT, "--owner=root:0", "--group=root:0", "--mode=ug-s", "--anchored", ...exclude, "-C", rootfs, "-cf", layer, "."],
        {
            signal,
        },
    );
    for (const { path: folder, uid, gid, mode } of owned) {
        const owner = [`--owner=owner:${uid}`, `--group=owner:${gid}`, `--mode=${mode.toString(8).padStart(4, "0")}`];
        await run("tar", [...TAR_FORMAT, ...owner, "--no-recursion", "-C", rootfs, "-rf", layer, `.${folder}`], { signal });
    }
}

/** Everything {@link writeArchive} needs to know. */
export interface ArchiveRequest {
    rootfs: string;
    /** Full name with registry and tag. */
    reference: string;
    config: ImageConfig;
    /** Folders in the image that belong to somebody else than root. */
    owned: readonly ImageDirectory[];
    architecture: string;
    /** Folder for intermediate files, on the same file system as `archive`. */
    work: string;
    /** The finished tar, which appears by a rename. */
    archive: string;
    signal?: AbortSignal;
}

/** Packs a root file system as a docker-archive, which `ctr images import` and `docker load` read. */
export async function writeArchive(request: ArchiveRequest): Promise<void> {
    const { work, archive, architecture, signal } = request;
    const content = path.join(work, "content");
    await mkdir(content, { recursive: true });
    const layer = path.join(content, "layer");
    await writeLayer(request.rootfs, request.owned, layer, signal);
    const diffId = await fileDigest(layer);
    await rename(layer, path.join(content, `${diffId}.tar`));
    const config = configJson(request.config, diffId, architecture);
    const configDigest = createHash("sha256").update(config).digest("hex");
    await writeFile(path.join(content, `${configDigest}.json`), config);
    await writeFile(path.join(content, "manifest.json"), manifestJson(request.reference, configDigest, diffId));
    const finished = path.join(work, "image.tar");
    const files = ["manifest.json", `${configDigest}.json`, `${diffId}.tar`];
    await run("tar", [...TAR_FORMAT, "--owner=root:0", "--group=root:0", "--mode=0644", "-C", content, "-cf", finished, ...files], {
        signal,
    });
    await rm(content, { recursive: true });
    await rename(finished, archive);
}

/** Full names of the images in an archive, as its manifest says. */
export async function archiveReferences(archive: string): Promise<string[]> {
    const { stdout } = await run("tar", ["-xOf", archive, "manifest.json"]);
    return (JSON.parse(stdout) as { RepoTags: string[] }[]).flatMap((image) => image.RepoTags);
}
