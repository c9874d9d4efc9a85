/** A preview that the engine makes. */

import * as path from "node:path";
import { parsePreview } from "../../policies/review";
import { userPaths } from "../../sandbox/paths";
import { Sandbox } from "../../sandbox/sandbox";
import { Toolchain } from "../../sandbox/toolchain/toolchain";
import { clusterToolSets } from "../../sandbox/toolchain/tools";
import type { CheckedStack } from "../checked-stack";
import { childEnvironment, findEngine, neededToolSets, prepareEngine } from "../engine";
import { UserError } from "../errors";
import { runSteps } from "../progress";
import { PulumiCli } from "../pulumi";
import { repositoryEnvironment } from "../sandbox-repository";
import { keepStackFile, stackFile } from "../stack";
import type { Source } from "./file";

/** The environment in which the engine can preview, without bringing anything up: a review changes nothing. */
export async function previewEnvironment({ settings, plan }: CheckedStack): Promise<NodeJS.ProcessEnv> {
    const paths = userPaths();
    const isSandbox = settings.target === "sandbox";
    const target = isSandbox ? "sandbox" : "other";
    const engineSets = neededToolSets(findEngine(process.env, path.dirname(paths.state)), target);
    if (isSandbox && !new Sandbox(paths).spec) {
        throw new UserError(
            "There is no sandbox, so nothing is deployed there: a review has nothing to compare with. `npx holdfast up` makes one.",
        );
    }
    const toolchain =
        isSandbox || engineSets.length > 0 ? new Toolchain(paths.cache, [...(isSandbox ? clusterToolSets : []), ...engineSets]) : undefined;
    const steps = toolchain?.steps() ?? [];
    if (steps.length > 0) await runSteps(steps);
    const environment = childEnvironment(prepareEngine(target, toolchain));
    return isSandbox ? { ...environment, ...repositoryEnvironment(paths, plan.app) } : environment;
}

/** Has the engine preview one of our stacks. */
export async function fromEngine(stack: string, checked: CheckedStack): Promise<Source> {
    const pulumi = new PulumiCli(await previewEnvironment(checked));
    return keepStackFile(stackFile(stack), async () => {
        const { stdout, stderr } = pulumi.capture(["preview", "--json", "--show-sames", "--show-replacement-steps", "--stack", stack]);
        try {
            return { document: parsePreview(stdout) };
        } catch {
            return { failure: `\`pulumi preview\` gave no preview:\n${(stderr || stdout).trim()}` };
        }
    });
}
