import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import * as path from "node:path";
import type { Package } from "./apt";
import type { GoProgram, GoSource, Image, ImageUser } from "./image";
import { debianArchitecture, IMAGE_SOURCES } from "./key";
import { run } from "./run";

/** What no program reads at run time: a third of what packages bring. Copyright files stay. */
const TRIMMED = [
    "usr/share/man",
    "usr/share/info",
    "usr/share/locale",
    "usr/share/i18n",
    "usr/share/lintian",
    "usr/share/bug",
    "usr/share/initramfs-tools",
    "usr/share/bash-completion",
    "usr/share/perl5",
    "usr/lib/systemd",
    "etc/init.d",
    "etc/cron.d",
    "etc/cron.daily",
    "etc/logrotate.d",
];

/**
 * Unpacks packages into a folder. Their maintainer scripts are not run: nothing is executed, mounted or chrooted into, so an interrupted
 * build leaves only files. What the scripts of the base packages would have made, {@link finishBase} makes.
 */
export async function unpack(
    packages: readonly Package[],
    archives: string,
    rootfs: string,
    onPackage: (done: number) => void,
    signal?: AbortSignal,
): Promise<void> {
    // base-files brings /bin -> usr/bin and the like, which the others then unpack through.
    const ordered = [...packages].sort((left, right) => Number(right.name === "base-files") - Number(left.name === "base-files"));
    await mkdir(rootfs, { recursive: true });
    for (const [index, { file }] of ordered.entries()) {
        await run("dpkg-deb", ["--extract", path.join(archives, file), rootfs], { signal });
        onPackage(index + 1);
    }
}

/** Accounts, name services and /var/run, as the scripts of base-passwd, libc-bin and base-files would have made. */
async function finishBase(rootfs: string, users: readonly ImageUser[]): Promise<void> {
    const inside = (file: string) => path.join(rootfs, file);
    await mkdir(inside("etc"), { recursive: true });
    const master = async (file: string) => {
        const from = inside(`usr/share/base-passwd/${file}.master`);
        return existsSync(from) ? readFile(from, "utf8") : "";
    };
    const account = (user: ImageUser) => `${user.name}:x:${user.uid}:${user.gid}:${user.name}:${user.home}:/bin/sh\n`;
    await writeFile(inside("etc/passwd"), (await master("passwd")) + users.map(account).join(""));
    await writeFile(inside("etc/group"), (await master("group")) + users.map((user) => `${user.name}:x:${user.gid}:\n`).join(""));
    const nameServices = inside("usr/share/libc-bin/nsswitch.conf");
    if (existsSync(nameServices)) {
        await copyFile(nameServices, inside("etc/nsswitch.conf"));
    }
    // Packages bring /var/run as a folder (empty but for folders that the table makes in /run), and unpacking would turn a link into it.
    await rm(inside("var/run"), { recursive: true, force: true });
    await mkdir(inside("var"), { recursive: true });
    await symlink("../run", inside("var/run"));
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
    if (error.code !== "EEXIST") {
        throw error;
    }
}

/** Removes one path; a `*` in its last part stands for any characters. */
async function remove(rootfs: string, pattern: string): Promise<void> {
    const folder = path.join(rootfs, path.dirname(pattern));
    const parts = path.basename(pattern).split("*");
    const matches = new RegExp(`^${parts.map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`);
    const names = await readdir(folder).catch(() => [] as string[]);
    await Promise.all(names.filter((name) => matches.test(name)).map((name) => rm(path.join(folder, name), { recursive: true })));
}

async function trim(rootfs: string, more: readonly string[]): Promise<void> {
    for (const pattern of [...TRIMMED, ...more]) {
        await remove(rootfs, pattern);
    }
    const documentation = path.join(rootfs, "usr/share/doc");
    for (const name of await readdir(documentation).catch(() => [] as string[])) {
        const folder = path.join(documentation, name);
        const files = await readdir(folder).catch(() => [] as string[]);
        await Promise.all(
            files.filter((file) => file !== "copyright").map((file) => rm(path.join(folder, file), { recursive: true, force: true })),
        );
    }
}

/** Lays the folders, files and links of the table entry over what is there. */
export async function overlay(image: Image, rootfs: string, sources: string = IMAGE_SOURCES): Promise<void> {
    for (const directory of image.directories ?? []) {
        await mkdir(path.join(rootfs, directory.path), { recursive: true });
    }
    for (const file of image.files ?? []) {
        const to = path.join(rootfs, file.to);
        await mkdir(path.dirname(to), { recursive: true });
        await copyFile(path.join(sources, file.from), to);
        await chmod(to, file.mode);
    }
    for (const [link, target] of Object.entries(image.links ?? {})) {
        const at = path.join(rootfs, link);
        await mkdir(path.dirname(at), { recursive: true });
        // A package's own program wins over a link of ours: it is the more complete one.
        await symlink(target, at).catch(ignoreExisting);
    }
}

/** Turns unpacked packages into the root file system of an image, and leaves a list of them in it. */
export async function finishDebian(image: Image, packages: readonly Package[], remove: readonly string[], rootfs: string): Promise<void> {
    await trim(rootfs, remove);
    await finishBase(rootfs, image.users ?? []);
    const list = path.join(rootfs, "usr/share/holdfast/packages");
    await mkdir(path.dirname(list), { recursive: true });
    await writeFile(list, packages.map(({ name, version }) => `${name} ${version}\n`).join(""));
    await overlay(image, rootfs);
}

/** Builds a Go program as the only file of a root file system. */
export async function buildGo(image: Image, source: GoSource, rootfs: string, go: string, signal?: AbortSignal): Promise<void> {
    await compile({ to: source.binary, module: source.folder, package: "." }, rootfs, go, signal);
    await overlay(image, rootfs);
}

/** Compiles a program into a root file system. */
export async function compile(program: GoProgram, rootfs: string, go: string, signal?: AbortSignal): Promise<void> {
    const binary = path.join(rootfs, program.to);
    await mkdir(path.dirname(binary), { recursive: true });
    const versions = Object.entries(program.versions ?? {}).map(([variable, value]) => `-X ${variable}=${value}`);
    const ldflags = ["-s", "-w", ...versions].join(" ");
    await run(go, ["build", "-trimpath", "-buildvcs=false", `-ldflags=${ldflags}`, "-o", binary, program.package], {
        cwd: path.join(IMAGE_SOURCES, program.module),
        env: { ...process.env, CGO_ENABLED: "0", GOOS: "linux", GOARCH: debianArchitecture(), GOFLAGS: "", GOWORK: "off" },
        signal,
    });
}
