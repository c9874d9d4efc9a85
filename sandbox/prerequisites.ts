import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/** What a check found out about the machine. */
export interface MachineFacts {
    platform: string;
    uid: number;
    /** `go version go1.26.8 linux/amd64`, or undefined without Go. */
    go: string | undefined;
    hasApt: boolean;
    /** Programs of `debianPrograms` that aren't there. */
    missingPrograms: string[];
    /** File systems that the kernel has or can load. */
    filesystems: string[];
    /** Type of the file system that will hold the state folder. */
    stateFilesystem: string;
    freeGigabytes: { cache: number; state: number };
    /** Both folders are on the same file system: their needs add up. */
    sameDisk: boolean;
    /** True when toolchain and images are in the cache already. */
    warm: boolean;
    memoryGigabytes: number;
    loopDevices: boolean;
}

/** A reason why the sandbox can't run here, and what would change that. */
export interface Prerequisite {
    missing: string;
    fix: string;
}

/** Program → the Debian package that has it. */
export const debianPrograms: Record<string, string> = {
    containerd: "containerd",
    ctr: "containerd",
    runc: "runc",
    "/usr/lib/cni/bridge": "containernetworking-plugins",
    iptables: "iptables",
    conntrack: "conntrack",
    socat: "socat",
    "mkfs.btrfs": "btrfs-progs",
    "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring",
    ip: "iproute2",
    mount: "mount",
    losetup: "mount",
    unshare: "util-linux",
    nsenter: "util-linux",
};

/** Measured: a first `up` leaves 9 GB in the caches (5.0 Go's builds, 2.8 its modules, 0.9 ours); the cluster starts at 0.4 GB and grows with the data. */
export const needed = { cacheGigabytes: 10, stateGigabytes: 4, memoryGigabytes: 3 } as const;

/** How to go without the sandbox. */
export const alternative =
    "Or use a cluster you have: `npm run up -- --context <kubectl context>`; docs/clusters.md shows how with kind or minikube.";

/** Everything that is missing, at once. Packages that apt can install are not in it: they are installed. */
export function missingPrerequisites(facts: MachineFacts): Prerequisite[] {
    const problems: Prerequisite[] = [];
    const add = (missing: string, fix: string) => problems.push({ missing, fix });
    if (facts.platform !== "linux") {
        add(`Linux (this is ${facts.platform})`, "run it on a Linux machine or virtual machine");
        return problems;
    }
    if (facts.uid !== 0) add(`root (this is user ${facts.uid})`, "run the command with sudo: it makes namespaces and mounts");
    const version = /go1\.(\d+)/.exec(facts.go ?? "");
    if (!facts.go) add("Go 1.26 or newer", "install it from go.dev or your distribution");
    else if (!version || Number(version[1]) < 21) {
        add(`Go 1.26 or newer (this is ${facts.go})`, "install it from go.dev; Go 1.21 and newer can also fetch it by themselves");
    }
    if (facts.missingPrograms.length > 0 && !facts.hasApt) {
        const packages = [...new Set(facts.missingPrograms.map((program) => debianPrograms[program]))];
        add(
            `the programs ${facts.missingPrograms.join(", ")}`,
            `there is no apt-get here: install what your distribution calls ${packages.join(", ")}`,
        );
    }
    for (const filesystem of ["btrfs", "overlay"]) {
        if (!facts.filesystems.includes(filesystem))
            add(`the ${filesystem} file system in the kernel`, `use a kernel that has it (\`modprobe ${filesystem}\`)`);
    }
    if (!facts.loopDevices) add("loop devices (/dev/loop-control)", "load the kernel's loop module (`modprobe loop`)");
    if (facts.stateFilesystem === "overlayfs") {
        add("a state folder that isn't on overlayfs", "set XDG_STATE_HOME to a folder on a disk: containers can't be stacked on overlayfs");
    }
    const cache = facts.warm ? 0 : needed.cacheGigabytes;
    const room = (have: number, want: number, variable: string) => {
        if (have < want) {
            add(`${want} GB of free disk (${have.toFixed(1)} GB are free)`, `free some, or set ${variable} to a folder with more room`);
        }
    };
    if (facts.sameDisk) room(facts.freeGigabytes.state, cache + needed.stateGigabytes, "XDG_CACHE_HOME and XDG_STATE_HOME");
    else {
        room(facts.freeGigabytes.cache, cache, "XDG_CACHE_HOME");
        room(facts.freeGigabytes.state, needed.stateGigabytes, "XDG_STATE_HOME");
    }
    if (facts.memoryGigabytes < needed.memoryGigabytes) {
        add(`${needed.memoryGigabytes} GB of memory (${facts.memoryGigabytes.toFixed(1)} GB are there)`, "use a larger machine");
    }
    return problems;
}

/** The message for a person whose machine can't run the sandbox. */
export function prerequisitesMessage(problems: readonly Prerequisite[]): string {
    const lines = problems.map((problem) => `  - ${problem.missing}: ${problem.fix}`);
    return `The sandbox can't run here. It needs:\n${lines.join("\n")}\n${alternative}`;
}

/** Nearest folder on the way up that exists. */
function existing(folder: string): string {
    let at = folder;
    while (!fs.existsSync(at)) at = path.dirname(at);
    return at;
}

const onPath = (program: string) =>
    path.isAbsolute(program)
        ? fs.existsSync(program)
        : [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin"].some((folder) => fs.existsSync(path.join(folder, program)));

/** Looks at this machine. */
export function machineFacts(cache: string, state: string, warm: boolean): MachineFacts {
    const free = (folder: string) => {
        const stats = fs.statfsSync(existing(folder));
        return (stats.bavail * stats.bsize) / 1e9;
    };
    const linux = process.platform === "linux";
    if (linux && process.getuid?.() === 0) {
        // A kernel with modules has these only once they are loaded; where they are built in, modprobe changes nothing.
        for (const module of ["btrfs", "overlay", "loop", "br_netfilter"]) spawnSync("modprobe", ["-q", module]);
    }
    const go = spawnSync("go", ["version"], { encoding: "utf8" });
    return {
        platform: process.platform,
        uid: process.getuid?.() ?? -1,
        go: go.status === 0 ? go.stdout.trim() : undefined,
        hasApt: onPath("apt-get"),
        missingPrograms: Object.keys(debianPrograms).filter((program) => !onPath(program)),
        filesystems: linux
            ? fs
                  .readFileSync("/proc/filesystems", "utf8")
                  .split("\n")
                  .map((line) => line.split("\t").pop() as string)
            : [],
        stateFilesystem: linux ? spawnSync("stat", ["-f", "-c", "%T", existing(state)], { encoding: "utf8" }).stdout.trim() : "",
        freeGigabytes: { cache: free(cache), state: free(state) },
        sameDisk: fs.statSync(existing(cache)).dev === fs.statSync(existing(state)).dev,
        warm,
        memoryGigabytes: linux ? Number(/MemTotal:\s+(\d+)/.exec(fs.readFileSync("/proc/meminfo", "utf8"))?.[1]) / 1e6 : 0,
        loopDevices: fs.existsSync("/dev/loop-control"),
    };
}

/** Installs the Debian packages of the programs that are missing; `progress` hears what apt does. */
export function installDebianPackages(missingPrograms: readonly string[], progress: (text: string) => void): void {
    const packages = [...new Set(missingPrograms.map((program) => debianPrograms[program] as string))];
    if (packages.length === 0) return;
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const apt = (...args: string[]) => spawnSync("apt-get", ["-qq", ...args], { env, encoding: "utf8" });
    const install = () => apt("install", "--yes", "--no-install-recommends", ...packages);
    progress(`installing ${packages.join(", ")}`);
    let result = install();
    if (result.status !== 0) {
        progress("reading the package lists");
        apt("update");
        progress(`installing ${packages.join(", ")}`);
        result = install();
    }
    if (result.status !== 0) {
        throw new Error(
            `apt-get install ${packages.join(" ")} failed; run it by hand to see why.\n${result.stderr.trim().split("\n").slice(-8).join("\n")}`,
        );
    }
}
