import { exitCodeOf } from "../../../cli/status/model";
import type { Reading, Volume } from "../../../cli/status/objects";
import { labelsOf, selectorOf } from "../../../components/workloads/labels";
import { ago, claim, metadata, pod, set, status, storageClass, volume } from "./status-fixtures";

const released = (name: string, claimName: string, more: Partial<Volume["spec"]> = {}): Volume => ({
    metadata: { name },
    spec: {
        ...volume(0).spec,
        claimRef: { namespace: "ledger", name: claimName, uid: `uid-of-${claimName}-before` },
        ...more,
    },
    status: { phase: "Released", lastPhaseTransitionTime: ago(3600) },
});

/** The objects of another application in the same namespace. */
function addApp(reading: Reading, name: string, namespace = "ledger"): void {
    const about = (of: string) => metadata(of, { namespace, labels: labelsOf(name) });
    reading.statefulsets.push({ ...set(1), metadata: { ...set(1).metadata, ...about(name) } });
    reading.pods.push({ ...pod(0), metadata: { ...about(`${name}-0`), labels: { ...labelsOf(name), "controller-revision-hash": "r2" } } });
    reading.claims.push({ ...claim(0), metadata: about(`data-${name}-0`) });
}

const names = (made: ReturnType<typeof status>) => made.apps.map(({ app, namespace }) => `${namespace}/${app}`);

describe("which applications there are", () => {
    test("every one of Holdfast's by its labels, by name; nobody else's", () => {
        const made = status((reading) => {
            addApp(reading, "cart", "shop");
            addApp(reading, "archive");
            reading.pods.push({ ...pod(0), metadata: { name: "x-0", namespace: "web", labels: selectorOf("x") } });
            reading.claims.push({ ...claim(0), metadata: { name: "data-x-0", namespace: "web", labels: selectorOf("x") } });
        });
        expect(names(made)).toEqual(["ledger/archive", "shop/cart", "ledger/ledger"]);
        expect(made.state).toBe("ready");
    });

    test("one, in every namespace that has it, or in one", () => {
        const spoil = (reading: Reading) => {
            addApp(reading, "cart", "shop");
            addApp(reading, "cart", "web");
        };
        expect(names(status(spoil, 1, { app: "cart" }))).toEqual(["shop/cart", "web/cart"]);
        expect(names(status(spoil, 1, { app: "cart", namespace: "web" }))).toEqual(["web/cart"]);
        expect(names(status(spoil, 1, { namespace: "ledger" }))).toEqual(["ledger/ledger"]);
    });

    test("claims that a StatefulSet made for itself are the application's too", () => {
        const made = status((reading) => {
            reading.claims[0].metadata.labels = selectorOf("ledger");
        });
        expect(made.apps[0].claims.map(({ name }) => name)).toEqual(["data-ledger-0"]);
    });

    test("an application of which nothing runs is not ready, and says what is kept", () => {
        const down = status((reading) => {
            reading.statefulsets = [];
            reading.pods = [];
        });
        expect(down.apps[0]).toMatchObject({
            state: "waiting",
            findings: [{ code: "no-workload", severity: "waiting", text: "nothing of it runs; its claims are kept" }],
            claims: [{ name: "data-ledger-0", isKept: true }],
        });
        const gone = status((reading) => {
            reading.statefulsets = [];
            reading.pods = [];
            reading.claims = [];
        });
        expect(gone.apps[0].findings[0].text).toBe("nothing of it runs, and it has no claims");
    });
});

describe("volumes of deleted claims", () => {
    test("are the application's by the name of the claim they had, and leave it ready", () => {
        const { apps, state } = status((reading) => {
            reading.volumes.push(released("pv-old", "data-ledger-2"));
        });
        expect(apps[0].retainedVolumes).toEqual([
            {
                name: "pv-old",
                claim: "ledger/data-ledger-2",
                phase: "Released",
                capacity: "10Gi",
                class: "ledger-3f9c1a",
                releasedAt: ago(3600),
                finding: {
                    code: "volume-released",
                    severity: "note",
                    text: "its claim ledger/data-ledger-2 is deleted; it is kept with its data until somebody deletes it",
                },
            },
        ]);
        expect(state).toBe("ready");
    });

    test("of a claim that was made again are the earlier one's", () => {
        const { apps } = status((reading) => {
            reading.volumes.push(released("pv-old", "data-ledger-0"));
        });
        expect(apps[0].retainedVolumes.map(({ name }) => name)).toEqual(["pv-old"]);
        expect(apps[0].claims[0].findings).toEqual([]);
    });

    test("go to the application whose name fits best", () => {
        const { apps } = status((reading) => {
            addApp(reading, "big-ledger");
            reading.volumes.push(released("pv-a", "data-big-ledger-3"), released("pv-b", "data-ledger-3"));
        });
        expect(apps.map(({ app, retainedVolumes }) => [app, retainedVolumes.map(({ name }) => name)])).toEqual([
            ["big-ledger", ["pv-a"]],
            ["ledger", ["pv-b"]],
        ]);
    });

    test("that failed to be reclaimed are a problem; those that are about to go are not", () => {
        const { apps } = status((reading) => {
            reading.volumes.push(
                { ...released("pv-a", "data-ledger-2"), status: { phase: "Failed", message: "device is busy" } },
                released("pv-b", "data-ledger-3", { persistentVolumeReclaimPolicy: "Delete" }),
            );
        });
        expect(apps[0].retainedVolumes.map(({ finding }) => `${finding.severity} ${finding.code}: ${finding.text}`)).toEqual([
            "problem volume-failed: its claim ledger/data-ledger-2 is deleted, and it could not be reclaimed: device is busy",
            "note volume-deleting: its claim ledger/data-ledger-3 is deleted, and its driver is about to delete it with its data",
        ]);
        expect(apps[0].state).toBe("problem");
    });

    test("of an application that is gone are shown where their class is Holdfast's, and others' are not", () => {
        const made = status((reading) => {
            const elsewhere = { claimRef: { namespace: "gone", name: "data-gone-0", uid: "before" } };
            reading.classes.push(storageClass("gone-aaaaaa"));
            reading.volumes.push(released("pv-a", "", { ...elsewhere, storageClassName: "gone-aaaaaa" }));
            reading.volumes.push(released("pv-b", "", { ...elsewhere, storageClassName: "standard" }));
        });
        expect(made.retainedVolumes.map(({ name, claim }) => [name, claim])).toEqual([["pv-a", "gone/data-gone-0"]]);
        expect(made.apps[0].retainedVolumes).toEqual([]);
    });

    test("that are bound, or free, are not among them", () => {
        const { apps } = status((reading) => {
            reading.volumes.push({ metadata: { name: "free" }, spec: {}, status: { phase: "Available" } });
        });
        expect(apps[0].retainedVolumes).toEqual([]);
    });
});

describe("what could not be read", () => {
    test("is told, and doesn't change the answer where it decides nothing", () => {
        const made = status((reading) => {
            reading.notRead = { volumes: "not allowed: x", events: "not allowed: y" };
            reading.stats = { "node-1": { reason: "node-1 may not be asked" } };
        });
        expect(made.notRead).toEqual([
            { what: "PersistentVolumes", reason: "not allowed: x" },
            { what: "events", reason: "not allowed: y" },
            { what: "volume statistics of node-1", reason: "node-1 may not be asked" },
        ]);
        expect([made.state, exitCodeOf(made)]).toEqual(["ready", 0]);
    });

    test("leaves nothing to be told where it decides, unless what is known is bad already", () => {
        const blind = (ready: number) =>
            status((reading) => {
                reading.notRead = { pods: "not allowed" };
                reading.pods = [];
                reading.statefulsets[0].status = { ...reading.statefulsets[0].status, readyReplicas: ready };
            });
        expect([blind(1).state, exitCodeOf(blind(1))]).toEqual(["unknown", 1]);
        expect(blind(1).apps[0].workloads[0]).toMatchObject({ asked: 1, ready: 1, members: [] });
        expect([blind(0).state, exitCodeOf(blind(0))]).toEqual(["waiting", 2]);
        expect(blind(0).apps[0].workloads[0].findings[0].text).toBe("0 of 1 members are ready");
    });

    test("StatefulSets unread: its claims are not called kept, nor is it called down", () => {
        const { apps } = status((reading) => {
            reading.notRead = { statefulsets: "not allowed" };
            reading.statefulsets = [];
        });
        expect(apps[0]).toMatchObject({ state: "unknown", findings: [], claims: [{ isKept: false }] });
    });
});

test("one application that is not ready is enough for the exit code", () => {
    const made = status((reading) => {
        addApp(reading, "cart", "shop");
        reading.pods = reading.pods.filter(({ metadata }) => metadata.namespace !== "shop");
    });
    expect(made.apps.map(({ app, state }) => [app, state])).toEqual([
        ["cart", "waiting"],
        ["ledger", "ready"],
    ]);
    expect([made.state, exitCodeOf(made)]).toEqual(["waiting", 2]);
});
