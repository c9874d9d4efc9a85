import { deployedOf, exitCodes, type Review, review, unreadable } from "../../policies/review";
import { UserError } from "../errors";
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

/** Says what a preview would do to data. The exit code is the verdict: 0 nothing at risk, 2 refused, 1 couldn't tell. */
export async function runReview(options: ReviewOptions): Promise<void> {
    if (options.json && options.markdown) throw new UserError("--json and --markdown are two ways to write one review: choose one.");
    if (options.stack !== undefined && options.preview !== undefined) {
        throw new UserError("--stack has the engine make a preview, and --preview reads one that was made: choose one.");
    }
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
