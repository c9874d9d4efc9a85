/** What `holdfast review --json` prints is what docs/review-schema.json says, and docs/review.md names all of it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { review, unreadable, verdicts } from "../../../policies/review";
import { faults, type SchemaDocument } from "../../support/json-schema";
import { claim, preview, remove } from "./support/previews";
import { answers, previewOf } from "./support/truth";

const docs = join(__dirname, "../../../docs");
const schema = JSON.parse(readFileSync(join(docs, "review-schema.json"), "utf8")) as SchemaDocument;
const page = readFileSync(join(docs, "review.md"), "utf8");
const check = (value: object) => faults(schema, JSON.parse(JSON.stringify(value)), schema.$defs.review, "review");

const allowed = review(preview([remove(claim())], { config: { "holdfast:allow": '["delete data-db-0"]' } }));

test("reviews fit the schema", () => {
    for (const id of Object.keys(answers)) expect({ id, faults: check(review(previewOf(id))) }).toEqual({ id, faults: [] });
    expect(check(allowed)).toEqual([]);
    expect(check({ ...allowed, figures: [{ what: "price", before: "$1", after: "$2" }] })).toEqual([]);
    expect(check(unreadable("no file"))).toEqual([]);
});

test("the check finds what is wrong", () => {
    expect(check({ ...allowed, extra: 1 })).toHaveLength(1);
    expect(check({ ...allowed, outcome: "fine" })).toHaveLength(1);
    expect(check({ ...allowed, rows: [{ ...allowed.rows[0], verdict: "gone" }] })).toHaveLength(1);
});

test("the page about reviews names every verdict and every property", () => {
    const properties = (name: string) => Object.keys((schema.$defs[name] as { properties: object }).properties);
    for (const word of [
        ...verdicts,
        ...properties("review"),
        ...properties("row"),
        ...properties("finding"),
        ...properties("permission"),
    ]) {
        expect({ word, isNamed: page.includes(`\`${word}\``) || page.includes(word) }).toEqual({ word, isNamed: true });
    }
});
