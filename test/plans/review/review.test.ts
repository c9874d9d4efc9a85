/**
 * Previews that the real engine made of edits of a plain Pulumi program (test/e2e/review.test.ts records them), and the page and the comment
 * that a reader gets for each: read them like code. `UPDATE_PLANS=1 npx jest test/plans/review` writes the texts anew.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { reviewMarkdown } from "../../../cli/review/markdown";
import { reviewPage } from "../../../cli/review/terminal";
import { parsePreview, type Review, review } from "../../../policies/review";

const ids = fs
    .readdirSync(__dirname)
    .filter((file) => file.endsWith(".json"))
    .map((file) => path.basename(file, ".json"));

test("there are previews", () => expect(ids.length).toBeGreaterThan(10));

const previewOf = (id: string) => parsePreview(fs.readFileSync(path.join(__dirname, `${id}.json`), "utf8")) as object;

function compare(id: string, result: Review) {
    for (const [ending, text] of [
        ["page.txt", reviewPage(result)],
        ["comment.txt", reviewMarkdown(result)],
    ]) {
        const file = path.join(__dirname, "golden", `${id}.${ending}`);
        if (process.env.UPDATE_PLANS) fs.writeFileSync(file, text);
        expect(text).toBe(fs.readFileSync(file, "utf8"));
    }
}

test.each(ids)("%s", (id) => compare(id, review(previewOf(id), "2026-11-22")));

test("permissions: each says what it does, or what to do with it", () => {
    const allow = [
        "delete loose until 2026-12-31 because it moved to ledger-b",
        "delete statefulset/named until 2026-10-31",
        "delete secret/pasword",
        "delete namespace/plain",
        "delete data-of-nobody",
        "remove loose until tomorrow",
    ];
    compare("permissions", review({ ...previewOf("claim-removed"), config: { "holdfast:allow": JSON.stringify(allow) } }, "2026-11-22"));
});
