/** A review as a comment on a pull request: the verdict first, then the data, details folded. */

import type { Review, Row } from "../../policies/review";
import { all, headline, isTold, keptInWords, needsAttention, othersInWords, permissionInWords, verdictInWords } from "./words";

const signs: Record<Review["outcome"], string> = { safe: "✅", refused: "⛔", unknown: "❔" };

/** A comment has 65,536 characters; what doesn't fit is counted. */
const rowLimit = 100;
const permissionLimit = 30;
const errorLimit = 4000;
const permissionLength = 400;

// GitHub looks for people in the finished page, where an entity is the sign it stands for: a space of no width keeps them apart.
const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "@&#8203;" };

/** Text in a table's cell or a line: nothing in it is markup, and nobody is called by it. */
const plain = (text: string) =>
    text
        .replace(/\s*\n\s*/g, " ")
        .replace(/[&<>@]/g, (sign) => entities[sign])
        .replace(/[\\|*_`[\]~]/g, (sign) => `\\${sign}`);

/** Text as code; a backtick in it can't end it. */
const code = (text: string) =>
    `\`${text
        .replace(/\s*\n\s*/g, " ")
        .replace(/`/g, "'")
        .replace(/\|/g, "\\|")}\``;

function tableRow(row: Row): string {
    const says = row.findings.map(({ says: text }) => plain(text)).join("; ");
    const forced = all(row, "fields").slice(0, 3).map(code).join(", ");
    const verdict = needsAttention(row) ? `**${verdictInWords(row)}**` : verdictInWords(row);
    return `| ${verdict} | ${plain(row.object)} | ${says} | ${forced} | ${all(row, "remains").map(plain).join("; ")} |`;
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

const folded = (title: string, body: string) => `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;

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
        ...(shown.length > 0
            ? [["| what happens | to | how | because of | what remains |", "|---|---|---|---|---|", ...shown.map(tableRow)].join("\n")]
            : []),
        ...(told.length > shown.length ? [`And ${told.length - shown.length} more.`] : []),
        ...(figures && figures.length > 0
            ? [
                  [
                      "| the plan | before | after |",
                      "|---|---|---|",
                      ...figures.map(({ what, before, after }) => `| ${plain(what)} | ${plain(before)} | ${plain(after)} |`),
                  ].join("\n"),
              ]
            : []),
        ...(permissions.length > 0
            ? [
                  [
                      "| permission | | |",
                      "|---|---|---|",
                      ...permissions
                          .slice(0, permissionLimit)
                          .map(
                              ({ text, use, says }) =>
                                  `| ${code(text.slice(0, permissionLength))} | ${use} | ${plain(says.slice(0, permissionLength))} |`,
                          ),
                  ].join("\n"),
                  ...(permissions.length > permissionLimit ? [`And ${permissions.length - permissionLimit} more permissions.`] : []),
              ]
            : []),
        ...(errors.length > 0
            ? [`The engine says:\n\n\`\`\`text\n${errors.join("\n").replace(/```/g, "'''").slice(0, errorLimit)}\n\`\`\``]
            : []),
        ...(problems.length > 0 ? [problems.map((text) => `- ${plain(text)}`).join("\n")] : []),
        ...(open.length > 0 ? [folded("What to write instead", open.map(details).join("\n"))] : []),
        ...(kept.length > 0 ? [folded(`Kept: ${kept.length}`, plain(keptInWords(kept)))] : []),
        ...(rest !== "" ? [`Of what holds no data: ${rest}.`] : []),
        ...notes.map((note) => `> ${plain(note)}`),
    ];
    return `${sections.join("\n\n")}\n`;
}
