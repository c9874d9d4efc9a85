/** One alert, and how its expressions name what they are about. */

import type { Plan } from "../usecases/plan";
import { secondsOf } from "../usecases/quantities";

/** Prometheus' own words for a rule, with the two labels and the two sentences that every alert here has. */
export interface AlertRule {
    /** Name of the alert, one of the table in docs/monitoring.md. */
    alert: string;
    /** PromQL; the alert is pending as soon as it gives a result. */
    expr: string;
    /** How long it has to hold, in seconds. */
    seconds: number;
    /** `critical`: the promise is broken, or about to be. `warning`: somebody should look within the day. */
    severity: string;
    /** What is the matter, in one sentence. */
    summary: string;
    /** What it means, and what to do. */
    description: string;
}

/** What an application's rules are made for. */
export interface Watch {
    plan: Plan;
    namespace: string;
    /** Labels of the application's own figures, in braces: Prometheus adds `namespace` and `job` to what it reads by a PodMonitor. */
    figures: string;
}

export const watchOf = (plan: Plan, namespace: string): Watch => ({
    plan,
    namespace,
    figures: `{namespace="${namespace}",job="${namespace}/${plan.app}"}`,
});

/** Failover may take as long as was promised, and one look of Prometheus longer, before somebody is woken. */
export const failoverSeconds = ({ plan }: Watch): number => Math.max(60, 30 + (secondsOf(plan.objectives.failover.rto) ?? 0));

/** How many have a value, none included: an empty result is no number in PromQL. */
export const countOf = (series: string): string => `(count(${series}) or vector(0))`;
