/** What the sources say in words about each component: its docstring, its arguments with their defaults, its outputs. */

import { relative } from "node:path";
import * as ts from "typescript";
import { type Declared, find, index, publicSurface } from "./sources";

/** An argument, an output or a field. */
export interface Member {
    name: string;
    /** As the program writes it, without `pulumi.`. */
    type: string;
    /** What a number counts, as far as its name says. */
    unit?: string;
    isRequired: boolean;
    default?: string;
    text: string;
}

export interface Component {
    name: string;
    /** The file, from the repository's root. */
    file: string;
    token: string;
    /** The docstring's paragraphs, but for those below. */
    text: string[];
    cost: string;
    examples: string[];
    args: Member[];
    outputs: Member[];
    declared: Declared;
}

/** Data that arguments are made of. */
export interface DataType {
    name: string;
    text: string[];
    fields: Member[];
}

const root = relative("/", `${index}/../..`);

/** A docstring's words, without the comment's stars, and its tags. */
function docOf(node: ts.Node): { text: string; tags: { name: string; text: string }[] } {
    const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
    const words = (comment: string | ts.NodeArray<ts.JSDocComment> | undefined) =>
        (ts.getTextOfJSDocComment(comment) ?? "").replace(/\{@link (\w+)\}/g, "`$1`").trim();
    return {
        text: docs.map(({ comment }) => words(comment)).join("\n\n"),
        tags: docs.flatMap(({ tags }) => tags ?? []).map((tag) => ({ name: tag.tagName.text, text: words(tag.comment) })),
    };
}

/** Lines of one paragraph as one line. */
const joined = (text: string): string => text.replace(/\s*\n\s*/g, " ");

const units: [RegExp, string][] = [
    [/seconds$/i, "seconds"],
    [/minutes$/i, "minutes"],
    [/days$/i, "days"],
    [/throughputMiB$/i, "MiB/s"],
    [/MiB$/, "MiB"],
    [/bytes$/i, "bytes"],
    [/^iops$/i, "a second"],
];

function memberOf(node: ts.PropertySignature | ts.PropertyDeclaration): Member {
    const { text, tags } = docOf(node);
    const name = node.name.getText();
    const type = (node.type?.getText() ?? "unknown").replaceAll("pulumi.", "");
    const unit = /\bnumber\b/.test(type) ? units.find(([pattern]) => pattern.test(name))?.[1] : undefined;
    const said = tags.find((tag) => tag.name === "default")?.text;
    return {
        name,
        type: joined(type),
        ...(unit ? { unit } : {}),
        isRequired: !node.questionToken,
        ...(said === undefined ? {} : { default: joined(said) }),
        text: joined(text),
    };
}

/** An interface's fields, those of what it extends included: the required ones first. */
function fieldsOf({ node, file }: Declared): Member[] {
    if (!ts.isInterfaceDeclaration(node)) {
        return [];
    }
    const own = node.members.filter(ts.isPropertySignature).map(memberOf);
    const inherited = (node.heritageClauses ?? []).flatMap(({ types }) =>
        types.flatMap((type) => {
            const base = find(type.expression.getText(), file);
            if (!base || type.typeArguments) {
                throw new Error(
                    `${node.name.text} extends ${type.getText()}, whose fields can't be read: extend an interface by its name.`,
                );
            }
            return fieldsOf(base);
        }),
    );
    const all = [...own, ...inherited.filter(({ name }) => !own.some((each) => each.name === name))];
    return [...all.filter(({ isRequired }) => isRequired), ...all.filter(({ isRequired }) => !isRequired)];
}

const isOutput = (node: ts.ClassElement): node is ts.PropertyDeclaration =>
    ts.isPropertyDeclaration(node) && !node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);

function componentOf(name: string, declared: Declared): Component {
    const node = declared.node as ts.ClassDeclaration;
    const { text, tags } = docOf(node);
    const paragraphs = text.split(/\n\s*\n/).map(joined);
    const isCost = (paragraph: string) => /(^|\. )(Cost|Price): /.test(paragraph);
    const args = find(`${name}Args`, declared.file);
    return {
        name,
        file: relative(`/${root}`, declared.file),
        token: /super\(\s*"([^"]+)"/.exec(node.getText())?.[1] ?? "",
        text: paragraphs.filter((paragraph) => !isCost(paragraph)),
        cost: paragraphs.filter(isCost).join(" "),
        examples: tags.filter((tag) => tag.name === "example").map((tag) => tag.text),
        args: args ? fieldsOf(args) : [],
        outputs: node.members.filter(isOutput).map(memberOf),
        declared,
    };
}

const extendsComponent = ({ node }: Declared) =>
    ts.isClassDeclaration(node) &&
    (node.heritageClauses?.some(({ types }) => /ComponentResource$/.test(types[0].expression.getText())) ?? false);

/** Every component that the library exports. */
export function components(): Component[] {
    return publicSurface()
        .filter(({ declared }) => extendsComponent(declared))
        .map(({ name, declared }) => componentOf(name, declared));
}

/** Every exported interface that isn't a component's own arguments. */
export function dataTypes(): DataType[] {
    const owned = components().map(({ name }) => `${name}Args`);
    return publicSurface()
        .filter(({ name, declared }) => ts.isInterfaceDeclaration(declared.node) && !owned.includes(name))
        .map(({ name, declared }) => ({
            name,
            text: docOf(declared.node)
                .text.split(/\n\s*\n/)
                .map(joined),
            fields: fieldsOf(declared),
        }));
}
