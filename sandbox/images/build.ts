import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import * as path from "node:path";
import { Apt, KEYRING } from "./apt";
import { writeArchive } from "./archive";
import { findImages, reference, shortName } from "./catalog";
import type { DebianSource, Image } from "./image";
import { debianArchitecture, imageKey } from "./key";
import { type Mirror, machineMirror } from "./mirror";
import { buildGo, compile, finishDebian, unpack } from "./rootfs";

/** A finished image. */
export interface BuiltImage {
    /** Short name, such as `postgres:17`. */
    name: string;
    /** Full name, as pods write it. */
    reference: string;
    /** docker-archive for `ctr --namespace k8s.io images import`. */
    archive: string;
    /** Hash of what it is made of. A node that imported this key needs no second import. */
    key: string;
    /** Whether it was there already. */
    cached: boolean;
}

/** Where a build is. */
export interface ImageProgress {
    /** Short name of the image being built. */
    image: string;
    phase: "index" | "resolve" | "download" | "unpack" | "compile" | "pack" | "done";
    /** Of all images being built, 0 to 100; never goes back. */
    percent: number;
    /** Estimated seconds until all of them are done. */
    secondsLeft: number;
    /** One line for the terminal. */
    message: string;
}

export interface BuildOptions {
    /** Folder of the cache; images go to `images/` in it. */
    cacheDir: string;
    progress?: (event: ImageProgress) => void;
    /** Where Debian packages come from. @default the mirror in this machine's apt sources */
    mirror?: Mirror;
    /** The Go command. @default "go" from PATH */
    go?: string;
    /** Stops the build; what was finished stays. */
    signal?: AbortSignal;
}

/** Debian (and Ubuntu) packages that building images needs on this machine; apt and dpkg are there anyway. */
export const prerequisites: readonly string[] = ["debian-archive-keyring", "tar"];

/** Share of an image's time that has passed when a phase begins. */
const PHASE_START = { index: 0, resolve: 0.15, download: 0.22, unpack: 0.6, compile: 0.05, pack: 0.85, done: 1 } as const;

/** Where the archive of an image is, built or not. */
export function archivePath(cacheDir: string, image: Image): string {
    return path.join(cacheDir, "images", `${image.name}-${image.tag}-${imageKey(image)}.tar`);
}

/** Seconds that building the missing ones of these images is expected to take; 0 when all are cached. */
export function estimateSeconds(names: readonly string[], cacheDir: string): number {
    return findImages(names)
        .filter((image) => !existsSync(archivePath(cacheDir, image)))
        .reduce((sum, image) => sum + image.estimateSeconds, 0);
}

/** What keeps these images from being built on this machine, each with the way out; nothing when they can be. */
export function missingPrerequisites(names: readonly string[], keyring: string = KEYRING): string[] {
    const debian = findImages(names).filter((image) => image.source.kind === "debian");
    if (debian.length === 0 || existsSync(keyring)) {
        return [];
    }
    return [`${keyring} is missing, which Debian's packages are checked with: apt-get install debian-archive-keyring`];
}

/** Removes the work folders of builds whose process is gone. */
async function removeLeftovers(folder: string): Promise<void> {
    for (const name of await readdir(folder)) {
        const pid = /^\.work-(\d+)$/.exec(name)?.[1];
        if (pid && Number(pid) !== process.pid && !existsSync(`/proc/${pid}`)) {
            await rm(path.join(folder, name), { recursive: true, force: true });
        }
    }
}

/**
 * Builds the images that are not in the cache, one after the other, and returns all of them in the order asked for.
 *
 * Each archive appears complete or not at all, so a killed build is simply run again; it leaves no mount and no process, only a work folder
 * that the next build removes. Needs the Debian mirror for images that are not cached, and nothing at all for those that are.
 *
 * @throws for an unknown name, a missing prerequisite, or with the end of what the failing program said.
 */
export async function buildImages(names: readonly string[], options: BuildOptions): Promise<BuiltImage[]> {
    const images = findImages(names);
    const result = images.map((image) => {
        const archive = archivePath(options.cacheDir, image);
        return { image, name: shortName(image), reference: reference(image), archive, key: imageKey(image), cached: existsSync(archive) };
    });
    const missing = result.filter(({ cached }) => !cached).map(({ image }) => image);
    if (missing.length > 0) {
        const problems = missingPrerequisites(missing.map(shortName));
        if (problems.length > 0) {
            throw new Error(problems.join("\n"));
        }
        await buildMissing(missing, options);
    }
    return result.map(({ image: _image, ...built }) => built);
}

async function buildMissing(images: readonly Image[], options: BuildOptions): Promise<void> {
    const { cacheDir, signal } = options;
    const folder = path.join(cacheDir, "images");
    await mkdir(folder, { recursive: true });
    await removeLeftovers(folder);
    const work = path.join(folder, `.work-${process.pid}`);
    const mirror = options.mirror ?? (await machineMirror());
    // One index per suite serves all its images, and a package that two of them use is downloaded once.
    const opened = new Map<string, Promise<Apt>>();
    const apt = (suite: string) => {
        const known = opened.get(suite) ?? Apt.open(path.join(work, `apt-${suite}`), suite, mirror, signal);
        opened.set(suite, known);
        return known;
    };
    const report = reporter(images, options.progress);
    try {
        for (const image of images) {
            signal?.throwIfAborted();
            const place = path.join(work, image.name);
            const rootfs = path.join(place, "rootfs");
            await rm(place, { recursive: true, force: true });
            await mkdir(rootfs, { recursive: true });
            if (image.source.kind === "go") {
                report(image, "compile", 0, `compiling ${image.source.folder}`);
                await buildGo(image, image.source, rootfs, options.go ?? "go", signal);
            } else {
                await installDebian(image, image.source, apt, rootfs, report, signal);
            }
            for (const program of image.programs ?? []) {
                report(image, "unpack", 1, `compiling ${path.basename(program.to)}`);
                await compile(program, rootfs, options.go ?? "go", signal);
            }
            report(image, "pack", 0, "packing the image");
            await writeArchive({
                rootfs,
                reference: reference(image),
                config: image.config,
                owned: image.directories ?? [],
                architecture: debianArchitecture(),
                work: place,
                archive: archivePath(cacheDir, image),
                signal,
            });
            await rm(place, { recursive: true, force: true });
            report(image, "done", 0, "done");
        }
    } finally {
        await rm(work, { recursive: true, force: true });
    }
}

type Report = (image: Image, phase: ImageProgress["phase"], fraction: number, message: string) => void;

async function installDebian(
    image: Image,
    source: DebianSource,
    open: (suite: string) => Promise<Apt>,
    rootfs: string,
    report: Report,
    signal?: AbortSignal,
): Promise<void> {
    report(image, "index", 0, `reading Debian ${source.suite}'s index`);
    const apt = await open(source.suite);
    report(image, "resolve", 0, "resolving packages");
    const packages = await apt.resolve(source, signal);
    const megabytes = Math.ceil(packages.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6);
    const what = `${packages.length} packages, ${megabytes} MB`;
    report(image, "download", 0, `downloading ${what}`);
    await apt.download(source, (percent) => report(image, "download", percent / 100, `downloading ${what}`), signal);
    const unpacked = (done: number) => report(image, "unpack", done / packages.length, `unpacking ${done} of ${packages.length} packages`);
    await unpack(packages, apt.archives, rootfs, unpacked, signal);
    await finishDebian(image, packages, source.remove ?? [], rootfs);
}

/** Percent over all images, weighted by their estimates, and the time left from the pace so far. */
export function reporter(images: readonly Image[], progress: BuildOptions["progress"], now: () => number = Date.now): Report {
    const total = images.reduce((sum, image) => sum + image.estimateSeconds, 0);
    const started = now();
    let highest = 0;
    return (image, phase, fraction, message) => {
        const before = images.slice(0, images.indexOf(image)).reduce((sum, { estimateSeconds }) => sum + estimateSeconds, 0);
        const begin = PHASE_START[phase];
        const end = phase === "compile" ? PHASE_START.pack : (Object.values(PHASE_START).find((share) => share > begin) ?? 1);
        const share = begin + (end - begin) * Math.min(1, fraction);
        highest = Math.max(highest, (before + image.estimateSeconds * share) / total);
        const elapsed = (now() - started) / 1000;
        // Early on the pace says little, so the estimate of the table counts for what is not yet measured.
        const pace = highest > 0 ? elapsed / highest : total;
        const expected = pace * highest + total * (1 - highest);
        const secondsLeft = Math.max(0, Math.round(expected * (1 - highest)));
        progress?.({ image: shortName(image), phase, percent: Math.round(highest * 100), secondsLeft, message });
    };
}
