import { type Guardrail, isStackGuardrail, type Thing } from "../../../policies/guardrails/guardrail";
import { violationsOf } from "../../../policies/guardrails/judge";
import { guardrails } from "../../../policies/guardrails/rules";
import { unknown } from "../../../policies/guardrails/values";
import { at, cases, whole } from "./support/cases";
import { goodStack, type Resource, things } from "./support/stack";

const byId = (id: string): Guardrail => guardrails.find((guardrail) => guardrail.id === id) as Guardrail;
const said = (id: string, stack: readonly Resource[], config = {}) => violationsOf(byId(id), things(stack), config);
const edited = (edit: (stack: Resource[]) => void): Resource[] => {
    const stack = goodStack("a");
    edit(stack);
    return stack;
};

test.each(guardrails.map(({ id }) => id))("%s is content with the good stack, and has a case that it refuses", (id) => {
    expect(said(id, goodStack("a"))).toEqual([]);
    expect(cases.filter((each) => each.policy === id && each.about).length).toBeGreaterThan(0);
});

test.each(cases.filter(({ about }) => about))("$policy: $title", ({ policy, edit, about, says }) => {
    const violations = said(policy, edited(edit));
    expect(violations.map((violation) => violation.about.name)).toEqual([about]);
    expect(violations[0].says).toMatch(says ?? /./);
});

test.each(cases.filter(({ about }) => !about))("$policy lets pass: $title", ({ policy, edit }) => {
    expect(said(policy, edited(edit))).toEqual([]);
});

/** Every value of the stack that lies at this path, made unknown. */
const hidden = (name: string, path: string) =>
    edited((stack) => {
        const keys = path.split(".");
        const last = keys.pop() as string;
        let of = at(stack, name);
        for (const key of keys) of = of[key];
        of[last] = unknown;
        // An unknown value always comes from another resource.
        whole(stack, name).from[path.split(".")[0]] ??= "namespace";
    });

describe("a value that isn't known yet", () => {
    const template = "spec.template.spec";
    test.each([
        ["reclaim-retain", "class", "reclaimPolicy"],
        ["reclaim-retain", "volume", "spec"],
        ["storage-encrypted", "class", "parameters"],
        ["storage-encrypted", "class", "provisioner"],
        ["storage-encrypted", "disk", "encrypted"],
        ["binding-waits", "class", "volumeBindingMode"],
        ["binding-waits", "class", "parameters"],
        ["explicit-name", "claim", "metadata.name"],
        ["explicit-name", "claim", "metadata"],
        ["claims-of-their-own", "ledger", "spec.replicas"],
        ["claims-of-their-own", "claim", "metadata.name"],
        ["claim-retention", "ledger", "spec.persistentVolumeClaimRetentionPolicy"],
        ["single-copy-on-node", "claim", "spec.storageClassName"],
        ["namespace-restricted", "namespace", "metadata.labels"],
        ["pods-restricted", "web", template],
        ["pods-restricted", "web", `${template}.securityContext`],
        ["pods-restricted", "web", `${template}.containers`],
        ["backed-up", "schedule", "metadata.namespace"],
        ["backed-up", "database", "backupRetentionPeriod"],
        ["bucket-private", "block", "blockPublicAcls"],
        ["bucket-private", "bucket", "acl"],
        ["bucket-versioned", "versioning", "versioningConfiguration"],
        ["bucket-own-key", "encryption", "rules"],
    ])("%s says nothing of %s.%s, unless it is asked to", (id, name, path) => {
        const stack = hidden(name, path);
        expect(said(id, stack)).toEqual([]);
        expect(said(id, stack, { unknown: "report" }).map(({ says }) => says)).toContainEqual(
            expect.stringContaining("isn't known before"),
        );
    });

    test("a claim in a namespace that isn't known may be in an unprotected one", () => {
        const stack = hidden("claim", "metadata.namespace");
        whole(stack, "namespace").isProtected = false;
        expect(said("claims-namespace-protected", stack)).toEqual([]);
        expect(said("claims-namespace-protected", stack, { unknown: "report" })).toHaveLength(1);
    });

    test("what the provider works out itself counts as not given", () => {
        const stack = edited((given) => {
            given.splice(given.indexOf(whole(given, "versioning")), 1);
            at(given, "bucket").versioning = unknown;
            at(given, "database").backupRetentionPeriod = unknown;
        });
        expect(said("bucket-versioned", stack)).toHaveLength(1);
        expect(said("backed-up", stack)).toHaveLength(1);
    });

    test("what is known to be wrong is said all the same", () => {
        const stack = hidden("web", `${template}.securityContext`);
        at(stack, "web").spec.template.spec.hostNetwork = true;
        expect(said("pods-restricted", stack)).toHaveLength(1);
    });
});

describe("config", () => {
    const unprotected = edited((stack) => {
        whole(stack, "claim").isProtected = false;
    });
    test.each(["claim", "data-ledger-a-0", "shop-a/data-ledger-a-0", "shop-a/*", "data-*"])("an exception for %s", (exception) => {
        expect(said("claims-protected", unprotected, { exceptions: [exception] })).toEqual([]);
    });
    test.each(["clai", "ledger", "shop-b/*", "data.ledger.a.0", ""])("no exception for %p", (exception) => {
        expect(said("claims-protected", unprotected, { exceptions: [exception] })).toHaveLength(1);
    });
    test("further types have to be protected", () => {
        const types = ["core/PersistentVolumeClaim", "aws:rds/instance:Instance"];
        expect(said("claims-protected", goodStack("a"), { types }).map(({ about }) => about.name)).toEqual(["database"]);
    });
    test("a lower level of Pod Security, and checks that need not hold", () => {
        const baseline = edited((stack) => {
            at(stack, "namespace").metadata.labels["pod-security.kubernetes.io/enforce"] = "baseline";
            at(stack, "web").spec.template.spec.hostNetwork = true;
        });
        expect(said("namespace-restricted", baseline, { level: "baseline" })).toEqual([]);
        expect(said("pods-restricted", baseline, { allowed: ["hostNetwork"] })).toEqual([]);
    });
    test("another kind of backup, another class on nodes' disks, an account that blocks", () => {
        const stack = edited((given) => {
            whole(given, "schedule").type = "kubernetes:backup.example.com/v1:Plan";
            at(given, "claim").spec.storageClassName = "fast";
            given.splice(given.indexOf(whole(given, "block")), 1);
        });
        expect(said("backed-up", stack)).toHaveLength(1);
        expect(said("backed-up", stack, { alsoCounts: ["backup.example.com/Plan"] })).toEqual([]);
        expect(said("single-copy-on-node", stack)).toEqual([]);
        expect(said("single-copy-on-node", stack, { localClasses: ["fast"] })).toHaveLength(1);
        expect(said("bucket-private", stack)).toHaveLength(1);
        expect(said("bucket-private", stack, { requiresBlock: false })).toEqual([]);
    });
    test("a value of the wrong type counts as not given", () => {
        expect(said("claims-protected", unprotected, { exceptions: "claim", types: 7, unknown: true })).toHaveLength(1);
    });
});

test("a policy of single resources doesn't look at others", () => {
    const web: Thing = things(goodStack("a")).find(({ name }) => name === "web") as Thing;
    for (const guardrail of guardrails)
        if (!isStackGuardrail(guardrail) && guardrail.id !== "pods-restricted") expect(guardrail.types).not.toContain(web.type);
});

test("every policy says what it is, what it maps to and what to write instead", () => {
    expect(new Set(guardrails.map(({ id }) => id)).size).toBe(guardrails.length);
    for (const { id, title, description, remediation, controls } of guardrails) {
        expect(id).toMatch(/^[a-z][a-z-]+[a-z]$/);
        expect([title, description, remediation].map((text) => text.length > 15)).toEqual([true, true, true]);
        for (const control of controls) expect(control.id).toMatch(/^([A-Z]{2}-\d+|\d+(\.\d+)+)$/);
    }
});
