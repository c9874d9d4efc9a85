import * as fs from "node:fs";
import * as path from "node:path";
import { exitCodes, parsePreview, review, unreadable } from "../../../policies/review";
import {
    claim,
    create,
    diff,
    namespace,
    preview,
    remove,
    replace,
    rowOf,
    type StepJson,
    same,
    state,
    statefulSet,
    storageClass,
    update,
} from "./support/previews";

const classChange = { "spec.storageClassName": "update-replace" };
const slow = () => claim({ storageClassName: "slow" });
const allow = (...lines: string[]) => ({ config: { "holdfast:allow": JSON.stringify(lines) } });
const outcome = (steps: StepJson[], extra = {}) => review(preview(steps, extra)).outcome;

describe("permissions", () => {
    test("a permission that names the claim allows its deletion", () => {
        expect(outcome([remove(claim())])).toBe("refused");
        const { row, all } = rowOf([remove(claim())], "claim", allow("delete data-db-0"));
        expect(row).toMatchObject({ verdict: "destroyed", isAllowed: true, permission: "delete data-db-0" });
        expect(all.outcome).toBe("safe");
        expect(all.permissions).toEqual([expect.objectContaining({ text: "delete data-db-0", use: "used" })]);
    });

    test("a permission for one object allows no other", () => {
        const other = { ...claim({}, {}, { name: "data-db-1", namespace: "shop" }), urn: `${claim().urn}-1` };
        const result = review(preview([remove(claim()), remove(other)], allow("delete data-db-0")));
        expect(result.outcome).toBe("refused");
        expect(result.rows.map(({ name, isAllowed }) => [name, isAllowed])).toEqual([
            ["data-db-0", true],
            ["data-db-1", false],
        ]);
    });

    test("an unused one is reported, and so is one for an object that stays", () => {
        const { permissions } = review(preview([same(claim())], allow("delete data-db-0", "delete nothing-like-it-at-all")));
        expect(permissions.map(({ use }) => use)).toEqual(["unused", "unused"]);
        expect(permissions[0].says).toContain("stays as it is");
    });

    test("a misspelt one is reported with what was probably meant, and allows nothing", () => {
        const result = review(preview([remove(claim())], allow("delete data-bd-0")));
        expect(result.outcome).toBe("refused");
        expect(result.permissions).toEqual([
            {
                text: "delete data-bd-0",
                use: "misspelt",
                says: 'nothing here is called that. Did you mean "delete data-db-0"?',
                object: "data-bd-0",
                meant: "delete data-db-0",
            },
        ]);
    });

    test("what isn't a permission is said to be none", () => {
        for (const line of ["delete *", "remove data-db-0", "delete data-db-0 please"]) {
            const result = review(preview([remove(claim())], allow(line)));
            expect(result.outcome).toBe("refused");
            expect(result.permissions[0].use).toBe("unreadable");
        }
    });

    test("one that would mean two objects of the same name allows neither", () => {
        const twin = { ...claim({}, {}, { name: "data-db-0", namespace: "other" }), urn: `${claim().urn}-2` };
        const result = review(preview([remove(claim()), remove(twin)], allow("delete data-db-0")));
        expect(result.outcome).toBe("refused");
        expect(result.permissions[0].use).toBe("ambiguous");
    });

    test("none allows what can't be carried out", () => {
        const steps = [
            update(claim(), claim({ resources: { requests: { storage: "512Mi" } } }), { "spec.resources.requests.storage": "update" }),
        ];
        const { row, all } = rowOf(steps, "claim", allow("delete data-db-0"));
        expect(row.permission).toBeUndefined();
        expect(all.outcome).toBe("refused");
    });

    test("a permission lifts protection in an update of its own", () => {
        const lifted = [same(claim({}, { protect: true, retainOnDelete: true }), claim())];
        expect(outcome(lifted)).toBe("refused");
        expect(outcome(lifted, allow("delete data-db-0"))).toBe("safe");
        const tooEarly = rowOf([remove(claim({}, { protect: true }))], "claim", allow("delete data-db-0"));
        expect(tooEarly.row.isAllowed).toBe(false);
        expect(tooEarly.all.outcome).toBe("refused");
        expect(tooEarly.all.permissions[0].says).toContain("in an update that keeps it");
    });

    test("other kinds are named with their kind, and what our storage made with the storage's name", () => {
        const tags = { "holdfast.dev/storage": "ledger" };
        const names = [
            rowOf([remove(state("aws:kms/key:Key", "ledger-storage-key", { tags }))], "ledger-storage-key"),
            rowOf([remove(state("aws:efs/fileSystem:FileSystem", "files", { tags }))], "files"),
            rowOf([remove(namespace())], "namespace"),
            rowOf([remove(state("aws:ebs/volume:Volume", "disk", {}))], "disk"),
            rowOf(
                [replace(statefulSet(), statefulSet({}, { name: "x", namespace: "shop" }), { "metadata.name": "update-replace" })],
                "set",
            ),
        ];
        expect(names.map(({ row }) => row.permission)).toEqual([
            "delete key/ledger",
            "delete file-system/ledger",
            "delete namespace/shop",
            "delete ebs-volume/disk",
            "delete statefulset/db",
        ]);
    });
});

describe("protection", () => {
    const error = (urn: string, message: string) => ({ diagnostics: [{ severity: "error", urn, message }] });

    test("what is protected is refused by the engine, and said to be stopped", () => {
        const was = claim({}, { protect: true });
        const { row, all } = rowOf([replace(was, claim({ storageClassName: "slow" }, { protect: true }), classChange)], "claim");
        expect(row.isStoppedByProtection).toBe(true);
        expect(all.outcome).toBe("refused");
    });

    test("protection that is lifted in the same update stops nothing", () => {
        const { row } = rowOf([replace(claim({}, { protect: true }), slow(), classChange)], "claim");
        expect(row.isStoppedByProtection).toBe(false);
        expect(row.verdict).toBe("destroyed");
        expect(row.findings.map(({ rule }) => rule)).toEqual(["data-replaced", "protection-lifted"]);
    });

    test("retainOnDelete is the old state's: switched off in the same update, it still keeps the claim", () => {
        const { row } = rowOf([replace(claim({}, { retainOnDelete: true }), slow(), classChange)], "claim");
        expect(row.findings.map(({ rule }) => rule)).toEqual(["replaced-beside", "protection-lifted"]);
        expect(row.verdict).toBe("at risk");
    });

    test("an object that only the engine's error names is refused all the same", () => {
        const { urn } = claim();
        const message = `error: resource "${urn}" cannot be deleted\nbecause it is protected. To unprotect …`;
        const { row, all } = rowOf([same(namespace())], "claim", error(urn, message));
        expect(row).toMatchObject({ verdict: "destroyed", isStoppedByProtection: true, object: 'claim "claim"' });
        expect(exitCodes[all.outcome]).toBe(2);
    });

    test("any other error means that nothing can be told, and is shown", () => {
        const result = review(preview([same(claim())], error("", "<{%fg 1%}>error: <{%reset%}>no such host")));
        expect(exitCodes[result.outcome]).toBe(1);
        expect(result.errors).toEqual(["error: no such host"]);
        expect(outcome([remove(claim())], error("", "error: no such host"))).toBe("refused");
    });
});

describe("folding", () => {
    test("the steps of a replacement are one row, which says what goes first", () => {
        const was = claim();
        const is = slow();
        const steps: StepJson[] = [
            { op: "delete-replaced", urn: was.urn, oldState: was },
            { op: "replace", urn: was.urn, oldState: was, newState: is, detailedDiff: diff(classChange) },
            { op: "create-replacement", urn: was.urn, oldState: was, newState: is, detailedDiff: diff(classChange) },
        ];
        const { row, all } = rowOf(steps, "claim");
        expect(all.rows).toHaveLength(1);
        expect(row.findings[0].says).toContain("deleted first");
        expect(row.findings[0].fields).toEqual(["spec.storageClassName"]);
        const later = rowOf([steps[1], steps[2], steps[0]], "claim");
        expect(later.row.findings[0].says).not.toContain("deleted first");
    });

    test("a replacement without a detailed diff names the engine's own reasons", () => {
        const { row } = rowOf([{ ...replace(claim(), slow()), detailedDiff: null, replaceReasons: ["spec"] }], "claim");
        expect(row.findings[0].fields).toEqual(["spec"]);
    });

    test("an update without a detailed diff is compared field by field", () => {
        const was = statefulSet();
        const is = statefulSet({ template: { spec: { containers: [{ name: "db", image: "db:2" }] } } });
        const { row } = rowOf([{ ...update(was, is), detailedDiff: null }], "set");
        expect(row.verdict).toBe("restarted");
    });

    test("what is read, refreshed, imported or let go isn't touched", () => {
        for (const op of ["same", "read", "refresh", "import", "discard"]) {
            const { row, all } = rowOf([{ op, urn: claim().urn, oldState: claim(), newState: claim() }], "claim");
            expect([op, row.verdict, all.outcome]).toEqual([op, "kept", "safe"]);
        }
    });

    test("a resource that becomes a read one is replaced, unless it was only read before", () => {
        const step = { op: "read-replacement", urn: claim().urn, newState: claim({}, { external: true }) };
        expect(rowOf([{ ...step, oldState: claim() }], "claim").row.verdict).toBe("destroyed");
        expect(rowOf([{ ...step, oldState: claim({}, { external: true }) }], "claim").row.verdict).toBe("kept");
    });

    test("a deletion left over from an interrupted replacement is a replacement", () => {
        const { row } = rowOf([same(claim()), { op: "delete-replaced", urn: claim().urn, oldState: claim() }], "claim");
        expect(row.verdict).toBe("destroyed");
    });
});

describe("what remains", () => {
    const remains = (steps: StepJson[]) => rowOf(steps, "claim").row.findings[0].remains.join("\n");

    test("the volume, where the class says Retain; nothing, where it says Delete or isn't there", () => {
        expect(remains([remove(claim()), same(storageClass())])).toContain('class "fast" says Retain');
        expect(remains([remove(claim()), same(storageClass({ reclaimPolicy: "Delete" }))])).toContain(
            'not the volume: class "fast" says Delete',
        );
        expect(remains([remove(claim())])).toContain("isn't in this preview");
    });

    test("snapshots, the other members and backups, where they are in the preview", () => {
        const snapshot = state("kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot", "snap", {
            metadata: { name: "monday", namespace: "shop" },
            spec: { source: { persistentVolumeClaimName: "data-db-0" } },
        });
        const schedule = state("kubernetes:k8up.io/v1:Schedule", "nightly", { metadata: { name: "nightly", namespace: "shop" } });
        const text = remains([remove(claim()), same(snapshot), same(schedule), same(statefulSet())]);
        expect(text).toContain("snapshots of it: monday");
        expect(text).toContain("db's 2 other members");
        expect(text).toContain("backed up: nightly");
        expect(remains([remove(claim()), remove(snapshot)])).not.toContain("monday");
    });
});

describe("a preview that can't be relied upon", () => {
    test.each([
        ["no object", 5],
        ["a list", []],
        ["nothing of a preview", {}],
        ["an update plan", { resourcePlans: {} }],
        ["steps that aren't a list", { steps: {}, changeSummary: {} }],
        ["a step without a name", { steps: [{ op: "same" }], changeSummary: {} }],
        ["a step nobody knows", preview([{ op: "teleport", urn: claim().urn, oldState: claim() }])],
        ["an update of nothing", preview([{ op: "update", urn: claim().urn, newState: claim() }])],
        ["a document cut short", { steps: [same(claim())] }],
        ["fewer deletions than it counts", preview([same(claim())], { changeSummary: { same: 1, delete: 1 } })],
        ["a state that may be corrupt", { ...preview([same(claim())]), maybeCorrupt: true }],
    ])("%s: it couldn't be told", (_, document) => {
        const result = review(document);
        expect(exitCodes[result.outcome]).toBe(1);
        expect(result.problems.length).toBeGreaterThan(0);
    });

    test("a danger that is seen in it is refused nevertheless", () => {
        expect(exitCodes[review({ steps: [remove(claim())] }).outcome]).toBe(2);
    });

    test("no preview at all couldn't be told either", () => {
        expect(exitCodes[unreadable("gone").outcome]).toBe(1);
    });

    test("unchanged resources that are left out are a note, not a danger", () => {
        const result = review(preview([create(claim())], { changeSummary: { create: 1, same: 7 } }));
        expect(result.outcome).toBe("safe");
        expect(result.notes.join()).toContain("7 unchanged resources are left out");
        expect(review(preview([same(claim())])).notes).toEqual([]);
    });
});

test("an object of the same name in another cluster isn't the one that is deleted", () => {
    const inCluster = (name: string) => claim({}, { provider: `urn:pulumi:test::shop::pulumi:providers:kubernetes::${name}::4711` });
    const moved = (name: string) => [remove(inCluster("here")), create({ ...inCluster(name), urn: `${claim().urn}-2` })];
    expect(rowOf(moved("here"), "claim").row.findings.map(({ rule }) => rule)).toEqual(["renamed-without-alias"]);
    expect(rowOf(moved("there"), "claim").row.findings.map(({ rule }) => rule)).toEqual(["data-deleted"]);
});

test("an interrupted update before it is a note", () => {
    const diagnostics = [
        { severity: "warning", message: "Attempting to deploy or update resources with 1 pending operations from previous deployment." },
    ];
    expect(review(preview([same(claim())], { diagnostics })).notes.join()).toContain("interrupted");
});

test("lines of other tools around the document are left out", () => {
    const text = JSON.stringify(preview([same(claim())]), null, 4);
    for (const output of [text, `warning: using pulumi-resource-kubernetes from $PATH\n${text}\n`, `${text}\nwarning: done\n`]) {
        expect(review(parsePreview(output)).rows).toHaveLength(1);
    }
    expect(() => parsePreview("error: no stack")).toThrow();
});

test("nothing but what is pure is imported, directly or through others", () => {
    const root = path.join(__dirname, "../../..");
    const seen = new Set<string>();
    const visit = (file: string) => {
        if (seen.has(file)) return;
        seen.add(file);
        for (const [, target] of fs.readFileSync(file, "utf8").matchAll(/ from "([^"]+)";$/gm)) {
            expect({ file: path.relative(root, file), target }).toEqual({
                file: path.relative(root, file),
                target: expect.stringMatching(/^\./),
            });
            const base = path.resolve(path.dirname(file), target);
            visit(fs.existsSync(`${base}.ts`) ? `${base}.ts` : path.join(base, "index.ts"));
        }
    };
    visit(path.join(root, "policies/review/index.ts"));
    expect(seen.size).toBeGreaterThan(15);
});

test("a preview of 1,000 resources is read in under a second", () => {
    const steps = Array.from({ length: 250 }, (_, i) => {
        const at = (each: ReturnType<typeof claim>, name: string) => ({
            ...each,
            urn: `${each.urn}-${i}`,
            inputs: { ...each.inputs, metadata: { name: `${name}-${i}`, namespace: `shop-${i % 20}` } },
        });
        return [
            same(at(claim(), "data")),
            remove(at(claim(), "old")),
            update(at(statefulSet(), "db"), at(statefulSet({ replicas: 1 }), "db")),
            create(at(namespace(), "ns")),
        ];
    })
        .flat()
        .map((step, i) => ({ ...step, urn: `${step.urn}-${i}` }));
    expect(steps).toHaveLength(1000);
    const text = JSON.stringify(preview(steps));
    // Processor time: what else the machine does is no part of it.
    const started = process.cpuUsage();
    const { rows } = review(parsePreview(text));
    const { user, system } = process.cpuUsage(started);
    const seconds = (user + system) / 1e6;
    expect(rows).toHaveLength(1000);
    expect(seconds).toBeLessThan(1);
});
