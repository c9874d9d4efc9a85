/** What a component's code leads to: the resources that it makes, and the sentences with which it refuses input. */

import * as ts from "typescript";
import { borrowed, type Declared, declarations, find, importedFile } from "./sources";

/** A resource or another component, and the pattern of its Pulumi name. */
export interface Made {
    /** `core/v1 Namespace`, or the component's name. */
    type: string;
    isComponent: boolean;
    name: string;
}

export interface Refusal {
    /** The argument, "…" for what depends on the input; empty where the code works it out. */
    path: string;
    reason: string;
}

/** The planner's rules are the plan's to tell; what the mocks for users refuse is no component's. */
const isElsewhere = (file: string) => /\/components\/(usecases|testing)\//.test(file);

const inside = (node: ts.Node, visit: (node: ts.Node) => void): void => {
    visit(node);
    node.forEachChild((child) => inside(child, visit));
};

/** Whether a name is used as one, and isn't just the key of an object or a property of something. */
const isUse = ({ parent }: ts.Identifier, node: ts.Identifier) =>
    !(ts.isPropertyAccessExpression(parent) && parent.name === node) && !(ts.isPropertyAssignment(parent) && parent.name === node);

/** Every function and table that a component leads to, other components left out: those refuse for themselves. */
function reached(start: Declared): Declared[] {
    const found = new Map<ts.Node, Declared>();
    const follow = (declared: Declared | undefined) => {
        if (!declared || found.has(declared.node) || isElsewhere(declared.file) || ts.isInterfaceDeclaration(declared.node)) {
            return;
        }
        if (ts.isClassDeclaration(declared.node) && declared.node !== start.node) {
            return;
        }
        found.set(declared.node, declared);
        inside(declared.node, (node) => {
            if (ts.isIdentifier(node) && isUse(node, node)) {
                follow(find(node.text, declared.file));
            } else if (ts.isCallExpression(node) && node.expression.getText() === "require" && ts.isStringLiteral(node.arguments[0])) {
                // Loaded when it is needed: which of its functions is called can't be seen here.
                const module = importedFile(declared.file, node.arguments[0].text);
                for (const each of module ? declarations(module).values() : []) {
                    follow(each);
                }
            }
        });
    };
    follow(start);
    return [...found.values()];
}

/** Works out what expressions say, in the files that a component leads to. */
class Reading {
    private readonly sources: ts.SourceFile[];

    constructor(declared: Declared[]) {
        this.sources = [...new Set(declared.map(({ node }) => node.getSourceFile()))];
    }

    /** The text of an expression, with "…" for what only a run knows; several where it is one or the other. */
    texts(node: ts.Expression | undefined, file: string, depth = 0): string[] {
        if (node === undefined || depth > 6) {
            return [];
        }
        const deeper = (other: ts.Expression, otherFile = file) => this.texts(other, otherFile, depth + 1);
        const plain = unwrapped(node);
        if (ts.isStringLiteralLike(plain)) {
            return [plain.text];
        }
        if (ts.isTemplateExpression(plain)) {
            return [plain.head.text + plain.templateSpans.map(({ literal }) => `…${literal.text}`).join("")];
        }
        if (ts.isConditionalExpression(plain)) {
            return [...deeper(plain.whenTrue), ...deeper(plain.whenFalse)];
        }
        if (ts.isIdentifier(plain)) {
            return this.values(plain).flatMap((value) => deeper(value));
        }
        if (ts.isCallExpression(plain) && ts.isIdentifier(plain.expression)) {
            const called = find(plain.expression.text, file);
            return called ? returned(called.node).flatMap((value) => deeper(value, called.file)) : [];
        }
        return [];
    }

    /** The values that a name of the same function may have: its initializer, or what the function is called with. */
    values(name: ts.Identifier): ts.Expression[] {
        for (let scope: ts.Node = name.parent; !ts.isSourceFile(scope); scope = scope.parent) {
            if (ts.isFunctionLike(scope)) {
                const position = scope.parameters.findIndex((parameter) => parameter.name.getText() === name.text);
                const called = ts.isVariableDeclaration(scope.parent) ? scope.parent.name.getText() : scope.name?.getText();
                if (position >= 0) {
                    return called ? this.argumentsOf(called, position, scope.parent) : [];
                }
            }
            const values: ts.Expression[] = [];
            inside(scope, (node) => {
                if (ts.isVariableDeclaration(node) && node.name.getText() === name.text && node.initializer) {
                    values.push(node.initializer);
                }
            });
            if (values.length > 0) {
                return values;
            }
        }
        return [];
    }

    /** What a function is called with: one at the top of a file may be called from any other. */
    private argumentsOf(called: string, position: number, declaredIn: ts.Node): ts.Expression[] {
        const isOfFile =
            ts.isSourceFile(declaredIn) ||
            (ts.isVariableDeclarationList(declaredIn.parent) && ts.isSourceFile(declaredIn.parent.parent.parent));
        const found: ts.Expression[] = [];
        for (const source of isOfFile ? this.sources : [declaredIn.getSourceFile()]) {
            inside(source, (node) => {
                if (ts.isCallExpression(node) && node.expression.getText() === called && node.arguments[position]) {
                    found.push(node.arguments[position]);
                }
            });
        }
        return found;
    }

    /** A property's texts, of an object that is written here or was given a name. */
    property(node: ts.Expression | undefined, key: string, file: string): string[] {
        const plain = node && unwrapped(node);
        const objects = plain && ts.isIdentifier(plain) ? this.values(plain).map(unwrapped) : plain ? [plain] : [];
        return objects.filter(ts.isObjectLiteralExpression).flatMap((object) => this.texts(propertyOf(object, key), file));
    }
}

/** An expression without parentheses and claims about its type. */
function unwrapped(node: ts.Expression): ts.Expression {
    return ts.isParenthesizedExpression(node) || ts.isAsExpression(node) ? unwrapped(node.expression) : node;
}

/** What a function gives back. */
function returned(node: ts.Node): ts.Expression[] {
    const found: ts.Expression[] = [];
    inside(node, (each) => {
        if (ts.isReturnStatement(each) && each.expression) {
            found.push(each.expression);
        } else if (ts.isArrowFunction(each) && !ts.isBlock(each.body)) {
            found.push(each.body);
        }
    });
    return found;
}

/** A property's value, also where it is written short: `{ path, reason }`. */
function propertyOf(node: ts.ObjectLiteralExpression, key: string): ts.Expression | undefined {
    for (const property of node.properties) {
        if (property.name?.getText() === key) {
            return ts.isPropertyAssignment(property)
                ? property.initializer
                : ts.isShorthandPropertyAssignment(property)
                  ? property.name
                  : undefined;
        }
    }
    return undefined;
}

/** The sentences of every `{ path, reason }` that the component leads to, by argument. */
export function refusalsOf(start: Declared): Refusal[] {
    const found = new Map<string, Refusal>();
    const all = reached(start);
    const reading = new Reading(all);
    for (const { node: declaration, file } of all) {
        inside(declaration, (node) => {
            if (!ts.isObjectLiteralExpression(node)) {
                return;
            }
            const reasons = reading.property(node, "reason", file);
            const paths = reading.property(node, "path", file);
            reasons.forEach((reason, index) => {
                // A helper is called with one argument and one sentence at a time.
                const path = (paths.length === reasons.length ? paths[index] : paths.length === 1 ? paths[0] : "") as string;
                // Of a path that begins with what only a run knows, the part behind it is the argument's name.
                const argument = path.replace(/^[….]+/, "");
                if (/[a-z]{3}/.test(reason)) {
                    found.set(`${argument} ${reason}`, { path: argument, reason });
                }
            });
        });
    }
    return [...found.values()].sort((a, b) => (`${a.path} ${a.reason}` < `${b.path} ${b.reason}` ? -1 : 1));
}

/** The resources and components that it makes, as far as each is written as `new Kind(…)`. */
export function madeBy(start: Declared, componentNames: string[]): Made[] {
    const found = new Map<string, Made>();
    const all = reached(start);
    const reading = new Reading(all);
    const add = (type: string, name = "", isComponent = false) => found.set(`${type} ${name}`, { type, isComponent, name });
    const ofTables = new Set<string>();
    for (const { node: declaration, file } of all) {
        inside(declaration, (node) => {
            if (
                ts.isIdentifier(node) &&
                componentNames.includes(node.text) &&
                !ts.isTypeReferenceNode(node.parent) &&
                declaration !== node.parent
            ) {
                ofTables.add(node.text);
            }
            if (!ts.isNewExpression(node) || !ts.isIdentifier(node.expression)) {
                return;
            }
            const kind = node.expression.text;
            const names = reading.texts(node.arguments?.[0], file);
            if (componentNames.includes(kind)) {
                add(kind, names[0], true);
                return;
            }
            const [, sdk, group] = /^@pulumi\/(kubernetes|aws)\/(.+)$/.exec(borrowed(file).get(kind)?.module ?? "") ?? [];
            if (!sdk) {
                return;
            }
            const customKinds = kind === "CustomResource" ? reading.property(node.arguments?.[1], "kind", file) : [];
            const ours = sdk === "aws" ? `AWS ${group} ${kind}` : `${group} ${kind}`;
            for (const [index, name] of (names.length > 0 ? names : [""]).entries()) {
                // A helper makes an object of each kind that it is called with.
                add(customKinds[index] ?? customKinds[0] ?? ours, name);
            }
        });
    }
    // A class of a table is made by whoever looks it up.
    for (const type of ofTables) {
        if (![...found.values()].some((made) => made.type === type)) {
            add(type, "", true);
        }
    }
    return [...found.values()].sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));
}
