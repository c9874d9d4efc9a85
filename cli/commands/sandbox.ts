import * as path from "node:path";
import * as readline from "node:readline/promises";
import { maxNodes } from "../../sandbox/cluster/layout";
import { type AddOn, addOns } from "../../sandbox/cluster/spec";
import { userPaths } from "../../sandbox/paths";
import { Sandbox } from "../../sandbox/sandbox";
import { sandboxStatus, statusText } from "../../sandbox/status";
import { clusterToolSets } from "../../sandbox/toolchain/tools";
import { findEngine, neededToolSets } from "../engine";
import { UserError, userErrors } from "../errors";
import { runSteps } from "../progress";

export interface SandboxUpOptions {
    nodes?: string;
    with?: string[];
}

/** Reads `--nodes` and `--with`; all problems at once. */
export function sandboxOptions(options: SandboxUpOptions): { nodes: number | undefined; addOns: AddOn[] } {
    const problems: string[] = [];
    const nodes = options.nodes === undefined ? undefined : Number(options.nodes);
    if (nodes !== undefined && (!Number.isInteger(nodes) || nodes < 1 || nodes > maxNodes)) {
        problems.push(`--nodes ${options.nodes}: a whole number from 1 to ${maxNodes} is allowed`);
    }
    const known = Object.keys(addOns);
    const wanted = (options.with ?? []).flatMap((value) => value.split(",")).filter(Boolean);
    for (const name of wanted) {
        if (!known.includes(name) && name !== "all") problems.push(`--with ${name}: allowed are ${[...known, "all"].join(", ")}`);
    }
    if (problems.length > 0) throw userErrors("The sandbox was not changed:", problems);
    return { nodes, addOns: (wanted.includes("all") ? known : wanted) as AddOn[] };
}

export async function runSandboxUp(options: SandboxUpOptions): Promise<void> {
    const { nodes, addOns: wanted } = sandboxOptions(options);
    const paths = userPaths();
    const sandbox = new Sandbox(paths);
    const engine = neededToolSets(findEngine(process.env, path.dirname(paths.state)), "sandbox");
    await sandbox.up({ nodes, addOns: wanted, images: [], toolSets: engine }, runSteps);
    console.error('The sandbox is up. `eval "$(npx holdfast env)"` makes kubectl and pulumi use it.');
}

export async function runSandboxStatus(options: { json?: boolean }): Promise<void> {
    const sandbox = new Sandbox(userPaths());
    const status = sandboxStatus(sandbox);
    console.log(options.json ? JSON.stringify(status, null, 2) : statusText(status));
    if (!status.healthy) process.exitCode = 1;
}

export async function runSandboxDown(): Promise<void> {
    await new Sandbox(userPaths()).down();
    console.error(
        "The sandbox is down; its data is kept. `npx holdfast sandbox up` brings it back, `npx holdfast sandbox reset` deletes it.",
    );
}

export async function runSandboxReset(options: { yes?: boolean; keepBackups?: boolean }): Promise<void> {
    const sandbox = new Sandbox(userPaths());
    // Backups may be all that is left of an earlier one.
    if (!sandbox.spec && !sandbox.hasBackups) {
        console.error("There is no sandbox: nothing to delete.");
        return;
    }
    const lost = sandbox.hasBackups && !options.keepBackups ? ", its backups (--keep-backups keeps them)" : "";
    if (!options.yes) {
        if (!process.stdin.isTTY)
            throw new UserError("`sandbox reset` deletes all data of the sandbox. Say so with --yes; nothing was deleted.");
        const prompt = readline.createInterface({ input: process.stdin, output: process.stderr });
        const answer = await prompt.question(
            `This deletes the sandbox, every volume on it${lost} and the Pulumi state of what runs there. Type \`reset\` to go on: `,
        );
        prompt.close();
        if (answer.trim() !== "reset") throw new UserError("Nothing was deleted.");
    }
    await sandbox.reset(options.keepBackups);
    const kept = sandbox.hasBackups
        ? ` Its backups are kept in ${sandbox.layout.s3.folder}; the next sandbox with the add-on has them.`
        : "";
    console.error(`The sandbox and its data are deleted. The toolchain and the images stay in the cache.${kept}`);
}

const nodeNumber = (text: string) => {
    const index = Number(text);
    if (!Number.isInteger(index)) throw new UserError(`"${text}" is not a node's number: write 1, 2 or 3.`);
    return index;
};

export async function runKillNode(text: string, options: { forGood?: boolean }): Promise<void> {
    const index = nodeNumber(text);
    const sandbox = new Sandbox(userPaths());
    const toolchain = sandbox.prepare(clusterToolSets);
    await sandbox.killNode(index, options.forGood ?? false, toolchain.program("kubectl"));
    console.error(
        options.forGood
            ? `node-${index} is killed and Kubernetes was told that it won't be back: its pods move. Its local disk is kept.`
            : `node-${index} is killed. Kubernetes notices within 50 s; \`npx holdfast sandbox start-node ${index}\` brings it back.`,
    );
}

export async function runStartNode(text: string): Promise<void> {
    const index = nodeNumber(text);
    const sandbox = new Sandbox(userPaths());
    const toolchain = sandbox.prepare(clusterToolSets);
    await runSteps([{ title: `Node node-${index}`, run: (update) => sandbox.startNode(index, toolchain, update) }]);
}
