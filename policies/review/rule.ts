/** A rule of the review: what it looks for, and what that means for the data. */

import type { Change } from "./changes";
import type { StackView } from "./stack-view";

/** What becomes of an object, least harm first. */
export const verdicts = ["kept", "new", "changed", "grown", "restarted", "removed", "unknown", "at risk", "destroyed"] as const;
export type Verdict = (typeof verdicts)[number];

/** What a rule found in one change. */
export interface Found {
    /** What happens, in one sentence. */
    says: string;
    /** Where it differs from the rule's own. */
    verdict?: Verdict;
    /** Fields that made it happen. */
    fields?: string[];
    /** What is left of the data. */
    remains?: string[];
    /** What to write so that it doesn't happen. */
    instead?: string[];
}

export interface Rule {
    id: string;
    /** What it is about, for whoever wants to know why. */
    explanation: string;
    /** What it means for the object: the rule's severity. */
    verdict: Verdict;
    /** False where no permission can help: it can't be carried out, or can't be what anybody wants. */
    canBeAllowed: boolean;
    find(change: Change, view: StackView): Found | undefined;
}

export const isWorse = (a: Verdict, b: Verdict): boolean => verdicts.indexOf(a) > verdicts.indexOf(b);

/** Verdicts that stop a change unless a permission names the object. */
export const isRefused = (verdict: Verdict): boolean => verdict === "at risk" || verdict === "destroyed";
