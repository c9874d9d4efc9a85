import fc from "fast-check";
import { picture } from "../../../cli/pull-request/picture";
import { review } from "../../../policies/review";
import { claim, namespace, preview, remove, same, statefulSet } from "../review/support/previews";
import { hostile } from "./support/hostile";

const drawn = (steps: Parameters<typeof preview>[0]) => picture(review(preview(steps)).rows) ?? "";
const text = `"(?:[\\p{L}\\p{N} ,./_-]|#\\d+;)*"`;
const labelled = `"(?:[\\p{L}\\p{N} ,./_-]|#\\d+;)*<br/>[a-z', #;0-9]*"`;
/** Every kind of line that a picture has. */
const grammar = [
    "flowchart LR",
    `    subgraph n\\d+\\[${text}\\]`,
    "    end",
    `    class n\\d+ [a-z]+`,
    `        ?(    )?o\\d+(\\[\\(${labelled}\\)\\]|\\[${labelled}\\]|\\(\\[${labelled}\\]\\)):::[a-z]+`,
    "    o\\d+ --- o\\d+",
    `    more\\["and \\d+ more"\\]`,
    "    classDef [a-z]+ [a-z#0-9:,-]+",
].map((line) => new RegExp(`^${line}$`, "u"));

test("each object that holds data is there, with what happens to it and what runs on it", () => {
    const lines = drawn([remove(claim()), same(statefulSet()), same(namespace())]).split("\n");
    expect(lines).toContain('    subgraph n0["namespace shop, kept"]');
    expect(lines).toContain('        o0[("claim data-db-0<br/>destroyed")]:::destroyed');
    expect(lines).toContain('        o1["StatefulSet db<br/>kept"]:::kept');
    expect(lines).toContain("    o1 --- o0");
    expect(lines.filter((line) => line.includes("classDef"))).toHaveLength(2);
});

test("a claim of another set, or of another namespace, isn't tied to it", () => {
    const other = (name: string, where: string) =>
        remove({ ...claim({}, {}, { name, namespace: where }), urn: `${claim().urn}-${name}${where}` });
    expect(drawn([other("data-mydb-0", "shop"), other("data-db-0", "other"), same(statefulSet())])).not.toContain("---");
});

test("no name breaks it", () => {
    fc.assert(
        fc.property(hostile, hostile, (name, where) => {
            const lines = drawn([remove(claim({}, {}, { name, namespace: where })), same(namespace(where))]).split("\n");
            for (const line of lines) expect({ line, isKnown: grammar.some((rule) => rule.test(line)) }).toEqual({ line, isKnown: true });
        }),
        { numRuns: 100 },
    );
});

test("of many objects those that stay are left out first, and counted", () => {
    const many = Array.from({ length: 100 }, (_, i) =>
        same({ ...claim({}, {}, { name: `data-db-${i}`, namespace: "shop" }), urn: `${claim().urn}-${i}` }),
    );
    const text = drawn([...many, remove({ ...claim({}, {}, { name: "loose", namespace: "shop" }), urn: `${claim().urn}-loose` })]);
    expect(text).toContain("claim loose");
    expect(text).toContain('more["and 61 more"]');
});

test("where nothing holds data there is none", () => {
    expect(picture([])).toBeUndefined();
});
