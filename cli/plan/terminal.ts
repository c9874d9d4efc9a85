/** A plan as one page for a terminal: the promise first, then what was decided and why, the price, and what is not protected. */

import type { Plan } from "../../components/usecases/plan";
import type { Problem } from "../../components/usecases/wish";
import { boxes } from "./diagram";
import { columns, wrap } from "./text";
import { chance, leadingDecisions, priceInWords, sources, titleOf } from "./words";

export interface PageOptions {
    /** @default 100 */
    width?: number;
    /** Every decision, not only the leading ones. */
    all?: boolean;
    /** The formulas of price and durability. */
    formulas?: boolean;
}

export function planPage(plan: Plan, { width = 100, all = false, formulas = false }: PageOptions = {}): string {
    const list = (items: string[]) => items.map((item) => `  - ${wrap(item, width - 4, "    ")}`).join("\n");
    const shown = all ? plan.decisions : leadingDecisions(plan);
    const hidden = plan.decisions.length - shown.length;
    const sections = [
        wrap(titleOf(plan), width),
        ...(plan.environment === "development"
            ? [wrap("Development: what production would refuse is accepted, and named below.", width)]
            : []),
        `The promise\n${list(plan.promise)}`,
        `The picture\n${indent(boxes(plan, width - 2))}`,
        `Decided\n${columns(
            shown.map(({ path, value, reason, from }) => [path, value, `${reason} [${sources[from]}]`]),
            width,
        )}${hidden > 0 ? `\n  ${hidden} smaller ones: --all` : ""}`,
        `${wrap(`Price: ${priceInWords(plan.price)}, without the nodes (prices of ${plan.price.date}${plan.region ? `, ${plan.region}` : ""})`, width)}\n${columns(
            plan.price.lines.map(({ what, monthly, formula, forBackup }) => [
                what,
                monthly === "unknown" ? "unknown" : `$${monthly.toFixed(2)}`,
                `${formulas || monthly === "unknown" ? formula : ""}${forBackup ? `${formulas || monthly === "unknown" ? "; " : ""}planned` : ""}`,
            ]),
            width,
        )}`,
        `${wrap(`Losing the data within a year: ${chance(plan.durability.annualLoss)} by the live copies; ${chance(plan.durability.annualLossWithBackups)} once the backups are carried out`, width, "  ")}${
            formulas
                ? `\n${list([plan.durability.formula, plan.durability.formulaWithBackups, ...plan.durability.sources.map((source) => `source: ${source}`)])}`
                : ""
        }`,
        `Needs first\n${list(plan.prerequisites)}`,
        `Not protected from\n${list(plan.notProtected)}`,
    ];
    if (plan.unusedAcceptances.length > 0) {
        sections.push(`Accepted without need: ${plan.unusedAcceptances.join(", ")}. Remove them, so that they accept nothing later.`);
    }
    return `${sections.join("\n\n")}\n`;
}

/** Every problem, with what was given, what is allowed and what to write instead. */
export function problemsPage(problems: Problem[], width = 100): string {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const blocks = problems.map(({ rule, path, message, given, allowed, fix, severity }, index) =>
        [
            `${index + 1}. ${wrap(`${message.charAt(0).toUpperCase()}${message.slice(1)}.`, width - 3, "   ")}`,
            columns(
                [
                    ["given", `${path}: ${given}`],
                    ["allowed", allowed],
                    ["write", fix],
                    [
                        "rule",
                        `${rule}${severity === "input" ? "" : severity === "impossible" ? " (never accepted)" : " (can be accepted)"}`,
                    ],
                ],
                width,
                "   ",
            ),
        ].join("\n"),
    );
    return `There is no plan for this: ${count}.\n\n${blocks.join("\n\n")}\n`;
}

function indent(text: string): string {
    return text
        .split("\n")
        .map((line) => `  ${line}`)
        .join("\n");
}
