/** What `holdfast pull-request --json` prints is what docs/pull-request-schema.json says, and docs/pull-requests.md names all of it. */

import * as fs from "node:fs";
import * as path from "node:path";
import { program } from "../../../cli/main";
import { exitCodeOf } from "../../../cli/pull-request/model";
import { faults, type SchemaDocument } from "../../support/json-schema";
import { offlineStack, reportOf, stackOf, steps, violation } from "./support/reports";

const docs = path.join(__dirname, "../../../docs");
const read = (name: string) => JSON.parse(fs.readFileSync(path.join(docs, name), "utf8")) as SchemaDocument;
const [schema, reviews] = [read("pull-request-schema.json"), read("review-schema.json")];
const page = fs.readFileSync(path.join(docs, "pull-requests.md"), "utf8");
const check = (value: object) => faults(schema, JSON.parse(JSON.stringify(value)), schema.$defs.report, "report");

const online = stackOf(steps.refused, {
    policies: { findings: [violation()], problem: "no pack" },
    cost: { before: "$1", after: "$2", change: "+$1" },
});
const full = reportOf([online, offlineStack()], { command: "npm test", isPassed: false, output: "x" }, true);

test("reports fit the schema, and the review in them fits its own", () => {
    expect(check(full)).toEqual([]);
    expect(check(reportOf([]))).toEqual([]);
    expect(faults(reviews, JSON.parse(JSON.stringify(online.review)), reviews.$defs.review, "review")).toEqual([]);
});

test("the check finds what is wrong", () => {
    expect(check({ ...full, extra: 1 })).toHaveLength(1);
    expect(check({ ...full, outcome: "fine" })).toHaveLength(1);
    expect(check({ ...full, stacks: [{ ...online, policies: {} }] })).toHaveLength(1);
});

test("the page names every property, outcome with its exit code, and option", () => {
    const properties = Object.values(schema.$defs).flatMap((each) => Object.keys((each as { properties?: object }).properties ?? {}));
    for (const word of properties) expect({ word, isNamed: page.includes(`\`${word}\``) }).toEqual({ word, isNamed: true });
    for (const [outcome, code] of Object.entries(exitCodeOf)) expect(page).toMatch(new RegExp(`\\| ${code} +\\| \`${outcome}\``));
    const command = program().commands.find((each) => each.name() === "pull-request");
    for (const { flags } of command?.options ?? [])
        expect({ flags, isNamed: page.includes(`\`${flags}\``) }).toEqual({ flags, isNamed: true });
});
