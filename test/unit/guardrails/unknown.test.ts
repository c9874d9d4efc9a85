import * as fc from "fast-check";
import { violationsOf } from "../../../policies/guardrails/judge";
import { guardrails } from "../../../policies/guardrails/rules";
import { unknown } from "../../../policies/guardrails/values";
import { goodStack, type Resource, things } from "./support/stack";

type Steps = readonly string[];

/** Every path in a value, from the outermost in. */
function paths(value: unknown, before: Steps = []): Steps[] {
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => [[...before, key], ...paths(inner, [...before, key])]);
}

function put(root: unknown, steps: Steps, value: unknown): void {
    let at = root as Record<string, unknown>;
    for (const step of steps.slice(0, -1)) at = at[step] as Record<string, unknown>;
    at[steps[steps.length - 1]] = value;
}

const everywhere = goodStack("a").flatMap(({ name, props }) => paths(props).map((steps) => [name, steps] as const));

function with_(name: string, steps: Steps, value: unknown): Resource[] {
    const stack = goodStack("a");
    const resource = stack.find((each) => each.name === name) as Resource;
    put(resource.props, steps, value);
    if (value === unknown) resource.from[steps[0]] ??= "namespace";
    return stack;
}

test("a stack that is right is right with any one of its values unknown", () => {
    expect(everywhere.length).toBeGreaterThan(150);
    const wrong = everywhere.flatMap(([name, steps]) => {
        const stack = things(with_(name, steps, unknown));
        return guardrails.flatMap((guardrail) =>
            violationsOf(guardrail, stack).map(({ says }) => `${guardrail.id}: ${name}.${steps.join(".")}: ${says}`),
        );
    });
    expect(wrong).toEqual([]);
});

test("no value of any shape makes a policy fail", () => {
    const shapes = fc.oneof(fc.constantFrom(null, undefined, unknown, "", 0, -1, 1e300, true, [], {}, [null], [[]]), fc.jsonValue());
    const place = fc.constantFrom(...everywhere);
    const setting = fc.dictionary(fc.constantFrom("exceptions", "unknown", "types", "alsoCounts", "allowed", "localClasses"), shapes);
    fc.assert(
        fc.property(place, shapes, setting, ([name, steps], value, config) => {
            const stack = things(with_(name, steps, value));
            for (const guardrail of guardrails) violationsOf(guardrail, stack, config);
        }),
        { numRuns: 200, examples: [[["local-class", ["volumeBindingMode"]], { toString: "" }, {}]] },
    );
});
