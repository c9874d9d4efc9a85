import { reviewMarkdown } from "../../../cli/review/markdown";
import { reviewPage } from "../../../cli/review/terminal";
import { review, unreadable } from "../../../policies/review";
import { claim, preview, remove, replace, same, statefulSet, update } from "./support/previews";

const destroyed = review(preview([remove(claim()), same(statefulSet())]));
const safe = review(preview([same(claim()), same(statefulSet())]));
const allowed = review(preview([remove(claim())], { config: { "holdfast:allow": '["delete data-db-0"]' } }));
const both = [
    ["terminal", (result: typeof safe) => reviewPage(result)],
    ["Markdown", reviewMarkdown],
] as const;

describe.each(both)("%s", (_, render) => {
    test("the verdict comes first", () => {
        expect(render(destroyed).split("\n").slice(0, 2).join()).toContain("Refused: of what holds data, 1 would be destroyed.");
        expect(render(safe).split("\n").slice(0, 2).join()).toContain("Nothing is at risk.");
        expect(render(allowed).split("\n").slice(0, 2).join()).toContain("Nothing is at risk but what is allowed: 1.");
        expect(render(unreadable("no such file")).split("\n").slice(0, 2).join()).toContain("Couldn't tell");
    });

    test("a refused object says what it is, why, what to write instead and what allows it", () => {
        const text = render(
            review(preview([replace(claim(), claim({ storageClassName: "slow" }), { "spec.storageClassName": "update-replace" })])),
        );
        for (const part of [
            "claim shop/data-db-0",
            "replaced by an empty one",
            "spec.storageClassName",
            "ignoreChanges",
            "delete data-db-0",
        ]) {
            expect(text).toContain(part);
        }
    });

    test("permissions are shown in the open", () => {
        expect(render(allowed)).toContain("delete data-db-0");
        expect(render(allowed)).toMatch(/as allowed/i);
        expect(render(safe)).not.toContain("ermission");
    });

    test("the engine's own error is shown", () => {
        const failed = review(preview([same(claim())], { diagnostics: [{ severity: "error", message: "error: no such host" }] }));
        expect(render(failed)).toContain("error: no such host");
    });

    test("figures of the plan are shown where they change", () => {
        expect(render({ ...safe, figures: [{ what: "price", before: "$1.00 a month", after: "$2.00 a month" }] })).toMatch(
            /price.*1\.00 a month.*2\.00 a month/,
        );
        expect(render({ ...safe, figures: [] })).not.toContain("before");
    });
});

test("a page keeps to the terminal's width", () => {
    const wide = reviewPage(destroyed, 80)
        .split("\n")
        .filter((line) => line.length > 80);
    expect(wide).toEqual([]);
});

test("nothing an object is called is markup in a comment", () => {
    const name = "a|b</details><img src=x>`@all`";
    const text = reviewMarkdown(review(preview([remove(claim({}, {}, { name, namespace: "shop" }))])));
    expect(text).not.toContain("<img");
    expect(text).not.toMatch(/@(?!&#8203;)/);
    // Only what folds the details, and what this file writes as code.
    expect(text.match(/<\/?\w+/g)?.filter((tag) => !/^<\/?(details|summary|code)$/.test(tag))).toEqual([]);
    expect(text.match(/<\/details>/g)).toHaveLength(text.match(/<details>/g)?.length ?? 0);
    const columns = text
        .split("\n")
        .filter((line) => line.startsWith("|"))
        .map((line) => line.split("|").length);
    expect(new Set(columns).size).toBe(1);
});

test("nothing that anybody else wrote into a preview is markup either", () => {
    const hostile = "<b>@all|$x$ #77 https://example.com\n```\n# heading";
    const config = { "holdfast:allow": JSON.stringify([`delete data-db-0 because ${hostile.replace(/\n/g, " ")}`]) };
    const result = review(preview([remove(claim())], { config, diagnostics: [{ severity: "error", message: hostile }] }));
    const text = reviewMarkdown({
        ...result,
        problems: [hostile],
        notes: [hostile],
        figures: [{ what: hostile, before: "1", after: "2" }],
    });
    const [errors] = /^````text\n[\s\S]*?^````$/m.exec(text) as RegExpExecArray;
    expect(errors).toContain(hostile);
    const rest = text.replace(errors, "");
    expect(rest).not.toMatch(/<b>|@(?!&#8203;)|:\/\/|#77(?![^<]*<\/code>)|```|\$x/);
    expect(rest).toContain("&#60;b&#62;");
});

test("a comment stays below what a pull request takes", () => {
    const many = Array.from({ length: 1000 }, (_, i) =>
        remove({ ...claim({}, {}, { name: `data-db-${i}`, namespace: "shop" }), urn: `${claim().urn}-${i}` }),
    );
    const lines = many.map((_, i) => `delete data-db-${i} because ${"it moved ".repeat(30)}`);
    const text = reviewMarkdown(review(preview(many, { config: { "holdfast:allow": JSON.stringify(lines) } })));
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain("900 more");
    expect(text).toContain("And 970 more permissions.");
});

test("objects that stay are listed by kind, and what holds no data is counted", () => {
    const other = {
        ...claim(),
        type: "kubernetes:core/v1:ConfigMap",
        urn: "urn:pulumi:test::shop::kubernetes:core/v1:ConfigMap::settings",
    };
    const page = reviewPage(review(preview([same(claim()), update(other, other)])));
    expect(page).toContain("claim shop/data-db-0");
    expect(page).toContain("Beside that, of what holds no data: 1 changed.");
});
