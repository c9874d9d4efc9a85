import { type Answer, type PlanArgs, runPlan, runUseCases } from "../plan/run";

/** Writes the answer where it belongs: results on stdout, refusals on stderr unless they were asked for as data. */
function print(answer: Answer, isData: boolean): void {
    const text = answer.text.endsWith("\n") ? answer.text : `${answer.text}\n`;
    (answer.exitCode === 0 || isData ? process.stdout : process.stderr).write(text);
    process.exitCode = answer.exitCode;
}

const width = () => process.stdout.columns ?? 100;

export function runPlanCommand(useCase: string | undefined, options: PlanArgs): void {
    print(runPlan({ width: width(), ...options, useCase }), Boolean(options.json || options.markdown));
}

export function runUseCasesCommand(options: { json?: boolean }): void {
    print(runUseCases({ width: width(), ...options }), Boolean(options.json));
}
