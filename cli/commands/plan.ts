import { wishOf } from "../../components/stateful-app";
import { readConfig, refusal } from "../../stacks/config";
import type { Settings } from "../../stacks/keys";
import { UserError } from "../errors";
import { type Answer, type PlanArgs, runPlan, runUseCases } from "../plan/run";
import { rawStackConfig } from "../stack";

export interface PlanOptions extends PlanArgs {
    /** Take what isn't given here from this stack's configuration. */
    stack?: string;
}

/** Writes the answer where it belongs: results on stdout, refusals on stderr unless they were asked for as data. */
function print(answer: Answer, isData: boolean): void {
    const text = answer.text.endsWith("\n") ? answer.text : `${answer.text}\n`;
    (answer.exitCode === 0 || isData ? process.stdout : process.stderr).write(text);
    process.exitCode = answer.exitCode;
}

const width = () => process.stdout.columns ?? 100;

/** The arguments that a stack's configuration amounts to. */
export function stackArgs(stack: string): PlanArgs {
    const { settings, problems } = readConfig(rawStackConfig(stack));
    if (problems.length > 0) throw new UserError(refusal(stack, problems));
    const { useCase, target, environment, accept, overrides, drivers, policies, app, hasRepository } = wishOf(
        settings.app ?? settings.useCase ?? "",
        settings as Settings,
    );
    const set = Object.entries(overrides ?? {}).map(([path, value]) => `${path}=${value}`);
    return { useCase, target, environment, accept, drivers, policies, app, set, hasRepository };
}

export function runPlanCommand(useCase: string | undefined, options: PlanOptions): void {
    const { stack, ...given } = options;
    const args: PlanArgs = { width: width(), ...(stack === undefined ? {} : stackArgs(stack)), ...given };
    if (useCase !== undefined) args.useCase = useCase;
    print(runPlan(args), Boolean(options.json || options.markdown));
}

export function runUseCasesCommand(options: { json?: boolean }): void {
    print(runUseCases({ width: width(), ...options }), Boolean(options.json));
}
