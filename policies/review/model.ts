/** What a review says. docs/review.md describes it as JSON; a changed meaning is a new `schema`. */

import type { Permission } from "./permissions";
import type { Verdict } from "./rule";

/** Why an object has its verdict: one rule that applied. */
export interface Finding {
    rule: string;
    verdict: Verdict;
    says: string;
    /** Fields that made it happen, or forced it. */
    fields: string[];
    /** What is left of the data. */
    remains: string[];
    /** What to write so that it doesn't happen. */
    instead: string[];
    canBeAllowed: boolean;
}

/** One object that holds data or decides what becomes of it. */
export interface Row {
    /** For people: `claim ledger/data-ledger-0`. */
    object: string;
    kind: string;
    type: string;
    namespace?: string;
    name: string;
    urn: string;
    /** What Pulumi means to do: `replace`, or the steps one by one. */
    ops: string[];
    verdict: Verdict;
    /** The engine refuses this change, because the object is protected: it doesn't happen. */
    isStoppedByProtection: boolean;
    /** At risk or destroyed, whatever may allow it. */
    isRefusable: boolean;
    /** The permission that would allow it: `delete data-ledger-0`. Absent where none can. */
    permission?: string;
    /** True where the stack's configuration has that permission, and it hasn't expired. */
    isAllowed: boolean;
    /** The line that allows it, as it is written: with its last day and its reason. */
    allowedBy?: string;
    findings: Finding[];
}

/** A figure of the plan that this update changes. */
export interface Figure {
    what: string;
    before: string;
    after: string;
}

export type Outcome = "safe" | "refused" | "unknown";

export interface Review {
    schema: "holdfast.review/v1";
    stack?: string;
    /** `safe`: nothing at risk that isn't allowed. `refused`: something is. `unknown`: it couldn't be told. */
    outcome: Outcome;
    /** Worst first, then in the order of the preview. */
    rows: Row[];
    permissions: Permission[];
    /** What the engine says went wrong. */
    errors: string[];
    /** Why the preview can't be relied upon. */
    problems: string[];
    /** What a reader should know about what was looked at. */
    notes: string[];
    /** Changes of resources that have nothing to do with data, by what becomes of them. */
    others: Record<string, number>;
    /** Price and durability before and after, of stacks whose plan is known; only what changes. */
    figures?: Figure[];
}

/** Exit codes of the command, for scripts and pull requests. */
export const exitCodes: Readonly<Record<Outcome, number>> = { safe: 0, unknown: 1, refused: 2 };
