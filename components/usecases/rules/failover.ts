/** Rules about losing a member, and everything with it. */

import { losses } from "../objectives";
import { duration, inWords, secondsOf } from "../quantities";
import { assumed, measured, remembered } from "../source";
import { type Rule, withoutSurvival } from "./rule";

export const failoverRules: Rule[] = [
    {
        id: "no-standby",
        severity: "unkept",
        inDevelopment: true,
        source: remembered("https://cloudnative-pg.io/documentation/current/failover/", "2026-11"),
        check: ({ mode, replicas }) =>
            mode.replication !== "asynchronous" || replicas >= mode.minimumMembers || replicas === 2
                ? undefined
                : {
                      path: "replicas",
                      message: `one member of ${mode.title} has nobody to fail over to`,
                      given: String(replicas),
                      allowed: `at least ${mode.minimumMembers}`,
                      fix: `replicas: ${mode.minimumMembers}`,
                  },
        lowers: () => "there is no standby: the application waits until the one member is back",
        lower: (kept) => ({ ...kept, failover: { rpo: kept.failover.rpo, rto: longest(kept.failover.rto, "5m") } }),
    },
    {
        id: "failover-slower-than-asked",
        severity: "unkept",
        inDevelopment: true,
        source: assumed("each engine's figure stands in the table of engines", "2026-11"),
        check: ({ mode, asked }) =>
            mode.failover.rto <= (secondsOf(asked.failover.rto) ?? 0)
                ? undefined
                : {
                      path: "objectives.failover.rto",
                      message: `${mode.title} is back ${duration(mode.failover.rto)} after losing a member, and ${asked.failover.rto} was asked for`,
                      given: asked.failover.rto,
                      allowed: `${duration(mode.failover.rto)} or more with this engine`,
                      fix: `objectives.failover.rto: ${duration(mode.failover.rto)}`,
                  },
        lowers: ({ mode }) => `losing a member costs up to ${inWords(duration(mode.failover.rto))}`,
        lower: (kept, { mode }) => ({
            ...kept,
            failover: { ...kept.failover, rto: longest(kept.failover.rto, duration(mode.failover.rto)) },
        }),
    },
    {
        id: "failover-loses-more-than-asked",
        severity: "unkept",
        inDevelopment: true,
        source: assumed("each engine's figure stands in the table of engines", "2026-11"),
        check: ({ mode, asked }) =>
            mode.failover.rpo <= (secondsOf(asked.failover.rpo) ?? 0)
                ? undefined
                : {
                      path: "objectives.failover.rpo",
                      message: `${mode.title} can lose the last ${duration(mode.failover.rpo)} of writes with a member, and ${asked.failover.rpo} was asked for`,
                      given: asked.failover.rpo,
                      allowed: `${duration(mode.failover.rpo)} or more with this engine`,
                      fix: `objectives.failover.rpo: ${duration(mode.failover.rpo)}`,
                  },
        lowers: ({ mode }) => `losing a member can cost the last ${inWords(duration(mode.failover.rpo))} of writes`,
        lower: (kept, { mode }) => ({
            ...kept,
            failover: { ...kept.failover, rpo: longest(kept.failover.rpo, duration(mode.failover.rpo)) },
        }),
    },
    {
        id: "members-on-one-node",
        severity: "unkept",
        inDevelopment: true,
        source: remembered("https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/", "2026-11"),
        check: ({ replicas, spread, mode }) =>
            replicas === 1 || spread.required || mode.replication === "none"
                ? undefined
                : {
                      path: "spread.required",
                      message: "members may share a node, and losing it would lose them together",
                      given: "false",
                      allowed: "true",
                      fix: "spread.required: true",
                  },
        lowers: ({ storage }) =>
            storage.driver.reach === "node"
                ? "members may share a node: losing it can lose every copy at once"
                : "members may share a node: losing it stops the application until they run elsewhere",
        lower: (kept, draft) => withoutSurvival({ ...kept, failover: { ...kept.failover, rto: longest(kept.failover.rto, "5m") } }, draft),
    },
    {
        id: "disposable-target",
        severity: "unkept",
        inDevelopment: true,
        source: measured("the sandbox is one machine's processes and one file of a disk", "2026-11"),
        check: ({ wish }) =>
            !wish.target.disposable
                ? undefined
                : {
                      path: "target",
                      message: `${wish.target.title} is thrown away after use, and no promise outlives it`,
                      given: wish.targetName,
                      allowed: "kubernetes, eks",
                      fix: "target: kubernetes",
                  },
        lowers: () => "the cluster is disposable: removing it, or losing its machine's disk, takes everything with it",
    },
    {
        id: "survives-less-than-asked",
        severity: "unkept",
        inDevelopment: true,
        source: measured("what storage reaches and members are spread over decides it: components/usecases/survival.ts", "2026-11"),
        check: ({ survives, needs, mode, storage }) =>
            losses.indexOf(survives) >= losses.indexOf(needs.survives) || (storage.driver.reach === "node" && mode.replication === "none")
                ? undefined
                : {
                      path: "objectives.survives",
                      message: `losing a ${needs.survives} must not lose the data, and this plan survives the loss of a ${survives}`,
                      given: needs.survives,
                      allowed: survives,
                      fix: `objectives.survives: ${survives}, ${
                          needs.survives === "region"
                              ? "with backup.location: other-region for what a restore brings back"
                              : mode.replication === "none"
                                ? "or objectives.failover.rto: 60s, which takes an engine with standbys"
                                : "or members spread over zones and storage that every zone reaches"
                      }`,
                  },
        lowers: ({ survives, needs }) => `losing a ${needs.survives} can lose the data: what is survived is the loss of a ${survives}`,
        lower: withoutSurvival,
    },
];

/** The longer of two durations, in its own words. */
function longest(a: string, b: string): string {
    return (secondsOf(a) ?? 0) >= (secondsOf(b) ?? 0) ? a : b;
}
