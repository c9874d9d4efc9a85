import * as fs from "node:fs";
import * as path from "node:path";
import { addOnImages, addOnToolSets, prepareAddOn, startAddOn } from "./cluster/add-ons";
import { controlPlane, corefile, internalUsers } from "./cluster/control-plane";
import { contextName, writeKubeconfigs } from "./cluster/kubeconfig";
import { Kubectl } from "./cluster/kubectl";
import { type ClusterNode, Layout, maxNodes } from "./cluster/layout";
import { coreObjects, localPathConfig } from "./cluster/objects";
import { ensurePki } from "./cluster/pki";
import { ensurePoolFile, poolLoopDevices } from "./cluster/pool";
import { type AddOn, readSpec, type SandboxSpec, writeSpec } from "./cluster/spec";
import { SandboxError } from "./errors";
import { firstPort, freePort } from "./free-port";
import { type BuiltImage, buildImages } from "./images/build";
import { withLock } from "./lock";
import { removeCgroup } from "./node/cgroups";
import { isOutdated, runningPid, start, stop, waitForSetup } from "./node/compartment";
import { startNode } from "./node/node";
import type { Paths } from "./paths";
import { debianPrograms, installDebianPackages, machineFacts, missingPrerequisites, prerequisitesMessage } from "./prerequisites";
import type { RunSteps, Step } from "./progress";
import { Toolchain } from "./toolchain/toolchain";
import { clusterToolSets, type ToolSetName } from "./toolchain/tools";

/** What `up` is asked for. */
export interface SandboxWish {
    /** 1 to 3; default: as many as it has, or 1. */
    nodes?: number;
    /** Beyond the core; those it already has stay. */
    addOns: AddOn[];
    /** Images that its pods will use. */
    images: string[];
    /** Programs wanted beside the cluster's own: the engine's. */
    toolSets: ToolSetName[];
}

/** Every pod has one. */
const coreImages = ["pause:1"];

/** The disposable cluster of one user. */
export class Sandbox {
    readonly layout: Layout;

    constructor(readonly paths: Paths) {
        this.layout = new Layout(paths.state);
    }

    get spec(): SandboxSpec | undefined {
        return readSpec(this.layout);
    }

    /** Its S3 server, or that of one that was reset, has kept something. */
    get hasBackups(): boolean {
        return fs.existsSync(this.layout.s3.folder);
    }

    kubectl(program = "kubectl"): Kubectl {
        return new Kubectl(program, this.layout.kubeconfig, contextName);
    }

    /**
     * Brings the cluster up, or back up with the data it had; does nothing that isn't needed. Throws a `SandboxError` when the machine
     * can't run it.
     */
    async up(wish: SandboxWish, runSteps: RunSteps): Promise<Toolchain> {
        return withLock(this.layout.lock, "the sandbox", async () => {
            const before = this.spec;
            const nodes = wish.nodes ?? before?.nodes ?? 1;
            if (before && nodes < before.nodes) {
                throw new SandboxError(
                    `The sandbox has ${before.nodes} nodes and ${nodes} were asked for: nodes hold data and are not taken away. ` +
                        `Leave --nodes out, or delete the sandbox and its data with \`holdfast sandbox reset\` first.`,
                );
            }
            const addOns = [...new Set([...(before?.addOns ?? []), ...wish.addOns])];
            const images = [...new Set([...coreImages, ...addOns.flatMap(addOnImages), ...wish.images])];
            const toolchain = this.prepare([...clusterToolSets, ...addOns.flatMap(addOnToolSets), ...wish.toolSets]);
            let built: BuiltImage[] = [];
            const imagesTask: Step = {
                title: "Images from Debian packages",
                run: async (update) => {
                    built = await buildImages(images, { cacheDir: this.paths.cache, progress: (event) => update(event.message) });
                },
            };
            const builds = toolchain.steps();
            // Downloading packages and compiling hardly get in each other's way.
            await runSteps(
                builds.length > 0
                    ? [{ title: "Toolchain and images", atOnce: true, steps: [{ title: toolchain.title, steps: builds }, imagesTask] }]
                    : [imagesTask],
            );

            const spec: SandboxSpec = {
                version: 1,
                created: new Date().toISOString(),
                ...before,
                nodes,
                addOns,
                apiPort: await this.apiPort(before?.apiPort),
            };
            await runSteps([
                { title: "Control plane", run: (update) => this.startControlPlane(spec, toolchain, update) },
                ...this.layout.nodes(nodes).map((node) => ({
                    title: `Node ${node.name}`,
                    run: (update: (text: string) => void) => startNode(this.layout, node, toolchain, built, update),
                })),
                ...addOns.map((addOn) => ({
                    title: `Add-on ${addOn}`,
                    run: async () => startAddOn(addOn, this.layout, toolchain),
                })),
            ]);
            return toolchain;
        });
    }

    /** Checks the machine, installs Debian packages and finds the toolchain. */
    prepare(names: ToolSetName[]): Toolchain {
        const facts = () => machineFacts(this.paths.cache, this.paths.state, false);
        let seen = facts();
        const warm = seen.go !== undefined && new Toolchain(this.paths.cache, names).missing.names.length === 0;
        seen = { ...seen, warm };
        const problems = missingPrerequisites(seen);
        if (problems.length > 0) throw new SandboxError(prerequisitesMessage(problems));
        if (seen.missingPrograms.length > 0) {
            const packages = new Set(seen.missingPrograms.map((program) => debianPrograms[program]));
            console.error(`Installing the Debian packages ${[...packages].join(", ")} …`);
            installDebianPackages(seen.missingPrograms, () => {});
        }
        return new Toolchain(this.paths.cache, [...new Set(names)]);
    }

    /** The port it had, unless someone else took it meanwhile. */
    private async apiPort(before: number | undefined): Promise<number> {
        if (before !== undefined && runningPid(this.layout.controlPlane.folder) !== undefined) return before;
        return freePort(before ?? firstPort(this.layout.state));
    }

    private async startControlPlane(spec: SandboxSpec, toolchain: Toolchain, update: (text: string) => void): Promise<void> {
        const { layout } = this;
        const { folder } = layout.controlPlane;
        const kubectl = this.kubectl(toolchain.program("kubectl"));
        update("keys");
        await ensurePki(layout, layout.nodes(maxNodes));
        writeKubeconfigs(layout, spec.apiPort, [...internalUsers, ...layout.nodes(maxNodes).map((node) => node.name)]);
        for (const addOn of spec.addOns) prepareAddOn(addOn, layout);
        if (runningPid(folder) === undefined) {
            // Nodes hang on the control plane's network: what is left of them can't be used.
            for (const node of layout.nodes(maxNodes)) await stop(node.folder);
            update("pool");
            ensurePoolFile(layout);
            fs.mkdirSync(layout.controlPlane.etcd, { recursive: true, mode: 0o700 });
            fs.writeFileSync(path.join(folder, "Corefile"), corefile());
            fs.writeFileSync(path.join(folder, "local-path.json"), JSON.stringify(localPathConfig()));
            writeSpec(layout, spec);
            update("processes");
            await start(controlPlane(layout, spec, toolchain.program), layout.state);
            await waitForSetup(folder);
        } else {
            writeSpec(layout, spec);
            if (isOutdated(controlPlane(layout, spec, toolchain.program))) {
                console.error(
                    "The sandbox runs programs of an earlier version, or as one of fewer nodes did. `holdfast sandbox down` and `up` take the new ones; the data stays.",
                );
            }
        }
        update("API server");
        await waitFor(
            60,
            () => kubectl.tryRun(["get", "--raw", "/readyz"]) === "ok",
            `the API server did not become ready within 60 s; its log is ${folder}/log/kube-apiserver.log`,
        );
        kubectl.apply(coreObjects());
    }

    /** Starts a node that was stopped or killed. */
    async startNode(index: number, toolchain: Toolchain, update: (text: string) => void): Promise<void> {
        await withLock(this.layout.lock, "the sandbox", async () => {
            const spec = this.requireSpec();
            if (runningPid(this.layout.controlPlane.folder) === undefined) {
                throw new SandboxError("The sandbox is not running. Start it, with all its nodes, with `holdfast sandbox up`.");
            }
            const images = [...coreImages, ...spec.addOns.flatMap(addOnImages)];
            const built = await buildImages(images, { cacheDir: this.paths.cache, progress: (event) => update(event.message) });
            await startNode(this.layout, this.nodeOf(spec, index), toolchain, built, update);
        });
    }

    /**
     * Kills a node hard, as a power cut would: nothing on it gets to say goodbye. `forGood` also tells Kubernetes that it won't be back, and
     * takes its static disks with it.
     */
    async killNode(index: number, forGood: boolean, kubectlProgram: string): Promise<void> {
        await withLock(this.layout.lock, "the sandbox", async () => {
            const node = this.nodeOf(this.requireSpec(), index);
            await stop(node.folder);
            if (!forGood) return;
            fs.rmSync(node.staticDisks, { recursive: true, force: true });
            this.kubectl(kubectlProgram).run(["delete", "node", node.name, "--ignore-not-found", "--wait=false"]);
        });
    }

    private requireSpec(): SandboxSpec {
        const { spec } = this;
        if (!spec) throw new SandboxError("There is no sandbox. Make one with `holdfast sandbox up`.");
        return spec;
    }

    private nodeOf(spec: SandboxSpec, index: number): ClusterNode {
        if (!Number.isInteger(index) || index < 1 || index > spec.nodes) {
            const allowed = spec.nodes === 1 ? "1 is the only one" : `there are 1 to ${spec.nodes}`;
            throw new SandboxError(`There is no node ${index}: ${allowed}.`);
        }
        return this.layout.node(index);
    }

    /** Stops everything and leaves the data: no process, mount, loop device, namespace or cgroup stays. */
    async down(): Promise<void> {
        if (!fs.existsSync(this.layout.state)) return;
        await withLock(this.layout.lock, "the sandbox", () => this.stopAll());
    }

    private async stopAll(): Promise<void> {
        for (const node of this.layout.nodes(maxNodes)) await stop(node.folder);
        await stop(this.layout.controlPlane.folder);
        // The kernel lets go of mounts, and then of the loop device, a moment after the last process.
        await waitFor(
            30,
            () => poolLoopDevices(this.layout).length === 0,
            `the pool is still in use: ${poolLoopDevices(this.layout).join(", ")}`,
        );
        await waitFor(
            10,
            () => {
                try {
                    removeCgroup(this.layout.cgroup);
                    return true;
                } catch {
                    return false;
                }
            },
            `the cgroup ${this.layout.cgroup} could not be removed`,
        );
    }

    /**
     * Deletes the sandbox with all data on it, and the Pulumi state of what ran there. The caches stay, and with `keepBackups` what the
     * S3 server has, with its keys: the cluster is lost, its backups are not.
     */
    async reset(keepBackups = false): Promise<void> {
        if (!fs.existsSync(this.layout.state)) return;
        await withLock(this.layout.lock, "the sandbox", async () => {
            await this.stopAll();
            for (const entry of fs.readdirSync(this.layout.state)) {
                const full = path.join(this.layout.state, entry);
                // Secrets in stack files are encrypted with the passphrase: it outlives the cluster.
                if (full === this.layout.lock || entry === "passphrase" || (keepBackups && full === this.layout.s3.folder)) continue;
                fs.rmSync(full, { recursive: true, force: true });
            }
        });
    }
}

/** Polls a condition; throws with `message` when it doesn't hold within the time. */
export async function waitFor(seconds: number, condition: () => boolean, message: string): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (!condition()) {
        if (Date.now() > end) throw new SandboxError(message);
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
}
