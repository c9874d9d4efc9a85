/**
 * One corpus of edits, made to applications as the library makes them and to the same ones with their protection switched off. Every edit is
 * previewed and reviewed; then plain `pulumi up`, which asks no review, is tried: protected volumes are all where they were, and the table at
 * the end says what becomes of the others. Without protection one run makes the representative edits, --full all of them.
 */
import { insideLayout } from "../../sandbox/cluster/control-plane";
import { runInside } from "../../sandbox/node/compartment";
import { image, nextImage, sharedClassObject } from "./support/edit-corpus/applications";
import {
    baseName,
    baseProgram,
    corpus,
    type Done,
    destructive,
    doneEdits,
    editedBase,
    harmless,
    harmlessEdits,
    protectedEdits,
    refusedEdits,
    type Said,
    saidOf,
    type Unprotected,
} from "./support/edit-corpus/corpus";
import type { Look } from "./support/edit-corpus/edit";
import { printTable, tell } from "./support/edit-corpus/table";
import { harmlessName, namesOf, openName, Trials, type Tried, type TriedAlone } from "./support/edit-corpus/trials";
import { fateOf, keepsClaims, type Volumes, volumesInUse, volumesOf } from "./support/edit-corpus/volumes";
import { waitUntil } from "./support/wait";
import { rounds, World } from "./support/world";

const isFull = rounds(2) > 1;
const world = World.create("edit-corpus");
const trials = new Trials(world, isFull);
const { keptGroups, openGroups } = trials;
const volumesBefore = (name: string) => trials.before[name] as Volumes;
const volumesNow = (name: string) => volumesOf(world, [name])[name] as Volumes;

beforeAll(async () => {
    // The add-on brings the image that the applications run.
    world.holdfast("sandbox", "up", "--with", "local-path");
    world.apply(sharedClassObject);
    const ctr = ["ctr", "--address", insideLayout.node(1).containerdSocket, "--namespace", "k8s.io"];
    runInside(world.layout.node(1).folder, [...ctr, "images", "tag", image, nextImage]);
    await trials.begin();
});
afterAll(async () => {
    await trials.end();
    printTable(corpus);
    trials.dispose();
    world.destroy();
});

function expectSaid({ outcome, rules, details }: Said, says: string, rule?: string): void {
    if (outcome !== says) throw new Error(`"${outcome}" instead of "${says}": ${details}`);
    if (rule && !rules.includes(rule)) throw new Error(`the rule ${rule} isn't named: ${details}`);
}

test("the corpus has 25 edits or more, destructive ones and harmless ones", () => {
    expect(new Set(corpus.map(({ id }) => id)).size).toBe(corpus.length);
    expect(destructive.length).toBeGreaterThanOrEqual(20);
    expect(harmless.length).toBeGreaterThanOrEqual(15);
});

describe("with the library's protection", () => {
    test.each(protectedEdits)("$id is said to be $protected.says", async (edit) => {
        const { up, says, rule } = edit.protected;
        const tried = await trials.tried[edit.id];
        // By itself, or else in the update with others of its kind.
        const said =
            up === "refused" || tried ? tried?.said : saidOf((await trials.madeKept).review, `kept-${up.with}`, namesOf(keptGroups));
        tell(edit.id, { kept: said?.outcome });
        expectSaid(said as Said, says, rule);
        if (up !== "refused" && tried) expect(tried.errors).toEqual([]);
    });

    test.each(refusedEdits)("$id is refused by plain `pulumi up`", async ({ id }) => {
        const { up, now: volumes } = await (trials.tried[id] as Promise<Tried>);
        expect(up?.code).not.toBe(0);
        expect(volumes).toEqual(volumesBefore(baseName));
        tell(id, { keptUp: "refused" });
    });

    test("after all of them the program as it was has nothing to do", async () => {
        await Promise.all(Object.values(trials.tried));
        await trials.base.up(baseProgram(), "--expect-no-changes");
        expect(volumesNow(baseName)).toEqual(volumesBefore(baseName));
    });

    test.each(doneEdits)("$id is made by plain `pulumi up`", async (edit: Done) => {
        const { resources, steps } = await trials.madeKept;
        const { with: group, shows } = edit.protected.up;
        const app = `kept-${group}`;
        const get: Look["get"] = (what, path, namespace = app) =>
            world.tryKubectl("-n", namespace, "get", ...what.split("/"), "-o", `jsonpath=${path}`).stdout.trim();
        const [look, shown] = shows;
        const seen = () => look({ app, get, resources, steps: (name) => steps[name] ?? "" });
        waitUntil(`${edit.id}: "${shown}", and it was "${seen()}"`, 60, () => seen() === shown);
    });

    test.each(keptGroups)("$name keeps every volume, and finds on it what it left there", async ({ name, edits }) => {
        const [was, is] = [volumesBefore(name), (await trials.madeKept).now[name] as Volumes];
        for (const { id } of edits) tell(id, { keptUp: fateOf(was, is) });
        expect(keepsClaims(was, is)).toBe(true);
        const isSmaller = edits.some(({ members = 1 }) => members > 1);
        expect(was.marks.filter((mark) => !is.marks.includes(mark)).length).toBe(isSmaller ? was.marks.length / 2 : 0);
    });

    test.each(keptGroups)("in the update of all, $name is said to be what its edits are", async ({ name, edits }) => {
        const said = saidOf((await trials.madeKept).review, name, namesOf(keptGroups));
        expectSaid(said, edits.some((edit) => edit.protected?.says === "refused") ? "refused" : "safe");
    });
});

describe("without it", () => {
    /** Waits for the fate that is expected: Kubernetes deletes some claims after the update. */
    function expectFate({ id, unprotected }: Unprotected, name: string, was: Volumes): void {
        const { fate, exception } = unprotected;
        try {
            waitUntil(`${id}: ${fate}`, 30, () => fateOf(was, volumesNow(name)) === fate);
        } finally {
            tell(id, { openUp: fateOf(was, volumesNow(name)), exception });
        }
    }

    test.each(trials.together)("$id is said to be $unprotected.says, and its data is $unprotected.fate", async (edit) => {
        const name = openName(edit);
        const said = saidOf((await trials.madeOpen).review, name, namesOf(openGroups));
        tell(edit.id, { open: said.outcome });
        expectSaid(said, edit.unprotected.says, edit.unprotected.rule);
        expectFate(edit, name, volumesBefore(name));
    });

    test.each(trials.alone)("$id by itself is said to be $unprotected.says, and its data is $unprotected.fate", async (edit) => {
        const { said, up, before: was } = await (trials.triedAlone[edit.id] as Promise<TriedAlone>);
        tell(edit.id, { open: said.outcome });
        expectSaid(said, edit.unprotected.says, edit.unprotected.rule);
        if (edit.unprotected.isFailing) expect(up.code).not.toBe(0);
        expectFate(edit, openName(edit), was);
    });

    test("what loses data is what the review refuses, and every exception has its reason", () => {
        const all = corpus.filter((edit): edit is Unprotected => edit.unprotected !== undefined);
        const differs = all.filter(({ unprotected: { says, fate } }) => (says === "refused") !== (fate !== "kept"));
        expect(differs.map(({ id }) => id)).toEqual(all.filter(({ unprotected }) => unprotected.exception).map(({ id }) => id));
        // Nothing that loses data is an exception: those are only refused without need.
        expect(differs.every(({ unprotected: { says, fate } }) => says === "refused" && fate === "kept")).toBe(true);
    });

    if (isFull)
        test.each(harmlessEdits)("$id is harmless without protection too", async (edit) => {
            const name = harmlessName(edit);
            const said = saidOf((await trials.madeOpen).review, name, namesOf(openGroups));
            tell(edit.id, { open: said.outcome });
            expectSaid(said, edit.unprotected.says);
            expectFate(edit, name, volumesBefore(name));
        });
});

if (isFull)
    describe("with --skip-preview, so that an update stops half-way", () => {
        test.each(refusedEdits)("$id takes no protected volume", async (edit) => {
            await trials.end();
            const { code } = await trials.base.fork(`half-${edit.id}`).run(["up", "-y", "--skip-preview"], editedBase(edit));
            expect(code).not.toBe(0);
            expect(keepsClaims(volumesBefore(baseName), volumesNow(baseName))).toBe(true);
        });

        test("the program as it was finds its data again", async () => {
            await trials.base.up(baseProgram(), "--refresh");
            // An update that stopped had made the claims of a volume under another name: they are new, empty and not used.
            const [was, is] = [volumesBefore(baseName), volumesInUse(world, [baseName])[baseName] as Volumes];
            expect(is.claims).toMatchObject(was.claims);
            expect(is.marks).toEqual(was.marks);
        });
    });
