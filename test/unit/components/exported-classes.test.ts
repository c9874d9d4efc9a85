/** What every exported class must have, read from its source: documentation, tokens and arguments that Pulumi can offer to other languages. */

import { join } from "node:path";
import * as ts from "typescript";

const root = join(__dirname, "../../../components");
const program = ts.createProgram([join(root, "index.ts")], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    strict: true,
    noResolve: false,
    skipLibCheck: true,
    types: [],
});
const checker = program.getTypeChecker();
const index = program.getSourceFile(join(root, "index.ts"));
const exported = index
    ? checker
          .getExportsOfModule(checker.getSymbolAtLocation(index) as ts.Symbol)
          .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
    : [];
const declarations = exported.flatMap((symbol) => symbol.declarations ?? []);
const classes = declarations.filter(ts.isClassDeclaration).map((node) => [node.name?.text ?? "", node] as const);
const interfaces = declarations.filter(ts.isInterfaceDeclaration).map((node) => [node.name.text, node] as const);

const constructorOf = (node: ts.ClassDeclaration) => node.members.find(ts.isConstructorDeclaration);

const docOf = (node: ts.Node): string =>
    ts
        .getJSDocCommentsAndTags(node)
        .filter((part) => ts.isJSDoc(part))
        .map((doc) => doc.getText())
        .join("\n");

it("finds the public surface", () => {
    expect(classes.map(([name]) => name).sort()).toEqual([
        "BackupBucket",
        "BackupRepository",
        "ClaimSnapshot",
        "CloudStorage",
        "FileBackup",
        "JetStream",
        "LocalStorage",
        "NetworkStorage",
        "Postgres",
        "PostgresArchive",
        "PostgresCluster",
        "RestoreDrill",
        "SharedFiles",
        "StatefulApp",
        "StatefulWorkload",
        "Valkey",
        "VolumeClaims",
    ]);
});

describe.each(classes)("%s", (name, node) => {
    it("extends ComponentResource directly, with the token that is never renamed", () => {
        expect(node.heritageClauses?.[0].types[0].expression.getText()).toBe("pulumi.ComponentResource");
        expect(node.getText()).toContain(`super("holdfast:index:${name}", name, {}, opts)`);
    });

    it("says what it is for, what it costs, and shows how it is used", () => {
        const doc = docOf(node);
        expect(doc.length).toBeGreaterThan(150);
        expect(doc).toMatch(/Cost: |Price: /);
        expect(doc).toContain("@example");
        expect(doc).toContain(`new ${name}(`);
    });

    it("registers its outputs last", () => {
        expect(constructorOf(node)?.body?.statements.at(-1)?.getText()).toMatch(/^this\.registerOutputs\(/);
    });

    it("takes its arguments as an interface of its own name, in a parameter called args", () => {
        const [, args] = constructorOf(node)?.parameters ?? [];
        expect(args.name.getText()).toBe("args");
        expect(args.type?.getText()).toBe(`${name}Args`);
    });
});

describe.each(interfaces)("%s", (_name, node) => {
    const members = node.members.filter(ts.isPropertySignature);

    it("documents every optional property with its default", () => {
        const undocumented = members
            .filter((member) => member.questionToken && !docOf(member).includes("@default"))
            .map((member) => member.name.getText());
        expect(undocumented).toEqual([]);
    });

    it("has neither unions nor callbacks, which other languages can't give", () => {
        const foreign = members
            .filter((member) => /[^|]\|[^|]|=>/.test(member.type?.getText() ?? ""))
            .map((member) => member.name.getText());
        expect(foreign).toEqual([]);
    });
});
