/** Wishes that the tests start from, and short ways to ask for the answer. */

import type { Plan } from "../../../components/usecases/plan";
import { type OverrideValue, type Problem, resolve, type Wish } from "../../../components/usecases/resolve";

export type Overrides = Record<string, OverrideValue>;

export const wish = (useCase: string, target: string, overrides: Overrides = {}, more: Partial<Wish> = {}): Wish => ({
    app: "app",
    useCase,
    target,
    overrides,
    ...more,
});

/** The plan, or a failed test that shows the problems. */
export function planOf(asked: Wish): Plan {
    const resolution = resolve(asked);
    if ("problems" in resolution) {
        throw new Error(`refused: ${resolution.problems.map(({ rule, message }) => `${rule}: ${message}`).join("; ")}`);
    }
    return resolution.plan;
}

export function problemsOf(asked: Wish): Problem[] {
    const resolution = resolve(asked);
    return "problems" in resolution ? resolution.problems : [];
}

export const rulesOf = (asked: Wish): string[] => problemsOf(asked).map(({ rule }) => rule);
