/** Pod Security: namespaces that enforce it, and pods that would be let in. */

import { leastPrivilege, podSecurityStandards } from "../controls";
import type { Finding, ResourceGuardrail } from "../guardrail";
import { words } from "../guardrail";
import { shown } from "../names";
import { at, isFields, unknown } from "../values";
import { podSpec, podSpecPath, podTypes } from "../workloads";
import { podChecks, podProblems } from "./pod-checks";

const enforceLabel = "pod-security.kubernetes.io/enforce";

export const podSecurityGuardrails: readonly ResourceGuardrail[] = [
    {
        id: "namespace-restricted",
        title: "Namespaces enforce Pod Security",
        description: `A namespace has the label ${enforceLabel}: restricted: a pod that takes over the node takes over every volume on it.`,
        severity: "medium",
        enforcement: "mandatory",
        controls: [podSecurityStandards, leastPrivilege],
        remediation: `Write metadata.labels: { ${enforceLabel}: restricted }. Namespaces of drivers and agents that need more go into exceptions.`,
        settings: {
            level: {
                type: "string",
                enum: ["restricted", "baseline"],
                description: "The least that a namespace has to enforce.",
                default: "restricted",
            },
        },
        types: ["core/Namespace"],
        judge(about, settings): Finding[] {
            const labels = at(about.props, "metadata.labels");
            const value = isFields(labels) ? labels[enforceLabel] : labels;
            if (value === unknown) return [{ about, open: "metadata.labels" }];
            if (value === "restricted" || (value === "baseline" && settings.level === "baseline")) return [];
            const given = typeof value === "string" ? `enforces ${value}` : "enforces no Pod Security";
            return [{ about, says: `${shown(about)} ${given}. Write the label ${enforceLabel}: ${String(settings.level)}.` }];
        },
    },
    {
        id: "pods-restricted",
        title: "Pods keep to Pod Security",
        description: 'Pods and pod templates keep to the Pod Security Standard "restricted", check by check as the cluster would.',
        severity: "high",
        enforcement: "mandatory",
        controls: [podSecurityStandards, leastPrivilege],
        remediation:
            "Pod: securityContext { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }. Each container: securityContext " +
            '{ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } }. See https://kubernetes.io/docs/concepts/security/pod-security-standards/.',
        settings: {
            allowed: {
                type: "array",
                items: { type: "string" },
                description: `Checks that need not hold: ${podChecks.map(({ id }) => id).join(", ")}.`,
                default: [],
            },
        },
        types: podTypes,
        judge(about, settings): Finding[] {
            const spec = podSpec(about);
            if (spec === undefined) return [];
            if (spec === unknown) return [{ about, open: podSpecPath(about) }];
            const { says, isOpen } = podProblems(spec, words(settings, "allowed"));
            return [
                ...(says.length > 0 ? [{ about, says: `${shown(about)} isn't "restricted": ${says.join("; ")}.` }] : []),
                ...(isOpen ? [{ about, open: `something in ${podSpecPath(about)}` }] : []),
            ];
        },
    },
];
