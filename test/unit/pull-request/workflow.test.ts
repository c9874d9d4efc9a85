/** The workflow that users copy: what it may, what it runs, and what its script does with the comment. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { program } from "../../../cli/main";
import { marker } from "../../../cli/pull-request/comment";

interface Step {
    name?: string;
    uses?: string;
    run?: string;
    if?: string;
    with?: Record<string, string>;
    env?: Record<string, string>;
}
interface Job {
    permissions: Record<string, string>;
    steps: Step[];
    env?: Record<string, string>;
    if?: string;
    needs?: string;
    "timeout-minutes": number;
}

const repository = path.join(__dirname, "../../..");
const text = fs.readFileSync(path.join(repository, ".github/workflows/holdfast-review.yml"), "utf8");
const workflow = parse(text) as { on: object; permissions: object; concurrency: Record<string, unknown>; jobs: Record<string, Job> };
const { review, comment } = workflow.jobs;
const jobs = Object.values(workflow.jobs);
const steps = jobs.flatMap((job) => job.steps);
const scripts = steps.flatMap((step) => [step.run, step.with?.script].filter((script) => script !== undefined));

/** As GitHub writes it. */
const expression = (inside: string): string => "$".concat(`{{ ${inside} }}`);

describe("what it may", () => {
    test("it runs for pull requests, with what their branch may", () => {
        expect(Object.keys(workflow.on)).toEqual(["pull_request"]);
    });

    test("each job has the least it needs, and the one that runs the branch's code can't write", () => {
        expect(workflow.permissions).toEqual({});
        expect(review.permissions).toEqual({ contents: "read" });
        expect(comment.permissions).toEqual({ "pull-requests": "write" });
        expect(comment.steps.filter(({ run, uses }) => run !== undefined || uses?.startsWith("actions/checkout"))).toEqual([]);
        const checkout = review.steps.find(({ uses }) => uses?.startsWith("actions/checkout"));
        expect(checkout?.with).toMatchObject({ "persist-credentials": false });
    });

    test("secrets are in the environment of one step, which doesn't run for forks", () => {
        const withSecrets = steps.filter((step) => JSON.stringify(step).includes("secrets."));
        expect(withSecrets.map(({ name }) => name)).toEqual(["Preview, review and policies"]);
        expect(withSecrets[0].if).toBe("env.IS_OFFLINE != 'true'");
        expect(withSecrets[0].run).not.toContain("secrets");
        expect(jobs.map(({ env }) => JSON.stringify(env ?? {})).join()).not.toContain("secrets");
        expect(review.env?.IS_OFFLINE).toContain("github.event.pull_request.head.repo.full_name != github.repository");
    });

    test("nothing of the pull request gets into a script", () => {
        for (const script of scripts) expect(script).not.toContain(expression("").slice(0, 3));
    });

    test("actions are pinned to a commit, with the version beside it", () => {
        const used = [...text.matchAll(/uses: (\S+)(.*)$/gm)];
        expect(used).toHaveLength(steps.filter(({ uses }) => uses).length);
        for (const [, action, version] of used) {
            expect(action).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
            expect(version).toMatch(/^ # v\d+\.\d+\.\d+$/);
        }
    });

    test("a newer commit ends the review of an older one, and every job ends", () => {
        expect(workflow.concurrency).toEqual({
            group: `holdfast-review-${expression("github.event.pull_request.number")}`,
            "cancel-in-progress": true,
        });
        for (const job of jobs) expect(job["timeout-minutes"]).toBeGreaterThan(0);
    });
});

describe("what it runs", () => {
    const ours = scripts.flatMap((script) =>
        [...script.matchAll(/^.*cli\/bin\/holdfast\.js (.*)$/gm)].map(([, args]) => args.trim().split(/\s+/)),
    );

    test("one command online, and one offline", () => {
        expect(ours.map(([name, ...args]) => [name, args.includes("--offline")])).toEqual([
            ["pull-request", true],
            ["pull-request", false],
        ]);
    });

    test.each(ours)("%s with options that it has, and files that there are", (name, ...args) => {
        const command = program().commands.find((each) => each.name() === name);
        for (const option of args.filter((arg) => arg.startsWith("--"))) {
            expect({ option, isKnown: command?.options.some(({ long }) => long === option) }).toEqual({ option, isKnown: true });
        }
        expect(fs.existsSync(path.join(repository, args[args.indexOf("--policy-config") + 1]))).toBe(true);
        expect(args[args.indexOf("--comment") + 1]).toBe("review/comment.md");
    });

    test("the comment is kept as a summary and an artifact, whatever the verdict", () => {
        const kept = review.steps.slice(-2);
        expect(kept.map((step) => step.if)).toEqual([expression("!cancelled()"), expression("!cancelled()")]);
        expect(kept[0].run).toContain("$GITHUB_STEP_SUMMARY");
        expect(kept[1].with).toMatchObject({ path: "review" });
        expect([comment.needs, comment.if]).toEqual(["review", expression("!cancelled()")]);
    });
});

describe("the comment", () => {
    const script = comment.steps.find((step) => step.with?.script)?.with?.script ?? "";
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;

    interface Comment {
        id: number;
        user: { login: string };
        body: string;
    }

    /** Runs the script as actions/github-script does, against a pull request with these comments. */
    async function posted(there: Comment[], file: string | undefined, status?: number) {
        const calls: [string, Record<string, unknown>][] = [];
        const notices: string[] = [];
        const call = (name: string) => async (args: Record<string, unknown>) => {
            if (status !== undefined) throw Object.assign(new Error("refused"), { status });
            calls.push([name, args]);
        };
        const github = {
            rest: { issues: { listComments: {}, updateComment: call("update"), createComment: call("create") } },
            paginate: async () => there,
        };
        const context = {
            repo: { owner: "o", repo: "r" },
            payload: { pull_request: { number: 7, head: { sha: "abc123" } } },
            serverUrl: "https://github.example",
            runId: 5,
        };
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-workflow-"));
        if (file !== undefined) {
            fs.mkdirSync(path.join(folder, "review"));
            fs.writeFileSync(path.join(folder, "review", "comment.md"), file);
        }
        const inFolder = (name: string) => {
            const real = require(name);
            return {
                ...real,
                existsSync: (at: string) => real.existsSync(path.join(folder, at)),
                readFileSync: (at: string, how: string) => real.readFileSync(path.join(folder, at), how),
            };
        };
        try {
            const run = new AsyncFunction("require", "github", "context", "core", script);
            await run(inFolder, github, context, { notice: (said: string) => notices.push(said) });
        } finally {
            fs.rmSync(folder, { recursive: true });
        }
        return { calls, notices };
    }
    const ours = { id: 3, user: { login: "github-actions[bot]" }, body: `${marker}\nold` };
    const theirs = { id: 2, user: { login: "somebody" }, body: `${marker}\nquoted` };
    const other = { id: 1, user: { login: "github-actions[bot]" }, body: "coverage" };
    const written = `${marker}\n## ✅ Nothing is at risk.\n`;

    test("is written where there is none, with the commit and the run", async () => {
        const { calls } = await posted([other, theirs], written);
        expect(calls).toEqual([
            ["create", expect.objectContaining({ issue_number: 7, body: expect.stringContaining("Nothing is at risk") })],
        ]);
        expect(calls[0][1].body).toContain("Commit abc123");
        expect(calls[0][1].body).toContain("https://github.example/o/r/actions/runs/5");
    });

    test("is written anew where there is one of ours; somebody else's with the same first line is left alone", async () => {
        const { calls } = await posted([other, theirs, ours], written);
        expect(calls).toEqual([["update", expect.objectContaining({ comment_id: 3 })]]);
    });

    test("doesn't go on saying what it said of an earlier commit when the review ended early", async () => {
        const { calls } = await posted([ours], undefined);
        expect(calls).toEqual([["update", expect.objectContaining({ comment_id: 3, body: expect.stringContaining("❔ Couldn't tell") })]]);
    });

    test("isn't written with a token that only reads, and says where it is; other errors are errors", async () => {
        const { calls, notices } = await posted([], written, 403);
        expect([calls, notices]).toEqual([[], [expect.stringContaining("artifact")]]);
        await expect(posted([], written, 500)).rejects.toThrow("refused");
        await expect(posted([], "anything else")).rejects.toThrow("isn't a comment");
    });
});
