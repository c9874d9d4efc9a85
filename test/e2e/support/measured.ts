import * as fs from "node:fs";
import * as path from "node:path";

/** Measured figures beside the promised ones: shown at the end of a run and kept in the file that HOLDFAST_E2E_RESULTS names. */
const results: { what: string; measured: string; promised: string }[] = [];

/** Notes a figure, and returns it for the expectation. */
export function measured(what: string, value: number, promised: number, unit = "s"): number {
    results.push({ what, measured: `${value.toFixed(1)} ${unit}`, promised: `≤ ${promised} ${unit}` });
    return value;
}

/** Prints what was noted in this file. Call it in `afterAll`. */
export function report(): void {
    if (results.length === 0) return;
    const lines = results.map((row) => `  ${row.what}: ${row.measured} (promised ${row.promised})`);
    process.stderr.write(`\nMeasured\n${lines.join("\n")}\n`);
    const file = process.env.HOLDFAST_E2E_RESULTS;
    if (file) {
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.appendFileSync(file, results.map((row) => `${JSON.stringify(row)}\n`).join(""));
    }
}
