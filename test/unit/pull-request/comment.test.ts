import fc from "fast-check";
import { comment, commentLimit, marker } from "../../../cli/pull-request/comment";
import { exitCodeOf } from "../../../cli/pull-request/model";
import { unreadable } from "../../../policies/review";
import { claim, remove } from "../review/support/previews";
import { hostile } from "./support/hostile";
import { offlineStack, reportOf, stackOf, steps, violation } from "./support/reports";

const verdictOf = (text: string) => text.split("\n")[1];
const named = (stack: string, kind: keyof typeof steps) => stackOf(steps[kind], { stack });
const broken = stackOf([], { stack: "broken", review: unreadable("no such host") });
const failed = { command: "npm test", isPassed: false, output: "1 failed" };

describe("the verdict", () => {
    test.each([
        ["safe", [named("a", "safe")], 0, "✅ Nothing is at risk."],
        ["refused", [named("a", "refused")], 2, "⛔ Refused: of what holds data, 1 would be destroyed."],
        ["unknown", [broken], 1, "❔ Couldn't tell"],
        ["the worst of all stacks", [named("a", "safe"), broken, named("b", "refused")], 2, "⛔ Refused: 1 of 3 stacks."],
        ["unknown before safe", [named("a", "safe"), broken], 1, "❔ Couldn't tell: 1 of 2 stacks."],
        ["no stack at all", [], 1, "❔ Couldn't tell: there is no stack."],
        [
            "a policy",
            [stackOf(steps.safe, { policies: { findings: [violation()] } })],
            2,
            "⛔ Refused: 1 policy violation. Of data: Nothing is at risk.",
        ],
        ["advice", [stackOf(steps.safe, { policies: { findings: [violation("advisory")] } })], 0, "✅ Nothing is at risk."],
        [
            "policies that can't be asked",
            [stackOf(steps.safe, { policies: { findings: [], problem: "no pack" } })],
            1,
            "❔ Couldn't tell: the policies weren't asked.",
        ],
        ["offline", [offlineStack()], 0, "⚪ What this would do to data wasn't looked at; plan and policies hold."],
    ])("comes first: %s", (_, stacks, code, says) => {
        const report = reportOf(stacks);
        expect(verdictOf(comment(report))).toContain(says);
        expect(exitCodeOf[report.outcome]).toBe(code);
    });

    test("tests that fail refuse, with the end of what they say", () => {
        const report = reportOf([offlineStack()], failed, true);
        expect(report.outcome).toBe("refused");
        expect(verdictOf(comment(report))).toContain("⛔ Refused: the tests fail.");
        expect(comment(report)).toContain("```text\n1 failed\n```");
        expect(verdictOf(comment(reportOf([named("a", "refused")], failed)))).toContain("1 would be destroyed. The tests fail.");
        expect(comment(reportOf([offlineStack()], { ...failed, isPassed: true }))).toContain("<code>npm test</code> passes");
    });

    test("stacks come worst first, and each has its line", () => {
        const text = comment(reportOf([named("calm", "safe"), named("wild", "refused")]));
        expect(text.match(/^### .*/gm)?.map((line) => /<code>(.*?)<\/code>/.exec(line)?.[1])).toEqual(["wild", "calm"]);
        expect(text).toContain("| ⛔ refused | <code>wild</code> | 1 destroyed, 2 kept | hold | not known |");
    });
});

test("the marker is the first line, and nothing else begins a comment", () => {
    const text = comment(reportOf([stackOf([remove(claim({}, {}, { name: marker, namespace: "shop" }))])]));
    expect(text.startsWith(`${marker}\n`)).toBe(true);
    expect(text.split("<!--")).toHaveLength(2);
});

test("price: before, after and the difference; or that it stays; or that it isn't known", () => {
    const priced = (cost: object) => comment(reportOf([stackOf(steps.safe, { cost: { after: "$8.00 a month", ...cost } })]));
    const dollars = (text: string) => text.replaceAll("<span>$</span>", "$");
    expect(dollars(priced({ before: "$5.00 a month", change: "+$3.00 a month" }))).toContain(
        "| price (+$3.00 a month) | $5.00 a month | $8.00 a month |",
    );
    expect(dollars(priced({ before: "$8.00 a month" }))).toContain("Price: $8.00 a month, unchanged.");
    expect(dollars(priced({}))).toContain("| price | nothing is deployed | $8.00 a month |");
    expect(priced({ after: "unknown" })).toContain("not known for this target");
    expect(comment(reportOf([stackOf(steps.safe)]))).not.toContain("rice");
});

test("what was not looked at is said once, with the stacks where it isn't so for all", () => {
    const text = comment(
        reportOf([offlineStack({ stack: "a" }), offlineStack({ stack: "b", notLookedAt: ["what is deployed", "policies"] })]),
    );
    expect(text.match(/what is deployed/g)).toHaveLength(1);
    expect(text).toContain("- policies (b)");
});

/** What of a comment is structure, and has to be whole. */
function structureOf(text: string) {
    const outside = text.replace(/^(`{3,})\w+\n[\s\S]*?\n\1$/gm, "");
    const tables = outside.split("\n\n").map((part) => part.split("\n").filter((line) => line.startsWith("|")));
    return {
        tags: [...new Set(outside.match(/<\/?[a-z!][^>]*>/g))].sort(),
        opened: outside.match(/<details>/g)?.length ?? 0,
        closed: outside.match(/<\/details>/g)?.length ?? 0,
        isFenced: !/`/.test(outside),
        isEven: tables.every((lines) => new Set(lines.map((line) => line.split("|").length)).size <= 1),
    };
}
const allowedTags = [
    "<!-- holdfast pull-request -->",
    "<code>",
    "</code>",
    "<details>",
    "</details>",
    "<summary>",
    "</summary>",
    "<span>",
    "</span>",
];

test("whatever objects, stacks, policies and errors are called, the comment stays whole", () => {
    fc.assert(
        fc.property(hostile, hostile, hostile, (name, namespace, other) => {
            const policies = { findings: [{ policy: other, level: "mandatory", about: name, says: other }, violation("advisory")] };
            const stack = stackOf([remove(claim({}, {}, { name, namespace }))], { stack: other, policies, problems: [other] });
            stack.review?.errors.push(name);
            stack.review?.notes.push(other);
            stack.review?.permissions.push({ text: name, use: "unused", says: other });
            const found = structureOf(comment(reportOf([stack, offlineStack({ stack: name })], { ...failed, output: other })));
            expect(found.tags.filter((tag) => !allowedTags.includes(tag))).toEqual([]);
            expect(found).toMatchObject({ closed: found.opened, isFenced: true, isEven: true });
        }),
        { numRuns: 100 },
    );
});

describe("no longer than GitHub takes", () => {
    const many = (n: number, name = "data-db") =>
        Array.from({ length: n }, (_, i) =>
            remove({ ...claim({}, {}, { name: `${name}-${i}`, namespace: "shop" }), urn: `${claim().urn}-${i}` }),
        );

    test.each([
        ["many objects", [stackOf(many(3000))]],
        ["long names", [stackOf(many(200, "x|".repeat(5000)))]],
        ["many stacks", Array.from({ length: 400 }, (_, i) => stackOf(many(20), { stack: `stack-${i}` }))],
        ["a long error", [stackOf(many(5), { problems: ["e|".repeat(50_000)] })]],
        ["many violations", [stackOf(steps.safe, { policies: { findings: Array.from({ length: 2000 }, () => violation()) } })]],
    ])("%s: what is left out is said, and the verdict stays", (_, stacks) => {
        const text = comment(reportOf(stacks, { ...failed, output: "o`".repeat(1500) }));
        expect(text.length).toBeLessThanOrEqual(commentLimit);
        expect(text.length).toBeGreaterThan(8000);
        expect(verdictOf(text)).toContain("⛔ Refused");
        const { closed, opened, isEven } = structureOf(text);
        expect([opened, isEven]).toEqual([closed, true]);
        expect(text).toMatch(/And \d+ more\.|\*\*Left out\*\*|…/);
    });

    test("the data comes before what to do about it, and everything is there where there is room", () => {
        const small = comment(reportOf([stackOf(many(20))]), 3500);
        expect(small.length).toBeLessThanOrEqual(3500);
        expect(small).toContain("| **destroyed** |");
        expect(small).toContain("**Left out**");
        expect(comment(reportOf([stackOf(many(20))]))).not.toMatch(/Left out|more\./);
    });
});
