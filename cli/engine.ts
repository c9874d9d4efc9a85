import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type Paths, userPaths } from "../sandbox/paths";
import { Sandbox } from "../sandbox/sandbox";
import type { Toolchain } from "../sandbox/toolchain/toolchain";
import { engineToolSets, type ToolSetName, toolSets } from "../sandbox/toolchain/tools";

/** Version of the provider that @pulumi/kubernetes in package.json asks for. */
export const kubernetesPluginVersion = "4.29.0";

/** Where Pulumi looks for what these sets make, below `plugins` in its home. */
const pluginFolders: Partial<Record<ToolSetName, string>> = {
    "language-host": "language-nodejs-v3.230.0",
    "kubernetes-provider": `resource-kubernetes-v${kubernetesPluginVersion}`,
};

/** Which of Pulumi's own programs this machine has. */
export interface FoundEngine {
    /** Path of `pulumi`; undefined when it isn't installed. */
    cli: string | undefined;
    languageHost: boolean;
    kubernetesPlugin: boolean;
}

/** Looks for Pulumi's own programs on PATH and in PULUMI_HOME, leaving out those that a sandbox put there. */
export function findEngine(env: NodeJS.ProcessEnv, ours: string): FoundEngine {
    const folders = (env.PATH ?? "").split(path.delimiter).filter((folder) => folder && !path.resolve(folder).startsWith(ours));
    const onPath = (program: string) => folders.map((folder) => path.join(folder, program)).find((file) => fs.existsSync(file));
    const cli = onPath("pulumi");
    const pulumiHome =
        env.PULUMI_HOME && !path.resolve(env.PULUMI_HOME).startsWith(ours)
            ? env.PULUMI_HOME
            : path.join(env.HOME ?? os.homedir(), ".pulumi");
    const beside = cli ? path.dirname(fs.realpathSync(cli)) : undefined;
    const plugin = `resource-kubernetes-v${kubernetesPluginVersion}`;
    return {
        cli,
        languageHost:
            onPath("pulumi-language-nodejs") !== undefined ||
            (beside !== undefined && fs.existsSync(path.join(beside, "pulumi-language-nodejs"))),
        kubernetesPlugin:
            onPath("pulumi-resource-kubernetes") !== undefined ||
            fs.existsSync(path.join(pulumiHome, "plugins", plugin, "pulumi-resource-kubernetes")),
    };
}

/** Tool sets that stand in for what wasn't found. A found CLI may download its own plugins, unless the cluster is the sandbox. */
export function neededToolSets(found: FoundEngine, target: "sandbox" | "other"): ToolSetName[] {
    const missing: Record<string, boolean> = {
        pulumi: !found.cli,
        "language-host": !found.languageHost,
        "kubernetes-provider": !found.kubernetesPlugin && (target === "sandbox" || !found.cli),
    };
    return engineToolSets.filter((name) => missing[name]);
}

/** The environment in which `pulumi` works, from here or from the terminal. */
export interface Engine {
    /** Variables to set; PATH and the rest of the environment stay as they are otherwise. */
    env: Record<string, string>;
    /** Folder to put in front of PATH; undefined when Pulumi's own programs are all there. */
    bin: string | undefined;
}

/**
 * Prepares the engine: links to the programs that stand in, the backend and the passphrase. What the user has set (a backend, a
 * passphrase, a login) stays, except that stacks on the sandbox are kept beside the sandbox and go with it.
 */
export function prepareEngine(
    target: "sandbox" | "other",
    toolchain: Toolchain | undefined,
    env = process.env,
    paths: Paths = userPaths(env),
): Engine {
    const ours = path.dirname(paths.state);
    const found = findEngine(env, ours);
    const needed = neededToolSets(found, target);
    const sandbox = new Sandbox(paths);
    const home = target === "sandbox" ? paths.state : path.join(ours, "engine");
    fs.mkdirSync(home, { recursive: true, mode: 0o700 });
    const result: Record<string, string> = { PULUMI_SKIP_UPDATE_CHECK: "true" };
    let bin: string | undefined;

    if (needed.length > 0) {
        if (!toolchain) throw new Error("the engine's programs are not built");
        bin = path.join(home, "bin");
        const pulumiHome = found.cli ? undefined : path.join(home, "pulumi-home");
        for (const name of needed) {
            // In a plugin folder of our own they are plugins like any other; on PATH they work as well, and Pulumi warns that it took them.
            const folder = pulumiHome && pluginFolders[name] ? path.join(pulumiHome, "plugins", pluginFolders[name]) : bin;
            for (const program of Object.values(toolSets[name].programs))
                link(path.join(toolchain.folder(name), program), path.join(folder, program));
        }
        if (pulumiHome) {
            fs.mkdirSync(pulumiHome, { recursive: true, mode: 0o700 });
            result.PULUMI_HOME = pulumiHome;
        }
        if (needed.includes("kubernetes-provider")) result.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION = "true";
    }
    if (target === "sandbox") {
        result.KUBECONFIG = sandbox.layout.kubeconfig;
        if (toolchain) {
            bin ??= path.join(home, "bin");
            link(toolchain.program("kubectl"), path.join(bin, "kubectl"));
        }
    }
    Object.assign(result, backend(target, home, env));
    return { env: result, bin };
}

function link(to: string, at: string): void {
    fs.mkdirSync(path.dirname(at), { recursive: true, mode: 0o700 });
    if (fs.existsSync(at) && fs.realpathSync(at) === to) return;
    fs.rmSync(`${at}.partial`, { force: true });
    fs.symlinkSync(to, `${at}.partial`);
    fs.renameSync(`${at}.partial`, at);
}

function isLoggedIn(env: NodeJS.ProcessEnv): boolean {
    try {
        const file = path.join(env.PULUMI_HOME ?? path.join(env.HOME ?? os.homedir(), ".pulumi"), "credentials.json");
        return Boolean(JSON.parse(fs.readFileSync(file, "utf8")).current);
    } catch {
        return false;
    }
}

function backend(target: "sandbox" | "other", home: string, env: NodeJS.ProcessEnv): Record<string, string> {
    const result: Record<string, string> = {};
    const folder = path.join(home, "pulumi");
    const own = `file://${folder}`;
    const usersOwn = target === "other" && ((env.PULUMI_BACKEND_URL && env.PULUMI_BACKEND_URL !== own) || isLoggedIn(env));
    if (!usersOwn) {
        fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
        result.PULUMI_BACKEND_URL = own;
    }
    const hasPassphrase = env.PULUMI_CONFIG_PASSPHRASE !== undefined || env.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined;
    const passphrase = path.join(home, "passphrase");
    if (!usersOwn && (target === "sandbox" || !hasPassphrase)) {
        if (!fs.existsSync(passphrase)) {
            fs.writeFileSync(`${passphrase}.partial`, randomBytes(24).toString("base64url"), { mode: 0o600 });
            fs.renameSync(`${passphrase}.partial`, passphrase);
        }
        result.PULUMI_CONFIG_PASSPHRASE_FILE = passphrase;
    }
    return result;
}

/** Environment for a child process: the user's, with the engine's on top. */
export function childEnvironment(engine: Engine, env = process.env): NodeJS.ProcessEnv {
    const merged: NodeJS.ProcessEnv = { ...env, ...engine.env };
    // A passphrase of the user's would win over the file that belongs to the sandbox's state.
    if (engine.env.PULUMI_CONFIG_PASSPHRASE_FILE) delete merged.PULUMI_CONFIG_PASSPHRASE;
    if (engine.bin) merged.PATH = `${engine.bin}${path.delimiter}${env.PATH ?? ""}`;
    return merged;
}
