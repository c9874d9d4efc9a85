import { deployedOf, exitCodes, type Review, review, unreadable } from "../../policies/review";
import { UserError, userErrors } from "../errors";
import { fromFile } from "../review/file";
import { reviewMarkdown } from "../review/markdown";
import { reviewPage } from "../review/terminal";

export interface ReviewOptions {
    stack?: string;
    preview?: string;
    json?: boolean;
    markdown?: boolean;
}

/** The stack that is reviewed where neither a stack nor a file is named, as `up` has it. */
const usualStack = "user-preferences";

async function reviewOf({ stack, preview }: ReviewOptions): Promise<Review> {
    if (preview !== undefined) {
        const source = fromFile(preview);
        return "failure" in source ? unreadable(source.failure) : review(source.document);
    }
    // Reading a file needs neither the components nor the engine.
    const { checkStack } = require("../checked-stack") as typeof import("../checked-stack");
    const { fromEngine } = require("../review/engine") as typeof import("../review/engine");
    const { figuresOf } = require("../review/figures") as typeof import("../review/figures");
    const name = stack ?? usualStack;
    const checked = checkStack(name);
    const source = await fromEngine(name, checked);
    if ("failure" in source) return unreadable(source.failure);
    return { ...review(source.document), figures: figuresOf(checked, deployedOf(source.document, checked.plan.app)) };
}

/** What is wrong with the options themselves, and then also with what they name: whoever mends the one learns of the other at once. */
function optionProblems({ stack, preview, json, markdown }: ReviewOptions): string[] {
    const problems: string[] = [];
    if (json && markdown) problems.push("--json and --markdown are two ways to write one review: choose one.");
    if (stack !== undefined && preview !== undefined) {
        problems.push("--stack has the engine make a preview, and --preview reads one that was made: choose one.");
    }
    if (problems.length === 0) return [];
    if (preview !== undefined && preview !== "-") {
        const source = fromFile(preview);
        if ("failure" in source) problems.push(source.failure);
    }
    if (stack !== undefined) {
        const { checkStack } = require("../checked-stack") as typeof import("../checked-stack");
        try {
            checkStack(stack);
        } catch (error) {
            if (!(error instanceof UserError)) throw error;
            problems.push(error.message.replaceAll("\n", "\n    "));
        }
    }
    return problems;
}

/** Says what a preview would do to data. The exit code is the verdict: 0 nothing at risk, 2 refused, 1 couldn't tell. */
export async function runReview(options: ReviewOptions): Promise<void> {
    const problems = optionProblems(options);
    if (problems.length > 0) throw userErrors("There is no review:", problems);
    const result = await reviewOf(options).catch((error: unknown) => {
        // Whoever asked for data gets data, also about a stack that can't be previewed.
        if ((options.json || options.markdown) && error instanceof UserError) return unreadable(error.message);
        throw error;
    });
    const text = options.json
        ? `${JSON.stringify(result, null, 2)}\n`
        : options.markdown
          ? reviewMarkdown(result)
          : reviewPage(result, process.stdout.columns ?? 100);
    process.stdout.write(text);
    process.exitCode = exitCodes[result.outcome];
}
