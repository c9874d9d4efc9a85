/** A plan as Markdown, for a pull request or a design page: the same page, with a Mermaid picture and the details folded. */

import type { Decision, Plan } from "../../components/usecases/plan";
import type { Problem } from "../../components/usecases/wish";
import { code, folded, plain, table } from "../markdown";
import { mermaid } from "./diagram";
import { chance, leadingDecisions, priceInWords, sources, titleOf } from "./words";

const list = (items: string[]): string => items.map((item) => `- ${plain(item)}`).join("\n");

const decisionTable = (decisions: Decision[]): string =>
    table(
        ["decision", "value", "why", "from"],
        decisions.map(({ path, value, reason, from }) => [code(path), code(value), plain(reason), sources[from]]),
    );

export function planMarkdown(plan: Plan): string {
    const { price, durability } = plan;
    const rest = plan.decisions.filter((decision) => !leadingDecisions(plan).includes(decision));
    const parts = [
        `# ${plain(titleOf(plan))}`,
        ...(plan.environment === "development" ? ["> Development: what production would refuse is accepted, and named below."] : []),
        `## The promise\n\n${list(plan.promise)}`,
        `## The picture\n\n\`\`\`mermaid\n${mermaid(plan)}\n\`\`\``,
        `## Decided\n\n${decisionTable(leadingDecisions(plan))}`,
        folded(`${rest.length} smaller decisions`, decisionTable(rest)),
        `## Price: ${plain(priceInWords(price))}\n\nWithout the nodes; prices of ${price.date}${plan.region ? `, ${plan.region}` : ""}.\n\n${table(
            ["what", "a month", "how"],
            price.lines.map(({ what, monthly, formula, forBackup }) => [
                plain(what),
                monthly === "unknown" ? "unknown" : plain(`$${monthly.toFixed(2)}`),
                `${plain(formula)}${forBackup ? " (planned)" : ""}`,
            ]),
        )}`,
        `## Losing the data within a year\n\n${list([
            `By the live copies: ${chance(durability.annualLoss)} (${durability.formula})`,
            `Once the backups are carried out: ${chance(durability.annualLossWithBackups)} (${durability.formulaWithBackups})`,
        ])}`,
        `## Needs first\n\n${list(plan.prerequisites)}`,
        `## Not protected from\n\n${list(plan.notProtected)}`,
        ...(plan.unusedAcceptances.length > 0 ? [`Accepted without need: ${plan.unusedAcceptances.map(code).join(", ")}.`] : []),
    ];
    return `${parts.join("\n\n")}\n`;
}

export function problemsMarkdown(problems: Problem[]): string {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    return `# There is no plan for this: ${count}\n\n${table(
        ["rule", "problem", "given", "allowed", "write"],
        problems.map(({ rule, message, given, allowed, fix, path }) => [
            code(rule),
            plain(message),
            code(`${path}: ${given}`),
            plain(allowed),
            code(fix),
        ]),
    )}\n`;
}
