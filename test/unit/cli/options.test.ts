import { sandboxOptions } from "../../../cli/commands/sandbox";
import { program } from "../../../cli/main";

describe("`sandbox up`", () => {
    test("takes 1 to 3 nodes and add-ons, apart or in one word", () => {
        expect(sandboxOptions({})).toEqual({ nodes: undefined, addOns: [] });
        expect(sandboxOptions({ nodes: "3", with: ["snapshots,local-path"] })).toEqual({ nodes: 3, addOns: ["snapshots", "local-path"] });
        expect(sandboxOptions({ with: ["all"] }).addOns).toEqual(["snapshots", "local-path", "backups", "cloudnative-pg"]);
    });

    test.each(["0", "4", "1.5", "two", ""])("refuses %p nodes", (nodes) => {
        expect(() => sandboxOptions({ nodes })).toThrow(`--nodes ${nodes}: a whole number from 1 to 3 is allowed`);
    });

    test("says everything that is wrong at once", () => {
        const wrong = () => sandboxOptions({ nodes: "9", with: ["metrics", "snapshots"] });
        expect(wrong).toThrow(/--nodes 9[\s\S]*--with metrics: allowed are snapshots, local-path, backups, cloudnative-pg, all/);
    });
});

test("every command says what it does", () => {
    const described = (command: ReturnType<typeof program>): [string, boolean][] =>
        command.commands.flatMap((sub) => [[sub.name(), sub.description() !== ""], ...described(sub)]);
    expect(described(program()).filter(([, isDescribed]) => !isDescribed)).toEqual([]);
});
