/** Alerts that every application has: its volumes, and its members where they have figures of their own. */

import { type AlertRule, countOf, type Watch } from "./alert-rule";

/** The kubelet's figures of the claims: it tells of every mounted one. */
export function volumeRules({ plan, namespace }: Watch, claims: string): AlertRule[] {
    const of = `{namespace="${namespace}",persistentvolumeclaim=~"${claims}"}`;
    const free = `kubelet_volume_stats_available_bytes${of} / kubelet_volume_stats_capacity_bytes${of}`;
    const grow = `Write a larger size: a volume of ${plan.app} grows in place while it is used (docs/operations.md).`;
    return [
        {
            alert: "HoldfastVolumeFillsUp",
            expr: `${free} < 0.15`,
            seconds: 900,
            severity: "warning",
            summary: `Less than 15% of the volume {{ $labels.persistentvolumeclaim }} is free.`,
            description: grow,
        },
        {
            alert: "HoldfastVolumeFull",
            expr: `${free} < 0.03`,
            seconds: 60,
            severity: "critical",
            summary: `Less than 3% of the volume {{ $labels.persistentvolumeclaim }} is free: writes are about to fail.`,
            description: grow,
        },
    ];
}

/** Members by the figure each has while its server answers. */
export function memberRules({ plan, figures }: Watch, up: string): AlertRule[] {
    const { app, replicas } = plan;
    const running = countOf(`${up}${figures} == 1`);
    const look = `\`holdfast status ${app}\` says what each member waits for.`;
    const majority = Math.floor(replicas / 2) + 1;
    return [
        {
            alert: "HoldfastMemberDown",
            expr: `${running} < ${replicas}`,
            seconds: 600,
            severity: "warning",
            summary: `Only {{ $value }} of ${replicas} members of ${app} answer.`,
            description: `Another loss may stop writes. ${look}`,
        },
        ...(replicas < 3
            ? []
            : [
                  {
                      alert: "HoldfastMajorityLost",
                      expr: `${running} < ${majority}`,
                      seconds: 60,
                      severity: "critical",
                      summary: `Only {{ $value }} of ${replicas} members of ${app} answer, and ${majority} have to agree.`,
                      description: `Writes wait until members return; nothing is to be deleted meanwhile. ${look}`,
                  },
              ]),
    ];
}
