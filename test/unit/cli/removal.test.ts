import type { StateResource } from "../../../cli/claims-in-state";
import { departureNotes, departureOf, departureRefusal, departureSummary } from "../../../cli/removal";
import { checkConfig } from "../../../stacks/check";

const today = "2026-11-22";
const file = "stacks/Pulumi.prefs.yaml";
const around = () => ({ env: {}, home: "/home/me", read: () => "", contextsIn: () => [] });

function stack(...allow: string[]) {
    const config = { "holdfast:useCase": "user-preferences", "holdfast:target": "sandbox", "holdfast:app": "prefs" };
    const { checked, problems } = checkConfig({ ...config, "holdfast:allow": JSON.stringify(allow) }, around);
    if (!checked) throw new Error(problems.join("\n"));
    return checked;
}

const resource = (type: string, name: string, protect: boolean, namespace = "prefs") =>
    ({
        urn: `urn:pulumi:s::p::kubernetes:core/v1:${type}::${namespace}-${name}`,
        type: `kubernetes:core/v1:${type}`,
        id: `${namespace}/${name}`,
        inputs: { metadata: { name, ...(type === "Namespace" ? {} : { namespace }) } },
        protect,
    }) as StateResource;

const state = (...lifted: string[]) => [
    resource("PersistentVolumeClaim", "data-prefs-0", !lifted.includes("data-prefs-0")),
    resource("Namespace", "prefs", !lifted.includes("namespace/prefs")),
    resource("Secret", "prefs-password", !lifted.includes("secret/prefs-password")),
    resource("Secret", "prefs-backup-repository", !lifted.includes("secret/prefs-backup-repository")),
    // The drill's own: they hold nothing that isn't elsewhere.
    resource("Namespace", "prefs-drill", false),
    resource("Secret", "prefs-drill-repository", false, "prefs-drill"),
];
const all = ["data-prefs-0", "namespace/prefs", "secret/prefs-backup-repository", "secret/prefs-password"];
const names = (objects: { name: string }[]) => objects.map(({ name }) => name).sort();

test("without permissions nothing but workloads goes, and the summary has the lines that would change that", () => {
    const departure = departureOf(stack(), state(), today);
    expect([names(departure.stays), departure.goes, departure.unnamed]).toEqual([all, [], []]);
    expect(departureRefusal(departure, "prefs", file)).toBeUndefined();
    expect(departureNotes(departure)).toEqual([]);
    const text = departureSummary(departure, departure, "prefs", file).join("\n");
    expect(text).toContain("What holds its data stays");
    for (const name of all) expect(text).toContain(`"delete ${name}"`);
    expect(text).not.toContain("drill");
});

test("what a permission has lifted goes, said before and afterwards", () => {
    const permissions = all.map((name) => `delete ${name}`);
    const before = departureOf(stack(...permissions), state(...all), today);
    expect([before.stays, names(before.goes), before.unnamed]).toEqual([[], all, []]);
    expect(before.claims.map(({ name }) => name)).toEqual(["data-prefs-0"]);
    expect(departureNotes(before).join("\n")).toMatch(/deletes more than the workloads[\s\S]*claim prefs\/data-prefs-0/);
    const text = departureSummary(before, departureOf(stack(...permissions), [], today), "prefs", file).join("\n");
    expect(text).toMatch(/^The application of "prefs" is gone, and with it:\n/);
    expect(text).toContain("claim prefs/data-prefs-0");
    expect(text).not.toContain("stays");
});

test("one of several goes alone, and the others are said to stay", () => {
    const permission = "delete secret/prefs-backup-repository";
    const before = departureOf(stack(permission), state("secret/prefs-backup-repository"), today);
    const after = departureOf(stack(permission), state().slice(0, 3), today);
    const text = departureSummary(before, after, "prefs", file).join("\n");
    expect(text).toMatch(/And with them:\n {2}- Secret prefs\/prefs-backup-repository\nWhat holds its data stays/);
    expect(text).toContain('["delete data-prefs-0","delete namespace/prefs","delete secret/prefs-password"]');
});

test.each([
    ["is gone", []],
    ["has expired", ["delete data-prefs-0 until 2026-11-21"]],
    ["is another one", ["delete data-prefs-1"]],
])("what is unprotected and whose permission %s is refused to go", (_, allow) => {
    const departure = departureOf(stack(...allow), state("data-prefs-0"), today);
    const refusal = departureRefusal(departure, "prefs", file) ?? "";
    expect(refusal).toContain("nothing was changed");
    expect(refusal).toContain("claim prefs/data-prefs-0");
    expect(refusal).toContain("npx holdfast up prefs protects it again");
    expect(refusal).toContain('holdfast:allow: ["delete data-prefs-0"]');
});

test("a claim that the plan no longer asks for counts as well", () => {
    const claim = resource("PersistentVolumeClaim", "data-prefs-1", false);
    expect(names(departureOf(stack(), [...state(), claim], today).unnamed)).toEqual(["data-prefs-1"]);
    expect(departureOf(stack("delete data-prefs-1 until 2026-11-22"), [...state(), claim], today).unnamed).toEqual([]);
});
