/** What `holdfast plan --json` prints is what docs/plan-schema.json says. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runPlan } from "../../../cli/plan/run";
import { catalog } from "../../../components/usecases/catalog";

type Schema = { [key: string]: unknown };
const document = JSON.parse(readFileSync(join(__dirname, "../../../docs/plan-schema.json"), "utf8")) as { $defs: Record<string, Schema> };

/** The keywords that the schema uses; an unknown one fails, so that none is ignored in silence. */
function faults(value: unknown, schema: Schema, path: string): string[] {
    const found: string[] = [];
    const is = (type: string) =>
        type === "array"
            ? Array.isArray(value)
            : type === "integer"
              ? Number.isInteger(value)
              : type === "object"
                ? typeof value === "object" && value !== null && !Array.isArray(value)
                : typeof value === type;
    for (const [keyword, rule] of Object.entries(schema)) {
        if (keyword === "$ref") {
            found.push(...faults(value, document.$defs[String(rule).replace("#/$defs/", "")], path));
        } else if (keyword === "type" && !is(String(rule))) {
            found.push(`${path} is no ${rule}`);
        } else if (keyword === "const" && value !== rule) {
            found.push(`${path} is not ${rule}`);
        } else if (keyword === "enum" && !(rule as unknown[]).includes(value)) {
            found.push(`${path}: ${JSON.stringify(value)} is none of ${JSON.stringify(rule)}`);
        } else if (keyword === "pattern" && !new RegExp(String(rule)).test(String(value))) {
            found.push(`${path}: ${value} doesn't match`);
        } else if ((keyword === "minimum" && Number(value) < Number(rule)) || (keyword === "maximum" && Number(value) > Number(rule))) {
            found.push(`${path}: ${value} is out of bounds`);
        } else if (keyword === "minLength" && String(value).length < Number(rule)) {
            found.push(`${path} is empty`);
        } else if (keyword === "anyOf" && (rule as Schema[]).every((each) => faults(value, each, path).length > 0)) {
            found.push(`${path}: ${JSON.stringify(value)} fits no alternative`);
        } else if (keyword === "required" && is("object")) {
            found.push(
                ...(rule as string[]).filter((key) => !Object.hasOwn(value as object, key)).map((key) => `${path}.${key} is missing`),
            );
        } else if (keyword === "properties" && is("object")) {
            for (const [key, each] of Object.entries(value as object)) {
                const property = (rule as Record<string, Schema>)[key];
                found.push(
                    ...(property
                        ? faults(each, property, `${path}.${key}`)
                        : schema.additionalProperties === false
                          ? [`${path}.${key} is not in the schema`]
                          : []),
                );
            }
        } else if (keyword === "additionalProperties" && typeof rule === "object" && is("object")) {
            for (const [key, each] of Object.entries(value as object)) {
                found.push(...faults(each, rule as Schema, `${path}.${key}`));
            }
        } else if (keyword === "items" && Array.isArray(value)) {
            value.forEach((each, index) => {
                found.push(...faults(each, rule as Schema, `${path}[${index}]`));
            });
        }
    }
    const known = [
        "$ref",
        "type",
        "const",
        "enum",
        "pattern",
        "minimum",
        "maximum",
        "minLength",
        "anyOf",
        "required",
        "properties",
        "additionalProperties",
        "items",
        "description",
    ];
    return [
        ...found,
        ...Object.keys(schema)
            .filter((key) => !known.includes(key))
            .map((key) => `the schema's ${key} is not checked here`),
    ];
}

const args = Object.keys(catalog).flatMap((useCase) =>
    ["sandbox", "kubernetes", "eks"].flatMap((target) =>
        ["production", "development"].map((environment) => ({
            useCase,
            target,
            environment,
            set: [
                ...(useCase === "custom" ? ["image=docker.io/library/nginx:1.29.3"] : []),
                ...(target === "kubernetes" ? ["storageDriver=ceph-rbd"] : []),
            ],
        })),
    ),
);

test.each(args.map((each) => [each.useCase, each.target, each.environment, each] as const))(
    "%s on %s, %s",
    (_useCase, _target, _environment, each) => {
        const answer = runPlan({ ...each, json: true });
        expect(faults(JSON.parse(answer.text), document.$defs[answer.exitCode === 0 ? "plan" : "problems"], "plan")).toEqual([]);
    },
);

test("the check finds what is wrong: an unknown property, a missing one, a wrong unit, a wrong word", () => {
    const plan = JSON.parse(runPlan({ useCase: "user-preferences", json: true }).text);
    const wrong = (change: object) => faults({ ...plan, ...change }, document.$defs.plan, "plan").length;
    expect(wrong({})).toBe(0);
    expect(wrong({ extra: 1 })).toBe(1);
    expect(wrong({ replicas: "one" })).toBeGreaterThan(0);
    expect(wrong({ volumes: [{ ...plan.volumes[0], size: "10" }] })).toBe(1);
    expect(wrong({ price: { ...plan.price, monthly: "free" } })).toBe(1);
    expect(wrong({ objectives: { survives: [] } })).toBe(1);
});
