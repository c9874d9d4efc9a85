import { resolve, type Wish } from "../../../components/usecases/resolve";
import { rules } from "../../../components/usecases/rules";
import { aliases, shapeOf } from "../../../components/usecases/settings";
import { planOf, problemsOf, rulesOf, wish } from "./wishes";

const image = { image: "docker.io/library/nginx:1.29.3" };
const nothingKept = Object.fromEntries(
    ["last", "hourly", "daily", "weekly", "monthly", "yearly"].map((unit) => [`backup.retention.${unit}`, 0]),
);

const prefs = (overrides = {}, target = "eks") => wish("user-preferences", target, overrides);
const chat = (overrides = {}, target = "eks") => wish("chat-history", target, overrides);
const cart = (overrides = {}, target = "eks") => wish("shopping-cart", target, overrides);
const ledger = (overrides = {}) => wish("banking-ledger", "eks", overrides);
const feed = (overrides = {}) => wish("social-feed", "eks", overrides);
const session = (overrides = {}, target = "kubernetes") => wish("session-store", target, overrides);
const custom = (overrides = {}, target = "eks") => wish("custom", target, { ...image, ...overrides });
const on = (storageDriver: string, overrides = {}) => ({ storageDriver, ...overrides });

/** A wish that breaks the rule, and one beside it that doesn't. */
const cases: Record<string, { broken: Wish; kept: Wish }> = {
    "engine-serves-other-data": { broken: prefs({ "engine.name": "valkey" }), kept: prefs({ "engine.name": "postgres" }) },
    "engine-has-no-replication": { broken: prefs({ "engine.replication": "quorum" }), kept: chat({ "engine.replication": "quorum" }) },
    "image-missing": { broken: wish("custom", "eks"), kept: custom() },
    "version-without-image": {
        broken: prefs({ version: "16" }),
        kept: prefs({ version: "16", image: "docker.io/library/postgres:16.10" }),
    },
    "engine-has-one-member": { broken: prefs({ replicas: 3 }), kept: prefs({ replicas: 1 }) },
    "majority-of-two": { broken: cart({ replicas: 2 }), kept: cart({ replicas: 3 }) },
    "quorum-too-small": { broken: ledger({ replicas: 2 }), kept: ledger({ replicas: 3 }) },
    "cache-as-ledger": { broken: cart({ dataClass: "financial" }), kept: ledger() },
    "no-standby": { broken: chat({ replicas: 1 }), kept: chat({ replicas: 2 }) },
    "failover-slower-than-asked": {
        broken: prefs({ "engine.name": "postgres", "objectives.failover.rto": "60s" }),
        kept: prefs({ "objectives.failover.rto": "60s" }),
    },
    "failover-loses-more-than-asked": {
        broken: cart({ "objectives.failover.rpo": "0s" }),
        kept: cart({ "objectives.failover.rpo": "2s" }),
    },
    "members-on-one-node": { broken: chat({ "spread.required": false }), kept: chat({ "spread.required": true }) },
    "disposable-target": {
        broken: wish("session-store", "sandbox", {}, { environment: "production" }),
        kept: session(on("local-path")),
    },
    "survives-less-than-asked": { broken: custom({ "objectives.survives": "zone" }), kept: custom({ "objectives.survives": "node" }) },
    "single-local-copy": { broken: prefs(on("topolvm"), "kubernetes"), kept: prefs(on("ceph-rbd"), "kubernetes") },
    "asynchronous-local-copies": { broken: chat(on("topolvm"), "kubernetes"), kept: chat(on("ceph-rbd"), "kubernetes") },
    "unknown-capabilities": {
        broken: prefs({ storageClass: "standard" }, "kubernetes"),
        kept: prefs(on("ceph-rbd", { storageClass: "standard" }), "kubernetes"),
    },
    "unencrypted-volume": { broken: prefs({ "storage.encrypted": false }), kept: prefs({ "storage.encrypted": true }) },
    "encryption-not-available": {
        broken: session(on("local-path", { "storage.encrypted": true })),
        kept: session(on("ceph-rbd", { "storage.encrypted": true })),
    },
    "encryption-not-optional": {
        broken: session({ "storage.encrypted": false }, "eks"),
        kept: session(on("ebs-gp3", { "storage.encrypted": false }), "eks"),
    },
    "parameters-missing": {
        broken: custom(on("nfs-csi", { "storage.parameters.server": "nfs.example.com" }), "kubernetes"),
        kept: custom(on("nfs-csi", { "storage.parameters.server": "nfs.example.com", "storage.parameters.share": "/data" }), "kubernetes"),
    },
    "snapshots-not-available": {
        broken: session(on("local-path", { "needs.snapshots": true })),
        kept: session(on("openebs-zfs", { "needs.snapshots": true })),
    },
    "clones-not-available": {
        broken: session(on("openebs-lvm", { "needs.clones": true })),
        kept: session(on("openebs-zfs", { "needs.clones": true })),
    },
    "expansion-not-available": {
        broken: session(on("local-path", { ceiling: "40Gi" })),
        kept: session(on("topolvm", { ceiling: "40Gi" })),
    },
    "volume-cannot-grow": { broken: prefs({ ceiling: "10Gi" }), kept: prefs({ ceiling: "11Gi" }) },
    "ceiling-below-size": { broken: prefs({ ceiling: "9Gi" }), kept: prefs({ ceiling: "20Gi" }) },
    "shared-access-not-available": {
        broken: feed({ "volumes.media.driver": "ebs-gp3", "volumes.media.accessMode": "ReadWriteMany" }),
        kept: feed({ "volumes.media.driver": "efs", "volumes.media.accessMode": "ReadWriteMany" }),
    },
    "shared-volume-on-one-node": { broken: feed({ "volumes.media.driver": "ebs-gp3" }), kept: feed() },
    "database-on-file-share": { broken: prefs(on("efs")), kept: prefs(on("ebs-io2")) },
    "immediate-binding-of-zonal-disk": {
        broken: prefs({ "storage.bindingMode": "Immediate" }),
        kept: prefs(on("ceph-rbd", { "storage.bindingMode": "Immediate" }), "kubernetes"),
    },
    "immediate-binding-of-local-disk": { broken: session(on("minikube-hostpath")), kept: session(on("local-path")) },
    "reclaim-delete-with-data": {
        broken: prefs({ "storage.reclaimPolicy": "Delete" }),
        kept: prefs({ "storage.reclaimPolicy": "Retain" }),
    },
    "volume-size-limit": { broken: prefs({ size: "65Ti" }), kept: prefs({ size: "64Ti" }) },
    "iops-limit": { broken: prefs({ iops: 5001 }), kept: prefs({ iops: 5000 }) },
    "throughput-limit": { broken: prefs({ "storage.throughputMiB": 751 }), kept: prefs({ "storage.throughputMiB": 750 }) },
    "load-beyond-driver": { broken: prefs({ "needs.iops": 6000 }), kept: prefs({ "needs.iops": 5000 }) },
    "attribute-changes-beyond-limit": { broken: prefs({ "storage.changesPerDay": 5 }), kept: prefs({ "storage.changesPerDay": 4 }) },
    "no-backup": { broken: prefs({ "backup.policy": "none" }), kept: prefs({ "backup.policy": "hourly" }) },
    "backup-method-not-available": {
        broken: chat({ "backup.policy": "daily", "backup.method": "files" }),
        kept: chat({ "backup.policy": "daily", "backup.method": "stream" }),
    },
    "point-in-time-not-available": { broken: prefs({ "backup.policy": "continuous" }), kept: chat({ "backup.policy": "continuous" }) },
    "file-backup-of-host-path": {
        broken: custom(on("local-path", { "backup.policy": "daily" }), "kubernetes"),
        kept: custom(on("topolvm", { "backup.policy": "daily" }), "kubernetes"),
    },
    "rpo-shorter-than-interval": { broken: prefs({ "backup.policy": "daily" }), kept: prefs({ "backup.policy": "hourly" }) },
    "restore-slower-than-asked": { broken: prefs({ size: "21Gi" }), kept: prefs({ size: "20Gi" }) },
    "retention-shorter-than-asked": {
        broken: prefs({ "objectives.restore.retention": "1y" }),
        kept: prefs({ "objectives.restore.retention": "1y", "backup.retention.yearly": 3 }),
    },
    "lock-without-retention": { broken: prefs({ ...nothingKept, "backup.lock.days": 7 }), kept: prefs({ "backup.lock.days": 7 }) },
    "retention-shorter-than-lock": { broken: prefs({ "backup.lock.days": 121 }), kept: prefs({ "backup.lock.days": 120 }) },
    "backups-not-locked": { broken: ledger({ "backup.lock.mode": "none" }), kept: ledger({ "backup.lock.mode": "governance" }) },
    "unencrypted-repository": { broken: prefs({ "backup.encrypted": false }), kept: prefs({ "backup.encrypted": true }) },
    "backup-in-same-failure-domain": {
        broken: prefs({ "backup.location": "same-cluster" }),
        kept: prefs({ "backup.location": "outside-the-cluster" }),
    },
    "drill-too-rare": { broken: prefs({ "backup.drill.every": "120d" }), kept: prefs({ "backup.drill.every": "119d" }) },
};

/** The wish with the fix carried out, where the fix is a line to write or to remove and not advice in words. */
function applied(asked: Wish, fix: string): Wish | undefined {
    const first = fix.split(/[,;] /)[0];
    const [, removed] = /^remove ([\w.]+)$/.exec(first) ?? [];
    const [, key, value] = /^([\w.]+): ([\w.\-/:]+)$/.exec(first) ?? [];
    const path = aliases[removed ?? key] ?? removed ?? key;
    if (path === undefined || shapeOf(path, ["data", "media"]) === undefined) {
        return undefined;
    }
    const others = Object.entries(asked.overrides ?? {}).filter(([each]) => (aliases[each] ?? each) !== path);
    return { ...asked, overrides: { ...Object.fromEntries(others), ...(removed === undefined ? { [path]: value } : {}) } };
}

test("most fixes are lines to write, so that following them can be tested", () => {
    const lines = Object.entries(cases).filter(([id, { broken }]) =>
        applied(broken, problemsOf(broken).find(({ rule }) => rule === id)?.fix ?? ""),
    );
    expect(lines.length).toBeGreaterThan(35);
});

test("every rule has a test of both sides", () => {
    expect(Object.keys(cases).sort()).toEqual(rules.map(({ id }) => id).sort());
});

describe.each(rules.map((rule) => [rule.id, rule] as const))("%s", (id, rule) => {
    const { broken, kept } = cases[id];

    test("refuses what breaks it, and says what was given, what is allowed and what to write", () => {
        const problem = problemsOf(broken).find((each) => each.rule === id);
        expect(problem?.severity).toBe(rule.severity);
        for (const part of [problem?.message, problem?.given, problem?.allowed, problem?.fix, problem?.path]) {
            expect(part).toMatch(/\S/);
        }
    });

    test("is kept by what it says to write instead", () => {
        const written = applied(broken, problemsOf(broken).find((each) => each.rule === id)?.fix ?? "");
        expect(written === undefined ? [] : rulesOf(written)).not.toContain(id);
    });

    test("has nothing against what keeps it", () => {
        expect(rulesOf(kept)).not.toContain(id);
    });

    test("names a source with its date", () => {
        expect(rule.source.origin).toMatch(/\S/);
        expect(rule.source.date).toMatch(/^\d{4}-\d{2}$/);
    });

    if (rule.severity === "unkept") {
        test("may be accepted by its name, and says in the open what that costs", () => {
            const plan = planOf({ ...broken, accept: rulesOf(broken) });
            const accepted = plan.accepted.find((each) => each.rule === id);
            expect(accepted?.from).toBe("override");
            expect(plan.notProtected.join("\n")).toContain(`(accepted: ${id})`);
        });

        test("is accepted by development, under that name", () => {
            const plan = planOf({ ...broken, environment: "development" });
            // Smaller sizes may keep the rule by themselves; where it is broken, development says that it was.
            for (const accepted of plan.accepted.filter((each) => each.rule === id)) {
                expect(accepted.from).toBe("environment");
            }
        });
    } else {
        test("is never accepted", () => {
            const answer = resolve({ ...broken, accept: [id], environment: "development" });
            expect("problems" in answer && answer.problems.map((each) => each.rule)).toContain("never-accepted");
        });
    }
});

test.each([
    ["single-local-copy", (plan: ReturnType<typeof planOf>) => plan.objectives.survives, ["pod"]],
    ["failover-slower-than-asked", (plan: ReturnType<typeof planOf>) => plan.objectives.failover.rto, "5m"],
    ["failover-loses-more-than-asked", (plan: ReturnType<typeof planOf>) => plan.objectives.failover.rpo, "1s"],
    ["rpo-shorter-than-interval", (plan: ReturnType<typeof planOf>) => plan.objectives.restore?.rpo, "24h"],
    ["restore-slower-than-asked", (plan: ReturnType<typeof planOf>) => plan.objectives.restore?.rto, "16m"],
    ["retention-shorter-than-asked", (plan: ReturnType<typeof planOf>) => plan.objectives.restore?.retention, "120d"],
    ["no-backup", (plan: ReturnType<typeof planOf>) => plan.objectives.restore, undefined],
    ["no-standby", (plan: ReturnType<typeof planOf>) => plan.objectives.failover.rto, "5m"],
])("accepting %s lowers the promise to what remains", (id, read, remains) => {
    const { broken } = cases[id];
    const plan = planOf({ ...broken, accept: rulesOf(broken) });
    expect(read(plan)).toEqual(remains);
    expect(read({ ...plan, objectives: plan.asked })).not.toEqual(remains);
});
