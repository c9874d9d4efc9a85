/** Alerts of a Valkey store, by the figures that each member's proxy serves. */

import { type AlertRule, failoverSeconds, type Watch } from "./alert-rule";

export function valkeyRules(watch: Watch): AlertRule[] {
    const { plan, figures } = watch;
    const { app } = plan;
    const primaries = `(sum(valkey_is_primary${figures}) or vector(0))`;
    return [
        {
            alert: "HoldfastNoPrimary",
            expr: `${primaries} < 1`,
            seconds: failoverSeconds(watch),
            severity: "critical",
            summary: `${app} has no primary for longer than a failover may take.`,
            description: `Nothing can be written. The sentinels' log says what they wait for: kubectl logs ${app}-0 -c sentinel.`,
        },
        {
            alert: "HoldfastTwoPrimaries",
            expr: `${primaries} > 1`,
            seconds: 60,
            severity: "critical",
            summary: `{{ $value }} members of ${app} say that they lead.`,
            description: "The one without replicas takes no writes. It follows as soon as it reaches the sentinels.",
        },
        {
            alert: "HoldfastReplicaBehind",
            expr: `min(valkey_in_sync${figures}) < 1`,
            seconds: 300,
            severity: "warning",
            summary: `A replica of ${app} has no link to the primary.`,
            description: `It would be no copy of what is written now. \`holdfast status ${app}\` says which one.`,
        },
        {
            alert: "HoldfastLogFails",
            expr: `min(valkey_log_writes_succeed${figures}) < 1`,
            seconds: 60,
            severity: "critical",
            summary: `A member of ${app} can't write its log to its volume.`,
            description: "It takes no writes until it can: its volume is full, or its disk fails.",
        },
        {
            alert: "HoldfastMemoryFull",
            expr: `max(valkey_memory_used_bytes${figures} / (valkey_memory_max_bytes${figures} > 0)) > 0.9`,
            seconds: 300,
            severity: "warning",
            summary: `${app} uses more than 90% of the memory its data may take.`,
            description: "Above it writes are refused, or keys given up, as the plan says. Write a larger size.",
        },
    ];
}
