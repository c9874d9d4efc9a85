/** What is asked of the resolver, and what it answers. */

import type { PolicyDescription } from "../../policies/backup";
import type { DriverDescription } from "./drivers";
import type { Environment, Plan } from "./plan";

/** A value as it stands in stack config or behind `--set`: quantities and durations carry their unit. */
export type OverrideValue = string | number | boolean;

/** Everything that decides a plan. Names are strings here, because a wish may hold typing errors; `resolve` checks them. */
export interface Wish {
    /** Name of the application: a DNS label, the prefix of every object's name. */
    app: string;
    /** A use case of the catalog, e.g. `user-preferences`. */
    useCase: string;
    /** `sandbox`, `kubernetes` or `eks`. */
    target: string;
    /** @default the target's: `development` for the sandbox, `production` elsewhere. */
    environment?: Environment | string;
    /** Path in the plan → the value that replaces the resolver's: `{ "storage.driver": "ebs-gp3", "volumes.data.size": "2Gi" }`. */
    overrides?: Record<string, OverrideValue>;
    /** Names of unkept rules that are accepted: `["single-local-copy"]`. */
    accept?: string[];
    /** Drivers that are not in the table, or differ from it here, by name. They are judged by the same rules. */
    drivers?: Record<string, DriverDescription>;
    /** There is a repository for the copies, and what is needed to write to it. Without it backups are planned only. */
    hasRepository?: boolean;
    /** Backup policies of your own, by name; `backup.policy` takes one. */
    policies?: Record<string, PolicyDescription>;
}

export type Severity = "input" | "impossible" | "unkept";

/** One thing that is wrong with a wish, written for the person at the terminal. */
export interface Problem {
    /** Stable name: of the rule that refuses, or of the check of the input that failed. */
    rule: string;
    /** Path in the wish or the plan that it is about. */
    path: string;
    /** What was asked, and why it can't be. */
    message: string;
    given: string;
    /** What is allowed in its place. */
    allowed: string;
    /** What to write instead. */
    fix: string;
    /** `unkept` may be accepted by the rule's name, the others never. */
    severity: Severity;
}

/** A plan, or every reason why there is none. */
export type Resolution = { plan: Plan } | { problems: Problem[] };
