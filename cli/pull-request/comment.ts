/** The comment on a pull request: the verdict first, then each stack, worst first, details folded. */

import { block, code, plain, short, table } from "../markdown";
import { arrange, type Block, several, whole } from "./blocks";
import { mandatory, type PullRequestReport, type StackReport } from "./model";
import { stackBlocks } from "./stack-blocks";
import { signs, wholeHeadline } from "./words";

/** The first line, which isn't shown: by it the next run finds the comment and writes it anew. */
export const marker = "<!-- holdfast pull-request -->";

/** What GitHub takes. It counts characters, and JavaScript's length is never less. */
export const githubLimit = 65_536;
/** Whoever posts the comment may add a line: which commit it is of. */
export const commentLimit = githubLimit - 500;
/** Kept back for saying what was left out. */
const noticeLimit = 1200;
const namedLeft = 10;
/** Stacks that are told of one by one; the overview has the others. */
const toldStacks = 50;

function countsOf({ review }: StackReport): string {
    if (!review) return "not looked at";
    const counts = new Map<string, number>();
    for (const { verdict } of review.rows) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    return [...counts].map(([verdict, n]) => `${n} ${verdict}`).join(", ") || "none";
}

function overviewRow(stack: StackReport): string {
    const { cost, policies } = stack;
    const refused = mandatory(policies).length;
    const asked = !policies ? "not asked" : policies.problem !== undefined ? "can't be told" : refused > 0 ? `${refused} violated` : "hold";
    const price = cost ? (cost.change ?? (cost.before === cost.after ? "unchanged" : cost.after)) : "not known";
    return `| ${signs[stack.outcome]} ${stack.outcome} | ${code(short(stack.stack, 100))} | ${plain(countsOf(stack))} | ${asked} | ${plain(price)} |`;
}

/** What nobody looked at, once; with the stacks where it isn't so for all. */
function notLookedAt({ stacks }: PullRequestReport): string[] {
    const byText = new Map<string, string[]>();
    for (const { stack, notLookedAt: texts } of stacks) {
        for (const text of texts) byText.set(text, [...(byText.get(text) ?? []), stack]);
    }
    return [...byText].map(([text, names]) => {
        const of = names.length === stacks.length ? "" : ` (${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""})`;
        return `- ${plain(short(text + of, 500))}`;
    });
}

function blocksOf(report: PullRequestReport): Block[] {
    const { stacks, tests, outcome, isOffline } = report;
    const unseen = notLookedAt(report);
    return [
        whole("the verdict", 0, `${marker}\n## ${signs[outcome]} ${plain(short(wholeHeadline(report), 500))}`),
        ...(isOffline
            ? [
                  whole(
                      "that it was offline",
                      0,
                      "Offline: without cluster, cloud and secrets, by the plan, the program under mocks and the policies.",
                  ),
              ]
            : []),
        ...(stacks.length > 1
            ? [
                  several("the overview", 0, stacks.map(overviewRow), (some, rest) =>
                      [table(["", "stack", "data", "policies", "price"], []), ...some].join("\n").concat(rest && `\n\n${rest}`),
                  ),
              ]
            : []),
        ...(tests
            ? [
                  whole(
                      "the tests",
                      1,
                      tests.isPassed ? `Tests: ${code(tests.command)} passes.` : `Tests: **${code(tests.command)} fails.**`,
                  ),
                  ...(tests.isPassed ? [] : [whole("the tests' output", 2, block(tests.output))]),
              ]
            : []),
        ...stacks.slice(0, toldStacks).flatMap(stackBlocks),
        ...(unseen.length > 0
            ? [
                  several("what was not looked at", 0, unseen, (some, rest) =>
                      ["**Not looked at:**", "", ...some, ...(rest ? [`- ${rest}`] : [])].join("\n"),
                  ),
              ]
            : []),
    ];
}

/** What is missing from the comment, and where it is. */
function notice(left: readonly string[]): string {
    const named = left.slice(0, namedLeft).map((title) => plain(short(title, 80)));
    const more = left.length > namedLeft ? ` and ${left.length - namedLeft} more parts` : "";
    return `**Left out**, because a comment takes ${githubLimit.toLocaleString("en")} characters: ${named.join("; ")}${more}. The report in JSON beside this comment has all of it.`;
}

export function comment(report: PullRequestReport, limit = commentLimit): string {
    const { text, left } = arrange(blocksOf(report), limit - noticeLimit);
    if (report.stacks.length > toldStacks) left.unshift(`${report.stacks.length - toldStacks} stacks beside the overview`);
    return left.length === 0 ? `${text}\n` : `${text}\n\n${notice(left)}\n`;
}
