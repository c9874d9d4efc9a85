/** Alerts of NATS servers with JetStream, by the figures of `<app>-metrics`. */

import { type AlertRule, failoverSeconds, type Watch } from "./alert-rule";

export function jetStreamRules(watch: Watch): AlertRule[] {
    const { plan, figures } = watch;
    const { app } = plan;
    return [
        {
            alert: "HoldfastStreamWithoutLeader",
            expr: `min by (stream) (jetstream_stream_has_leader${figures}) < 1`,
            seconds: failoverSeconds(watch),
            severity: "critical",
            summary: `The stream {{ $labels.stream }} of ${app} has no leader for longer than a failover may take.`,
            description: `It takes no messages. \`holdfast status ${app}\` says which members are missing.`,
        },
        {
            alert: "HoldfastReplicaBehind",
            expr: `min by (stream) (jetstream_stream_current_copies${figures} - jetstream_stream_copies${figures}) < 0`,
            seconds: 600,
            severity: "warning",
            summary: `A copy of the stream {{ $labels.stream }} of ${app} is not up to date.`,
            description: `Another loss may stop it. \`holdfast status ${app}\` says what each member waits for.`,
        },
        {
            alert: "HoldfastStoreFull",
            expr: `max(jetstream_store_bytes${figures} / jetstream_store_max_bytes${figures}) > 0.85`,
            seconds: 900,
            severity: "warning",
            summary: `More than 85% of what a member of ${app} may store is used.`,
            description: "Streams at their limit drop their oldest messages or refuse new ones, as they were made. Write a larger size.",
        },
        {
            alert: "HoldfastSlowConsumers",
            expr: `sum(increase(nats_slow_consumers_total${figures}[10m])) > 0`,
            seconds: 60,
            severity: "warning",
            summary: `Clients of ${app} don't take what they asked for, and were cut off.`,
            description: "They fetch again what wasn't acknowledged. One that is always too slow needs company.",
        },
    ];
}
