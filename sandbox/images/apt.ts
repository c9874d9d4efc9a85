import { mkdir, writeFile } from "node:fs/promises";
import * as path from "node:path";
import type { DebianSource } from "./image";
import { debianArchitecture } from "./key";
import type { Mirror } from "./mirror";
import { run } from "./run";

/** Keys that Debian signs its releases with; the package `debian-archive-keyring` brings it, on Ubuntu too. */
export const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** One package to unpack. */
export interface Package {
    name: string;
    version: string;
    /** File name of the `.deb`, with the colon of an epoch written as `%3a`. */
    file: string;
    bytes: number;
}

/** Lines of `apt-get --print-uris`: `'http://…/x.deb' x_1%3a2_amd64.deb 1234 SHA256:…`. */
export function parsePackages(output: string): Package[] {
    return output
        .split("\n")
        .flatMap((line) => {
            const [, file, bytes] = /^'[^']*' (\S+\.deb) (\d+)/.exec(line) ?? [];
            const [name, version] = (file ?? "").split("_");
            return file ? [{ name, version: decodeURIComponent(version), file, bytes: Number(bytes) }] : [];
        })
        .sort((left, right) => (left.file < right.file ? -1 : 1));
}

/** A `dpkg` status in which these packages are installed, in a version no dependency finds too old, so that apt leaves them out. */
export function pretendInstalled(names: readonly string[], architecture: string): string {
    return names
        .map(
            (name) =>
                `Package: ${name}\nStatus: install ok installed\nArchitecture: ${architecture}\nMulti-Arch: foreign\nVersion: 999:0\n` +
                "Maintainer: nobody\nDescription: left out\n",
        )
        .join("\n");
}

/**
 * apt with folders of its own: it resolves and downloads the packages of a suite, checks signatures and digests, and neither reads nor
 * changes what is installed on this machine. The machine's apt.conf still counts, as it may name a proxy.
 */
export class Apt {
    private constructor(
        private readonly folder: string,
        private readonly architecture: string,
    ) {}

    /** Folder the packages are downloaded to. */
    public get archives(): string {
        return path.join(this.folder, "cache", "archives");
    }

    /** Makes the folders and fetches the index of the suite: about 10 MB. */
    public static async open(folder: string, suite: string, mirror: Mirror, signal?: AbortSignal): Promise<Apt> {
        const architecture = debianArchitecture();
        const apt = new Apt(folder, architecture);
        await mkdir(path.join(folder, "state", "lists", "partial"), { recursive: true });
        await mkdir(path.join(apt.archives, "partial"), { recursive: true });
        const line = (uri: string, name: string) => `deb [arch=${architecture} signed-by=${KEYRING}] ${uri} ${name} main\n`;
        const security = mirror.security ? line(mirror.security, `${suite}-security`) : "";
        await writeFile(
            path.join(folder, "sources.list"),
            line(mirror.archive, suite) + line(mirror.archive, `${suite}-updates`) + security,
        );
        await writeFile(path.join(folder, "status"), "");
        // Without "any", an index that could not be fetched is only a warning, and the packages would be old ones or none.
        await run("apt-get", [...apt.options(), "-qq", "-o", "APT::Update::Error-Mode=any", "update"], { signal, env: apt.environment() });
        return apt;
    }

    /** The packages of an image with their dependencies. */
    public async resolve(source: DebianSource, signal?: AbortSignal): Promise<Package[]> {
        await writeFile(path.join(this.folder, "status"), pretendInstalled(source.without, this.architecture));
        // apt does not list what is downloaded already: it is shown a folder where nothing is.
        const empty = path.join(this.folder, "cache", "none");
        await mkdir(path.join(empty, "partial"), { recursive: true });
        const args = [...this.options(), "-o", `Dir::Cache::archives=${empty}`, "-y", "--print-uris", "install", ...source.packages];
        const { stdout } = await run("apt-get", args, { signal, env: this.environment() });
        return parsePackages(stdout);
    }

    /** Downloads what {@link resolve} found last; a partial download is continued. */
    public async download(source: DebianSource, onPercent: (percent: number) => void, signal?: AbortSignal): Promise<void> {
        const onStatus = (line: string) => {
            const percent = /^dlstatus:[^:]*:([\d.]+):/.exec(line)?.[1];
            if (percent) {
                onPercent(Number(percent));
            }
        };
        const args = [...this.options(), "-qq", "-y", "-o", "APT::Status-Fd=3", "--download-only", "install", ...source.packages];
        await run("apt-get", args, { signal, env: this.environment(), onStatus });
    }

    private environment(): NodeJS.ProcessEnv {
        return { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
    }

    private options(): string[] {
        const settings = {
            "Dir::State": path.join(this.folder, "state"),
            "Dir::State::status": path.join(this.folder, "status"),
            "Dir::Cache": path.join(this.folder, "cache"),
            "Dir::Etc::sourcelist": path.join(this.folder, "sources.list"),
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "APT::Architecture": this.architecture,
            "APT::Architectures": this.architecture,
            "APT::Install-Recommends": "false",
            "APT::Keep-Downloaded-Packages": "true",
            // apt's own user may not enter the folders of the person who runs this.
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
            "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled": "false",
            "Acquire::Retries": "3",
        };
        return Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    }
}
