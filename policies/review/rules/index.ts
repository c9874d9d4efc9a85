/** Every rule of the review. The order is that of the findings of one object; the verdict is the worst of them. */

import type { Rule } from "../rule";
import { dataRules } from "./data";
import { safetyRules } from "./safety";
import { surroundingRules } from "./surroundings";
import { workloadRules } from "./workloads";

export const rules: readonly Rule[] = [...dataRules, ...workloadRules, ...surroundingRules, ...safetyRules];
