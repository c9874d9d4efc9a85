/** Arithmetic on promises: what is asked, what is kept, what is left when a rule is accepted. */

import type { Objectives } from "./plan";
import { secondsOf } from "./quantities";

export type Survival = Objectives["survives"][number];

/** From the smallest loss to the largest. */
export const losses: readonly Survival[] = ["pod", "node", "zone", "region"];

/** Everything up to and including the given loss: whoever survives a zone survives its nodes. */
export function upTo(loss: Survival): Survival[] {
    return losses.slice(0, losses.indexOf(loss) + 1);
}

/** The largest loss that is survived. */
export function largest(survives: readonly Survival[]): Survival {
    return losses.filter((loss) => survives.includes(loss)).at(-1) ?? "pod";
}

/** True where the duration `a` is longer than `b`. */
export function longer(a: string, b: string): boolean {
    return (secondsOf(a) ?? 0) > (secondsOf(b) ?? 0);
}
