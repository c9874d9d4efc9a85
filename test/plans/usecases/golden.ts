/** A plan as a reviewer reads it: short lines, one decision each, and for the kinds of storage only what differs. */

import { type Compared, compareKinds, kinds } from "../../../cli/plan/compare";
import type { Plan } from "../../../components/usecases/plan";
import { type Resolution, resolve, type Wish } from "../../../components/usecases/resolve";

const decisions = (plan: Plan) => plan.decisions.map(({ path, value, from }) => `${path} = ${value} (${from})`);

function outcome(plan: Plan): string[] {
    const { price, durability } = plan;
    return [
        ...plan.prerequisites.map((line) => `needs first: ${line}`),
        ...plan.promise.map((line) => `promise: ${line}`),
        ...plan.accepted.map(({ rule, from, lowers }) => `accepted by ${from}: ${rule}: ${lowers}`),
        ...plan.notProtected.filter((line) => !line.includes("(accepted: ")).map((line) => `not protected: ${line}`),
        ...price.lines.map(({ what, monthly, formula }) => `price: ${what}: ${monthly} (${formula})`),
        `price: ${price.monthly} in all`,
        `lost within a year: ${durability.annualLoss} = ${durability.formula}`,
        `lost within a year, with backups: ${durability.annualLossWithBackups}`,
    ];
}

const refusal = (resolution: Resolution): string[] =>
    "problems" in resolution ? resolution.problems.map(({ rule, message, fix }) => `refused: ${rule}: ${message}; write ${fix}`) : [];

const full = (resolution: Resolution): string[] =>
    "plan" in resolution ? [...decisions(resolution.plan), ...outcome(resolution.plan)] : refusal(resolution);

/** Lines of the kind's plan that the plan without a kind hasn't. */
function kindLines({ kind, resolution, assumedDriver }: Compared, base: Set<string>): string[] {
    const own = "plan" in resolution ? full(resolution).filter((line) => !base.has(line)) : refusal(resolution);
    return [
        `${kind}${assumedDriver ? ` (by ${assumedDriver})` : ""}:`,
        ...(own.length > 0 ? own : ["as above"]).map((line) => `  ${line}`),
    ];
}

/** Everything about one use case on one target: both environments, and every kind of storage in each. */
export function golden(useCase: string, target: string): string {
    const blocks = ["production", "development"].flatMap((environment) => {
        const overrides: Wish["overrides"] = useCase === "custom" ? { image: "docker.io/library/nginx:1.29.3" } : {};
        const wish: Wish = { app: useCase, useCase, target, environment, overrides };
        const base = resolve(wish);
        const lines = full(base);
        const known = new Set("plan" in base ? lines : []);
        return [
            `# ${useCase} on ${target}, ${environment}`,
            ...lines,
            ...compareKinds(wish, kinds).flatMap((compared) => ["", ...kindLines(compared, known)]),
            "",
        ];
    });
    return `${blocks.join("\n")}`;
}
