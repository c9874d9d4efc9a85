import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

const run = (command: string, ...args: string[]) => spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 26 }).stdout ?? "";

/** Kernel settings that a kubelet or a kube-proxy changes on a machine it has to itself. */
const settings = [
    "net/ipv4/ip_forward",
    "net/ipv4/conf/all/forwarding",
    "net/ipv4/conf/all/route_localnet",
    "net/ipv4/conf/all/rp_filter",
    "net/ipv6/conf/all/forwarding",
    "net/bridge/bridge-nf-call-iptables",
    "net/netfilter/nf_conntrack_max",
    "net/netfilter/nf_conntrack_tcp_timeout_established",
    "net/netfilter/nf_conntrack_tcp_timeout_close_wait",
    "net/netfilter/nf_conntrack_tcp_be_liberal",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
    "kernel/hostname",
];

/** Folders in which Kubernetes, containerd and CNI plugins keep things on a machine they have to themselves. */
const folders = [
    "/var/lib/cni",
    "/var/lib/kubelet",
    "/var/lib/containerd",
    "/etc/cni",
    "/run/containerd",
    "/run/netns",
    "/run/holdfast",
    "/var/log/pods",
    "/var/log/containers",
    "/opt/cni",
];

/**
 * What a sandbox could leave on its host. Other programs, other sandboxes included, may come and go meanwhile, so what belongs to somebody
 * can only be told by a word in it: `mine` finds processes, mounts and loop devices by the sandbox's state folder, and cgroups by theirs.
 */
export function hostState(): Record<string, string> {
    const read = (file: string) => {
        try {
            return fs.readFileSync(file, "utf8").trim();
        } catch {
            return "absent";
        }
    };
    return {
        ...Object.fromEntries(settings.map((name) => [name, read(path.join("/proc/sys", name))])),
        ...Object.fromEntries(
            folders.map((folder) => [folder, fs.existsSync(folder) ? fs.readdirSync(folder).sort().join(" ") : "absent"]),
        ),
        links: run("ip", "-o", "link")
            .replace(/^\d+: /gm, "")
            .trim(),
        addresses: run("ip", "-o", "addr")
            .replace(/^\d+: |(valid|preferred)_lft \S+/gm, "")
            .trim(),
        routes: run("ip", "route", "show", "table", "all"),
        rules: run("ip", "rule"),
        iptables: run("iptables-save").replace(/^#.*\n|\[\d+:\d+\]/gm, ""),
        ip6tables: run("ip6tables-save").replace(/^#.*\n|\[\d+:\d+\]/gm, ""),
        nftables: run("nft", "list", "ruleset"),
        hostMounts: read("/proc/mounts")
            .split("\n")
            .filter((line) => /holdfast|kubelet|containerd|btrfs|overlay.*run/.test(line))
            .join("\n"),
    };
}

/** Traces of one sandbox: processes with its files, mounts and namespaces that hold them, loop devices and cgroups. */
export function tracesOf(state: string, cgroup: string): string[] {
    const traces: string[] = [];
    for (const pid of fs.readdirSync("/proc").filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)) {
        try {
            const root = fs.readlinkSync(`/proc/${pid}/cwd`);
            const mounts = fs.readFileSync(`/proc/${pid}/mountinfo`, "utf8");
            const words = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
            if (root.startsWith(state) || mounts.includes(state) || words.includes(state)) traces.push(`process ${pid}: ${words}`);
        } catch {
            // It has ended, or is a kernel thread.
        }
    }
    for (const line of run("losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE").split("\n")) {
        if (line.includes(state)) traces.push(`loop device ${line}`);
    }
    for (const hierarchy of ["", ...fs.readdirSync("/sys/fs/cgroup")]) {
        const folder = path.join("/sys/fs/cgroup", hierarchy, cgroup);
        if (fs.existsSync(folder)) traces.push(`cgroup ${folder}`);
    }
    return traces;
}

/** Addresses on which the host listens for TCP connections, as `127.0.0.1:16443`, with the processes behind them. */
export function listeners(): { address: string; users: string }[] {
    return run("ss", "--tcp", "--listening", "--numeric", "--processes", "--no-header")
        .trim()
        .split("\n")
        .filter(Boolean)
        .map((line) => {
            const words = line.split(/\s+/);
            return { address: words[3] as string, users: words.slice(5).join(" ") };
        });
}
