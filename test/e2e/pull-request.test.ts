/** `holdfast pull-request` on the real engine, as a pipeline runs it: a harmless change, dangerous ones, and a broken one. */

import * as fs from "node:fs";
import * as path from "node:path";
import type { PullRequestReport } from "../../cli/pull-request/model";
import { World } from "./support/world";

const world = World.create("pull-request");
const stack = "custom";
const config = path.join(world.checkout, "policies", "guardrails", "sandbox.json");
afterAll(() => world.destroy());

/** Runs the command, and reads what it wrote. */
function pullRequest(...args: string[]): { status: number; stdout: string; comment: string; report: PullRequestReport } {
    const file = path.join(world.folder, "out", "comment.md");
    fs.rmSync(path.dirname(file), { recursive: true, force: true });
    const { status, stdout, stderr } = world.tryHoldfast("pull-request", ...args, "--comment", file);
    if (!fs.existsSync(file)) throw new Error(`no comment was written: ${stderr}`);
    const report = JSON.parse(fs.readFileSync(file.replace(/md$/, "json"), "utf8"));
    return { status, stdout, comment: fs.readFileSync(file, "utf8"), report };
}

/** The same with an edit of the stack's file, which is taken back. */
function edited(key: string, value: string, before: string | undefined, ...args: string[]) {
    world.configure(key, value, stack);
    try {
        return pullRequest(stack, ...args);
    } finally {
        world.configure(key, before, stack);
    }
}

test("offline, before there is any cluster: plan, mocks and policies of each stack that is named", () => {
    const { status, comment, report } = pullRequest("custom", "user-preferences", "--offline", "--no-tests", "--policy-config", config);
    expect(status).toBe(0);
    expect(report).toMatchObject({ outcome: "unseen", isOffline: true });
    expect(report.stacks.map((each) => [each.stack, each.outcome]).sort()).toEqual([
        ["custom", "unseen"],
        ["user-preferences", "unseen"],
    ]);
    expect(comment).toContain("**Not looked at:**");
    expect(fs.existsSync(world.layout.kubeconfig)).toBe(false);
});

describe("with a stack that runs", () => {
    beforeAll(() => {
        world.holdfast("up", stack);
    });

    test("a harmless change: 0, and nothing of the stack's file is rewritten", () => {
        const file = path.join(world.checkout, "stacks", `Pulumi.${stack}.yaml`);
        const before = fs.readFileSync(file, "utf8");
        const { status, stdout, comment, report } = edited("size", "3Gi", undefined, "--policy-config", config);
        expect([status, stdout.trim()]).toEqual([0, "Nothing is at risk."]);
        expect(comment).toMatch(/^<!-- holdfast pull-request -->\n## ✅ Nothing is at risk\.\n/);
        expect(comment).toContain("| grown | <code>claim notes/data-notes-0</code> |");
        expect(comment).toMatch(/o\d+\[\("claim data-notes-0<br\/>grown"\)\]/);
        expect(report.stacks).toMatchObject([{ policies: { findings: [] }, cost: { after: expect.any(String) }, problems: [] }]);
        expect(fs.readFileSync(file, "utf8")).toBe(before);
    });

    test("dangerous ones: 2, with what is in danger, and with the policy that is violated", () => {
        const { status, comment, report } = edited("namespace", "elsewhere", undefined, "--policy-config", config);
        expect(status).toBe(2);
        expect(comment).toMatch(/^<!-- holdfast pull-request -->\n## ⛔ Refused: /);
        expect(comment).toMatch(/\| \*\*at risk, if it weren't protected\*\* \| <code>claim notes\/data-notes-0<\/code> \|/);
        expect(report.outcome).toBe("refused");

        const strict = path.join(world.folder, "strict.json");
        fs.writeFileSync(strict, JSON.stringify({ "backed-up": "disabled", "claims-protected": { types: ["core/Service"] } }));
        const violated = pullRequest(stack, "--policy-config", strict);
        expect(violated.status).toBe(2);
        expect(violated.report.stacks).toMatchObject([{ review: { outcome: "safe" }, policies: { findings: expect.any(Array) } }]);
        expect(violated.report.stacks[0].policies?.findings.map(({ policy, level }) => [policy, level])).toContainEqual([
            "claims-protected",
            "mandatory",
        ]);
        expect(violated.comment).toContain("<code>claims-protected</code>");
    });

    test("broken ones: 1, each with its reason, and the others are looked at all the same", () => {
        const program = path.join(world.checkout, "stacks", "program.ts");
        const source = fs.readFileSync(program, "utf8");
        const broken = source.replace("export async function deploy() {", '$&\n    throw new Error("broken on purpose");');
        expect(broken).not.toBe(source);
        fs.writeFileSync(program, broken);
        world.addStack("wrong", { useCase: "user-preferences", target: "sandbox", size: "10" });
        try {
            const { status, stdout, report } = pullRequest(stack, "wrong", "nosuch", "--policy-config", config);
            expect([status, stdout.split("\n")[0]]).toEqual([1, "Couldn't tell: 3 of 3 stacks."]);
            const [of, wrong, none] = [stack, "wrong", "nosuch"].map((name) => report.stacks.find((each) => each.stack === name));
            expect(of?.review?.errors.join()).toContain("broken on purpose");
            expect(of?.policies?.problem).toBeUndefined();
            expect(wrong?.problems.join()).toContain('"10" has no unit');
            expect(none?.problems.join()).toContain('There is no stack "nosuch"');
        } finally {
            fs.writeFileSync(program, source);
        }
    });
});
