/** The commands that tests run, read from the tests' own sources: whoever changes a test changes what counts as run. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";
import { root } from "../documents";

export type Tool = "holdfast" | "pulumi" | "kubectl";

/** A command line in a test; "…" stands for what only the run knows. */
export interface Run {
    file: string;
    tool: Tool;
    words: string[];
}

/** How tests start programs: methods of test/e2e/support/world.ts, and classes that take the world first. */
const runners: Record<string, Tool> = {
    holdfast: "holdfast",
    tryHoldfast: "holdfast",
    startHoldfast: "holdfast",
    pulumi: "pulumi",
    tryPulumi: "pulumi",
    kubectl: "kubectl",
    tryKubectl: "kubectl",
};
const verbs = /^(preview|up|destroy|refresh|cancel|stack|config|state)$/;

/** A function of a test that passes its further arguments on to a runner. */
interface Wrapper {
    tool: Tool;
    before: string[];
    after: string[];
    /** How many of its own arguments come first. */
    skips: number;
}

const inside = (node: ts.Node, visit: (node: ts.Node) => void): void => {
    visit(node);
    node.forEachChild((child) => inside(child, visit));
};

function sourcesBelow(folder: string): string[] {
    return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
        const path = join(folder, entry.name);
        return entry.isDirectory() ? sourcesBelow(path) : /\.ts$/.test(entry.name) ? [path] : [];
    });
}

/** The name that is called: `holdfast` of `world.holdfast(…)`. */
const calleeOf = (node: ts.CallExpression | ts.NewExpression): string =>
    ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : node.expression.getText();

class TestFile {
    private readonly source: ts.SourceFile;
    /** Values of names that are given once, wherever in the file. */
    private readonly values = new Map<string, ts.Expression>();
    private readonly wrappers = new Map<string, Wrapper>();
    /** Names of functions of the file's own. */
    private readonly own = new Set<string>();

    constructor(
        private readonly file: string,
        text: string,
    ) {
        this.source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
        inside(this.source, (node) => {
            if (ts.isVariableDeclaration(node) && node.initializer) {
                this.values.set(node.name.getText(), node.initializer);
                if (ts.isArrowFunction(node.initializer)) {
                    this.own.add(node.name.getText());
                }
            } else if (ts.isFunctionDeclaration(node) && node.name) {
                this.own.add(node.name.text);
            }
        });
        // A wrapper may call another one.
        for (let depth = 0; depth < 3; depth++) {
            this.findWrappers();
        }
    }

    private words(args: readonly ts.Expression[], rest = ""): string[] {
        return args.flatMap((arg): string[] => {
            if (ts.isStringLiteralLike(arg)) {
                return [arg.text];
            }
            if (ts.isTemplateExpression(arg)) {
                return [arg.head.text + arg.templateSpans.map(({ literal }) => `…${literal.text}`).join("")];
            }
            if (ts.isSpreadElement(arg)) {
                const name = arg.expression.getText();
                const value = this.values.get(name);
                if (name === rest) {
                    return ["\0"];
                }
                return value && ts.isArrayLiteralExpression(value) ? this.words(value.elements, rest) : ["…"];
            }
            const value = this.values.get(arg.getText());
            return value && ts.isStringLiteralLike(value) ? [value.text] : ["…"];
        });
    }

    /** The command line that a call is; undefined for every other call. `rest` is a name for arguments that are passed on. */
    private runOf(node: ts.Node, rest = ""): Run | undefined {
        if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) {
            return undefined;
        }
        const args = node.arguments ?? ([] as unknown as ts.NodeArray<ts.Expression>);
        const name = calleeOf(node);
        const isOwn = !ts.isPropertyAccessExpression(node.expression) && this.own.has(name);
        const wrapper = this.wrappers.get(name);
        if (isOwn && wrapper) {
            return {
                file: this.file,
                tool: wrapper.tool,
                words: [...wrapper.before, ...this.words(args.slice(wrapper.skips), rest), ...wrapper.after],
            };
        }
        if (isOwn) {
            return undefined;
        }
        if (Object.hasOwn(runners, name)) {
            return { file: this.file, tool: runners[name], words: this.words(args, rest) };
        }
        if (name === "Interrupted") {
            return { file: this.file, tool: "holdfast", words: this.words(args.slice(1), rest) };
        }
        const [list] = args;
        if (list && ts.isArrayLiteralExpression(list)) {
            const words = this.words(list.elements, rest);
            if (name === "main" && words[0] === "node" && words[1] === "holdfast") {
                return { file: this.file, tool: "holdfast", words: words.slice(2) };
            }
            if (name === "run" && verbs.test(words[0] ?? "")) {
                return { file: this.file, tool: "pulumi", words };
            }
        }
        return undefined;
    }

    private findWrappers(): void {
        inside(this.source, (node) => {
            const name = ts.isFunctionDeclaration(node)
                ? node.name?.text
                : ts.isArrowFunction(node) && ts.isVariableDeclaration(node.parent)
                  ? node.parent.name.getText()
                  : undefined;
            if (!name || this.wrappers.has(name)) {
                return;
            }
            const { parameters } = node as ts.FunctionDeclaration | ts.ArrowFunction;
            const rest = parameters.find(({ dotDotDotToken }) => dotDotDotToken)?.name.getText() ?? "";
            inside(node, (part) => {
                const run = rest ? this.runOf(part, rest) : undefined;
                const at = run?.words.indexOf("\0") ?? -1;
                if (run && at >= 0) {
                    const [before, after] = [run.words.slice(0, at), run.words.slice(at + 1)];
                    this.wrappers.set(name, { tool: run.tool, before, after, skips: parameters.length - 1 });
                }
            });
        });
    }

    runs(): Run[] {
        const found: Run[] = [];
        inside(this.source, (node) => {
            const run = this.runOf(node);
            if (run && run.words.length > 0) {
                found.push(run);
            }
        });
        return found;
    }
}

export const runsIn = (file: string, text: string): Run[] => new TestFile(file, text).runs();

/** Every command line in the tests. Files that start nothing aren't read further. */
export function runsOfTests(): Run[] {
    const starts = new RegExp(`\\b(${[...Object.keys(runners), "Interrupted", "main", "run"].join("|")})\\(`);
    return sourcesBelow("test").flatMap((file) => {
        const text = readFileSync(join(root, file), "utf8");
        return starts.test(text) ? runsIn(file, text) : [];
    });
}
