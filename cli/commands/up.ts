import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { imagesFor } from "../../sandbox/images/catalog";
import { userPaths } from "../../sandbox/paths";
import { Sandbox } from "../../sandbox/sandbox";
import { Toolchain } from "../../sandbox/toolchain/toolchain";
import { type CheckedStack, checkStack } from "../checked-stack";
import { childEnvironment, findEngine, neededToolSets, prepareEngine } from "../engine";
import { UserError } from "../errors";
import { runSteps } from "../progress";
import { PulumiCli } from "../pulumi";
import { liftDeadLocks, settlePending } from "../recover";
import { refuseShrinking } from "../shrink";
import { keepStackFile, stackFile } from "../stack";
import { summary } from "../summary";

export interface UpOptions {
    context?: string;
    storageClass?: string;
    yes?: boolean;
}

const say = (text: string) => console.error(text);

/** Deploys a stack, from nothing if need be, and ends with how to use it. */
export async function runUp(name: string, options: UpOptions): Promise<void> {
    const stack = options.context ? stackForContext(name, options.context, options.storageClass) : name;
    if (!options.context && options.storageClass)
        throw new UserError("--storage-class goes with --context: the sandbox has its own classes.");
    const checked = checkStack(stack);
    const pulumi = new PulumiCli(await prepareTarget(checked));
    await keepStackFile(stackFile(stack), async () => {
        if (pulumi.capture(["stack", "select", stack]).status !== 0) pulumi.run(["stack", "init", stack]);
        liftDeadLocks(pulumi, stack, say);
        await settlePending(pulumi, stack, say);
        refuseShrinking(pulumi, stack, checked.plan);
        const asks = !options.yes && checked.settings.target !== "sandbox";
        if (asks && !process.stdin.isTTY)
            throw new UserError("There is no terminal to ask at. Say --yes to deploy without being asked; nothing was changed.");
        const status = await pulumi.interactive([
            "up",
            "--stack",
            stack,
            "--suppress-outputs",
            ...(asks ? [] : ["--yes", "--skip-preview"]),
        ]);
        if (status !== 0) {
            throw new UserError(
                `\`pulumi up\` ended with exit code ${status}; its message is above. What was made stays; run the same command again to go on.`,
            );
        }
    });
    const outputs = JSON.parse(pulumi.run(["stack", "output", "--json", "--stack", stack]));
    console.log(summary(stack, outputs));
}

/** Brings the target up as far as it is ours, and returns the environment for `pulumi`. */
export async function prepareTarget({ settings, plan }: CheckedStack): Promise<NodeJS.ProcessEnv> {
    const paths = userPaths();
    const target = settings.target === "sandbox" ? "sandbox" : "other";
    const engineSets = neededToolSets(findEngine(process.env, path.dirname(paths.state)), target);
    let toolchain: Toolchain | undefined;
    if (target === "sandbox") {
        const addOns = plan.storage.driver === "local-path" ? (["local-path"] as const) : [];
        toolchain = await new Sandbox(paths).up({ addOns: [...addOns], images: imagesFor([plan.useCase]), toolSets: engineSets }, runSteps);
    } else if (engineSets.length > 0) {
        toolchain = new Toolchain(paths.cache, engineSets);
        const steps = toolchain.steps();
        if (steps.length > 0) await runSteps(steps);
    }
    return childEnvironment(prepareEngine(target, toolchain));
}

/** Name of the stack for a cluster of the user's; its configuration file is made when it doesn't exist, and is theirs from then on. */
function stackForContext(useCase: string, context: string, storageClass: string | undefined): string {
    const stack = `${useCase}.${context.replace(/[^\w.-]/g, "-")}`;
    const file = stackFile(stack);
    if (!fs.existsSync(file)) {
        const config: Record<string, string> = {
            "holdfast:useCase": useCase,
            "holdfast:target": "kubernetes",
            "holdfast:context": context,
            // A cluster on a laptop can't keep every promise; what it doesn't is named in the outputs.
            "holdfast:environment": "development",
        };
        if (storageClass) config["holdfast:storageClass"] = storageClass;
        fs.writeFileSync(file, stringify({ config }));
        say(`Wrote ${path.relative(process.cwd(), file)}: the configuration of this stack from now on.`);
    }
    return stack;
}
