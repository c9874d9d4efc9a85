/**
 * The named backup policies. `none` says that nothing is backed up, and a plan that uses it says why.
 *
 * From the weakest to the strongest, each keeping at least what the one before it keeps: the resolver takes the first that keeps the
 * restore objective, and a shorter RPO must not cost retention.
 */

import type { BackupPolicy, Retention } from "./policy";

export type { BackupPolicy, Drill, Lock, Method, PolicyDescription, Retention } from "./policy";
export { reach, recoveryPoints } from "./policy";
export { forget, prune } from "./retention";

const keep = (some: Partial<Retention>): Retention => ({ last: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, ...some });

/** Tables and the rows in all of them: a full read, as the dump beside it is. A lost table or row changes the answer. */
const rows =
    "SELECT count(*) || ' tables, ' || coalesce(sum(substring(query_to_xml(format('SELECT count(*) AS n FROM %I.%I', schemaname, tablename), " +
    "true, false, '')::text FROM '<n>([0-9]+)</n>')::bigint), 0) || ' rows' " +
    "FROM pg_catalog.pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
const query = {
    postgres: rows,
    "postgres-cluster": rows,
    valkey: "DBSIZE",
    jetstream: "stream report",
    container: "find . -type f | wc -l",
};

export const backupPolicies: Record<string, BackupPolicy> = {
    none: { title: "nothing is backed up", methods: [], retention: keep({}), offSite: false, encrypted: false },
    daily: {
        title: "a copy each night, and the last of each of six months",
        methods: ["stream", "files", "snapshot"],
        interval: "24h",
        schedule: "0 2 * * *",
        retention: keep({ last: 1, daily: 7, weekly: 5, monthly: 6 }),
        offSite: true,
        encrypted: true,
        drill: { schedule: "0 5 1 * *", every: "31d", query },
    },
    hourly: {
        title: "a copy each hour, and the last of each of six months",
        methods: ["stream", "files", "snapshot"],
        interval: "1h",
        schedule: "0 * * * *",
        retention: keep({ last: 1, hourly: 24, daily: 7, weekly: 5, monthly: 6 }),
        offSite: true,
        encrypted: true,
        drill: { schedule: "0 5 * * 0", every: "7d", query },
    },
    continuous: {
        title: "the log as it is written, any moment of 14 days",
        methods: ["archive"],
        interval: "5m",
        schedule: "0 2 * * *",
        retention: keep({ last: 1, daily: 14, weekly: 8, monthly: 6 }),
        pointInTime: "14d",
        offSite: true,
        encrypted: true,
        drill: { schedule: "0 5 1 * *", every: "31d", query },
    },
    "continuous-locked": {
        title: "the log as it is written, any moment of 35 days, a month's end for 7 years, under lock",
        methods: ["archive"],
        interval: "5m",
        schedule: "0 2 * * *",
        retention: keep({ last: 1, daily: 35, monthly: 86, yearly: 7 }),
        pointInTime: "35d",
        offSite: true,
        lock: { mode: "compliance", days: 35 },
        encrypted: true,
        drill: { schedule: "0 5 * * 0", every: "7d", query },
    },
};

export const policyNames: readonly string[] = Object.keys(backupPolicies);
