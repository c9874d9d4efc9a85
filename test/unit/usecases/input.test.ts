/** What is typed wrongly: every problem at once, each with the closest legal word or what to write instead. */

import fc from "fast-check";
import type { Wish } from "../../../components/usecases/resolve";
import { planOf, problemsOf, rulesOf, wish } from "./wishes";

const fixOf = (asked: Wish, path: string) => problemsOf(asked).find((problem) => problem.path === path)?.fix;

test.each([
    ["useCase", wish("user-preferencs", "eks"), "useCase: user-preferences"],
    ["useCase", wish("bankingledger", "eks"), "useCase: banking-ledger"],
    ["target", wish("user-preferences", "kubernets"), "target: kubernetes"],
    ["environment", wish("user-preferences", "eks", {}, { environment: "prod" }), "environment: production"],
    ["sise", wish("user-preferences", "eks", { sise: "2Gi" }), "size: 2Gi"],
    ["volumes.data.sizes", wish("user-preferences", "eks", { "volumes.data.sizes": "2Gi" }), "volumes.data.size: 2Gi"],
    ["storageDriver", wish("user-preferences", "eks", { storageDriver: "ebs-gp4" }), "storageDriver: ebs-gp3"],
    ["accept", wish("user-preferences", "eks", {}, { accept: ["single-local-copies"] }), "accept: single-local-copy"],
    ["backup.policy", wish("user-preferences", "eks", { "backup.policy": "hourley" }), "backup.policy: hourly"],
    ["storage.kind", wish("user-preferences", "eks", { "storage.kind": "clouds" }), "storageKind: cloud"],
])("a misspelt %s is answered with the closest legal word", (path, asked, fix) => {
    expect(fixOf(asked, path)).toBe(fix);
});

test.each(["2", "2 Gi", "2GB", "-2Gi", "0Gi", "2gi", "1e3Gi", "", "Gi", "two", Number.NaN, -1, 5, true, "99999999999999Pi"])(
    "%p is not a size",
    (size) => {
        expect(rulesOf(wish("user-preferences", "eks", { size }))).toEqual(["bad-value"]);
    },
);

test.each(["5", "5min", "-5m", "five", "5 m", 5])("%p is not a duration", (rto) => {
    expect(rulesOf(wish("user-preferences", "eks", { "objectives.failover.rto": rto }))).toEqual(["bad-value"]);
});

test("every problem is told at once, those of the words and those of the rules", () => {
    const asked = wish(
        "user-preferences",
        "kubernetes",
        { size: "2", replicas: -1, "resources.requests.cpu": "fast", storageDriver: "local-path" },
        { app: "My App" },
    );
    expect(rulesOf(asked).sort()).toEqual(
        ["bad-name", "bad-value", "bad-value", "bad-value", "single-local-copy", "unencrypted-volume", "volume-cannot-grow"].sort(),
    );
});

test("a cluster's drivers have to be named, and the rest is judged in the same run", () => {
    const problems = problemsOf(wish("user-preferences", "kubernetes", { ceiling: "5Gi" }));
    expect(problems.map(({ rule }) => rule)).toContain("driver-not-named");
    expect(problems.map(({ rule }) => rule)).toContain("ceiling-below-size");
    expect(problems[0].allowed).toContain("ceph-rbd");
});

test("a kind that the target hasn't is refused with the kinds it has", () => {
    const [problem] = problemsOf(wish("user-preferences", "sandbox", { storageKind: "cloud" }));
    expect(problem).toMatchObject({ rule: "driver-not-named", message: "the built-in disposable cluster has no cloud storage" });
    expect(problem.allowed).toContain("sandbox-pool");
});

test("contradictions are named: kind and driver, a setting and its short name, a driver that isn't there", () => {
    expect(rulesOf(wish("user-preferences", "eks", { storageDriver: "ebs-gp3", storageKind: "local" }))).toEqual(["contradiction"]);
    expect(rulesOf(wish("user-preferences", "eks", { size: "2Gi", "volumes.data.size": "3Gi" }))).toEqual(["contradiction"]);
    expect(rulesOf(wish("user-preferences", "eks", { storageDriver: "sandbox-pool" }))).toEqual(["driver-not-on-target"]);
});

test("a setting that decides nothing is refused rather than dropped", () => {
    expect(
        rulesOf(wish("user-preferences", "eks", { "backup.policy": "none", "backup.interval": "1h" }, { accept: ["no-backup"] })),
    ).toEqual(["setting-without-effect"]);
    expect(rulesOf(wish("user-preferences", "sandbox", { iops: 4000 }))).toEqual(["setting-without-effect"]);
    expect(rulesOf(wish("session-store", "eks", { "needs.recreatable": true, "objectives.restore.rpo": "1h" }))).toEqual([
        "setting-without-effect",
    ]);
    expect(rulesOf(wish("user-preferences", "sandbox", { region: "eu-central-1" }))).toEqual(["setting-without-effect"]);
});

test("a described driver is judged by the same rules as the table's", () => {
    const described = (description: object, overrides = {}) =>
        wish(
            "user-preferences",
            "kubernetes",
            { storageDriver: "acme", ...overrides },
            { drivers: { acme: description } as Wish["drivers"] },
        );
    const able = { kind: "network", provisioner: "block.acme.example", expansion: "online", encryption: "always" };
    expect(planOf(described(able)).storage).toMatchObject({ driver: "acme", provisioner: "block.acme.example", encrypted: true });
    expect(rulesOf(described({ kind: "network", provisioner: "block.acme.example" }))).toEqual([
        "unencrypted-volume",
        "volume-cannot-grow",
    ]);
    expect(rulesOf(described({ ...able, kind: "local" }))).toEqual(["single-local-copy"]);
    expect(rulesOf(described(able, { "needs.snapshots": true }))).toEqual(["snapshots-not-available"]);
    expect(rulesOf(described({ knd: "network", provisioner: 5, snapshots: "yes", annualFailure: 2 }))).toEqual([
        "unknown-key",
        "bad-driver",
        "bad-driver",
        "bad-driver",
        "bad-driver",
    ]);
    expect(problemsOf(described({ ...able, encrypton: "always" }))[0].fix).toContain("encryption");
});

test("a described driver may say more of one in the table: disks that are encrypted underneath", () => {
    const drivers = { "local-path": { kind: "local", provisioner: "rancher.io/local-path", encryption: "always" } } as Wish["drivers"];
    const rules = rulesOf(wish("user-preferences", "kubernetes", { storageDriver: "local-path" }, { drivers }));
    expect(rules).toContain("single-local-copy");
    expect(rules).not.toContain("unencrypted-volume");
});

test("parameters of a class are set by their names, for the storage and for a volume of its own", () => {
    const pool = planOf(wish("user-preferences", "kubernetes", { storageDriver: "ceph-rbd", "storage.parameters.pool": "fast" }));
    expect(pool.storage.parameters).toMatchObject({ pool: "fast", clusterID: "rook-ceph" });
    expect(pool.decisions.find(({ path }) => path === "storage.parameters.pool")?.reason).toContain("in place of replicapool");
    const media = planOf(wish("social-feed", "eks", { "volumes.media.parameters.fileSystemId": "fs-0123" })).volumes[1];
    expect(media.storage?.parameters).toMatchObject({ provisioningMode: "efs-ap", fileSystemId: "fs-0123" });
    expect(rulesOf(wish("user-preferences", "eks", { "volumes.media.parameters.fileSystemId": "fs-0123" }))).toEqual(["unknown-setting"]);
    const existing = wish("user-preferences", "kubernetes", {
        storageDriver: "ceph-rbd",
        storageClass: "rbd",
        "storage.parameters.pool": "fast",
    });
    expect(rulesOf(existing)).toEqual(["setting-without-effect"]);
});

test("a policy of one's own is taken by its name and judged like the others", () => {
    const policies = { quarter: { interval: "6h", retention: { last: 28, weekly: 8 } } };
    const plan = planOf(wish("user-preferences", "eks", { "backup.policy": "quarter", "objectives.restore.rpo": "6h" }, { policies }));
    expect(plan.backup).toMatchObject({ policy: "quarter", schedule: "0 */6 * * *", interval: "6h", method: "stream" });
    expect(rulesOf(wish("user-preferences", "eks", { "backup.policy": "quarter" }, { policies }))).toEqual(["rpo-shorter-than-interval"]);
    const bad = {
        odd: { intervall: "6h", retention: { daily: -1, fortnightly: 2 }, lock: { mode: "governance", days: 0 } },
    } as unknown as Wish["policies"];
    expect(rulesOf(wish("user-preferences", "eks", {}, { policies: bad }))).toEqual([
        "unknown-key",
        "bad-policy",
        "unknown-key",
        "bad-policy",
    ]);
});

test("an acceptance that nothing needs is reported", () => {
    const plan = planOf(wish("user-preferences", "eks", {}, { accept: ["single-local-copy"] }));
    expect(plan.unusedAcceptances).toEqual(["single-local-copy"]);
});

test("names of the object prototype are no use case, target, driver or setting", () => {
    for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
        expect(rulesOf(wish(name, name)).length).toBeGreaterThan(0);
        expect(rulesOf(wish("user-preferences", "eks", { storageDriver: name }))).toEqual(["unknown-driver"]);
        expect(rulesOf(wish("user-preferences", "eks", Object.fromEntries([[name, "1"]]))).length).toBe(1);
    }
});

test("any input at all gives a plan or problems, never an exception", () => {
    const value = fc.oneof(
        fc.string(),
        fc.integer(),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.constant(undefined),
        fc.array(fc.string()),
    );
    const anything = fc.record({
        app: value,
        useCase: fc.oneof(value, fc.constantFrom("user-preferences", "custom", "social-feed")),
        target: fc.oneof(value, fc.constantFrom("sandbox", "kubernetes", "eks")),
        environment: fc.oneof(value, fc.constantFrom("production", "development")),
        overrides: fc.option(
            fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("size", "replicas", "storageDriver", "backup.policy")), value),
            { nil: undefined },
        ),
        accept: fc.oneof(value, fc.array(fc.string())),
        drivers: fc.option(fc.dictionary(fc.string(), value), { nil: undefined }),
        policies: fc.option(fc.dictionary(fc.string(), value), { nil: undefined }),
    });
    fc.assert(
        fc.property(anything, (asked) => {
            const problems = problemsOf(asked as unknown as Wish);
            for (const problem of problems) {
                expect(Object.values(problem).every((part) => typeof part === "string" && part.length > 0)).toBe(true);
            }
        }),
        { numRuns: 200 },
    );
});
