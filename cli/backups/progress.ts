/** One line per step on standard error, as `up` has it where lines can't be overwritten; on a terminal the line changes meanwhile. */

/** Says how far a step is. */
export type Report = (text: string) => void;

/** Where lines can't be overwritten, one is added this often at most. */
const quietSeconds = 10;

/**
 * Runs one step and shows how far it is. Unlike the display of `up`, it leaves signals to whoever runs the step: there are things to be
 * taken away before this process ends.
 */
export async function step<T>(title: string, run: (update: Report) => Promise<T>): Promise<T> {
    const out = process.stderr;
    const isTerminal = out.isTTY === true && !process.env.CI;
    const started = Date.now();
    const seconds = () => ((Date.now() - started) / 1000).toFixed(1);
    let said = started;
    let shown = "";
    const rewrite = (text: string) => out.write(`\r\x1b[2K${text.slice(0, (out.columns ?? 80) - 1)}`);
    if (isTerminal) rewrite(`- ${title} …`);
    else out.write(`- ${title}\n`);
    try {
        const result = await run((text) => {
            if (isTerminal) rewrite(`- ${title}: ${text} (${seconds()} s)`);
            else if (text !== shown && Date.now() - said > quietSeconds * 1000) {
                said = Date.now();
                shown = text;
                out.write(`    ${title}: ${text}\n`);
            }
        });
        if (isTerminal) {
            rewrite(`- ${title}: done in ${seconds()} s`);
            out.write("\n");
        } else out.write(`  ${title}: done in ${seconds()} s\n`);
        return result;
    } catch (error) {
        if (isTerminal) out.write("\n");
        throw error;
    }
}
