/** A pull request in words. */

import { headline } from "../review/words";
import { mandatory, type PullRequestOutcome, type PullRequestReport, type StackReport } from "./model";

export const signs: Record<PullRequestOutcome, string> = { safe: "✅", refused: "⛔", unknown: "❔", unseen: "⚪" };

const times = (n: number, one: string, several: string) => `${n} ${n === 1 ? one : several}`;

const byPolicies = (n: number) => `${times(n, "policy violation", "policy violations")}`;

/** One sentence or two: what a stack comes to. */
export function stackHeadline({ review, policies, problems, outcome }: StackReport): string {
    const refused = mandatory(policies).length;
    if (!review) {
        if (refused > 0) return `Refused: ${byPolicies(refused)}.`;
        if (outcome === "unknown")
            return problems.length > 0 ? "Couldn't tell: it can't be previewed." : "Couldn't tell: the policies weren't asked.";
        return "What this would do to data wasn't looked at; plan and policies hold.";
    }
    const said = headline(review);
    if (refused > 0)
        return review.outcome === "refused" ? `${said} And ${byPolicies(refused)}.` : `Refused: ${byPolicies(refused)}. Of data: ${said}`;
    if (review.outcome === "safe" && outcome === "unknown") return `Couldn't tell: the policies weren't asked. Of data: ${said}`;
    return said;
}

/** What the whole comes to. */
export function wholeHeadline({ stacks, tests, outcome }: PullRequestReport): string {
    const failed = tests && !tests.isPassed ? " The tests fail." : "";
    if (stacks.length === 1 && !(failed && stacks[0].outcome !== "refused")) return `${stackHeadline(stacks[0])}${failed}`;
    const count = (which: PullRequestOutcome) => stacks.filter((stack) => stack.outcome === which).length;
    const of = (n: number) => (stacks.length === 1 ? "" : ` ${n} of ${stacks.length} stacks`);
    switch (outcome) {
        case "refused":
            return count("refused") === 0 ? "Refused: the tests fail." : `Refused:${of(count("refused"))}.${failed}`;
        case "unknown":
            return stacks.length === 0 ? "Couldn't tell: there is no stack." : `Couldn't tell:${of(count("unknown"))}.`;
        case "unseen":
            return "What this would do to data wasn't looked at; plans and policies hold.";
        case "safe":
            return `Nothing is at risk in ${stacks.length} stacks.`;
    }
}
