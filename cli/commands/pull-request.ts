import * as fs from "node:fs";
import * as path from "node:path";
import { review, unreadable } from "../../policies/review";
import { causeOf, UserError, userErrors } from "../errors";
import { comment } from "../pull-request/comment";
import { exitCodeOf, type PullRequestReport, pullRequestReport, type StackReport, stackReport, type TestRun } from "../pull-request/model";
import { stackHeadline, wholeHeadline } from "../pull-request/words";
import { fromFile } from "../review/file";
import { repository, stackNames } from "../stack";

export interface PullRequestOptions {
    preview?: string[];
    offline?: boolean;
    /** False with --no-tests. */
    tests?: boolean;
    policyConfig?: string;
    comment?: string;
    json?: boolean;
}

/** What doesn't go together, and what can't be written: all of it at once, before anything is looked at. */
function refuseOptions(stacks: readonly string[], options: PullRequestOptions): void {
    const { preview, offline, policyConfig, tests, json, comment: file } = options;
    const problems: string[] = [];
    if (preview && stacks.length > 0) problems.push("--preview reads previews that were made, and stacks are previewed: choose one.");
    if (preview && offline) problems.push("--offline makes no preview, and --preview reads some: choose one.");
    if (preview && policyConfig) problems.push("--policy-config is for policies, and those aren't asked of previews that were made.");
    if (tests === false && !offline) problems.push("--no-tests goes with --offline: nothing else runs tests.");
    if (json && file) problems.push("--comment writes the JSON beside the comment, and --json prints it: choose one.");
    if (file !== undefined && !/[^/\\]\.md$/.test(file))
        problems.push(`--comment ${file}: a name that ends in .md. Write: --comment comment.md`);
    if (policyConfig !== undefined && !fs.existsSync(policyConfig))
        problems.push(`--policy-config ${policyConfig}: there is no such file.`);
    if (problems.length > 0) throw userErrors("The pull request wasn't looked at:", problems);
}

/** A preview that was made before, of any program. */
function fromPreview(file: string): StackReport {
    const source = fromFile(file);
    const found = "failure" in source ? unreadable(source.failure) : review(source.document);
    return stackReport({
        stack: found.stack ?? (file === "-" ? "standard input" : path.basename(file)),
        review: found,
        problems: [],
        notLookedAt: ["policies: they are asked while a preview is made, with `pulumi preview --policy-pack`"],
    });
}

async function withEngine(stacks: readonly string[], policyConfig: string | undefined): Promise<PullRequestReport> {
    const { online } = require("../pull-request/online") as typeof import("../pull-request/online");
    const reports: StackReport[] = [];
    // One after the other: they may be of one cluster, and share the engine's state.
    for (const stack of stacks)
        reports.push(await online(stack, policyConfig === undefined ? {} : { policyConfig: path.resolve(policyConfig) }));
    return pullRequestReport(reports, { isOffline: false });
}

function readConfig(file: string | undefined): Record<string, unknown> {
    if (file === undefined) return {};
    try {
        return JSON.parse(fs.readFileSync(file, "utf8"));
    } catch (error) {
        const why = error instanceof SyntaxError ? `isn't JSON: ${error.message}` : `can't be read: ${causeOf(error)}.`;
        throw new UserError(`--policy-config ${file} ${why}`);
    }
}

async function withoutEngine(stacks: readonly string[], { policyConfig, tests }: PullRequestOptions): Promise<PullRequestReport> {
    const { offline } = require("../pull-request/offline") as typeof import("../pull-request/offline");
    const { ownTests } = require("../pull-request/own-tests") as typeof import("../pull-request/own-tests");
    const config = readConfig(policyConfig);
    const reports: StackReport[] = [];
    for (const stack of stacks) reports.push(await offline(stack, config));
    const run: TestRun | undefined = tests === false ? undefined : ownTests(repository);
    if (!run) for (const report of reports) report.notLookedAt.push("the project's own tests");
    return pullRequestReport(reports, { isOffline: true, ...(run ? { tests: run } : {}) });
}

async function reportOf(stacks: readonly string[], options: PullRequestOptions): Promise<PullRequestReport> {
    if (options.preview) return pullRequestReport(options.preview.map(fromPreview), { isOffline: false });
    const named = stacks.length > 0 ? [...new Set(stacks)] : stackNames();
    return options.offline ? withoutEngine(named, options) : withEngine(named, options.policyConfig);
}

/** Says of a pull request what it would do to data, and writes the comment. The exit code is the verdict, the worst of all stacks. */
export async function runPullRequest(stacks: readonly string[], options: PullRequestOptions): Promise<void> {
    refuseOptions(stacks, options);
    const report = await reportOf(stacks, options);
    const json = `${JSON.stringify(report, null, 2)}\n`;
    if (options.comment !== undefined) {
        fs.mkdirSync(path.dirname(path.resolve(options.comment)), { recursive: true });
        fs.writeFileSync(options.comment, comment(report));
        fs.writeFileSync(options.comment.replace(/\.md$/, ".json"), json);
        console.log(wholeHeadline(report));
        if (report.stacks.length > 1) for (const stack of report.stacks) console.log(`  ${stack.stack}: ${stackHeadline(stack)}`);
    } else process.stdout.write(options.json ? json : comment(report));
    process.exitCode = exitCodeOf[report.outcome];
}
