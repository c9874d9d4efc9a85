/** The use cases of the design, row by row, as the resolver answers them from their needs. */

import { catalog } from "../../../components/usecases/catalog";
import { planOf, wish } from "./wishes";

interface Row {
    useCase: string;
    engine: string;
    replication: string;
    replicas: number;
    kind: string;
    driver: string;
    failover: string;
    restore: string | undefined;
    policy: string;
}

const rows: Row[] = [
    {
        useCase: "session-store",
        engine: "valkey",
        replication: "asynchronous",
        replicas: 3,
        kind: "local",
        driver: "instance-store",
        failover: "1s/30s",
        restore: undefined,
        policy: "none",
    },
    {
        useCase: "shopping-cart",
        engine: "valkey",
        replication: "asynchronous",
        replicas: 3,
        kind: "cloud",
        driver: "ebs-gp3",
        failover: "1s/30s",
        restore: "1h/15m",
        policy: "hourly",
    },
    {
        useCase: "user-preferences",
        engine: "postgres",
        replication: "none",
        replicas: 1,
        kind: "cloud",
        driver: "ebs-gp3",
        failover: "0s/5m",
        restore: "1h/15m",
        policy: "hourly",
    },
    {
        useCase: "banking-ledger",
        engine: "postgres-cluster",
        replication: "quorum",
        replicas: 3,
        kind: "cloud",
        driver: "ebs-io2",
        failover: "0s/60s",
        restore: "5m/1h",
        policy: "continuous-locked",
    },
    {
        useCase: "chat-history",
        engine: "postgres-cluster",
        replication: "asynchronous",
        replicas: 3,
        kind: "cloud",
        driver: "ebs-gp3",
        failover: "5s/60s",
        restore: "5m/1h",
        policy: "continuous",
    },
    {
        useCase: "social-feed",
        engine: "postgres-cluster",
        replication: "asynchronous",
        replicas: 2,
        kind: "cloud",
        driver: "ebs-gp3",
        failover: "5s/60s",
        restore: "24h/4h",
        policy: "daily",
    },
    {
        useCase: "user-actions",
        engine: "jetstream",
        replication: "quorum",
        replicas: 3,
        kind: "local",
        driver: "instance-store",
        failover: "0s/30s",
        restore: "24h/4h",
        policy: "daily",
    },
];

test.each(rows.map((row) => [row.useCase, row] as const))(
    "%s on EKS in production is the design's row, with nothing accepted",
    (useCase, row) => {
        const plan = planOf(wish(useCase, "eks"));
        const { failover, restore } = plan.objectives;
        const seen: Row = {
            useCase,
            engine: plan.engine.name,
            replication: plan.engine.replication,
            replicas: plan.replicas,
            kind: plan.storage.kind,
            driver: plan.storage.driver,
            failover: `${failover.rpo}/${failover.rto}`,
            restore: restore && `${restore.rpo}/${restore.rto}`,
            policy: plan.backup.policy,
        };
        expect(seen).toEqual(row);
        expect(plan.accepted).toEqual([]);
    },
);

test("the catalog holds needs only: no engine, member, driver or policy stands in it", () => {
    const text = JSON.stringify(catalog);
    expect(text).not.toMatch(/postgres|valkey|jetstream|ebs|local-path|hourly|continuous|replicas/i);
});

test("a session store says why nothing is backed up", () => {
    const plan = planOf(wish("session-store", "eks"));
    expect(plan.backup).toEqual({ policy: "none", reason: "a login makes it again", carriedOut: false });
    expect(plan.promise.join(" ")).toContain("a login makes it again");
});

test("a shopping cart writes its log every second", () => {
    expect(planOf(wish("shopping-cart", "eks")).engine.settings).toEqual({ appendonly: "yes", appendfsync: "everysec" });
});

test("a ledger is encrypted, restorable to any moment of 35 days, kept for 7 years under lock, and drilled each week", () => {
    const { storage, backup } = planOf(wish("banking-ledger", "eks"));
    expect(storage).toMatchObject({ encrypted: true, parameters: { type: "io2", iops: "6000", encrypted: "true" } });
    expect(backup).toMatchObject({
        method: "archive",
        pointInTime: "35d",
        lock: { mode: "compliance", days: 35 },
        location: "other-region",
        drill: { every: "7d" },
    });
    expect((backup.retention?.monthly ?? 0) / 12).toBeGreaterThanOrEqual(7);
});

test("a chat history is restorable to any moment of 14 days, drilled each month, and grows by itself", () => {
    const { backup, growth, storage } = planOf(wish("chat-history", "eks"));
    expect(backup).toMatchObject({ pointInTime: "14d", drill: { every: "31d", schedule: "0 5 1 * *" } });
    expect(storage.allowExpansion).toBe(true);
    expect(growth).toMatchObject({ perMonth: "10Gi", monthsToCeiling: 15 });
});

test("a social feed shares one media volume that every member mounts", () => {
    const media = planOf(wish("social-feed", "eks")).volumes.find(({ name }) => name === "media");
    expect(media).toMatchObject({ shared: true, accessMode: "ReadWriteMany", storage: { driver: "efs", provisioner: "efs.csi.aws.com" } });
});

test("user preferences on the sandbox: 1Gi that one line makes 2Gi, and what a disposable cluster doesn't promise", () => {
    const small = planOf(wish("user-preferences", "sandbox"));
    expect(small.environment).toBe("development");
    expect(small.volumes).toEqual([{ name: "data", size: "1Gi", ceiling: "10Gi", accessMode: "ReadWriteOncePod" }]);
    expect(small.engine).toMatchObject({ image: "registry.sandbox.holdfast/postgres:17", runAsUser: 101, runAsGroup: 103 });
    expect(small.accepted.map(({ rule }) => rule)).toEqual(["disposable-target", "unencrypted-volume", "backup-in-same-failure-domain"]);
    expect(planOf(wish("user-preferences", "sandbox", { size: "2Gi" })).volumes[0].size).toBe("2Gi");
});

test.each(Object.keys(catalog))("a laptop with nothing but local-path runs %s, and says what it no longer promises", (useCase) => {
    for (const storageDriver of ["local-path", "minikube-hostpath"]) {
        const overrides = { storageDriver, ...(useCase === "custom" ? { image: "docker.io/library/nginx:1.29.3" } : {}) };
        const plan = planOf(wish(useCase, "kubernetes", overrides, { environment: "development" }));
        expect(plan.accepted.length).toBeGreaterThan(0);
        expect(plan.accepted.every(({ from }) => from === "environment")).toBe(true);
        expect(plan.objectives.survives).toEqual(["pod"]);
    }
});

test("a laptop's standard class runs every use case too", () => {
    for (const useCase of Object.keys(catalog)) {
        const overrides = { storageClass: "standard", ...(useCase === "custom" ? { image: "docker.io/library/nginx:1.29.3" } : {}) };
        const plan = planOf(wish(useCase, "kubernetes", overrides, { environment: "development" }));
        expect(plan.storage.existingClass).toBe("standard");
        expect(plan.accepted.map(({ rule }) => rule)).toContain("unknown-capabilities");
    }
});

test("no plan without a repository claims that a backup is made, and says what is missing", () => {
    for (const useCase of Object.keys(catalog).filter((name) => name !== "custom")) {
        const plan = planOf(wish(useCase, "eks"));
        expect(plan.backup.carriedOut).toBe(false);
        if (plan.objectives.restore) {
            expect(plan.promise.join(" ")).toMatch(/Planned, and not in force \((no repository is given|this version has no component)/);
            expect(plan.objectives.restoreReason).toBe(`planned: ${plan.backup.missing}`);
            expect(plan.notProtected.join(" ")).toContain("no backup exists until what is missing for it is there");
        }
    }
});

test("a repository brings backups into force where this version can make them, and nowhere else", () => {
    const made = Object.keys(catalog).filter((useCase) => {
        const image: Record<string, string> = useCase === "custom" ? { image: "docker.io/library/nginx:1.29.3" } : {};
        const { backup, promise, objectives, notProtected } = planOf(wish(useCase, "eks", image, { hasRepository: true }));
        expect(backup.carriedOut).toBe(backup.method !== undefined && backup.missing === undefined);
        if (backup.carriedOut) {
            expect(promise.join(" ")).toMatch(/A restore from as far back as/);
            expect(promise.join(" ")).not.toContain("Planned");
            expect(objectives).not.toHaveProperty("restoreReason");
            expect(notProtected.join(" ")).toContain("Deleted or overwritten data since the newest copy");
            expect(backup.reason).not.toContain("planned only");
        }
        return backup.carriedOut;
    });
    expect(made.sort()).toEqual([
        "audit-log",
        "banking-ledger",
        "chat-history",
        "custom",
        "shopping-cart",
        "user-actions",
        "user-preferences",
    ]);
});

test("a plan says what it takes for granted: drivers, operators, an existing class", () => {
    expect(planOf(wish("social-feed", "eks")).prerequisites).toEqual([
        expect.stringMatching(/^an EKS cluster: .* are made with the class \(proven by mocks only\)$/),
        expect.stringContaining("file system are made with the class"),
        "the CloudNativePG operator",
    ]);
    expect(planOf(wish("user-preferences", "kubernetes", { storageDriver: "ceph-rbd", storageClass: "rbd" })).prerequisites).toEqual([
        'the class "rbd"',
    ]);
});
