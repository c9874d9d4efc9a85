import * as path from "node:path";
import { takesSnapshots } from "../components/storage/planned-storage";
import type { EngineName } from "../components/usecases/plan";
import type { AddOn } from "../sandbox/cluster/spec";
import { userPaths } from "../sandbox/paths";
import { Sandbox } from "../sandbox/sandbox";
import { Toolchain } from "../sandbox/toolchain/toolchain";
import { type CheckedStack, checkStack } from "./checked-stack";
import { childEnvironment, findEngine, neededToolSets, prepareEngine } from "./engine";
import { UserError } from "./errors";
import { runSteps } from "./progress";
import { PulumiCli } from "./pulumi";
import { liftDeadLocks, settlePending } from "./recover";
import { neededImages } from "./sandbox-images";
import { repositoryEnvironment } from "./sandbox-repository";
import { keepStackFile, stackFile } from "./stack";
import { mendTornState } from "./torn-state";

const say = (text: string) => console.error(text);

/** Add-ons of the sandbox that an engine needs to be made at all. */
const operators: Partial<Record<EngineName, AddOn>> = { "postgres-cluster": "cloudnative-pg" };

/** A stack that was checked, on a target that is up, with nothing left open by an earlier run. */
export interface Deployment {
    stack: string;
    checked: CheckedStack;
    pulumi: PulumiCli;
    /** `--yes` and the like, unless Pulumi is to ask before it changes anything. */
    consent: string[];
}

/**
 * Gets a stack ready for a command that changes it, and runs that. Everything that can be refused is refused before anything is started: a
 * configuration that doesn't hold, and a question that nobody is there to answer.
 */
export async function onStack(
    stack: string,
    options: { yes?: boolean; whenMissing: "create" | "refuse" },
    body: (deployment: Deployment) => Promise<void>,
): Promise<void> {
    const checked = checkStack(stack);
    const asks = !options.yes && checked.settings.target !== "sandbox";
    if (asks && !process.stdin.isTTY) {
        throw new UserError("There is no terminal to ask at. Say --yes to go on without being asked; nothing was changed.");
    }
    const pulumi = new PulumiCli(await prepareTarget(checked));
    await keepStackFile(stackFile(stack), async () => {
        mendTornState(pulumi.env.PULUMI_BACKEND_URL, stack);
        if (pulumi.capture(["stack", "select", stack]).status !== 0) {
            if (options.whenMissing === "refuse")
                throw new UserError(`Stack "${stack}" was never deployed: there is nothing to take down.`);
            pulumi.run(["stack", "init", stack]);
        }
        liftDeadLocks(pulumi, stack, say);
        await settlePending(pulumi, stack, say);
        await body({ stack, checked, pulumi, consent: asks ? [] : ["--yes", "--skip-preview"] });
    });
}

/** Brings the target up as far as it is ours, and returns the environment for `pulumi`. */
export async function prepareTarget({ settings, plan }: CheckedStack): Promise<NodeJS.ProcessEnv> {
    const paths = userPaths();
    const target = settings.target === "sandbox" ? "sandbox" : "other";
    const engineSets = neededToolSets(findEngine(process.env, path.dirname(paths.state)), target);
    let toolchain: Toolchain | undefined;
    if (target === "sandbox") {
        const addOns: AddOn[] = [];
        if (plan.storage.driver === "local-path") addOns.push("local-path");
        if (takesSnapshots(plan)) addOns.push("snapshots");
        if (plan.backup.carriedOut) addOns.push("backups");
        const operator = operators[plan.engine.name];
        if (operator) addOns.push(operator);
        toolchain = await new Sandbox(paths).up({ addOns, images: neededImages(settings, plan), toolSets: engineSets }, runSteps);
    } else if (engineSets.length > 0) {
        toolchain = new Toolchain(paths.cache, engineSets);
        const steps = toolchain.steps();
        if (steps.length > 0) await runSteps(steps);
    }
    const environment = childEnvironment(prepareEngine(target, toolchain));
    return target === "sandbox" ? { ...environment, ...repositoryEnvironment(paths, plan.app) } : environment;
}
