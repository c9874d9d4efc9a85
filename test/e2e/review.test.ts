/**
 * `holdfast review` on the real engine: edits of one of our stacks while it runs, and of a plain Pulumi program that knows nothing of us. The
 * previews of the plain program are the fixtures of test/plans/review: `UPDATE_PLANS=1 npm run e2e -- review` writes them anew.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Review } from "../../policies/review";
import { type Entry, type Program, Stack } from "./provider/stack";
import { World } from "./support/world";

const world = World.create("review");
afterAll(() => world.destroy());

/** Verdicts of everything that isn't simply kept, by its name in the cluster. */
const verdicts = ({ rows }: Review) =>
    Object.fromEntries(rows.filter(({ verdict }) => verdict !== "kept").map(({ kind, name, verdict }) => [`${kind} ${name}`, verdict]));

describe("one of our stacks, while it runs", () => {
    const stack = "custom";
    const claim = (ordinal: number) => `claim data-notes-${ordinal}`;

    /** Everything in the cluster and in the state that an update could have touched. */
    function everything(): unknown {
        const kinds =
            "persistentvolumeclaims,statefulsets,services,secrets,configmaps,serviceaccounts,networkpolicies,poddisruptionbudgets";
        const list = (...args: string[]) =>
            JSON.parse(world.kubectl(...args, "-o", "json")).items as { metadata: { uid: string; resourceVersion: string } }[];
        const objects = [...list("-n", "notes", "get", kinds), ...list("get", "persistentvolumes,storageclasses")];
        const exported = JSON.parse(world.pulumi("stack", "export", "--stack", stack).stdout);
        const file = fs.readFileSync(path.join(world.checkout, "stacks", `Pulumi.${stack}.yaml`), "utf8");
        return [objects.map(({ metadata }) => [metadata.uid, metadata.resourceVersion]), exported.deployment.resources, file];
    }

    /** Reviews the stack as it is configured now, and checks that nothing was changed by that. */
    function reviewed(): { status: number; review: Review } {
        const before = everything();
        const { status, stdout } = world.tryHoldfast("review", "--stack", stack, "--json");
        expect(everything()).toEqual(before);
        return { status, review: JSON.parse(stdout) };
    }

    /** Configures an edit, reviews it, and takes it back. */
    function edited(config: Record<string, string>): { status: number; review: Review } {
        for (const [key, value] of Object.entries(config)) world.configure(key, value, stack);
        try {
            return reviewed();
        } finally {
            for (const key of Object.keys(config)) world.configure(key, original[key], stack);
        }
    }
    const original: Record<string, string | undefined> = { app: "notes", image: "registry.sandbox.holdfast/busybox:1" };

    beforeAll(() => {
        world.holdfast("up", stack);
    });

    test("nothing edited: nothing at risk, everything that holds data is listed as kept", () => {
        const { status, review } = reviewed();
        expect(status).toBe(0);
        expect(verdicts(review)).toEqual({});
        expect(review.rows.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
            expect.arrayContaining([claim(0), "namespace notes", "StatefulSet notes"]),
        );
        expect([review.notes, review.problems, review.errors]).toEqual([[], [], []]);
    });

    test("a renamed application is refused, and protection stops it", () => {
        const { status, review } = edited({ app: "journal" });
        expect(status).toBe(2);
        const stopped = review.rows.filter(({ isStoppedByProtection }) => isStoppedByProtection);
        expect(stopped.length).toBeGreaterThan(0);
        expect(review.errors.join()).toContain("protected");
    });

    test("another namespace is refused, and names the claims and the field", () => {
        const { status, review } = edited({ namespace: "elsewhere" });
        expect(status).toBe(2);
        const row = review.rows.find(({ name }) => name === "data-notes-0");
        expect(row?.isStoppedByProtection).toBe(true);
        expect(row?.findings.flatMap(({ fields }) => fields)).toContain("metadata.namespace");
    });

    test("another image restarts, and nothing is at risk", () => {
        const { status, review } = edited({ image: "registry.sandbox.holdfast/postgres:17" });
        expect(status).toBe(0);
        expect(verdicts(review)).toEqual({ "StatefulSet notes": "restarted" });
    });

    test("growth is growth", () => {
        const { status, review } = edited({ size: "3Gi" });
        expect(status).toBe(0);
        expect(verdicts(review)).toEqual({ [claim(0)]: "grown" });
    });

    test("a label in the program is nothing to data", () => {
        const file = path.join(world.checkout, "components", "workloads", "labels.ts");
        const source = fs.readFileSync(file, "utf8");
        const labelled = source.replace(/"app\.kubernetes\.io\/managed-by": "holdfast"/, '$&, "example.org/team": "notes"');
        expect(labelled).not.toBe(source);
        fs.writeFileSync(file, labelled);
        try {
            const { status, review } = reviewed();
            expect(status).toBe(0);
            expect(Object.values(verdicts(review)).filter((verdict) => verdict !== "restarted")).toEqual([]);
        } finally {
            fs.writeFileSync(file, source);
        }
    });

    test("more members have new claims", () => {
        const { status, review } = edited({ replicas: "2" });
        expect(status).toBe(0);
        expect(verdicts(review)).toEqual({ [claim(1)]: "new" });
    });

    test("an image the sandbox hasn't got: it can't be told, and the reason is in the document", () => {
        const { status, review } = edited({ image: "registry.sandbox.holdfast/none:1" });
        expect(status).toBe(1);
        expect(review.problems.join()).toContain("the sandbox has no image");
    });

    test("a claim that isn't kept any more is refused, with the permission it takes", () => {
        world.configure("keepClaims", "2", stack);
        world.holdfast("up", stack);
        original.keepClaims = "2";
        const { status, review } = edited({ keepClaims: "1" });
        expect(status).toBe(2);
        expect(review.rows.find(({ name }) => name === "data-notes-1")).toMatchObject({
            isStoppedByProtection: true,
            permission: "delete data-notes-1",
        });
    });

    test("with a permission the claim goes: first its protection, then itself, and each review says so", () => {
        const permission = '["delete data-notes-1"]';
        const lifting = edited({ allow: permission });
        expect(lifting.status).toBe(0);
        expect(lifting.review.permissions).toEqual([expect.objectContaining({ text: "delete data-notes-1", use: "used" })]);
        expect(lifting.review.rows.find(({ name }) => name === "data-notes-1")).toMatchObject({ verdict: "at risk", isAllowed: true });

        for (const [key, value] of Object.entries({ allow: permission, keepClaims: "2", replicas: "1" }))
            world.configure(key, value, stack);
        world.holdfast("up", stack);
        world.configure("keepClaims", undefined, stack);
        const going = reviewed();
        expect(going.status).toBe(0);
        expect(going.review.rows.find(({ name }) => name === "data-notes-1")).toMatchObject({
            isAllowed: true,
            isStoppedByProtection: false,
        });

        // The protection is gone already: only the review still stands in the way of the claim.
        world.configure("allow", '["delete data-note-1"]', stack);
        const misspelt = reviewed();
        expect(misspelt.status).toBe(2);
        expect(misspelt.review.permissions).toEqual([
            expect.objectContaining({ use: "misspelt", says: expect.stringContaining("delete data-notes-1") }),
        ]);
    });
});

const metadata = (name: string) => ({ name, namespace: "plain" });
const size = (storage: string) => ({ resources: { requests: { storage } } });
const pod = (app: string) => ({
    metadata: { labels: { app } },
    spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: "c", image: "registry.sandbox.holdfast/pause:1", imagePullPolicy: "Never" }],
    },
});
const claimOf = (name: string, opts: Entry["opts"] = {}): Entry => ({
    name,
    obj: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: metadata(name),
        spec: { accessModes: ["ReadWriteOnce"], storageClassName: "plain-delete", ...size("64Mi") },
    },
    opts: { dependsOn: ["namespace", "class"], ...opts },
});
const setOf = (name: string, meta: object): Entry => ({
    name,
    obj: {
        apiVersion: "apps/v1",
        kind: "StatefulSet",
        metadata: meta as Entry["obj"]["metadata"],
        spec: {
            serviceName: name,
            replicas: 1,
            selector: { matchLabels: { app: name } },
            template: pod(name),
            volumeClaimTemplates: [
                { metadata: { name: "data" }, spec: { accessModes: ["ReadWriteOnce"], storageClassName: "plain-delete", ...size("64Mi") } },
            ],
        },
    },
    opts: { dependsOn: ["namespace", "class"] },
});

/** A program as people write it: claims with and without protection, a StatefulSet that Pulumi names, one that it doesn't. */
const plain = (): Program => ({
    objects: [
        { name: "namespace", obj: { apiVersion: "v1", kind: "Namespace", metadata: { name: "plain" } } },
        {
            name: "class",
            obj: {
                apiVersion: "storage.k8s.io/v1",
                kind: "StorageClass",
                metadata: { name: "plain-delete" },
                provisioner: "pool.csi.sandbox.holdfast",
                volumeBindingMode: "WaitForFirstConsumer",
                allowVolumeExpansion: true,
            },
        },
        claimOf("loose"),
        claimOf("guarded", { protect: true }),
        claimOf("retained", { retainOnDelete: true }),
        {
            name: "password",
            obj: { apiVersion: "v1", kind: "Secret", metadata: metadata("password"), stringData: { password: "x" } },
            opts: { dependsOn: ["namespace"] },
        },
        setOf("named", metadata("named")),
        setOf("autonamed", { namespace: "plain" }),
        { ...claimOf("inside"), parent: "application" } as Entry,
    ],
    provider: {},
});

// biome-ignore lint/suspicious/noExplicitAny: edits reach into objects of every kind.
const at = (program: Program, name: string): any => program.objects.find((each) => each.name === name);
const without =
    (...names: string[]) =>
    (program: Program) => {
        program.objects = program.objects.filter(({ name }) => !names.includes(name));
    };

interface Edit {
    id: string;
    change: (program: Program) => void;
    status: number;
    says: Record<string, string>;
}

const edits: Edit[] = [
    { id: "nothing", change: () => {}, status: 0, says: {} },
    { id: "claim-removed", change: without("loose"), status: 2, says: { "claim loose": "destroyed" } },
    { id: "protected-claim-removed", change: without("guarded"), status: 2, says: { "claim guarded": "destroyed" } },
    { id: "retained-claim-removed", change: without("retained"), status: 0, says: {} },
    { id: "component-removed", change: without("inside"), status: 2, says: { "claim inside": "destroyed" } },
    {
        id: "claim-class-changed",
        change: (program) => {
            at(program, "loose").obj.spec.storageClassName = "other";
        },
        status: 2,
        says: { "claim loose": "destroyed" },
    },
    {
        id: "protection-lifted-with-the-change",
        change: (program) => {
            at(program, "guarded").opts.protect = false;
            at(program, "guarded").obj.spec.storageClassName = "other";
        },
        status: 2,
        says: { "claim guarded": "destroyed" },
    },
    {
        id: "retention-lifted",
        change: (program) => {
            at(program, "retained").opts.retainOnDelete = false;
        },
        status: 2,
        says: { "claim retained": "at risk" },
    },
    {
        id: "autonamed-set-replaced",
        change: (program) => {
            at(program, "autonamed").obj.spec.serviceName = "other";
        },
        status: 2,
        says: { "StatefulSet autonamed": "at risk" },
    },
    {
        id: "named-set-replaced",
        change: (program) => {
            at(program, "named").obj.spec.serviceName = "other";
        },
        status: 0,
        says: { "StatefulSet named": "restarted" },
    },
    {
        id: "moved-without-alias",
        change: (program) => {
            at(program, "loose").name = "moved";
        },
        status: 2,
        says: { "claim loose": "at risk", "claim loose (new)": "new" },
    },
    {
        id: "moved-with-alias",
        change: (program) => {
            at(program, "loose").name = "moved";
            at(program, "moved").opts.aliases = [{ name: "loose" }];
        },
        status: 0,
        says: {},
    },
    {
        id: "namespace-renamed",
        change: (program) => {
            at(program, "namespace").obj.metadata.name = "renamed";
        },
        status: 2,
        says: { "namespace plain": "destroyed", "claim guarded": "destroyed", "claim retained": "destroyed" },
    },
    {
        id: "size-not-known",
        change: (program) => {
            // Nothing can be dry-run in a namespace that isn't there, so that what the object will be isn't known.
            const later = { apiVersion: "v1", kind: "Namespace", metadata: { name: "later" } };
            const settings = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: "later" } };
            program.objects.unshift({ name: "later", obj: later }, { name: "settings", obj: settings, opts: { dependsOn: ["later"] } });
            Object.assign(at(program, "loose"), { from: { "spec.resources.requests.storage": ["settings", "uid"] } });
        },
        status: 1,
        says: { "claim loose": "unknown" },
    },
    {
        id: "another-cluster",
        change: (program) => {
            program.kubeconfigSuffix = "\n# another one\n";
            program.provider = { clusterIdentifier: "another" };
        },
        status: 2,
        says: { "provider k8s": "at risk" },
    },
    {
        id: "secret-removed",
        change: without("password"),
        status: 2,
        says: { "Secret password": "at risk" },
    },
];

describe("a program that knows nothing of us", () => {
    const fixtures = path.join(__dirname, "..", "plans", "review");
    let stack: Stack;

    beforeAll(async () => {
        for (const key of ["PATH", "KUBECONFIG", "PULUMI_HOME"]) process.env[key] = world.engineEnv[key];
        stack = new Stack("plain");
        fs.copyFileSync(path.join(__dirname, "support", "reviewed-program.js"), path.join(stack.dir, "program.js"));
        stack.write(plain());
        await stack.mustUp();
    });
    afterAll(async () => {
        await stack.dispose();
    });

    /** The preview without what differs from run to run. */
    const scrubbed = (text: string) =>
        JSON.stringify(
            JSON.parse(text, (key, value) => {
                if (
                    [
                        "managedFields",
                        "kubeconfig",
                        "sourcePosition",
                        "stackTrace",
                        "created",
                        "modified",
                        "duration",
                        "status",
                        "last-applied",
                    ].includes(key)
                )
                    return undefined;
                if (key === "creationTimestamp" || key === "resourceVersion") return undefined;
                // What the cluster says of an object that stays as it is isn't looked at.
                if (value?.op === "same") for (const state of [value.oldState, value.newState]) delete state?.outputs;
                return typeof value === "string"
                    ? value
                          .replaceAll(stack.dir, "/program")
                          .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) =>
                              id.startsWith("04da6b54-") ? id : "00000000-0000-0000-0000-000000000000",
                          )
                    : value;
            }),
            null,
            1,
        );

    test.each(edits)("$id", async ({ id, change, status, says }) => {
        const program = plain();
        change(program);
        stack.write(program);
        const { output } = await stack.run(["preview", "--json", "--show-sames", "--show-replacement-steps"]);
        const text = output.slice(output.indexOf("{\n"), output.lastIndexOf("\n}") + 2);
        const file = path.join(stack.dir, "preview.json");
        fs.writeFileSync(file, text);
        if (process.env.UPDATE_PLANS) fs.writeFileSync(path.join(fixtures, `${id}.json`), `${scrubbed(text)}\n`);
        const result = world.tryHoldfast("review", "--preview", file, "--json");
        const review: Review = JSON.parse(result.stdout);
        const said: Record<string, string> = {};
        for (const { kind, name, verdict } of review.rows) {
            if (verdict === "kept") continue;
            const key = `${kind} ${name.replace(/^autonamed-[0-9a-f]{8}$/, "autonamed")}`;
            said[verdict === "new" ? `${key} (new)` : key] = verdict;
        }
        expect(said).toMatchObject(says);
        expect(result.status).toBe(status);
        if (status === 0) expect(Object.values(said).filter((verdict) => verdict !== "restarted")).toEqual([]);
    });
});
