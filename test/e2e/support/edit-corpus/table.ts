import type { Edit } from "./edit";

/** What is told of an edit: what the review said and what `pulumi up` did, with protection and without it. */
interface Told {
    kept?: string;
    keptUp?: string;
    open?: string;
    openUp?: string;
    exception?: string;
}

const told: Record<string, Told> = {};

export function tell(id: string, some: Told): void {
    told[id] = { ...told[id], ...some };
}

/** Prints what was told of every edit; "-" is what this run didn't make. */
export function printTable(edits: readonly Edit[]): void {
    const row = ([id = "", ...cells]: string[], reason = "") =>
        `  ${id.padEnd(34)}${cells.map((cell) => cell.padEnd(13)).join("")}${reason}`.trimEnd();
    const lines = edits.map(({ id }) => {
        const { kept = "-", keptUp = "-", open = "-", openUp = "-", exception } = told[id] ?? {};
        return row([id, kept, keptUp, open, openUp], exception);
    });
    const heads = [row(["", "protected:", "", "unprotected:"]), row(["edit", "review", "data", "review", "data"])];
    process.stderr.write(`\n${[...heads, ...lines].join("\n")}\n`);
}
