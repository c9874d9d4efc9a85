/** What is made of the engine's answers, with and without policies; test/e2e/pull-request.test.ts asks the real one. */

import * as fs from "node:fs";
import { mandatory, stackReport } from "../../../cli/pull-request/model";
import { previewed } from "../../../cli/pull-request/online";
import { claim, preview, remove, same } from "../review/support/previews";

const heard = '{"policyLoadEvent":{}}';
const violated = (level: string) =>
    JSON.stringify({
        policyEvent: {
            resourceUrn: "urn:pulumi:t::p::a:b:C::fast",
            message: "it says Delete",
            policyName: "reclaim-retain",
            enforcementLevel: level,
        },
    });
const failing = preview([], { diagnostics: [{ severity: "error", message: "no such host" }] });

interface Answer {
    status: number;
    document?: object;
    events?: string[];
    stderr?: string;
}

/** An engine that gives one answer with the policies and one without. */
function asked(withPolicies: Answer, without?: Answer) {
    const calls: string[][] = [];
    const capture = (args: string[]) => {
        calls.push(args);
        const log = args[args.indexOf("--event-log") + 1];
        const answer = args.includes("--policy-pack") ? withPolicies : without;
        if (!answer) throw new Error("nobody expected a second preview");
        if (answer.events) fs.writeFileSync(log, answer.events.join("\n"));
        return { status: answer.status, stdout: answer.document ? JSON.stringify(answer.document) : "", stderr: answer.stderr ?? "" };
    };
    const { review, policies, isBroken } = previewed({ capture }, "shop", { policyConfig: "/config.json" });
    return { calls, policies, isBroken, ...stackReport({ stack: "shop", review, policies, problems: [], notLookedAt: [] }) };
}
const [safe, destroyed] = [preview([same(claim())]), preview([remove(claim())])];

test("policies hold: one preview is enough, and it has the configuration", () => {
    const { calls, outcome } = asked({ status: 0, document: safe, events: [heard] });
    expect(outcome).toBe("safe");
    expect(calls).toHaveLength(1);
    expect(calls[0].join(" ")).toMatch(
        /^preview --json --show-sames .*--stack shop --policy-pack \S+guardrails --policy-pack-config \/config.json /,
    );
});

test("a policy is violated: it refuses, and the data is reviewed in a preview of its own", () => {
    const found = asked({ status: 255, document: failing, events: [heard, violated("mandatory")] }, { status: 0, document: safe });
    expect(found).toMatchObject({ outcome: "refused", isBroken: false, review: { outcome: "safe" } });
    expect(mandatory(found.policies)).toHaveLength(1);
    expect(found.policies?.problem).toBeUndefined();
    expect(found.calls[1].join(" ")).not.toContain("policy");
});

test("advice refuses nothing", () => {
    const found = asked({ status: 0, document: safe, events: [heard, violated("advisory")] });
    expect(found).toMatchObject({ outcome: "safe", policies: { findings: [{ level: "advisory" }] } });
});

test("data is in danger and a policy violated: both are told", () => {
    const found = asked({ status: 255, events: [violated("mandatory")] }, { status: 0, document: destroyed });
    expect(found).toMatchObject({ outcome: "refused", review: { outcome: "refused" }, policies: { findings: [{ about: "fast" }] } });
});

test("the pack can't be loaded: it couldn't be told, and why", () => {
    const found = asked({ status: 255, stderr: "no such pack" }, { status: 0, document: safe });
    expect(found).toMatchObject({
        outcome: "unknown",
        review: { outcome: "safe" },
        policies: { problem: expect.stringContaining("no such pack") },
    });
});

test("an engine that leaves the pack out isn't taken for one that found nothing", () => {
    expect(asked({ status: 0, document: safe, events: ['{"preludeEvent":{}}'] })).toMatchObject({ outcome: "unknown" });
});

test("a policy that fails itself: it couldn't be told", () => {
    const found = asked({ status: 255, events: [heard], stderr: "a policy threw" }, { status: 0, document: safe });
    expect(found).toMatchObject({ outcome: "unknown", policies: { problem: expect.stringContaining("a policy threw") } });
});

test("the preview fails with and without policies: that is the preview's, and what was violated is told all the same", () => {
    const found = asked({ status: 255, document: failing, events: [heard] }, { status: 255, document: failing });
    expect(found).toMatchObject({ outcome: "unknown", isBroken: true, review: { errors: ["no such host"] }, policies: { findings: [] } });
    expect(found.policies?.problem).toBeUndefined();
    const silent = asked({ status: 255 }, { status: 255, stderr: "no stack named shop" });
    expect(silent.review?.problems.join()).toContain("no stack named shop");
    expect(silent.outcome).toBe("unknown");
    expect(asked({ status: 255, events: [violated("mandatory")] }, { status: 255 }).outcome).toBe("refused");
});
