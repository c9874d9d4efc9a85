/** The commands that the pages show, as a shell would take them apart. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { blocksOf, markdownFiles, proseOf, root } from "../documents";

/** One program with its arguments. */
export interface Shown {
    /** `README.md`: where it is shown first. */
    page: string;
    words: string[];
    /** Variables set for it alone. */
    env: Record<string, string>;
    /** In a block of commands to copy; otherwise it is named in a sentence. */
    isToCopy: boolean;
}

/** Splits a line at operators and blanks, minding quotes; a comment ends it. `$(…)` is a command of its own. */
export function split(line: string): string[][] {
    const commands: string[][] = [[]];
    let word: string | undefined;
    let quote = "";
    const end = () => {
        if (word !== undefined) {
            commands.at(-1)?.push(word);
        }
        word = undefined;
    };
    for (let i = 0; i < line.length; i++) {
        const char = line[i];
        if (quote !== "'" && line.startsWith("$(", i)) {
            const close = line.indexOf(")", i);
            commands.unshift(...split(line.slice(i + 2, close)));
            word = `${word ?? ""}…`;
            i = close;
        } else if (quote) {
            if (char === quote) {
                quote = "";
            } else {
                word = (word ?? "") + char;
            }
        } else if (char === '"' || char === "'") {
            quote = char;
            word ??= "";
        } else if (char === "#" && word === undefined) {
            break;
        } else if (/\s/.test(char)) {
            end();
        } else if (/[|&;]/.test(char)) {
            end();
            if (commands.at(-1)?.length) {
                commands.push([]);
            }
        } else if (/[<>]/.test(char) && /^[<>] \S|^>>/.test(line.slice(i))) {
            // Where it reads from or writes to is nothing to the command. (`<name>` is a word to fill in.)
            end();
            i += /^[<>]+\s*\S+/.exec(line.slice(i))?.[0].length ?? 0;
        } else {
            word = (word ?? "") + char;
        }
    }
    end();
    return commands.filter((command) => command.length > 0);
}

function shown(page: string, line: string, isToCopy: boolean): Shown[] {
    return split(line).map((words) => {
        const env: Record<string, string> = {};
        while (/^[A-Z_]+=/.test(words[0] ?? "")) {
            const [name, value] = (words.shift() ?? "").split("=");
            env[name] = value;
        }
        return { page, words, env, isToCopy };
    });
}

const isCommand = (text: string) => /^([A-Z_]+=\S+ )?(npx|npm (run|test)|holdfast|pulumi|kubectl) /.test(text) || text === "npm test";

/** What people read to use it; pages deeper in the sandbox are about its insides. */
const isForUsers = (page: string) => !/^sandbox\/.+\//.test(page);

/** Every command of every page, once. */
export function shownCommands(): Shown[] {
    const all = markdownFiles()
        .filter(isForUsers)
        .flatMap((page) => {
            const text = readFileSync(join(root, page), "utf8");
            const lines = ["sh", "bash", "console"]
                .flatMap((language) => blocksOf(text, language))
                .flatMap((block) => block.replaceAll("\\\n", " ").split("\n"));
            const named = [...proseOf(text).matchAll(/`([^`\n]+(?:\n[^`\n]+)?)`/g)]
                .map(([, code]) => code.replace(/\s+/g, " "))
                .filter(isCommand);
            return [...lines.flatMap((line) => shown(page, line, true)), ...named.flatMap((line) => shown(page, line, false))];
        });
    const known = new Map<string, Shown>();
    for (const each of all) {
        const key = JSON.stringify([each.words, each.env]);
        const before = known.get(key);
        if (!before || (!before.isToCopy && each.isToCopy)) {
            known.set(key, each);
        }
    }
    return [...known.values()];
}
