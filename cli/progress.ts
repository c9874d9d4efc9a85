import { Listr, type ListrTask, PRESET_TIMER } from "listr2";
import type { RunSteps, Step } from "../sandbox/progress";

/** A line beneath a step is repeated this often at most where lines can't be overwritten (CI logs, files). */
const quietSeconds = 15;

/** Shows steps as a list with spinners on a terminal, and as plain lines on stderr elsewhere: stdout is for results there. */
export const runSteps: RunSteps = async (steps) => {
    if (process.stdout.isTTY && !process.env.CI) await runOnTerminal(steps);
    else for (const step of steps) await runPlain(step);
};

async function runOnTerminal(steps: Step[]): Promise<void> {
    const task = (step: Step): ListrTask => ({
        title: step.title,
        task: async (_context, self) => {
            if (step.together) return self.newListr(step.together.map(task), { concurrent: 2 });
            return step.run((text) => {
                self.output = text;
            });
        },
    });
    await new Listr(steps.map(task), { rendererOptions: { collapseSubtasks: false, timer: PRESET_TIMER } }).run();
}

async function runPlain(step: Step): Promise<void> {
    if (step.together) {
        console.error(step.title);
        // One at a time: two builds on two cores are no faster together, and their lines would mix.
        for (const sub of step.together) await runPlain(sub);
        return;
    }
    const started = Date.now();
    let said = started;
    console.error(`- ${step.title}`);
    await step.run((text) => {
        if (Date.now() - said < quietSeconds * 1000) return;
        said = Date.now();
        console.error(`    ${text}`);
    });
    console.error(`  ${step.title}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
