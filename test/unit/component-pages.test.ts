/** The pages about components say what the sources say. `UPDATE_GOLDENS=1 npx jest test/unit/component-pages` writes them anew. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";
import { formattedPages, readPages, writePages } from "../support/component-pages/files";
import { madeBy, refusalsOf } from "../support/component-pages/reach";
import { components, dataTypes } from "../support/component-pages/read";
import { blocksOf, markdownFiles, root } from "../support/documents";

const written = formattedPages();
if (process.env.UPDATE_GOLDENS) {
    writePages();
}
const checkedIn = readPages();

it("there is a page for every component, and no other", () => {
    expect(Object.keys(checkedIn).sort()).toEqual(Object.keys(written).sort());
});

it.each(Object.keys(written))("docs/components/%s says what the sources say; UPDATE_GOLDENS=1 writes it anew", (name) => {
    expect(checkedIn[name]).toBe(written[name]);
});

describe.each(components())("$name", ({ token, name, text, cost, examples, args, outputs, declared }) => {
    it("has on its page what a reader looks for", () => {
        expect(token).toBe(`holdfast:index:${name}`);
        expect([text.join(" ").length > 40, cost !== "", examples.length > 0, args.length > 0, outputs.length > 0]).toEqual(
            Array(5).fill(true),
        );
        expect(refusalsOf(declared).length).toBeGreaterThan(0);
    });

    it("has for every argument a sentence, and a default where it may be left out", () => {
        const silent = [...args, ...outputs].filter((member) => member.text === "" || (!member.isRequired && member.default === undefined));
        expect(silent.map((member) => member.name)).toEqual([]);
    });
});

/** What the examples in a text give to components: the component, the names it is given, and whether there may be more. */
function given(code: string): { component: string; names: string[]; isOpen: boolean }[] {
    const found: ReturnType<typeof given> = [];
    const visit = (node: ts.Node): void => {
        const args = ts.isNewExpression(node) ? node.arguments?.[1] : undefined;
        if (ts.isNewExpression(node) && args && ts.isObjectLiteralExpression(args)) {
            const names = args.properties.flatMap((property) => property.name?.getText() ?? []);
            found.push({ component: node.expression.getText(), names, isOpen: args.properties.some(ts.isSpreadAssignment) });
        }
        node.forEachChild(visit);
    };
    visit(ts.createSourceFile("example.ts", code, ts.ScriptTarget.ES2022, true));
    return found;
}

describe("every example, on these pages and on others", () => {
    const examples = markdownFiles().flatMap((page) =>
        blocksOf(readFileSync(join(root, page), "utf8"), "ts").flatMap((code) => given(code).map((each) => ({ page, ...each }))),
    );
    const known = new Map(components().map(({ name, args }) => [name, args] as const));
    const ours = examples.filter(({ component }) => known.has(component));

    it("there is one of each component", () => {
        expect([...known.keys()].filter((name) => !ours.some(({ component }) => component === name))).toEqual([]);
    });

    it("gives a component what it takes, and all that it needs", () => {
        const wrong = ours.flatMap(({ page, component, names, isOpen }) => {
            const args = known.get(component) ?? [];
            const unknown = names.filter((name) => !args.some((arg) => arg.name === name));
            const missing = args.filter(({ name, isRequired }) => isRequired && !isOpen && !names.includes(name)).map(({ name }) => name);
            return [
                ...unknown.map((name) => `${page}: ${component} has no ${name}`),
                ...missing.map((name) => `${page}: ${component} needs ${name}`),
            ];
        });
        expect(wrong).toEqual([]);
    });
});

describe("what is read from the sources", () => {
    const postgres = components().find(({ name }) => name === "Postgres");
    const argument = (name: string) => postgres?.args.find((member) => member.name === name);

    it("is an argument's type, unit, default and meaning", () => {
        expect(argument("lostNodeSeconds")).toEqual({
            name: "lostNodeSeconds",
            type: "number",
            unit: "seconds",
            isRequired: false,
            default: "30",
            text: "Seconds after which a member on an unreachable node is given up.",
        });
        expect(argument("size")).toMatchObject({ type: "string", isRequired: true });
    });

    it("has the fields that an interface takes from another", () => {
        const container = dataTypes().find(({ name }) => name === "WorkloadContainer");
        expect(container?.fields.map(({ name }) => name)).toEqual(expect.arrayContaining(["image", "command", "readinessProbe"]));
    });

    it("has the sentences of refusals, with the argument that each is about", () => {
        const all = components().flatMap(({ declared }) => refusalsOf(declared));
        expect(all).toContainEqual({
            path: "passwordSecret",
            reason: '"…" has a password already. Leave out "password", or this.',
        });
        // By a helper of another file, and by a name that was given its value before.
        expect(all.find(({ path, reason }) => path === "user" && reason.includes("…"))).toBeDefined();
        expect(all.find(({ path }) => path === "volumes[…].size")).toBeDefined();
    });

    it("has what a component makes, also by helpers of other files, by the names they are given", () => {
        const names = components().map(({ name }) => name);
        expect(postgres && madeBy(postgres.declared, names)).toEqual([
            { type: "StatefulWorkload", isComponent: true, name: "…-server" },
            { type: "core/v1 Secret", isComponent: false, name: "…-password" },
        ]);
        const snapshot = components().find(({ name }) => name === "ClaimSnapshot");
        expect(snapshot && madeBy(snapshot.declared, names)).toEqual([{ type: "VolumeSnapshot", isComponent: false, name: "…-snapshot" }]);
    });
});
