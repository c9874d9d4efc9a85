/** What a rule is: a promise that can't hold, why, and the nearest thing that does. */

import type { Draft } from "../draft";
import type { Objectives } from "../plan";
import type { Source } from "../source";

/** What a rule found wrong with a plan. */
export interface Finding {
    /** Path of the decision it is about. */
    path: string;
    /** What was asked, and why it can't be. */
    message: string;
    given: string;
    allowed: string;
    /** What to write instead. */
    fix: string;
}

interface Base {
    id: string;
    source: Source;
    /** Undefined where the plan keeps the rule. */
    check: (draft: Draft) => Finding | undefined;
}

/** Can't be made to work: never accepted. */
export interface ImpossibleRule extends Base {
    severity: "impossible";
}

/** Works, but not as promised: may be accepted by its name, and lowers the promise then. */
export interface UnkeptRule extends Base {
    severity: "unkept";
    /** Whether `environment: development` accepts it. */
    inDevelopment: boolean;
    /** What is no longer promised, in one sentence. */
    lowers: (draft: Draft) => string;
    /** What remains of the promise. */
    lower?: (kept: Objectives, draft: Draft) => Objectives;
}

export type Rule = ImpossibleRule | UnkeptRule;

/** The promise without surviving more than what was decided on. */
export function withoutSurvival(kept: Objectives, draft: Draft): Objectives {
    const order = ["pod", "node", "zone", "region"];
    return { ...kept, survives: kept.survives.filter((loss) => order.indexOf(loss) <= order.indexOf(draft.survives)) };
}
