/** The example of docs/new-use-case.md: what an audit log needs, and what has to come out. */

import { planOf, rulesOf, wish } from "./wishes";

test("an audit log loses no entry with a member, survives a zone, and is encrypted", () => {
    const plan = planOf(wish("audit-log", "eks"));
    expect(plan.engine).toMatchObject({ name: "jetstream", replication: "quorum" });
    expect(plan.objectives).toMatchObject({ failover: { rpo: "0s" }, survives: ["pod", "node", "zone"] });
    expect(plan.storage).toMatchObject({ kind: "cloud", encrypted: true });
    expect(plan.backup.policy).toBe("hourly");
});

test("the same needs given to custom come out the same", () => {
    const needs = {
        "needs.data": "stream",
        "needs.dataClass": "personal",
        "objectives.failover.rpo": "0s",
        "objectives.restore.rpo": "1h",
        "objectives.restore.rto": "1h",
        "objectives.survives": "zone",
    };
    const plan = planOf(wish("custom", "eks", needs));
    expect(plan).toMatchObject({
        engine: { name: "jetstream", replication: "quorum" },
        replicas: 3,
        storage: { kind: "cloud", encrypted: true },
        backup: { policy: "hourly" },
    });
});

test("keeping a year of it takes a retention of a year, and the plan says so", () => {
    expect(rulesOf(wish("audit-log", "eks", { "objectives.restore.retention": "1y" }))).toEqual(["retention-shorter-than-asked"]);
    expect(rulesOf(wish("audit-log", "eks", { "objectives.restore.retention": "1y", "backup.retention.yearly": 3 }))).toEqual([]);
});
