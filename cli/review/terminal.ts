/** A review as one page for a terminal: what it comes to, then every object of which there is something to say, worst first. */

import type { Review, Row } from "../../policies/review";
import { columns, wrap } from "../plan/text";
import { all, headline, isTold, keptInWords, othersInWords, permissionInWords, verdictInWords } from "./words";

function block(row: Row, width: number): string {
    const facts = [
        ...row.findings.map(({ says }) => ["", says]),
        ...all(row, "fields").map((field, index) => [index === 0 ? "because of" : "", field]),
        ...all(row, "remains").map((text, index) => [index === 0 ? "remains" : "", text]),
        ...(row.allowedBy === undefined ? [] : [["allowed by", `holdfast:allow: ["${row.allowedBy}"]`]]),
        ...all(row, "instead").map((text, index) => [index === 0 ? "instead" : "", text]),
    ];
    const permission = permissionInWords(row);
    if (permission) facts.push(["or allow", permission]);
    return [`${verdictInWords(row).toUpperCase()}  ${row.object}`, ...(facts.length > 0 ? [columns(facts, width)] : [])].join("\n");
}

export function reviewPage(review: Review, width = 100): string {
    const { rows, permissions, errors, problems, notes, others, figures } = review;
    const list = (items: readonly string[]) => items.map((item) => `  - ${wrap(item, width - 4, "    ")}`).join("\n");
    const told = rows.filter(isTold);
    const kept = rows.filter((row) => !isTold(row));
    const rest = othersInWords(others);
    const sections = [
        wrap(`${headline(review)}${review.stack ? ` Stack "${review.stack}".` : ""}`, width),
        ...told.map((row) => block(row, width)),
        ...(kept.length > 0 ? [wrap(`KEPT  ${keptInWords(kept)}`, width, "      ")] : []),
        ...(rest !== "" ? [`Beside that, of what holds no data: ${rest}.`] : []),
        ...(figures && figures.length > 0
            ? [
                  `The plan, before and after\n${columns(
                      figures.map(({ what, before, after }) => [what, before, after]),
                      width,
                  )}`,
              ]
            : []),
        ...(permissions.length > 0
            ? [
                  `Permissions\n${permissions
                      .map(({ text, use, says }) =>
                          [`  ${wrap(text, width - 2, "    ")}`, `      ${wrap(`${use}: ${says}`, width - 6, "      ")}`].join("\n"),
                      )
                      .join("\n")}`,
              ]
            : []),
        ...(errors.length > 0 ? [`The engine says\n${list(errors)}`] : []),
        ...(problems.length > 0 ? [`Wrong with the preview\n${list(problems)}`] : []),
        ...(notes.length > 0 ? [`Note\n${list(notes)}`] : []),
    ];
    return `${sections.join("\n\n")}\n`;
}
