/** The fields of Kubernetes' objects, read from the TypeScript types of @pulumi/kubernetes: the one schema that every program has beside it. */

import type * as Compiler from "typescript";

/** What a value may be. */
export type Shape =
    | "any"
    | "string"
    | "number"
    | "boolean"
    | { is: string }
    | { of: string }
    | { list: Shape }
    | { map: Shape }
    | { either: Shape[] };

export interface Field {
    shape: Shape;
    isRequired: boolean;
}
/** Fields of an interface, by name. */
export type Fields = Record<string, Field>;
/** Interfaces by full name: `apps.v1.StatefulSetSpec`. */
export type Schemas = Record<string, Fields>;

/** Reads the declarations of one file; `prefix` is where its interfaces are. */
export function schemasFrom(ts: typeof Compiler, text: string, prefix = ""): Schemas {
    const schemas: Schemas = {};
    const source = ts.createSourceFile("types.d.ts", text, ts.ScriptTarget.Latest, false);

    const primitive: Partial<Record<Compiler.SyntaxKind, Shape>> = {
        [ts.SyntaxKind.StringKeyword]: "string",
        [ts.SyntaxKind.NumberKeyword]: "number",
        [ts.SyntaxKind.BooleanKeyword]: "boolean",
    };

    function shapeOf(node: Compiler.TypeNode): Shape {
        if (ts.isTypeReferenceNode(node)) {
            const name = nameOf(node.typeName);
            if (name === "pulumi.Input" && node.typeArguments) {
                return shapeOf(node.typeArguments[0]);
            }
            return name.startsWith("inputs.") ? { of: name.slice("inputs.".length) } : "any";
        }
        if (ts.isArrayTypeNode(node)) {
            return { list: shapeOf(node.elementType) };
        }
        if (ts.isUnionTypeNode(node)) {
            return { either: node.types.map(shapeOf) };
        }
        if (ts.isTypeLiteralNode(node) && node.members.length === 1 && ts.isIndexSignatureDeclaration(node.members[0])) {
            return { map: shapeOf(node.members[0].type) };
        }
        if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) {
            return { is: node.literal.text };
        }
        // Whatever a later version of the types says is let through rather than misread.
        return primitive[node.kind] ?? "any";
    }

    function nameOf(node: Compiler.EntityName): string {
        return ts.isIdentifier(node) ? node.text : `${nameOf(node.left)}.${node.right.text}`;
    }

    function visit(node: Compiler.Statement, path: string): void {
        if (ts.isModuleDeclaration(node) && node.body && ts.isModuleBlock(node.body)) {
            for (const statement of node.body.statements) {
                visit(statement, `${path}${node.name.text}.`);
            }
        }
        if (ts.isInterfaceDeclaration(node)) {
            schemas[path + node.name.text] = Object.fromEntries(
                node.members.flatMap((member) =>
                    ts.isPropertySignature(member) && member.type && (ts.isIdentifier(member.name) || ts.isStringLiteral(member.name))
                        ? [[member.name.text, { shape: shapeOf(member.type), isRequired: member.questionToken === undefined }]]
                        : [],
                ),
            );
        }
    }

    for (const statement of source.statements) {
        visit(statement, prefix);
    }
    return schemas;
}
