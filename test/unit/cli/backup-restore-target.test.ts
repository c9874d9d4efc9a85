import type { ClusterApi } from "../../../cli/backups/cluster";
import { openRestore } from "../../../cli/backups/restore-target";

const [source, other] = ["user-preferences", "custom"];

test.each<[string, string, string, string | undefined, RegExp[]]>([
    ["its own name", source, source, undefined, [/this is what is restored/]],
    ["another stack's name", source, other, undefined, [/Pulumi\.custom\.yaml is another stack's/]],
    ["another stack's application", source, "notes", undefined, [/the stack custom has an application or a namespace of this name/]],
    ["no name for an application", source, "Again!", undefined, [/--to Again!/]],
    ["no id", source, "again", "latest", [/--from latest: an id is 6 to 64/]],
    ["no stack, no name and no id", "nosuch", "Again!", "x", [/There is no stack "nosuch"/, /--to Again!/, /--from x/]],
    ["everything at once", other, "notes", "x", [/this is what is restored/, /--from x/]],
])("refused before anything begins: %s", (_what, from, to, point, reasons) => {
    for (const reason of reasons) expect(() => openRestore(from, to, point)).toThrow(reason);
});

test("a free name is taken, unless the cluster has a namespace of that name", async () => {
    const target = openRestore(source, "again", "5ab31234");
    expect(target).toMatchObject({ from: source, to: "again" });
    expect(target.note).toBeUndefined();
    const cluster = (found: object | undefined) => ({ find: async () => found }) as unknown as ClusterApi;
    await expect(target.refuseOccupied(cluster(undefined))).resolves.toBeUndefined();
    await expect(target.refuseOccupied(cluster({}))).rejects.toThrow("there is a namespace again already");
});
