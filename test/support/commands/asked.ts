/** What a command line asks for, by whichever name it is typed, and whether a test's command line is the same one. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { program } from "../../../cli/main";
import { root } from "../documents";
import type { Shown } from "./documented";
import type { Run } from "./run-by-tests";

export const { scripts, bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string | undefined>;
    bin: Record<string, string>;
};

/** A word to be filled in, in a sentence: `<name>`, `[stack]`, `…`. */
export const isOpen = (word: string) => /^[<[].*|…/.test(word);

/** The arguments of `holdfast`, if the command is one: `npx holdfast up`, `npm run up`, `holdfast up`. */
export function holdfastArguments({ words }: Pick<Shown, "words">): string[] | undefined {
    if (words[0] === "holdfast" && words.length > 1) {
        return words.slice(1);
    }
    if (words[0] === "npx" && words[1] === "holdfast") {
        return words.slice(2);
    }
    const script =
        words[0] === "npm" && words[1] === "run" ? /^node cli\/bin\/holdfast\.js (.+)$/.exec(scripts[words[2]] ?? "")?.[1] : undefined;
    return script?.split(" ").concat(words.slice(words[3] === "--" ? 4 : 3));
}

/** A `holdfast` command line, its values left out. */
export interface Asked {
    command: string;
    flags: string[];
    positional: number;
}

/** Commander's own reading, with nothing carried out. Throws its words where it refuses. */
export function read(words: string[]): Asked {
    let asked: Asked | undefined;
    const prepare = (command: Command, path: string): void => {
        command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
        for (const sub of command.commands) {
            prepare(sub, `${path} ${sub.name()}`.trim());
        }
        if (command.commands.length === 0) {
            command.action(() => {
                const given = command.options.filter((option) => command.getOptionValueSource(option.attributeName()) === "cli");
                asked = { command: path, flags: given.map(({ long }) => long ?? ""), positional: command.args.length };
            });
        }
    };
    const holdfast = program();
    prepare(holdfast, "");
    holdfast.parse(["node", "holdfast", ...words]);
    if (!asked) {
        throw new Error(`holdfast ${words.join(" ")} carries out nothing`);
    }
    return asked;
}

const long: Record<string, string> = { "-s": "--stack", "-y": "--yes" };
const flagsOf = (words: string[]) => words.filter((word) => word.startsWith("-")).map((word) => long[word] ?? word.split("=")[0]);

/** Whether a command line in a test has all that the page's has: the same command, at least its flags, a value where it has one. */
export function isRunAs({ command, flags, positional }: Asked, run: Run): boolean {
    const path = command.split(" ");
    if (run.tool !== "holdfast" || !path.every((word, index) => run.words[index] === word)) {
        return false;
    }
    const rest = run.words.slice(path.length);
    const given = flagsOf(rest);
    const hasValue = rest.length > 0 && (!rest[0].startsWith("-") || given.includes("--stack"));
    return flags.every((flag) => given.includes(flag)) && (positional === 0 || hasValue);
}

/** The words of a command of Pulumi's before its flags: `stack init`, `config set`, `up`. */
function pulumiCommand(words: string[]): string {
    const [first = "", second] = words.filter((word) => !word.startsWith("-"));
    return ["stack", "config", "package", "state"].includes(first) && second && !isOpen(second) ? `${first} ${second}` : first;
}

/** The same for `pulumi`, whose flags we don't know. */
export function isPulumiRunAs(words: string[], run: Run): boolean {
    // What comes before the command itself says where it is run.
    const ran = run.words[0] === "--cwd" ? run.words.slice(2) : run.words;
    const given = flagsOf(ran);
    return run.tool === "pulumi" && pulumiCommand(words) === pulumiCommand(ran) && flagsOf(words).every((flag) => given.includes(flag));
}

/** The verb of a kubectl command line: `get`. Its flags and objects are Kubernetes' own. */
export const kubectlVerb = (words: string[]) =>
    words.find((word, index) => !word.startsWith("-") && !/^(-n|--namespace|--context|--kubeconfig)$/.test(words[index - 1] ?? ""));
