/** The library's sources as they are written, read file by file: a program with types takes seconds, and pages need only words and names. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as ts from "typescript";

const library = join(__dirname, "..", "..", "..", "components");

/** Something declared at the top of a file, and the file, in which its own names are looked up. */
export interface Declared {
    node: ts.ClassDeclaration | ts.InterfaceDeclaration | ts.FunctionDeclaration | ts.VariableDeclaration | ts.TypeAliasDeclaration;
    file: string;
}

/** A function of a file, worked out once. */
function once<T>(make: (file: string) => T): (file: string) => T {
    const made = new Map<string, T>();
    return (file) => {
        const known = made.get(file) ?? make(file);
        made.set(file, known);
        return known;
    };
}

/** The file the library's public surface is in. */
export const index = join(library, "index.ts");

const sourceOf = once((file) => ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true));

/** The file of ours that an import names; undefined for packages. */
export function importedFile(from: string, specifier: string): string | undefined {
    if (!specifier.startsWith(".")) {
        return undefined;
    }
    const path = join(dirname(from), specifier);
    return [`${path}.ts`, join(path, "index.ts")].find(existsSync);
}

/** What a file declares at its top, by name. */
export const declarations = once((file): Map<string, Declared> => {
    const found = new Map<string, Declared>();
    for (const node of sourceOf(file).statements) {
        if (ts.isVariableStatement(node)) {
            for (const each of node.declarationList.declarations) {
                found.set(each.name.getText(), { node: each, file });
            }
        } else if (
            (ts.isClassDeclaration(node) ||
                ts.isInterfaceDeclaration(node) ||
                ts.isFunctionDeclaration(node) ||
                ts.isTypeAliasDeclaration(node)) &&
            node.name
        ) {
            found.set(node.name.text, { node, file });
        }
    }
    return found;
});

/** Names that a file takes from elsewhere, by import or `export … from`: the module, and the name there. */
export const borrowed = once((file): Map<string, { module: string; name: string }> => {
    const found = new Map<string, { module: string; name: string }>();
    for (const node of sourceOf(file).statements) {
        const named = ts.isImportDeclaration(node)
            ? node.importClause?.namedBindings
            : ts.isExportDeclaration(node)
              ? node.exportClause
              : undefined;
        const specifier = (node as ts.ImportDeclaration | ts.ExportDeclaration).moduleSpecifier;
        if (!named || !specifier || !(ts.isNamedImports(named) || ts.isNamedExports(named))) {
            continue;
        }
        for (const element of named.elements) {
            found.set(element.name.text, {
                module: (specifier as ts.StringLiteral).text,
                name: (element.propertyName ?? element.name).text,
            });
        }
    }
    return found;
});

/** The declaration that a name means in a file, wherever in the library it is; undefined for a package's and for local names. */
export function find(name: string, file: string): Declared | undefined {
    const here = declarations(file).get(name);
    if (here) {
        return here;
    }
    const from = borrowed(file).get(name);
    const module = from && importedFile(file, from.module);
    return module ? find(from.name, module) : undefined;
}

/** The public classes and interfaces, in the order of their names. */
export function publicSurface(): { name: string; declared: Declared }[] {
    return [...borrowed(index).keys()].sort().flatMap((name) => {
        const declared = find(name, index);
        return declared ? [{ name, declared }] : [];
    });
}
