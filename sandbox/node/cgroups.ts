import * as fs from "node:fs";
import * as path from "node:path";

const root = "/sys/fs/cgroup";

/** Hierarchies of cgroup v1, each mounted below /sys/fs/cgroup; on v2 the one hierarchy is the root itself. */
export function hierarchies(): string[] {
    if (fs.existsSync(path.join(root, "cgroup.controllers"))) return [root];
    return fs
        .readdirSync(root)
        .map((name) => path.join(root, name))
        .filter((folder) => fs.existsSync(path.join(folder, "cgroup.procs")));
}

/** Makes a cgroup (`/holdfast/node-1`) in every hierarchy, ready to have children. */
export function makeCgroup(name: string): void {
    for (const hierarchy of hierarchies()) {
        let at = hierarchy;
        for (const part of name.split("/").filter(Boolean)) {
            const parent = at;
            at = path.join(at, part);
            fs.mkdirSync(at, { recursive: true });
            if (fs.existsSync(path.join(at, "cpuset.cpus")) && !fs.existsSync(path.join(at, "cgroup.controllers"))) {
                // A new cpuset is empty, and nothing can run in it.
                for (const file of ["cpuset.cpus", "cpuset.mems"]) {
                    if (fs.readFileSync(path.join(at, file), "utf8").trim() === "") {
                        fs.writeFileSync(path.join(at, file), fs.readFileSync(path.join(parent, file)));
                    }
                }
            }
            if (fs.existsSync(path.join(parent, "cgroup.subtree_control"))) {
                const controllers = fs.readFileSync(path.join(parent, "cgroup.controllers"), "utf8").trim().split(" ").filter(Boolean);
                for (const controller of controllers) {
                    try {
                        fs.writeFileSync(path.join(parent, "cgroup.subtree_control"), `+${controller}`);
                    } catch {
                        // Some controllers can't be delegated; the kubelet names those it misses.
                    }
                }
            }
        }
    }
}

/** Removes a cgroup and everything below it, in every hierarchy. Its processes must have ended. */
export function removeCgroup(name: string): void {
    const remove = (folder: string) => {
        if (!fs.existsSync(folder)) return;
        for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
            if (entry.isDirectory()) remove(path.join(folder, entry.name));
        }
        fs.rmdirSync(folder);
    };
    for (const hierarchy of hierarchies()) remove(path.join(hierarchy, name));
}
