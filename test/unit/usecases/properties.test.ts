/** What holds for every plan, whatever was asked. */

import fc from "fast-check";
import { catalog } from "../../../components/usecases/catalog";
import { dataClasses } from "../../../components/usecases/data-classes";
import { driverNames, drivers } from "../../../components/usecases/drivers";
import { losses } from "../../../components/usecases/objectives";
import type { Plan } from "../../../components/usecases/plan";
import { bytesOf, GiB, secondsOf } from "../../../components/usecases/quantities";
import { type OverrideValue, resolve, type Wish } from "../../../components/usecases/resolve";
import { unkeptRules } from "../../../components/usecases/rules";
import { shapeOf } from "../../../components/usecases/settings";
import { reach } from "../../../policies/backup";

const useCases = Object.keys(catalog);
const durations = ["0s", "1s", "5s", "30s", "60s", "5m", "15m", "1h", "4h", "24h", "14d", "30d", "90d", "7y"];
const sizes = ["1Gi", "2Gi", "4Gi", "10Gi", "50Gi", "250Gi", "2Ti", "20Ti"];

const values: Record<string, fc.Arbitrary<OverrideValue>> = {
    replicas: fc.integer({ min: 1, max: 7 }),
    "volumes.data.size": fc.constantFrom(...sizes),
    "volumes.data.ceiling": fc.constantFrom(...sizes),
    "storage.kind": fc.constantFrom("local", "network", "cloud"),
    "storage.driver": fc.constantFrom(...driverNames),
    "storage.encrypted": fc.boolean(),
    "storage.iops": fc.constantFrom(3000, 6000, 20_000, 200_000),
    "storage.bindingMode": fc.constantFrom("Immediate", "WaitForFirstConsumer"),
    "needs.data": fc.constantFrom("key-value", "relational", "stream", "files"),
    "needs.dataClass": fc.constantFrom(...Object.keys(dataClasses)),
    "needs.growth": fc.constantFrom("0Gi", "1Gi", "20Gi"),
    "needs.snapshots": fc.boolean(),
    "needs.pointInTime": fc.boolean(),
    "engine.name": fc.constantFrom("postgres", "postgres-cluster", "valkey", "jetstream", "container"),
    "engine.image": fc.constant("docker.io/library/nginx:1.29.3"),
    "objectives.failover.rpo": fc.constantFrom(...durations.slice(0, 6)),
    "objectives.failover.rto": fc.constantFrom(...durations.slice(2, 8)),
    "objectives.restore.rpo": fc.constantFrom(...durations.slice(5, 11)),
    "objectives.restore.rto": fc.constantFrom(...durations.slice(6, 11)),
    "objectives.restore.retention": fc.constantFrom(...durations.slice(10)),
    "objectives.survives": fc.constantFrom(...losses),
    "backup.policy": fc.constantFrom("none", "daily", "hourly", "continuous", "continuous-locked"),
    "backup.location": fc.constantFrom("same-cluster", "outside-the-cluster", "other-region"),
    "backup.retention.daily": fc.integer({ min: 0, max: 400 }),
    "backup.drill.every": fc.constantFrom("1d", "7d", "31d", "400d"),
    "spread.required": fc.boolean(),
};

const overrides = fc
    .uniqueArray(fc.constantFrom(...Object.keys(values)), { maxLength: 5 })
    .chain((paths) => fc.tuple(...paths.map((path) => values[path].map((value) => [path, value] as const))))
    .map((pairs) => Object.fromEntries(pairs) as Record<string, OverrideValue>);

const anyWish: fc.Arbitrary<Wish> = fc.record({
    app: fc.constantFrom("app", "orders"),
    useCase: fc.constantFrom(...useCases),
    target: fc.constantFrom("sandbox", "kubernetes", "eks"),
    environment: fc.constantFrom("production", "development", undefined),
    overrides,
    // Accepting everything often gives plans where a strict wish gives problems; both belong here.
    accept: fc.oneof(fc.constant<string[]>([...unkeptRules]), fc.subarray<string>([...unkeptRules])),
});

const planned = (wish: Wish, check: (plan: Plan) => void) => {
    const answer = resolve(wish);
    if ("plan" in answer) {
        check(answer.plan);
    }
};

test("the generator reaches plans often enough to prove anything", () => {
    const answers = fc.sample(anyWish, { numRuns: 400, seed: 7 }).map((wish) => "plan" in resolve(wish));
    expect(answers.filter(Boolean).length).toBeGreaterThan(80);
    expect(answers.filter((isPlan) => !isPlan).length).toBeGreaterThan(40);
});

test("a returned plan breaks no promise that isn't named as accepted", () => {
    fc.assert(
        fc.property(anyWish, (wish) =>
            planned(wish, (plan) => {
                const accepted = new Set(plan.accepted.map(({ rule }) => rule));
                const driver = drivers[plan.storage.driver];
                const data = plan.volumes[0];
                const unless = (rule: string, holds: boolean) => expect(holds || accepted.has(rule) ? "" : rule).toBe("");
                const { retention, lock, interval = "24h", pointInTime = "0s", drill } = plan.backup;
                const kept = retention ? reach(retention, secondsOf(interval) ?? 0, secondsOf(pointInTime)) : 0;

                unless("single-local-copy", plan.replicas > 1 || plan.storage.kind !== "local");
                unless("unencrypted-volume", !["personal", "financial"].includes(plan.dataClass) || plan.storage.encrypted);
                unless("no-backup", plan.backup.method !== undefined || plan.asked.restore === undefined);
                unless(
                    "rpo-shorter-than-interval",
                    !plan.asked.restore || !plan.backup.interval || (secondsOf(interval) ?? 0) <= (secondsOf(plan.asked.restore.rpo) ?? 0),
                );
                unless("drill-too-rare", !retention || (drill !== undefined && (secondsOf(drill.every) ?? 0) < kept));
                unless(
                    "retention-shorter-than-asked",
                    !plan.asked.restore || !retention || kept >= (secondsOf(plan.asked.restore.retention) ?? 0),
                );
                // What can't be accepted can't be there.
                expect(["valkey", "jetstream"].includes(plan.engine.name) && plan.replicas === 2).toBe(false);
                expect(plan.engine.replication === "quorum" && plan.replicas < 3).toBe(false);
                expect(plan.dataClass === "financial" && !plan.engine.name.startsWith("postgres")).toBe(false);
                expect(bytesOf(data.ceiling) ?? 0).toBeGreaterThanOrEqual(bytesOf(data.size) ?? 0);
                expect(plan.backup.method === "files" && driver?.volume === "hostPath").toBe(false);
                expect(plan.backup.method === "snapshot" && !plan.storage.snapshots).toBe(false);
                expect(plan.backup.method === "archive" && plan.engine.name !== "postgres-cluster").toBe(false);
                expect(lock !== undefined && kept < lock.days * 86_400).toBe(false);
                expect(driver?.reach === "zone" && plan.storage.bindingMode === "Immediate").toBe(false);
                if (driver?.limits.iops && plan.storage.iops !== undefined) {
                    expect(plan.storage.iops).toBeLessThanOrEqual(
                        Math.max(driver.limits.iops.included, driver.limits.iops.perGiB * ((bytesOf(data.size) ?? 0) / GiB)),
                    );
                }
                for (const volume of plan.volumes.filter(({ accessMode }) => accessMode === "ReadWriteMany")) {
                    expect(drivers[volume.storage?.driver ?? plan.storage.driver]?.capabilities.readWriteMany).toBe(true);
                }
            }),
        ),
        { numRuns: 500 },
    );
});

test("nothing is promised beyond what was asked, and nothing accepted goes unsaid", () => {
    fc.assert(
        fc.property(anyWish, (wish) =>
            planned(wish, ({ objectives, asked, accepted, notProtected }) => {
                expect(asked.survives).toEqual(expect.arrayContaining(objectives.survives));
                expect(secondsOf(objectives.failover.rto)).toBeGreaterThanOrEqual(secondsOf(asked.failover.rto) ?? 0);
                expect(secondsOf(objectives.failover.rpo)).toBeGreaterThanOrEqual(secondsOf(asked.failover.rpo) ?? 0);
                for (const { rule } of accepted) {
                    expect(notProtected.join("\n")).toContain(rule);
                }
            }),
        ),
    );
});

test("an override is respected or refused, never dropped", () => {
    fc.assert(
        fc.property(anyWish, (wish) =>
            planned(wish, ({ decisions }) => {
                for (const [path, value] of Object.entries(wish.overrides ?? {})) {
                    expect(decisions.find((decision) => decision.path === path)?.value).toBe(String(value));
                }
            }),
        ),
        { numRuns: 500 },
    );
});

test("overriding any decision with what was chosen anyway changes nothing", () => {
    fc.assert(
        fc.property(anyWish, fc.nat(), (wish, pick) =>
            planned(wish, (plan) => {
                const { path, value } = plan.decisions[pick % plan.decisions.length];
                expect(resolve({ ...wish, overrides: { ...wish.overrides, [path]: value } })).toEqual({ plan });
            }),
        ),
        { numRuns: 500 },
    );
});

test("every decision has a reason, a value, and a path that can be set", () => {
    fc.assert(
        fc.property(anyWish, (wish) =>
            planned(wish, ({ decisions, volumes }) => {
                const names = volumes.map(({ name }) => name);
                for (const { path, value, reason } of decisions) {
                    expect(reason).toMatch(/\S/);
                    expect(shapeOf(path, names)?.allows(value)).toBe(true);
                }
                expect(new Set(decisions.map(({ path }) => path)).size).toBe(decisions.length);
            }),
        ),
    );
});

test("the order of keys and of accepted rules doesn't matter, and asking twice gives the same", () => {
    fc.assert(
        fc.property(anyWish, (wish) => {
            const turned = Object.fromEntries(Object.entries(wish).reverse()) as unknown as Wish;
            turned.overrides = Object.fromEntries(Object.entries(wish.overrides ?? {}).reverse());
            turned.accept = [...(wish.accept ?? [])].reverse();
            expect(JSON.stringify(resolve(turned))).toBe(JSON.stringify(resolve(wish)));
        }),
    );
});

test("a wish is left as it was", () => {
    fc.assert(
        fc.property(anyWish, (wish) => {
            const before = JSON.stringify(wish);
            resolve(wish);
            expect(JSON.stringify(wish)).toBe(before);
        }),
    );
});

/** Objectives from the weakest to the strongest. */
const ladders: Record<string, string[]> = {
    "objectives.failover.rpo": ["60s", "5s", "1s", "0s"],
    "objectives.failover.rto": ["5m", "60s", "30s"],
    "objectives.restore.rpo": ["24h", "4h", "1h", "15m", "5m"],
    "objectives.restore.rto": ["4h", "1h", "15m"],
    "objectives.restore.retention": ["7d", "14d", "30d", "90d"],
    "objectives.survives": ["pod", "node", "zone"],
};

test("a stronger objective never gives a weaker plan", () => {
    const steps = fc.constantFrom(
        ...Object.entries(ladders).flatMap(([path, rungs]) => rungs.slice(1).map((rung, index) => [path, rungs[index], rung] as const)),
    );
    const strict = fc.record({
        useCase: fc.constantFrom(...useCases.filter((name) => name !== "custom")),
        target: fc.constantFrom("eks", "sandbox"),
        environment: fc.constantFrom("production", "development"),
    });
    const order = { none: 0, asynchronous: 1, quorum: 2 };
    fc.assert(
        fc.property(strict, steps, (base, [path, weaker, stronger]) => {
            const ask = (value: string) => resolve({ ...base, app: "app", overrides: { [path]: value } });
            const [before, after] = [ask(weaker), ask(stronger)];
            if (!("plan" in before && "plan" in after)) {
                return;
            }
            const [a, b] = [before.plan, after.plan];
            const interval = (plan: Plan) =>
                plan.backup.interval === undefined ? Number.POSITIVE_INFINITY : (secondsOf(plan.backup.interval) ?? 0);
            const retained = (plan: Plan) =>
                plan.backup.retention ? reach(plan.backup.retention, interval(plan), secondsOf(plan.backup.pointInTime ?? "0s")) : 0;
            expect(b.replicas).toBeGreaterThanOrEqual(a.replicas);
            expect(order[b.engine.replication]).toBeGreaterThanOrEqual(order[a.engine.replication]);
            expect(interval(b)).toBeLessThanOrEqual(interval(a));
            expect(retained(b)).toBeGreaterThanOrEqual(retained(a));
            expect(losses.indexOf(b.objectives.survives.at(-1) ?? "pod")).toBeGreaterThanOrEqual(
                losses.indexOf(a.objectives.survives.at(-1) ?? "pod"),
            );
            if (a.durability.annualLoss !== "unknown" && b.durability.annualLoss !== "unknown") {
                expect(b.durability.annualLoss).toBeLessThanOrEqual(a.durability.annualLoss);
            }
            expect(secondsOf(b.objectives.failover.rto)).toBeLessThanOrEqual(secondsOf(a.objectives.failover.rto) ?? 0);
            expect(secondsOf(b.objectives.failover.rpo)).toBeLessThanOrEqual(secondsOf(a.objectives.failover.rpo) ?? 0);
        }),
        { numRuns: 400 },
    );
});

test("the price grows with size, with replicas and with retention", () => {
    const cost = (overrides: Record<string, OverrideValue>, useCase: string) => {
        const answer = resolve({ app: "app", useCase, target: "eks", overrides, accept: [...unkeptRules] });
        return "plan" in answer && answer.plan.price.monthly !== "unknown" ? answer.plan.price.monthly : undefined;
    };
    const grows = (useCase: string, path: string, less: number, more: number, write: (value: number) => OverrideValue) => {
        const [low, high] = [cost({ [path]: write(less) }, useCase), cost({ [path]: write(more) }, useCase)];
        if (low !== undefined && high !== undefined) {
            expect(high).toBeGreaterThan(low);
        }
    };
    const cloud = fc.constantFrom("shopping-cart", "banking-ledger", "chat-history", "social-feed");
    fc.assert(
        fc.property(cloud, fc.integer({ min: 10, max: 500 }), fc.integer({ min: 20, max: 500 }), (useCase, size, step) =>
            grows(useCase, "volumes.data.size", size, size + step, (value) => `${value}Gi`),
        ),
    );
    fc.assert(
        fc.property(cloud, fc.integer({ min: 3, max: 20 }), (useCase, replicas) =>
            grows(useCase, "replicas", replicas, replicas + 1, (value) => value),
        ),
    );
    fc.assert(
        fc.property(cloud, fc.integer({ min: 40, max: 300 }), (useCase, daily) =>
            grows(useCase, "backup.retention.daily", daily, daily + 50, (value) => value),
        ),
    );
});
