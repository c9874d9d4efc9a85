/** One of our stacks as the engine previews it, with its policies. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { deployedOf, parsePreview, type Review, review, unreadable } from "../../policies/review";
import { type CheckedStack, checkStack } from "../checked-stack";
import { UserError } from "../errors";
import { PulumiCli, type PulumiResult } from "../pulumi";
import { previewEnvironment } from "../review/engine";
import { figuresOf, planBefore } from "../review/figures";
import { keepStackFile, repository, stackFile } from "../stack";
import { costOf } from "./cost";
import { mandatory, type PolicyRun, type StackReport, stackReport } from "./model";
import { readPolicyLog } from "./policy-run";

/** The pack that every preview is asked with. */
export const guardrails = path.join(repository, "policies", "guardrails");

export interface PolicyOptions {
    /** File for `--policy-pack-config`. */
    policyConfig?: string;
}

const whatItSaid = ({ stdout, stderr }: PulumiResult) => (stderr || stdout).trim();

function documentOf(run: PulumiResult): unknown {
    try {
        return parsePreview(run.stdout);
    } catch {
        return undefined;
    }
}

/** What policies a preview was asked with had to say. `isBroken`: it fails without them too, and they heard only part of the stack. */
function policiesOf(log: string, asked: PulumiResult, isBroken: boolean): PolicyRun {
    const { findings, isHeard } = readPolicyLog(log);
    const run: PolicyRun = { findings };
    if (!isHeard && !isBroken) return { ...run, problem: `the policies couldn't be asked: ${whatItSaid(asked)}` };
    const isTheirs = isBroken || asked.status === 0 || mandatory(run).length > 0;
    return isTheirs ? run : { ...run, problem: `the preview fails with the policies, and not without: ${whatItSaid(asked)}` };
}

interface Previewed {
    review: Review;
    document?: unknown;
    policies: PolicyRun;
    isBroken: boolean;
}

/** Previews with the policies; where that fails, once more without, since an engine that is stopped doesn't list everything. */
export function previewed(pulumi: Pick<PulumiCli, "capture">, stack: string, { policyConfig }: PolicyOptions): Previewed {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-pull-request-"));
    try {
        const log = path.join(folder, "events.log");
        const preview = ["preview", "--json", "--show-sames", "--show-replacement-steps", "--stack", stack];
        const pack = ["--policy-pack", guardrails, ...(policyConfig === undefined ? [] : ["--policy-pack-config", policyConfig])];
        const asked = pulumi.capture([...preview, ...pack, "--event-log", log]);
        const run = asked.status === 0 ? asked : pulumi.capture(preview);
        const isBroken = run.status !== 0;
        const document = documentOf(run);
        return {
            review: document === undefined ? unreadable(`\`pulumi preview\` gave no preview:\n${whatItSaid(run)}`) : review(document),
            document,
            policies: policiesOf(log, asked, isBroken),
            isBroken,
        };
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
}

async function withEngine(stack: string, checked: CheckedStack, options: PolicyOptions): Promise<StackReport> {
    // The option that writes the log is one of the engine's for finding faults.
    const pulumi = new PulumiCli({ ...(await previewEnvironment(checked)), PULUMI_DEBUG_COMMANDS: "true" });
    return keepStackFile(stackFile(stack), async () => {
        const { review: found, document, policies, isBroken } = previewed(pulumi, stack, options);
        const deployed = document === undefined ? undefined : deployedOf(document, checked.plan.app);
        return stackReport({
            stack,
            review: { ...found, ...(deployed ? { figures: figuresOf(checked, deployed) } : {}) },
            policies,
            cost: costOf(checked.plan, deployed && planBefore(checked.settings, checked.plan, deployed)),
            problems: [],
            notLookedAt: isBroken ? ["policies of whole stacks: the engine asks those only of a preview that comes to its end"] : [],
        });
    });
}

/** Previews a stack. What keeps it from being previewed is said of it, so that the others are looked at all the same. */
export async function online(stack: string, options: PolicyOptions): Promise<StackReport> {
    try {
        return await withEngine(stack, checkStack(stack), options);
    } catch (error) {
        if (!(error instanceof UserError) && process.env.HOLDFAST_DEBUG) console.error(error);
        return stackReport({ stack, problems: [(error as Error).message], notLookedAt: ["policies"] });
    }
}
