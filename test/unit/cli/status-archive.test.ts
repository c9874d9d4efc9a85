import { readArchived } from "../../../cli/status/archive-read";
import { judgePromise, type PromiseFacts } from "../../../cli/status/promise";
import type { LogFacts } from "../../../cli/status/promise-log";
import type { RunKubectl } from "../../../cli/status/read";

const now = Date.parse("2026-11-23T12:00:00Z");
const ago = (seconds: number) => now - seconds * 1000;
const promised = { rpoSeconds: 300, rtoSeconds: 3600 };
const base = { name: "ledger-1", startedAt: ago(7200), endedAt: ago(7100), outcome: "good" as const };
const shipping: LogFacts = { shipSeconds: 240, shippedAt: ago(100) };
const judged = (log: Partial<LogFacts>, more: Partial<PromiseFacts> = {}) =>
    judgePromise({ promised, backedUpSince: ago(86_400), backups: [base], log: { ...shipping, ...log }, ...more }, now);

it.each<[string, Partial<LogFacts>, Partial<PromiseFacts>, string, RegExp]>([
    ["all is shipped", {}, {}, "kept", /at most 240 seconds|at most 4 minutes/],
    ["nothing is written, and so nothing shipped for long", { shippedAt: ago(90_000) }, {}, "kept", /shipped 25 hours ago/],
    ["a part waits, and the rest of the promise is spent", { waitingSeconds: 70 }, {}, "at-risk", /waited for 70 seconds/],
    ["a part waits for longer than promised", { waitingSeconds: 400 }, {}, "broken", /waited for 6 minutes/],
    ["shipping fails", { failedAt: ago(5) }, {}, "at-risk", /failed 5 seconds ago/],
    ["nothing was ever shipped", { shippedAt: undefined }, {}, "broken", /nothing of the log is shipped/],
    ["the first base copy is still to come", {}, { backups: [], backedUpSince: ago(60) }, "at-risk", /no base copy/],
    ["it never came", {}, { backups: [], backedUpSince: ago(7200) }, "broken", /no base copy/],
    [
        "the last base copies failed",
        {},
        { backups: [base, { name: "b", startedAt: ago(60), outcome: "failed" }] },
        "at-risk",
        /one backup since then failed/,
    ],
])("%s", (_what, log, more, verdict, reason) => {
    const status = judged(log, more);
    expect([status.verdict, status.reasons[0]]).toEqual([verdict, expect.stringMatching(reason)]);
});

it("counts as shipped what would be there if everything else were lost now", () => {
    expect(judged({ waitingSeconds: 10 }).lastGoodBackup).toEqual({ name: "log", takenAt: "2026-11-23T11:55:50.000Z", ageSeconds: 250 });
    expect(judged({}, { backups: [] }).lastGoodBackup).toBe("none");
});

describe("what is read of the cluster", () => {
    const labels = { "app.kubernetes.io/name": "ledger", "app.kubernetes.io/managed-by": "holdfast" };
    const metadata = { name: "ledger", namespace: "bank", labels, creationTimestamp: "2026-11-23T09:00:00Z" };
    const archived = { metadata, spec: { backup: { barmanObjectStore: {} } } };
    const copy = {
        metadata: { name: "ledger-1", namespace: "bank" },
        spec: { cluster: { name: "ledger" } },
        status: { phase: "completed", startedAt: "2026-11-23T10:00:00Z", stoppedAt: "2026-11-23T10:01:00Z" },
    };
    const printed = (stdout: object | string, status = 0) => ({
        status,
        stdout: status === 0 ? (typeof stdout === "string" ? stdout : JSON.stringify(stdout)) : "",
        stderr: status === 0 ? "" : String(stdout),
    });
    const cluster =
        (clusters: object[], log: ReturnType<typeof printed>): RunKubectl =>
        async (args) =>
            args[0] === "exec" ? log : printed({ items: args[2].endsWith("clusters") ? clusters : [copy] });

    it("is the log as the primary tells it, and the base copies", async () => {
        const found = await readArchived(cluster([archived], printed(JSON.stringify(shipping))));
        expect(found).toEqual([
            {
                app: "ledger",
                namespace: "bank",
                facts: {
                    backedUpSince: Date.parse("2026-11-23T09:00:00Z"),
                    backups: [
                        {
                            name: "ledger-1",
                            startedAt: Date.parse("2026-11-23T10:00:00Z"),
                            endedAt: Date.parse("2026-11-23T10:01:00Z"),
                            outcome: "good",
                        },
                    ],
                    log: shipping,
                },
            },
        ]);
    });

    it("is its drill too, with the reason where that can't be read", async () => {
        const result = { outcome: "passed", startedAt: "2026-11-23T05:00:00Z", endedAt: "2026-11-23T05:05:00Z", rtoSeconds: 31 };
        const created = { name: "ledger-drill", creationTimestamp: "2026-11-22T00:00:00Z" };
        const drill = printed({
            items: [
                { kind: "ConfigMap", metadata: created, data: { "result.json": JSON.stringify({ ...result, promised: promised }) } },
                { kind: "CronJob", metadata: created },
            ],
        });
        const asked: string[][] = [];
        const with_ =
            (answer: ReturnType<typeof printed>): RunKubectl =>
            async (args, ...rest) => {
                asked.push(args);
                return args[1] === "configmaps,cronjobs" ? answer : cluster([archived], printed(JSON.stringify(shipping)))(args, ...rest);
            };
        const [found] = (await readArchived(with_(drill))) as { facts: PromiseFacts; promisedByDrill: object }[];
        expect(asked.find(([, what]) => what === "configmaps,cronjobs")).toContain("ledger-drill");
        expect(found.facts.drill).toMatchObject({ outcome: "passed", rtoSeconds: 31 });
        expect(found.facts.drilledSince).toBe(Date.parse("2026-11-22T00:00:00Z"));
        expect(found.promisedByDrill).toEqual(promised);
        const [unread] = (await readArchived(with_(printed("Error from server (Forbidden): no", 1)))) as { facts: PromiseFacts }[];
        expect(unread.facts.unread).toMatch(/its drills could not be read \(no\)/);
    });

    it("says so where the primary can't be asked", async () => {
        const [found] = (await readArchived(cluster([archived], printed("error: no pod runs", 1)))) as { facts: PromiseFacts }[];
        expect(found.facts.unread).toMatch(/primary could not be asked .*no pod runs/);
        expect(found.facts.log).toBeUndefined();
    });

    it("leaves out clusters of somebody else's, and those that archive nothing", async () => {
        const others = [
            { ...archived, metadata: { ...metadata, labels: {} } },
            { metadata, spec: {} },
        ];
        expect(await readArchived(cluster(others, printed("")))).toEqual([]);
    });

    it("is nothing where there is no CloudNativePG, and a reason where nobody may look", async () => {
        expect(await readArchived(async () => printed("Error from server (NotFound): not found", 1))).toEqual([]);
        expect(await readArchived(async () => printed("Error from server (Forbidden): no", 1))).toEqual({ reason: "no" });
    });
});
