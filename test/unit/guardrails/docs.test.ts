import * as fs from "node:fs";
import * as path from "node:path";
import { commonSettings } from "../../../policies/guardrails/judge";
import { guardrails } from "../../../policies/guardrails/rules";

const page = fs.readFileSync(path.join(__dirname, "../../../docs/guardrails.md"), "utf8");

/** Cells of a table's rows, by the first one. */
const rows = new Map(
    page
        .split("\n")
        .filter((line) => line.startsWith("| `"))
        .map((line) =>
            line
                .split("|")
                .slice(1, -1)
                .map((cell) => cell.trim()),
        )
        .map(([first, ...rest]) => [first.replaceAll("`", ""), rest] as const),
);

test.each(guardrails)("the page has $id as it is", ({ id, enforcement, severity, description, controls }) => {
    const control = controls.map((each) => `${each.framework} ${each.id}`).join(", ");
    expect(rows.get(id)).toEqual([enforcement, severity, description.replaceAll("|", "\\|"), control]);
});

test("the page has every setting, and no other policy or setting", () => {
    const settings = [...Object.keys(commonSettings), ...guardrails.flatMap(({ settings: own }) => Object.keys(own ?? {}))];
    expect([...rows.keys()].sort()).toEqual([...guardrails.map(({ id }) => id), ...settings].sort());
});
