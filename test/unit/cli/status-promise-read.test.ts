import { UserError } from "../../../cli/errors";
import { type BackedUp, backupRun, drillRun, readBackedUp } from "../../../cli/status/promise-read";
import type { Printed, RunKubectl } from "../../../cli/status/read";
import { labelsOf } from "../../../components/workloads/labels";

const ok = (items: object[]): Printed => ({ status: 0, stdout: JSON.stringify({ items }), stderr: "" });
const failed = (stderr: string): Printed => ({ status: 1, stdout: "", stderr });
const noSuchKind = failed("Error from server (NotFound): the server could not find the requested resource\n");
const forbidden = failed('Error from server (Forbidden): backups.k8up.io is forbidden: User "jo" cannot list\n');
const created = "2026-11-22T11:00:00Z";
const schedule = (name: string, labels: Record<string, string> = labelsOf(name)) => ({
    metadata: { name, namespace: name, labels, creationTimestamp: created },
});
const completed = (reason: string) => ({
    conditions: [
        { type: "Ready", status: "True", reason: "Ready" },
        { type: "Completed", status: "True", reason },
    ],
});
const run = (name: string, of: string, status: object = completed("Succeeded"), more: object = {}) => ({
    metadata: { name, namespace: of, creationTimestamp: created, ownerReferences: [{ kind: "Schedule", name: of }], ...more },
    status,
});
const result = { version: 1, outcome: "passed", endedAt: created, rtoSeconds: 12, promised: { rpoSeconds: 3600, rtoSeconds: 900 } };

function kubectl(answers: Record<string, Printed>) {
    const asked: string[] = [];
    const runs: RunKubectl = async (args) => {
        const what = args[1] === "--raw" ? args[2] : `${args[1]} ${args[3]}`;
        asked.push(what);
        const answer = answers[what.replace("/apis/k8up.io/v1/", "")];
        if (!answer) throw new Error(`nobody expects ${args.join(" ")}`);
        return answer;
    };
    return { runs, asked };
}

test("where nothing is backed up, one call is all", async () => {
    for (const answer of [noSuchKind, ok([]), ok([schedule("theirs", {})])]) {
        const { runs, asked } = kubectl({ schedules: answer });
        expect(await readBackedUp(runs)).toEqual([]);
        expect(asked).toEqual(["/apis/k8up.io/v1/schedules"]);
    }
});

test("each application has its own backups and its own drill", async () => {
    const { runs } = kubectl({
        schedules: ok([schedule("ledger"), schedule("shop")]),
        prunes: ok([run("p1", "shop", completed("Failed"))]),
        backups: ok([
            run("ledger-1", "ledger"),
            run("shop-1", "shop", completed("Failed")),
            run("by-hand", "ledger", {}, { ownerReferences: [], labels: labelsOf("ledger") }),
            run("stranger", "ledger", {}, { ownerReferences: [] }),
        ]),
        "configmaps,cronjobs ledger-drill": ok([
            { kind: "CronJob", metadata: { name: "ledger-drill", creationTimestamp: created } },
            { kind: "ConfigMap", metadata: { name: "ledger-drill" }, data: { "result.json": JSON.stringify(result) } },
        ]),
        "configmaps,cronjobs shop-drill": ok([]),
    });
    const at = Date.parse(created);
    expect(await readBackedUp(runs)).toEqual([
        {
            app: "ledger",
            namespace: "ledger",
            facts: {
                backedUpSince: at,
                backups: [
                    { name: "ledger-1", startedAt: at, outcome: "good" },
                    { name: "by-hand", startedAt: at, outcome: "running" },
                ],
                drilledSince: at,
                drill: { outcome: "passed", endedAt: at, rtoSeconds: 12 },
            },
            promisedByDrill: { rpoSeconds: 3600, rtoSeconds: 900 },
        },
        {
            app: "shop",
            namespace: "shop",
            facts: { backedUpSince: at, backups: [{ name: "shop-1", startedAt: at, outcome: "failed" }], pruneFailedAt: at },
        },
    ]);
});

test("what may not be read is said, and a cluster that doesn't answer is a reason", async () => {
    expect(await readBackedUp(kubectl({ schedules: forbidden }).runs)).toEqual({
        reason: expect.stringContaining('User "jo" cannot list'),
    });
    const { runs } = kubectl({
        schedules: ok([schedule("ledger")]),
        backups: forbidden,
        prunes: forbidden,
        "configmaps,cronjobs ledger-drill": ok([]),
    });
    expect(await readBackedUp(runs)).toMatchObject([{ facts: { unread: expect.stringMatching(/^its backups could not be read/) } }]);
    const down = async () => {
        throw new UserError("The connection was refused.");
    };
    expect(await readBackedUp(down)).toEqual({ reason: "The connection was refused" });
});

test("a namespace alone is asked for its own", async () => {
    const { runs, asked } = kubectl({ "namespaces/shop/schedules": ok([]) });
    expect(await readBackedUp(runs, "shop")).toEqual([]);
    expect(asked).toHaveLength(1);
});

test("a backup that was looked at and refused says why", () => {
    const refused = run("b", "ledger", completed("Succeeded"), { annotations: { "holdfast.dev/refused": "it has no end" } });
    expect(backupRun(refused as Parameters<typeof backupRun>[0])).toMatchObject({ outcome: "good", refused: "it has no end" });
    const [done] = completed("Succeeded").conditions.slice(1);
    const empty = run("a", "a", { conditions: [{ ...done, message: "nothing to backup" }] });
    expect(backupRun(empty as Parameters<typeof backupRun>[0])).toMatchObject({ refused: expect.stringContaining("nothing was running") });
});

test("a result that is none is no drill", () => {
    for (const text of [undefined, "", "{", "{}", JSON.stringify({ ...result, endedAt: "soon" })]) expect(drillRun(text)).toBeUndefined();
    expect(drillRun(JSON.stringify({ ...result, outcome: "failed", failure: "too-slow", detail: "x\ny" }))?.run).toMatchObject({
        failure: "too-slow",
        detail: "x",
    });
});

test("streams come with the looks at them: what the Schedule notes, what a drill proved, and which Backup was seen whole", async () => {
    const drilled = { ...result, startedAt: "2026-11-22T12:00:00Z", recoveryPoint: created };
    const streamed = {
        ...schedule("ledger"),
        spec: { prune: { podConfigRef: { name: "ledger-prune" } } },
    };
    Object.assign(streamed.metadata, { annotations: { "holdfast.dev/looked-at": `{"lookedAt":"2026-11-22T13:00:00Z"}` } });
    const seen = run("ledger-1", "ledger", completed("Succeeded"), { annotations: { "holdfast.dev/recovery-point": "aaaaaaaa" } });
    const prune = (name: string, creationTimestamp: string, reason: string) =>
        run(name, "ledger", completed(reason), { creationTimestamp });
    const { runs } = kubectl({
        schedules: ok([streamed]),
        backups: ok([seen]),
        prunes: ok([
            prune("p1", "2026-11-20T11:00:00Z", "Failed"),
            prune("p2", "2026-11-21T11:00:00Z", "Succeeded"),
            run("p3", "ledger", {}),
        ]),
        "configmaps,cronjobs ledger-drill": ok([
            { kind: "ConfigMap", metadata: { name: "ledger-drill" }, data: { "result.json": JSON.stringify(drilled) } },
        ]),
    });
    const [{ facts }] = (await readBackedUp(runs)) as BackedUp[];
    expect(facts.looks).toEqual([
        { at: Date.parse("2026-11-22T13:00:00Z") },
        { at: Date.parse("2026-11-22T12:00:00Z"), newestWhole: Date.parse(created) },
    ]);
    expect(facts).not.toHaveProperty("pruneFailedAt");
    expect(facts.backups).toMatchObject([{ isLookedAt: true }]);
});
