import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { insideLayout, poolDriver } from "../cluster/control-plane";
import { contextName } from "../cluster/kubeconfig";
import { Kubectl } from "../cluster/kubectl";
import { type ClusterNode, type Layout, network, staticDisks } from "../cluster/layout";
import type { BuiltImage } from "../images/build";
import type { Toolchain } from "../toolchain/toolchain";
import { makeCgroup } from "./cgroups";
import { runInside, runningPid, setUpAt, start, waitForSetup } from "./compartment";
import { cgroupOf, nodeCompartment, nodeFiles } from "./services";

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const readyCondition = '{range .status.conditions[?(@.type=="Ready")]}{.status} {.lastHeartbeatTime}{end}';

/**
 * Whether a node is ready, by `condition`: its status and the time it was said, in whole seconds. A node that was killed stays "True" in the
 * API until its kubelet speaks again, and what that says first is often that the container runtime isn't up yet: what was said before
 * `since` (milliseconds) doesn't count.
 */
export function saysReady(condition: string | undefined, since: number): boolean {
    const [status, heartbeat] = (condition ?? "").split(" ");
    return status === "True" && Date.parse(heartbeat) >= Math.floor(since / 1000) * 1000;
}

/** Starts a node unless it runs, gives it the images it lacks, and waits until Kubernetes calls it ready and knows its CSI driver. */
export async function startNode(
    layout: Layout,
    node: ClusterNode,
    toolchain: Toolchain,
    images: readonly BuiltImage[],
    update: (text: string) => void,
): Promise<void> {
    if (runningPid(node.folder) === undefined) {
        update("namespaces");
        for (const [file, content] of Object.entries(nodeFiles(layout, node.index))) {
            fs.mkdirSync(path.dirname(path.join(node.folder, file)), { recursive: true, mode: 0o700 });
            fs.writeFileSync(path.join(node.folder, file), content);
        }
        const disks = staticDisks.map((disk) => path.join(node.staticDisks, path.basename(disk)));
        for (const folder of [node.disk, ...disks, node.kubelet]) fs.mkdirSync(folder, { recursive: true });
        makeCgroup(cgroupOf(layout, node));
        const pid = await start(nodeCompartment(layout, node.index, toolchain.program), layout.state);
        await connect(layout, node, pid);
        await waitForSetup(node.folder);
    }
    update("containerd");
    await importImages(node, images, update);
    update("kubelet");
    const kubectl = new Kubectl(toolchain.program("kubectl"), layout.kubeconfig, contextName);
    const since = setUpAt(node.folder) ?? 0;
    const started = Date.now();
    for (;;) {
        const isReady = saysReady(kubectl.tryRun(["get", "node", node.name, "-o", `jsonpath=${readyCondition}`]), since);
        const drivers = isReady ? kubectl.tryRun(["get", "csinode", node.name, "-o", "jsonpath={.spec.drivers[*].name}"]) : undefined;
        if (drivers?.split(" ").includes(poolDriver)) return;
        if (Date.now() - started > 90_000)
            throw new Error(`${node.name} did not become ready within 90 s; its logs are in ${node.folder}/log`);
        await sleep(200);
    }
}

/** Puts a cable between the control plane's bridge and the node's network namespace. */
async function connect(layout: Layout, node: ClusterNode, pid: number): Promise<void> {
    const control = runningPid(layout.controlPlane.folder);
    if (control === undefined) throw new Error("the control plane is not running");
    const own = fs.readlinkSync("/proc/self/ns/net");
    for (let i = 0; i < 250 && fs.readlinkSync(`/proc/${pid}/ns/net`) === own; i++) await sleep(20);
    const ip = (...args: string[]) => spawnSync("nsenter", ["-t", String(control), "-n", "ip", ...args], { encoding: "utf8" });
    const cable = `veth-${node.index}`;
    // The kernel removes a killed node's cable by itself, but not at once.
    ip("link", "delete", cable);
    const added = ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", String(pid));
    const attached = ip("link", "set", cable, "master", network.bridge, "up");
    if (added.status !== 0 || attached.status !== 0)
        throw new Error(`${node.name} could not be connected: ${(added.stderr + attached.stderr).trim()}`);
}

/** Imports the images that the node's containerd doesn't have yet. */
async function importImages(node: ClusterNode, images: readonly BuiltImage[], update: (text: string) => void): Promise<void> {
    const record = path.join(node.folder, "images.json");
    const imported: Record<string, string> = fs.existsSync(record) ? JSON.parse(fs.readFileSync(record, "utf8")) : {};
    const socket = insideLayout.node(node.index).containerdSocket;
    const ctr = (...args: string[]) => runInside(node.folder, ["ctr", "--address", socket, "--namespace", "k8s.io", ...args]);
    for (let i = 0; ; i++) {
        try {
            ctr("version");
            break;
        } catch (error) {
            if (i > 150)
                throw new Error(`containerd of ${node.name} does not answer; its log is ${node.folder}/log/containerd.log`, {
                    cause: error,
                });
            await sleep(100);
        }
    }
    for (const image of images) {
        if (imported[image.name] === image.key) continue;
        update(`importing ${image.name}`);
        ctr("images", "import", image.archive);
        imported[image.name] = image.key;
        fs.writeFileSync(`${record}.partial`, JSON.stringify(imported));
        fs.renameSync(`${record}.partial`, record);
    }
}
