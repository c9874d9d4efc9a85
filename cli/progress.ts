import { Listr, type ListrTask, PRESET_TIMER } from "listr2";
import type { RunSteps, Step } from "../sandbox/progress";

/** A line beneath a step is repeated this often at most where lines can't be overwritten (CI logs, files). */
const quietSeconds = 15;

/** Shows steps as a list with spinners on a terminal, and as plain lines on stderr elsewhere: stdout is for results there. */
export const runSteps: RunSteps = async (steps) => {
    if (process.stdout.isTTY && !process.env.CI) {
        await new Listr(steps.map(listrTask), { rendererOptions: { collapseSubtasks: false, timer: PRESET_TIMER } }).run();
    } else for (const step of steps) await runPlain(step);
};

const listrTask = (step: Step): ListrTask => ({
    title: step.title,
    task: async (_context, self) => {
        if ("steps" in step) return self.newListr(step.steps.map(listrTask), { concurrent: step.atOnce ?? false });
        return step.run((text) => {
            self.output = text;
        });
    },
});

async function runPlain(step: Step): Promise<void> {
    if ("steps" in step) {
        if (step.atOnce) await Promise.all(step.steps.map(runPlain));
        else for (const inner of step.steps) await runPlain(inner);
        return;
    }
    const started = Date.now();
    let said = started;
    console.error(`- ${step.title}`);
    await step.run((text) => {
        if (Date.now() - said < quietSeconds * 1000) return;
        said = Date.now();
        console.error(`    ${step.title}: ${text}`);
    });
    console.error(`  ${step.title}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
