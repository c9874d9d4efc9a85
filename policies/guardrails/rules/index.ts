/** The table of policies. A new one is one entry in its file and a test of both sides. */

import type { Guardrail } from "../guardrail";
import { backupGuardrails } from "./backups";
import { bucketGuardrails } from "./buckets";
import { classGuardrails } from "./classes";
import { identityGuardrails } from "./identity";
import { podSecurityGuardrails } from "./pod-security";
import { workloadGuardrails } from "./workloads";

export const guardrails: readonly Guardrail[] = [
    ...classGuardrails,
    ...identityGuardrails,
    ...workloadGuardrails,
    ...backupGuardrails,
    ...podSecurityGuardrails,
    ...bucketGuardrails,
];
