/** What a comment says of one stack, part by part. */

import type { Row } from "../../policies/review";
import { block, code, folded, plain, short, table } from "../markdown";
import { all, isTold, keptInWords, needsAttention, othersInWords, permissionInWords, verdictInWords } from "../review/words";
import { type Block, several, whole } from "./blocks";
import { mandatory, type PolicyFinding, type StackReport } from "./model";
import { picture } from "./picture";
import { signs, stackHeadline } from "./words";

/** Text of the program's may be of any length; names in a cluster have 253 at most. */
const cellLimit = 300;
const text = (value: string) => plain(short(value, cellLimit));
const name = (value: string) => code(short(value, cellLimit));

const joined = (values: readonly string[], shown: (value: string) => string, limit = 3): string =>
    [...values.slice(0, limit).map(shown), ...(values.length > limit ? [`${values.length - limit} more`] : [])].join("; ");

/** A table whose rows may be too many. */
const rowsBlock = (
    title: string,
    importance: number,
    head: readonly string[],
    rows: readonly (readonly string[])[],
    under: Block,
): Block => {
    const lines = rows.map((row) => `| ${row.join(" | ")} |`);
    return several(title, importance, lines, (some, rest) => `${table(head, [])}\n${some.join("\n")}${rest && `\n\n${rest}`}`, under);
};

const dataRow = (row: Row): string[] => [
    needsAttention(row) ? `**${text(verdictInWords(row))}**` : text(verdictInWords(row)),
    name(row.object),
    joined(
        row.findings.map(({ says }) => says),
        text,
    ),
    joined(all(row, "fields"), name),
    joined(all(row, "remains"), text),
];

function wayOut(row: Row): string {
    const permission = permissionInWords(row);
    return [
        `- ${name(row.object)}`,
        ...all(row, "instead").map((instead) => `  - instead: ${text(instead)}`),
        ...(permission ? [`  - or allow: ${row.permission === undefined ? text(permission) : name(permission)}`] : []),
    ].join("\n");
}

const policyRow = ({ policy, about, says }: PolicyFinding): string[] => [name(policy), name(about), text(says)];

/** Price first, then what else of the plan changes. */
function costBlock({ cost, review }: StackReport, under: Block): Block[] {
    const figures = (review?.figures ?? []).filter(({ what }) => what !== "price" || !cost);
    if (!cost && figures.length === 0) return [];
    const sentence = (words: string) => [whole("price", 4, words, under)];
    if (cost && figures.length === 0) {
        if (cost.after === "unknown") return sentence("Price: not known for this target.");
        if (cost.before === cost.after) return sentence(`Price: ${text(cost.after)}, unchanged.`);
        if (!review) return sentence(`Price: ${text(cost.after)}; what is deployed wasn't looked at.`);
    }
    const price = cost && [`price${cost.change ? ` (${cost.change})` : ""}`, cost.before ?? "nothing is deployed", cost.after];
    const rows = [...(price ? [price] : []), ...figures.map(({ what, before, after }) => [what, before, after])];
    return [
        rowsBlock(
            "price and durability",
            4,
            ["the plan", "before", "after"],
            rows.map((row) => row.map(text)),
            under,
        ),
    ];
}

/** Everything that a comment says of a stack, in its order. */
export function stackBlocks(report: StackReport): Block[] {
    const { stack, review, policies } = report;
    const title = (what: string) => `${what} of stack ${short(stack, 60)}`;
    const head = whole(`stack ${short(stack, 60)}`, 1, `### ${signs[report.outcome]} ${name(stack)}: ${text(stackHeadline(report))}`);
    const refused = mandatory(policies);
    const advice = (policies?.findings ?? []).filter((finding) => !refused.includes(finding));
    const why = [...report.problems, ...(policies?.problem === undefined ? [] : [policies.problem]), ...(review?.problems ?? [])];
    const list = (what: string, importance: number, lines: readonly string[]) =>
        several(title(what), importance, lines, (some, rest) => [...some, ...(rest ? [`- ${rest}`] : [])].join("\n"), head);
    const details = (what: string, importance: number, summary: string, lines: readonly string[]) =>
        several(
            title(what),
            importance,
            lines,
            (some, rest) => folded(summary, [...some, ...(rest ? [`- ${rest}`] : [])].join("\n")),
            head,
        );

    const rows = review?.rows ?? [];
    const told = rows.filter(isTold);
    const kept = rows.filter((row) => !isTold(row));
    const open = told.filter((row) => needsAttention(row) || all(row, "instead").length > 0);
    const drawn = picture(rows);
    const image = drawn === undefined ? undefined : `\`\`\`mermaid\n${drawn}\n\`\`\``;
    const rest = othersInWords(review?.others ?? {});
    const errors = (review?.errors ?? []).join("\n");
    return [
        head,
        ...(told.length > 0
            ? [rowsBlock(title("data"), 2, ["what happens", "to", "how", "because of", "what remains"], told.map(dataRow), head)]
            : []),
        ...costBlock(report, head),
        ...(refused.length > 0 ? [rowsBlock(title("policies"), 2, ["policy", "resource", "says"], refused.map(policyRow), head)] : []),
        ...(why.length > 0
            ? [
                  list(
                      "problems",
                      2,
                      why.map((line) => `- ${plain(short(line, 2000))}`),
                  ),
              ]
            : []),
        ...(errors ? [whole(title("errors"), 3, `The engine says:\n\n${block(short(errors, 3000))}`, head)] : []),
        ...((review?.permissions ?? []).length > 0
            ? [
                  rowsBlock(
                      title("permissions"),
                      3,
                      ["permission", "is", "which means"],
                      (review?.permissions ?? []).map((each) => [name(each.text), text(each.use), text(each.says)]),
                      head,
                  ),
              ]
            : []),
        ...(review?.notes.length
            ? [
                  list(
                      "notes",
                      3,
                      review.notes.map((note) => `> ${plain(note)}`),
                  ),
              ]
            : []),
        ...(image ? [whole(title("the picture"), 5, told.length > 0 ? image : folded("Picture", image), head)] : []),
        ...(open.length > 0 ? [details("what to write instead", 6, "What to write instead", open.map(wayOut))] : []),
        ...(advice.length > 0
            ? [
                  details(
                      "advice",
                      7,
                      `Advice of policies: ${advice.length}`,
                      advice.map((each) => `- ${policyRow(each).join(": ")}`),
                  ),
              ]
            : []),
        ...(kept.length > 0
            ? [whole(title("what is kept"), 8, folded(`Kept: ${kept.length}`, plain(short(keptInWords(kept), 4000))), head)]
            : []),
        ...(rest ? [whole(title("what holds no data"), 8, `Of what holds no data: ${text(rest)}.`, head)] : []),
    ];
}
