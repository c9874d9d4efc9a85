import * as fs from "node:fs";
import * as path from "node:path";
import type { Pod } from "../../../cli/status/objects";
import {
    type BackupRun,
    type DrillRun,
    judgePromise,
    type PromiseFacts,
    type PromiseStatus,
    type Verdict,
} from "../../../cli/status/promise";
import { addPromises, promisedBy } from "../../../cli/status/promised";
import { statusPage } from "../../../cli/status/terminal";
import type { Plan } from "../../../components/usecases/plan";
import { resolve } from "../../../components/usecases/resolve";
import { faults, type SchemaDocument } from "../../support/json-schema";
import { app, now, status } from "./status-fixtures";

const document = JSON.parse(fs.readFileSync(path.join(__dirname, "../../../docs/status-schema.json"), "utf8")) as SchemaDocument;

const minutes = (count: number) => now - count * 60_000;
const days = (count: number) => minutes(count * 24 * 60);
const promised = { rpoSeconds: 3600, rtoSeconds: 900, drillEverySeconds: 7 * 86_400 };
const backup = (ageMinutes: number, more: Partial<BackupRun> = {}): BackupRun => ({
    name: `b-${ageMinutes}`,
    startedAt: minutes(ageMinutes),
    outcome: "good",
    ...more,
});
const drill = (ageDays: number, more: Partial<DrillRun> = {}): DrillRun => ({
    outcome: "passed",
    endedAt: days(ageDays),
    rtoSeconds: 40,
    ...more,
});
const facts = (more: Partial<PromiseFacts> = {}): PromiseFacts => ({
    promised,
    backedUpSince: days(30),
    backups: [backup(90), backup(30)],
    drilledSince: days(30),
    drill: drill(3),
    ...more,
});

test("a promise that is kept says by what", () => {
    expect(judgePromise(facts(), now)).toEqual({
        verdict: "kept",
        reasons: [
            "the last good backup is 30 minutes old, promised are at most 60 minutes",
            "the last drill restored it 3 days ago in 40 seconds, promised within 15 minutes",
        ],
        promised,
        lastGoodBackup: { name: "b-30", takenAt: new Date(minutes(30)).toISOString(), ageSeconds: 1800 },
        lastDrill: { outcome: "passed", endedAt: new Date(days(3)).toISOString(), ageSeconds: 3 * 86_400, rtoSeconds: 40 },
    });
});

const cases: [string, Partial<PromiseFacts>, Verdict, RegExp][] = [
    ["a backup exactly as old as promised", { backups: [backup(60)] }, "kept", /60 minutes old/],
    ["one that is over while the next is made", { backups: [backup(64), backup(1, { outcome: "running" })] }, "at-risk", /64 minutes old/],
    ["one far over", { backups: [backup(67)] }, "broken", /67 minutes old/],
    ["a failure within the RPO", { backups: [backup(30), backup(5, { outcome: "failed" })] }, "at-risk", /one backup since then failed$/],
    ["a failure before the last good one", { backups: [backup(90, { outcome: "failed" }), backup(30)] }, "kept", /30 minutes/],
    [
        "one that succeeded and was refused",
        { backups: [backup(90), backup(30, { refused: "it has no end" })] },
        "broken",
        /90 minutes old.*one backup since then failed: it has no end/,
    ],
    [
        "no backup yet, soon after the start",
        { backups: [], backedUpSince: minutes(10) },
        "at-risk",
        /there is no recovery point yet.*within 56 minutes/,
    ],
    [
        "no backup yet, and the first failed",
        { backups: [backup(5, { outcome: "failed" })], backedUpSince: minutes(10) },
        "broken",
        /no good backup.*one backup failed/,
    ],
    ["no backup long after the start", { backups: [], backedUpSince: minutes(70) }, "broken", /no good backup, 70 minutes after/],
    ["nothing that makes backups", { backups: [], backedUpSince: undefined }, "broken", /K8up has no Schedule/],
    [
        "no drill yet, before the first is due",
        { drill: undefined, drilledSince: days(6) },
        "kept",
        /no drill has proven it yet; the first is due within 24 hours/,
    ],
    ["no drill when one was due", { drill: undefined, drilledSince: days(8) }, "at-risk", /no drill has proven it, 8 days after/],
    ["no drill though one is promised", { drill: undefined, drilledSince: undefined }, "at-risk", /nothing makes them/],
    [
        "no drill where none is promised",
        { drill: undefined, drilledSince: undefined, promised: { rpoSeconds: 3600, rtoSeconds: 900 } },
        "kept",
        /30 minutes/,
    ],
    ["a drill that is a little late", { drill: drill(7.5) }, "kept", /7 days ago/],
    ["a drill that is overdue", { drill: drill(8) }, "at-risk", /8 days ago.*one every 7 days is promised/],
    ["a drill slower than promised", { drill: drill(3, { rtoSeconds: 901 }) }, "broken", /in 15 minutes, promised within 15 minutes/],
    [
        "a drill that failed",
        { drill: drill(3, { outcome: "failed", failure: "wrong-password", rtoSeconds: undefined }) },
        "broken",
        /failed 3 days ago \(wrong-password\)/,
    ],
    [
        "a drill that found a bad backup, and a good one since",
        { drill: drill(3, { outcome: "failed", failure: "backup-incomplete", detail: "no last line" }) },
        "at-risk",
        /backup-incomplete: no last line.*a backup was made since/,
    ],
    [
        "a drill that found a bad backup, and none since",
        { drill: drill(0, { outcome: "failed", failure: "backup-incomplete" }) },
        "broken",
        /backup-incomplete/,
    ],
    [
        "a backup that nobody looked at, nor at any before it",
        { looks: [] },
        "at-risk",
        /30 minutes old.*K8up's word: it was not looked at yet, nor was one before it \(npx holdfast backups/,
    ],
    [
        "one that a prune saw whole",
        { looks: [{ at: minutes(20), newestWhole: minutes(29) }] },
        "kept",
        /^the last good backup is 30 minutes old, promised are at most 60 minutes$/m,
    ],
    [
        "one that came after the last look, which found one whole",
        { looks: [{ at: minutes(600), newestWhole: minutes(620) }] },
        "kept",
        /30 minutes old.*not looked at yet, and the one of 10 hours ago was whole/,
    ],
    [
        "one that came after a look of long ago",
        { looks: [{ at: days(3), newestWhole: days(3) }] },
        "at-risk",
        /K8up's word: nobody has looked at one for 3 days/,
    ],
    [
        "one that was looked at by hand, and a later one",
        { looks: [], backups: [backup(80, { isLookedAt: true }), backup(20)] },
        "kept",
        /20 minutes old.*the one of 80 minutes ago was whole/,
    ],
    [
        "one that K8up calls a success and a later look found cut short",
        { looks: [{ at: minutes(10), newestWhole: minutes(200) }] },
        "broken",
        /no good backup.*2 backups failed: the repository was looked at, and has no whole stream of it/,
    ],
    ["a look that found nothing whole", { looks: [{ at: minutes(10) }] }, "broken", /no good backup/],
    ["a look that was over before it ended", { looks: [{ at: minutes(31), newestWhole: minutes(95) }] }, "kept", /the one of 95 minutes/],
    ["files, which have no end to look at", { looks: undefined }, "kept", /^the last good backup is 30 minutes old, promised/m],
    [
        "a backup of the future",
        { backups: [backup(30), backup(-120)] },
        "at-risk",
        /^the backup b--120 began 2 hours from now: a clock is wrong, its age isn't known, and it isn't counted$/,
    ],
    ["nothing but a backup of the future", { backups: [backup(-120)] }, "broken", /there is no good backup/],
    ["a clock that is a little ahead", { backups: [backup(-3)] }, "kept", /0 seconds old/],
    ["a prune that failed", { pruneFailedAt: minutes(120) }, "at-risk", /the last prune failed 2 hours ago: nothing is removed/],
    ["what decides it unread", { unread: "its backups could not be read (not allowed)" }, "unknown", /not allowed/],
    ["a promise that nobody here knows", { promised: undefined }, "unknown", /no stack has this application/],
];

test.each(cases)("%s", (_what, more, verdict, reason) => {
    const judged = judgePromise(facts(more), now);
    expect(faults(document, JSON.parse(JSON.stringify(judged)), document.$defs.promise, "promise")).toEqual([]);
    expect([judged.verdict, judged.reasons.slice(0, verdict === "kept" ? 2 : 1).join("\n")]).toEqual([
        verdict,
        expect.stringMatching(reason),
    ]);
});

test("the worst of both decides, and comes first", () => {
    const judged = judgePromise(facts({ backups: [backup(64)], drill: drill(3, { rtoSeconds: 901 }) }), now);
    expect(judged.verdict).toBe("broken");
    expect(judged.reasons).toEqual([expect.stringMatching(/^the last drill/), expect.stringMatching(/^the last good backup/)]);
});

const resolution = resolve({ app, useCase: "user-preferences", target: "sandbox" });
if (!("plan" in resolution)) throw new Error("user-preferences has a plan");
const plan = (carriedOut: boolean): Plan => ({ ...resolution.plan, backup: { ...resolution.plan.backup, carriedOut } });

test("only what is carried out is promised", () => {
    expect(promisedBy(plan(true))).toEqual(promised);
    expect(promisedBy(plan(false))).toBeUndefined();
    expect(promisedBy({ ...plan(true), objectives: { ...plan(true).objectives, restore: undefined } })).toBeUndefined();
});

const backedUp = (more: Partial<PromiseFacts> = {}) => {
    const { promised: _promised, ...rest } = facts(more);
    return [{ app, namespace: app, facts: rest }];
};

test("an application's status has its promise, and a broken one is a problem", () => {
    const kept = status();
    addPromises(kept, backedUp(), new Map([[app, plan(true)]]));
    expect([kept.state, kept.apps[0].state, kept.apps[0].promise?.verdict]).toEqual(["ready", "ready", "kept"]);
    const broken = status();
    addPromises(broken, backedUp({ backups: [backup(600)] }), new Map([[app, plan(true)]]));
    expect([broken.state, broken.apps[0].state, broken.apps[0].promise?.verdict]).toEqual(["problem", "problem", "broken"]);
});

test("where nothing is backed up and nothing promised, there is nothing to say", () => {
    const none = status();
    addPromises(none, [], new Map([[app, plan(false)]]));
    expect(none.apps[0]).not.toHaveProperty("promise");
    const silent = status();
    addPromises(silent, [], new Map([[app, plan(true)]]));
    expect(silent.apps[0].promise?.reasons[0]).toMatch(/nothing backs it up/);
});

test("a Schedule of the same name in another namespace is another application's", () => {
    const other = status();
    addPromises(other, [{ ...backedUp()[0], namespace: "elsewhere" }], new Map());
    expect(other.apps[0]).not.toHaveProperty("promise");
});

test("what can't be read is unknown, and what the last drill was promised counts where no stack says it", () => {
    const unread = status();
    addPromises(unread, { reason: "not allowed" }, new Map([[app, plan(true)]]));
    expect(unread.apps[0].promise).toMatchObject({ verdict: "unknown", lastGoodBackup: "unknown" });
    const byDrill = status();
    addPromises(byDrill, [{ ...backedUp()[0], promisedByDrill: { rpoSeconds: 60, rtoSeconds: 900 } }], new Map());
    expect(byDrill.apps[0].promise?.verdict).toBe("broken");
});

test("the page shows the verdict with its reasons beneath the application", () => {
    const shown = status();
    addPromises(shown, backedUp({ backups: [backup(600)] }), new Map([[app, plan(true)]]));
    const page = statusPage(shown, { width: 200 });
    expect(page).toContain("ledger: not ready: something is wrong\n");
    expect(page).toContain("  Promise of a restore: broken\n    the last good backup is 10 hours old, promised are at most 60 minutes\n");
    expect(statusPage(status())).not.toContain("Promise");
});

test("a prune's last words are a look, of its own application alone", () => {
    const words = JSON.stringify({
        version: 1,
        lookedAt: new Date(minutes(20)).toISOString(),
        newestWhole: new Date(minutes(29)).toISOString(),
    });
    const prunePod = (of: string, message: string, isOver = true): Pod => ({
        metadata: { name: "prune", namespace: app, uid: "u", labels: { "holdfast.dev/backup-of": of } },
        spec: { containers: [] },
        status: {
            initContainerStatuses: [
                {
                    name: "look-at-streams",
                    ready: false,
                    restartCount: 1,
                    ...(isOver
                        ? { state: { terminated: { exitCode: 0, message } } }
                        : { state: { waiting: {} }, lastState: { terminated: { exitCode: 1, message } } }),
                },
            ],
        },
    });
    const verdict = (...pods: Pod[]) => {
        const shown = status();
        addPromises(shown, backedUp({ looks: [] }), new Map([[app, plan(true)]]), pods);
        const { verdict: judged, lastGoodBackup } = shown.apps[0].promise as PromiseStatus;
        return [judged, (lastGoodBackup as { isLookedAt?: boolean }).isLookedAt];
    };
    expect(verdict(prunePod(app, words))).toEqual(["kept", true]);
    expect(verdict(prunePod(app, words, false))).toEqual(["kept", true]);
    expect(verdict(prunePod("other", words), prunePod(app, "restic said something"), prunePod(app, "{}"))).toEqual(["at-risk", false]);
});
