/** Parts of a plan in the words that every rendering uses. */

import { catalog } from "../../components/usecases/catalog";
import type { Decision, Plan, Price } from "../../components/usecases/plan";
import { targets } from "../../components/usecases/targets";

/** `$26.97 a month`, with what the figure leaves out. */
export function priceInWords({ monthly, unknown }: Price): string {
    if (monthly === "unknown") {
        return "unknown";
    }
    return `$${monthly.toFixed(2)} a month${unknown.length > 0 ? ", and what is unknown" : ""}`;
}

/** A probability within a year, for people: `2 in 1,000`, `1 in a million`, or as a power of ten. */
export function chance(value: number | "unknown"): string {
    if (value === "unknown") {
        return "unknown";
    }
    if (value <= 0) {
        return "none that is counted";
    }
    const scale = [
        [100, "100"],
        [1000, "1,000"],
        [10_000, "10,000"],
        [100_000, "100,000"],
        [1_000_000, "a million"],
        [1_000_000_000, "a billion"],
    ] as const;
    const [denominator, name] = scale.find(([each]) => value * each >= 0.95) ?? [0, ""];
    return denominator === 0 ? value.toExponential(1) : `${Number((value * denominator).toPrecision(2))} in ${name}`;
}

export const titleOf = (plan: Plan): string =>
    `${catalog[plan.useCase]?.title ?? plan.useCase} "${plan.app}" on ${targets[plan.target].title}`;

/** Paths of the decisions that a proposal is about; the others are in `--all`. */
const leading = [
    /^needs\.dataClass$/,
    /^engine\.(name|replication)$/,
    /^replicas$/,
    /^spread\.topologyKey$/,
    /^storage\.(kind|driver|existingClass|encrypted|iops|throughputMiB)$/,
    /^volumes\.[^.]+\.(size|ceiling|driver)$/,
    /^backup\.(policy|method|location|pointInTime|lock\.days|drill\.every)$/,
];

/** What a reader has to know first: the leading decisions and everything that was asked for. */
export function leadingDecisions(plan: Plan): Decision[] {
    return plan.decisions.filter(({ path, from }) => from === "override" || leading.some((pattern) => pattern.test(path)));
}

export const sources: Record<Decision["from"], string> = {
    "use-case": "use case",
    target: "target",
    environment: "environment",
    override: "asked",
};
