/** What other languages see of the package is what the sources say, and changes where reviewers see it. */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as library from "../../components";
import { writePages } from "../support/component-pages/files";
import { analyzedSchema, breaks, type Schema } from "../support/package-schema";

const file = join(__dirname, "../../components/package/schema.json");
const analyzed = analyzedSchema();

function checkedIn(): Schema {
    return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { resources: {}, types: {} };
}

/** `UPDATE_GOLDENS=1 npx jest test/unit/package-schema` writes the copy anew, and says what programs in other languages would lose. */
if (process.env.UPDATE_GOLDENS) {
    const broken = breaks(checkedIn(), analyzed);
    writeFileSync(file, JSON.stringify(analyzed));
    execFileSync("npx", ["biome", "format", "--write", file], { stdio: "ignore" });
    // The pages in docs/components are made of the same docstrings.
    writePages();
    if (broken.length > 0) {
        process.stderr.write(`Breaking, for CHANGELOG.md:\n${broken.map((line) => `- ${line}\n`).join("")}`);
    }
}

it("breaks nothing that programs in other languages use, without being said", () => {
    expect(breaks(checkedIn(), analyzed)).toEqual([]);
});

it("is checked in as Pulumi's own analyzer reads it; UPDATE_GOLDENS=1 writes it anew", () => {
    expect(checkedIn()).toEqual(analyzed);
});

it("has every component the library exports", () => {
    const exported = Object.entries(library).filter(([, value]) => value.prototype instanceof pulumi.ComponentResource);
    expect(Object.keys(analyzed.resources).sort()).toEqual(exported.map(([name]) => `holdfast:index:${name}`).sort());
    expect(exported.length).toBeGreaterThanOrEqual(6);
});

it("says in words what every component and property is", () => {
    const silent = (token: string, properties: object) =>
        Object.entries(properties)
            .filter(([, property]) => !hasText(property))
            .map(([name]) => `${token} ${name}`);
    expect([
        ...Object.entries(analyzed.resources).flatMap(([token, component]) => [
            ...(hasText(component) ? [] : [token]),
            ...silent(token, component.inputProperties),
            ...silent(token, component.properties),
        ]),
        ...Object.entries(analyzed.types).flatMap(([token, { properties }]) => silent(token, properties ?? {})),
    ]).toEqual([]);
});

function hasText(value: unknown): boolean {
    const { description = "" } = value as { description?: string };
    return description.trim() !== "" && !description.includes("[object Object]");
}

describe("a change that would break programs", () => {
    const text = { type: "string", plain: true, description: "a size" };
    const base: Schema = {
        resources: { "p:index:A": { inputProperties: { size: text }, requiredInputs: [], properties: { host: text }, required: ["host"] } },
        types: { "p:index:T": { properties: { path: text }, required: [] } },
    };
    const edited = (edit: (schema: Schema) => void): string[] => {
        const schema = structuredClone(base);
        edit(schema);
        return breaks(base, schema);
    };
    const component = (schema: Schema) => schema.resources["p:index:A"];

    it.each<[string, (schema: Schema) => void, string]>([
        ["a component is gone", (schema) => delete schema.resources["p:index:A"], "p:index:A is gone"],
        ["an input is gone", (schema) => delete component(schema).inputProperties.size, "p:index:A input size is gone"],
        ["an output is gone", (schema) => delete component(schema).properties.host, "p:index:A output host is gone"],
        ["an input is required", (schema) => component(schema).requiredInputs.push("size"), "p:index:A input size is required"],
        ["an output may be missing", (schema) => component(schema).required.pop(), "p:index:A output host is optional"],
        [
            "an input has another type",
            (schema) => Object.assign(component(schema).inputProperties, { size: { type: "number", plain: true } }),
            'p:index:A input size was {"type":"string","plain":true} and is {"type":"number","plain":true}',
        ],
        ["a type's property is gone", (schema) => delete schema.types["p:index:T"].properties?.path, "p:index:T path is gone"],
        ["a type's property is required", (schema) => schema.types["p:index:T"].required?.push("path"), "p:index:T path is required"],
    ])("%s", (_what, edit, said) => {
        expect(edited(edit)).toEqual([said]);
    });

    it("is neither a new property, nor a new component, nor another text", () => {
        expect(
            edited((schema) => {
                component(schema).inputProperties.more = text;
                component(schema).inputProperties.size = { ...text, description: "another" };
                schema.resources["p:index:B"] = component(schema);
            }),
        ).toEqual([]);
    });
});
