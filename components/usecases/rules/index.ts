/** All rules, by name. A new rule is one entry and one test of both its sides. */

import { backupRules } from "./backups";
import { capabilityRules } from "./capabilities";
import { failoverRules } from "./failover";
import { limitRules } from "./limits";
import { memberRules } from "./members";
import { retentionRules } from "./retention";
import type { Rule } from "./rule";
import { storageRules } from "./storage";

export type { Finding, ImpossibleRule, Rule, UnkeptRule } from "./rule";

export const rules: readonly Rule[] = [
    ...memberRules,
    ...failoverRules,
    ...storageRules,
    ...capabilityRules,
    ...limitRules,
    ...backupRules,
    ...retentionRules,
];

/** Names that `accept` may hold. */
export const unkeptRules: readonly string[] = rules.filter(({ severity }) => severity === "unkept").map(({ id }) => id);

export const impossibleRules: readonly string[] = rules.filter(({ severity }) => severity === "impossible").map(({ id }) => id);

/** What `environment: development` accepts, by name. */
export const developmentAcceptances: readonly string[] = rules.flatMap((rule) =>
    rule.severity === "unkept" && rule.inDevelopment ? [rule.id] : [],
);
