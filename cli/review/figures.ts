/** Price and durability of a stack's plan, as it is and as it was by what is deployed. */

import { planOf } from "../../components/stateful-app";
import type { Plan } from "../../components/usecases/plan";
import type { Figure } from "../../policies/review";
import type { Settings } from "../../stacks/keys";
import type { CheckedStack } from "../checked-stack";
import { chance, priceInWords } from "../plan/words";

/** What of the plan is deployed, as the preview's old states have it. */
export interface Deployed {
    /** Size of the first claim of each volume, by the volume's name. */
    sizes: Record<string, string>;
    replicas?: number;
}

/** The plan that the deployed sizes and members come to; undefined where they come to none. */
export function planBefore(settings: Settings, plan: Plan, { sizes, replicas }: Deployed): Plan | undefined {
    const first = plan.volumes[0] && sizes[plan.volumes[0].name];
    if (first === undefined && replicas === undefined) return undefined;
    const before = { ...settings, ...(first === undefined ? {} : { size: first }), ...(replicas === undefined ? {} : { replicas }) };
    return planOf(plan.app, before).plan;
}

/** Figures before and after; those that stay the same are left out, so that most changes have none. */
export function figuresOf({ settings, plan }: CheckedStack, deployed: Deployed): Figure[] {
    const before = planBefore(settings, plan, deployed);
    if (!before) return [];
    const figures: Figure[] = [
        { what: "price", before: priceInWords(before.price), after: priceInWords(plan.price) },
        {
            what: "losing the data within a year, by the live copies",
            before: chance(before.durability.annualLoss),
            after: chance(plan.durability.annualLoss),
        },
        {
            what: "losing the data within a year, with the planned backups",
            before: chance(before.durability.annualLossWithBackups),
            after: chance(plan.durability.annualLossWithBackups),
        },
    ];
    return figures.filter((figure) => figure.before !== figure.after);
}
