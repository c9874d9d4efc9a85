import { notesAfterwards, notesBefore, permissionNotes } from "../../../cli/permissions";
import { departingClaims, scaleInRefusal } from "../../../cli/scale-in";
import { checkConfig } from "../../../stacks/check";

const today = "2026-11-22";
const around = () => ({ env: {}, home: "/home/me", read: () => "", contextsIn: () => [] });

const raw = () => ({ "holdfast:useCase": "user-preferences", "holdfast:target": "sandbox", "holdfast:app": "prefs" });

/** A stack as its file has it, with the permissions in it. */
function stack(allow: string[]) {
    const { checked, problems } = checkConfig({ ...raw(), "holdfast:allow": JSON.stringify(allow) }, around);
    if (!checked) throw new Error(problems.join("\n"));
    return checked;
}

const resource = (type: string, name: string, protect: boolean) => ({
    urn: `urn:pulumi:s::p::kubernetes:core/v1:${type}::${name}`,
    type: `kubernetes:core/v1:${type}`,
    id: `prefs/${name}`,
    inputs: { metadata: { name, ...(type === "Namespace" ? {} : { namespace: "prefs" }) } },
    ...(protect ? { protect } : {}),
});
const claim = (name: string, protect = true) => resource("PersistentVolumeClaim", name, protect);
const state = [claim("data-prefs-0"), resource("Secret", "prefs-password", true), resource("Namespace", "prefs", true)];
const note = (line: string, resources: object[] = state) => permissionNotes(stack([line]), resources, today)[0];

describe("a permission is told by `up`", () => {
    test.each([
        ["delete data-prefs-0", state, "this update lifts the protection of claim prefs/data-prefs-0", "it has lifted the protection"],
        [
            "delete data-prefs-0",
            [claim("data-prefs-0", false)],
            "claim prefs/data-prefs-0 isn't protected as long as",
            "take it out to have that protected again",
        ],
        [
            "delete data-prefs-1",
            [claim("data-prefs-1", false)],
            "this update deletes claim prefs/data-prefs-1",
            "it has done what it is for: take it out",
        ],
        ["delete data-prefs-1", [claim("data-prefs-1")], "is no longer asked for, and is still protected", "was still protected"],
        ["delete data-prefs-0", [], "data-prefs-0 is made without protection", "was made without protection"],
        ["delete secret/prefs-password", state, "lifts the protection of Secret prefs/prefs-password", "has lifted"],
        ["delete secret/prefs-backup-repository", [], "prefs-backup-repository is made without protection", "was made without"],
        [
            "delete secret/prefs-licence",
            [resource("Secret", "prefs-licence", true)],
            "lifts the protection of Secret prefs/prefs-licence",
            "has lifted",
        ],
        ["delete namespace/old", [resource("Namespace", "old", false)], "this update deletes namespace old", "it has done what it is for"],
        ["delete volume/fast-1", [resource("PersistentVolume", "fast-1", true)], "lifts the protection of volume fast-1", "has lifted"],
    ])("that is in force: %s of %j", (line, resources, says, afterwards) => {
        expect(note(line, resources)).toEqual({
            text: line,
            says: expect.stringContaining(says),
            afterwards: expect.stringContaining(afterwards),
        });
    });

    test.each([
        ["delete data-prefs-0", state, "claim prefs/data-prefs-0 is protected", "write a later day"],
        ["delete data-prefs-0", [claim("data-prefs-0", false)], "this update protects claim prefs/data-prefs-0 again", "write a later day"],
        [
            "delete data-prefs-1",
            [claim("data-prefs-1", false)],
            "which is no longer asked for: this update deletes it",
            "it has expired: take it out",
        ],
        ["delete data-prefs-7", state, "nothing called that is deployed", "it has expired: take it out"],
    ])("that has expired: %s of %j", (name, resources, says, afterwards) => {
        const line = `${name} until 2026-11-21`;
        expect(note(line, resources).says).toContain("its last day was 2026-11-21, and it is 2026-11-22 (UTC): it permits nothing");
        expect(note(line, resources).says).toContain(says);
        expect(note(line, resources).afterwards).toContain(afterwards);
        expect(note(`${name} until ${today}`, resources).says).not.toContain("it permits nothing, and");
    });

    test("that is misspelt, with what was meant, and one that is like nothing", () => {
        expect(note("delete data-perfs-0").says).toContain('Did you mean "delete data-prefs-0"?');
        expect(note("delete prefs-password").afterwards).toContain('write "delete secret/prefs-password"');
        expect(note("delete data-prefs-1").says).toBe("nothing called that is deployed, or is to be made: it permits nothing");
    });

    test("with its whole line, before and afterwards, and nothing where there is none", () => {
        const lines = ["delete data-prefs-0 until 2026-12-31 because it moved", "delete data-prefs-3"];
        const notes = permissionNotes(stack(lines), state, today);
        for (const text of [notesBefore(notes).join("\n"), notesAfterwards(notes).join("\n")]) {
            expect(text).toContain("Permissions (holdfast:allow)");
            for (const line of lines) expect(text).toContain(`  ${line}\n`);
        }
        expect([...notesBefore([]), ...notesAfterwards([])]).toEqual([]);
        expect(permissionNotes(stack([]), state, today)).toEqual([]);
    });
});

test("a thousand permissions beside a thousand claims are told in no time", () => {
    const names = Array.from({ length: 1000 }, (_, i) => `data-prefs-${i}`);
    const resources = names.map((name) => claim(name));
    const checked = stack([...names.slice(500).map((name) => `delete ${name}`), ...names.slice(500).map((name) => `delete ${name}x`)]);
    const before = process.cpuUsage();
    expect(permissionNotes(checked, resources, today)).toHaveLength(1000);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(1);
});

test("a claim whose permission has expired is refused by its protection, and the refusal says so", () => {
    const known = (isProtected: boolean) => [{ name: "data-cart-1", namespace: "shop", size: "1Gi", isProtected }];
    const plan = {
        app: "cart",
        replicas: 1,
        volumes: [{ name: "data", size: "1Gi", ceiling: "1Gi", accessMode: "ReadWriteOnce" as const }],
    };
    const refusal = (isProtected: boolean) =>
        scaleInRefusal(departingClaims(known(isProtected), plan, { allow: ["delete data-cart-1 until 2026-11-21"] }, today), "file");
    expect(refusal(true)).toContain("shop/data-cart-1: member 1 is no longer asked for; the last day of its permission was 2026-11-21");
    expect(refusal(false)).toBeUndefined();
});

test("a line of the stack's file that can't be read is refused with all that is wrong with it", () => {
    expect(() => stack(["remove data-prefs-* until never"])).toThrow(
        /holdfast:allow\[0\]: .*"remove" is nothing that can be permitted.*there are no patterns.*"never" is no day/,
    );
});

test("a line that YAML made a table of is said to be one, with the quotes that it needs", () => {
    const { problems } = checkConfig(
        { ...raw(), "holdfast:allow": '["delete data-prefs-0",{"delete data-prefs-0 because moved":"see #12"}]' },
        around,
    );
    expect(problems).toEqual([
        expect.stringMatching(/holdfast:allow\[1\]: .*Put it in quotes: - "delete data-prefs-0 because moved: see #12"/),
    ]);
    const alone = checkConfig({ ...raw(), "holdfast:allow": "delete data-prefs-0" }, around);
    expect(alone.problems).toEqual([
        expect.stringContaining('is not a list. Write in the stack\'s file: holdfast:allow: ["delete data-prefs-0"]'),
    ]);
    expect(checkConfig({ ...raw(), "holdfast:accept": '[{"a":"b"}]' }, around).problems).toEqual([
        expect.stringContaining("holdfast:accept"),
    ]);
});
