/** Rules about the engine, its members and how they fail over. */

import { losses } from "../objectives";
import { duration, inWords, secondsOf } from "../quantities";
import { assumed, measured, read, remembered } from "../source";
import { type Rule, withoutSurvival } from "./rule";

export const memberRules: Rule[] = [
    {
        id: "engine-serves-other-data",
        severity: "impossible",
        source: remembered("https://valkey.io/topics/data-types/; https://docs.nats.io/nats-concepts/jetstream", "2026-11"),
        check: ({ mode, needs }) =>
            mode.serves === needs.data || mode.engine === "container"
                ? undefined
                : {
                      path: "engine.name",
                      message: `${mode.title} keeps ${mode.serves} data, and the application has ${needs.data} data`,
                      given: mode.engine,
                      allowed: `an engine for ${needs.data} data`,
                      fix: `remove engine.name, or needs.data: ${mode.serves}`,
                  },
    },
    {
        id: "engine-has-no-replication",
        severity: "impossible",
        source: read("https://cloudnative-pg.io/documentation/current/replication/", "2026-11"),
        check: ({ mode, wish }) => {
            const asked = wish.given.get("engine.replication");
            return asked === undefined || asked === mode.replication
                ? undefined
                : {
                      path: "engine.replication",
                      message: `${mode.engine} has no "${asked}" replication for this data`,
                      given: asked,
                      allowed: mode.replication,
                      fix: "engine.name: postgres-cluster, which has asynchronous and quorum",
                  };
        },
    },
    {
        id: "image-missing",
        severity: "impossible",
        source: assumed("an image of your own is yours to name", "2026-11"),
        check: ({ engine }) =>
            engine.image !== ""
                ? undefined
                : {
                      path: "engine.image",
                      message: "your own application was asked for without its image",
                      given: "nothing",
                      allowed: "an image: registry/name:tag",
                      fix: "image: docker.io/library/nginx:1.29.3",
                  },
    },
    {
        id: "version-without-image",
        severity: "impossible",
        source: assumed("an image holds one version", "2026-11"),
        check: ({ engine, wish, mode }) => {
            const known = wish.target.images[mode.engine]?.version;
            return known === undefined || engine.version === known || wish.given.has("engine.image")
                ? undefined
                : {
                      path: "engine.version",
                      message: `version ${engine.version} was asked for, and the image that would run holds ${known}`,
                      given: engine.version,
                      allowed: `${known}, or another version with its image`,
                      fix: `image: ${engine.image.replace(known, engine.version)}`,
                  };
        },
    },
    {
        id: "engine-has-one-member",
        severity: "impossible",
        source: remembered("https://www.postgresql.org/docs/17/high-availability.html", "2026-11"),
        check: ({ mode, replicas }) =>
            mode.replication !== "none" || mode.engine === "container" || replicas === 1
                ? undefined
                : {
                      path: "replicas",
                      message: `${replicas} members of ${mode.title} would be ${replicas} databases that know nothing of each other`,
                      given: String(replicas),
                      allowed: "1",
                      fix: "engine.name: postgres-cluster",
                  },
    },
    {
        id: "majority-of-two",
        severity: "impossible",
        source: remembered(
            "https://valkey.io/topics/sentinel/ (why two Sentinels don't do); https://docs.nats.io/running-a-nats-service/configuration/clustering/jetstream_clustering",
            "2026-11",
        ),
        check: ({ mode, replicas }) =>
            !mode.votes || replicas !== 2
                ? undefined
                : {
                      path: "replicas",
                      message: `two members of ${mode.title} were asked for, and neither is a majority once the other is gone`,
                      given: "2",
                      allowed: "1, or 3 and more",
                      fix: "replicas: 3",
                  },
    },
    {
        id: "quorum-too-small",
        severity: "impossible",
        source: remembered("https://cloudnative-pg.io/documentation/current/replication/#synchronous-replication", "2026-11"),
        check: ({ mode, replicas }) =>
            mode.replication !== "quorum" || replicas >= mode.minimumMembers || (mode.votes && replicas === 2)
                ? undefined
                : {
                      path: "replicas",
                      message: `a write needs a second member before it is acknowledged; with ${replicas}, losing one stops every write`,
                      given: String(replicas),
                      allowed: `at least ${mode.minimumMembers}`,
                      fix: `replicas: ${mode.minimumMembers}`,
                  },
    },
    {
        id: "cache-as-ledger",
        severity: "impossible",
        source: remembered("https://valkey.io/topics/replication/ (acknowledged writes can be lost in a failover)", "2026-11"),
        check: ({ mode, needs, dataClass }) =>
            !dataClass.transactional || mode.transactional
                ? undefined
                : {
                      path: "engine.name",
                      message: `${mode.title} was to keep ${needs.dataClass} data, and it has no transactions that survive the loss of a member`,
                      given: mode.engine,
                      allowed: "postgres, postgres-cluster",
                      fix: "needs.data: relational",
                  },
    },
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
