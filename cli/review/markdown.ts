/** A review as a comment on a pull request: the verdict first, then the data, details folded. */

import type { Review, Row } from "../../policies/review";
import { block, code, folded, plain, short, table } from "../markdown";
import { all, headline, isTold, keptInWords, needsAttention, othersInWords, permissionInWords, verdictInWords } from "./words";

const signs: Record<Review["outcome"], string> = { safe: "✅", refused: "⛔", unknown: "❔" };

/** A comment has 65,536 characters; what doesn't fit is counted. */
const rowLimit = 100;
const permissionLimit = 30;
const errorLimit = 4000;
const permissionLength = 400;

function tableRow(row: Row): string[] {
    const says = row.findings.map(({ says: text }) => plain(text)).join("; ");
    const forced = all(row, "fields").slice(0, 3).map(code).join(", ");
    const verdict = needsAttention(row) ? `**${plain(verdictInWords(row))}**` : plain(verdictInWords(row));
    return [verdict, plain(row.object), says, forced, all(row, "remains").map(plain).join("; ")];
}

function details(row: Row): string {
    const permission = permissionInWords(row);
    return [
        `- **${plain(row.object)}**`,
        ...all(row, "instead").map((text) => `  - instead: ${plain(text)}`),
        ...(permission ? [`  - or allow: ${row.permission === undefined ? plain(permission) : code(permission)}`] : []),
        ...row.findings.map(({ rule }) => `  - rule: ${code(rule)}`),
    ].join("\n");
}

export function reviewMarkdown(review: Review): string {
    const { rows, permissions, errors, problems, notes, others, figures } = review;
    const told = rows.filter(isTold);
    const kept = rows.filter((row) => !isTold(row));
    const shown = told.slice(0, rowLimit);
    const open = shown.filter((row) => needsAttention(row) || all(row, "instead").length > 0);
    const rest = othersInWords(others);
    const sections = [
        `<!-- holdfast review${review.stack ? ` of ${review.stack.replace(/[^\w./-]/g, "").replace(/--+/g, "-")}` : ""} -->\n### ${signs[review.outcome]} ${plain(headline(review))}`,
        ...(review.stack ? [`Stack ${code(review.stack)}`] : []),
        ...(shown.length > 0 ? [table(["what happens", "to", "how", "because of", "what remains"], shown.map(tableRow))] : []),
        ...(told.length > shown.length ? [`And ${told.length - shown.length} more.`] : []),
        ...(figures && figures.length > 0
            ? [
                  table(
                      ["the plan", "before", "after"],
                      figures.map(({ what, before, after }) => [what, before, after].map(plain)),
                  ),
              ]
            : []),
        ...(permissions.length > 0
            ? [
                  table(
                      ["permission", "", ""],
                      permissions
                          .slice(0, permissionLimit)
                          .map(({ text, use, says }) => [code(short(text, permissionLength)), use, plain(short(says, permissionLength))]),
                  ),
                  ...(permissions.length > permissionLimit ? [`And ${permissions.length - permissionLimit} more permissions.`] : []),
              ]
            : []),
        ...(errors.length > 0 ? [`The engine says:\n\n${block(short(errors.join("\n"), errorLimit))}`] : []),
        ...(problems.length > 0 ? [problems.map((text) => `- ${plain(text)}`).join("\n")] : []),
        ...(open.length > 0 ? [folded("What to write instead", open.map(details).join("\n"))] : []),
        ...(kept.length > 0 ? [folded(`Kept: ${kept.length}`, plain(keptInWords(kept)))] : []),
        ...(rest !== "" ? [`Of what holds no data: ${rest}.`] : []),
        ...notes.map((note) => `> ${plain(note)}`),
    ];
    return `${sections.join("\n\n")}\n`;
}
