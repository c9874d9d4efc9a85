/** Rules about the engine and the number of its members. */

import { assumed, remembered, reported } from "../source";
import type { Rule } from "./rule";

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
        source: reported("https://cloudnative-pg.io/documentation/current/replication/", "2026-11"),
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
                      fix: `image: ${engine.image.split(":")[0]}:${engine.version}`,
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
                      message: `${replicas} members were asked for, and ${mode.title} is one: ${replicas} would be as many databases that know nothing of each other`,
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
];
