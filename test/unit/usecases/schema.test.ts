/** What `holdfast plan --json` prints is what docs/plan-schema.json says. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runPlan } from "../../../cli/plan/run";
import { catalog } from "../../../components/usecases/catalog";
import { faults as faultsOf, type Schema, type SchemaDocument } from "../../support/json-schema";

const document = JSON.parse(readFileSync(join(__dirname, "../../../docs/plan-schema.json"), "utf8")) as SchemaDocument;
const faults = (value: unknown, schema: Schema, path: string) => faultsOf(document, value, schema, path);

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
