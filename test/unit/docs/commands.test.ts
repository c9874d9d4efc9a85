/** Every command that a page shows is one that there is, and is run by a test; the few that none runs are named here and on their pages. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { main, program } from "../../../cli/main";
import {
    type Asked,
    bin,
    holdfastArguments,
    isOpen,
    isPulumiRunAs,
    isRunAs,
    kubectlVerb,
    read,
    scripts,
} from "../../support/commands/asked";
import { type Shown, shownCommands, split } from "../../support/commands/documented";
import { runsIn, runsOfTests } from "../../support/commands/run-by-tests";
import { root } from "../../support/documents";

/** Commands to copy that no test runs, and where a page says so. */
const notRun: Record<string, { page: string; says: string }> = {
    "kind create cluster": { page: "docs/clusters.md", says: "_Not proven here:_ no kind, minikube" },
    "minikube start": { page: "docs/clusters.md", says: "_Not proven here:_ no kind, minikube" },
    "npm run bench": { page: "README.md", says: "npm run bench        # by hand" },
    "pulumi package add <path or URL of this repository>": { page: "docs/component-package.md", says: "are not tested here" },
};

const ci = readFileSync(join(root, ".ci/run"), "utf8");
const runs = runsOfTests();
const shown = shownCommands();
const text = ({ words, env }: Shown) => [...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...words].join(" ");
const where = (each: Shown) => `${each.page}: ${text(each)}`;

const names = (command: Command): string[] =>
    command.commands.flatMap((sub) => [sub.name(), ...names(sub).map((name) => `${sub.name()} ${name}`)]);
const known = names(program());

/** What is asked for, or why commander refuses it. A sentence may call a command by its name alone. */
function reading({ isToCopy }: Shown, words: string[]): { asked?: Asked; refusal: string } {
    if (!isToCopy && known.includes(words.join(" "))) {
        return { asked: { command: words.join(" "), flags: [], positional: 0 }, refusal: "" };
    }
    try {
        return { asked: read(words), refusal: "" };
    } catch (error) {
        return { refusal: (error as Error).message };
    }
}

const ofHoldfast = shown.flatMap((each) => {
    const words = holdfastArguments(each);
    return words && !words.some(isOpen) && !words.includes("--help") ? [{ each, words, ...reading(each, words) }] : [];
});

it("finds commands on the pages and in the tests", () => {
    expect(ofHoldfast.length).toBeGreaterThan(20);
    expect(runs.length).toBeGreaterThan(200);
    expect(bin.holdfast).toBe("cli/bin/holdfast.js");
});

describe("every `holdfast` command on a page", () => {
    it("is one, with flags that it has", () => {
        const wrong = ofHoldfast.filter(({ asked }) => !asked).map(({ each, refusal }) => `${where(each)} (${refusal})`);
        expect(wrong).toEqual([]);
    });

    it("begins with one, where it has something to fill in", () => {
        const wrong = shown.filter((each) => {
            const words = holdfastArguments(each) ?? [];
            const fixed = words.slice(
                0,
                words.findIndex((word) => isOpen(word) || word.startsWith("-")),
            );
            const isKnown = fixed.length === 0 || known.includes(fixed.join(" ")) || known.includes(fixed.slice(0, -1).join(" "));
            return words.some(isOpen) && !isKnown;
        });
        expect(wrong.map(where)).toEqual([]);
    });
});

/** These need neither cluster nor engine: they are run here, as they are shown. A sentence may leave out what is planned. */
const isPure = ({ command, flags }: Asked) => (command === "plan" && !flags.includes("--stack")) || command === "use-cases";
const completed = ({ isToCopy }: Shown, words: string[], { command, flags, positional }: Asked) =>
    isToCopy || command !== "plan" || positional > 0 || flags.includes("--settings")
        ? words
        : [...words, "user-preferences", "--target", "sandbox"];

const pure = ofHoldfast.flatMap(({ each, words, asked }) =>
    asked && isPure(asked) ? [[where(each), completed(each, words, asked)] as const] : [],
);
it.each(pure)("works: %s", async (_where, words) => {
    const said: unknown[] = [];
    const write = jest.spyOn(process.stdout, "write").mockImplementation((chunk) => said.push(chunk) > 0);
    await main(["node", "holdfast", ...words]);
    write.mockRestore();
    const status = process.exitCode ?? 0;
    process.exitCode = undefined;
    expect([status, said.join("").length > 50]).toEqual([0, true]);
});

/** A script that CI runs, or that runs one which CI runs. */
const isInCi = (script: string): boolean =>
    new RegExp(`\\bnpm (run )?(--silent )?${script}\\b`).test(ci) ||
    [...(scripts[script] ?? "").matchAll(/\bnpm (?:run )?(\w+)/g)].some(([, part]) => part !== script && isInCi(part));

const files = readdirSync(join(root, "test"), { recursive: true }) as string[];
const tests = files.filter((file) => file.endsWith(".test.ts")).map((file) => `test/${file}`);
const testCode = files
    .filter((file) => /\.(ts|js)$/.test(file) && !file.includes("node_modules"))
    .map((file) => readFileSync(join(root, "test", file), "utf8"));

/** Whether a test runs it; for each program in its own way. */
function isRun(each: Shown): boolean {
    const { words, env } = each;
    const ours = holdfastArguments(each);
    if (ours) {
        if (ours.includes("--help") || ours.some(isOpen)) {
            return true;
        }
        const { asked } = reading(each, ours);
        return asked !== undefined && (isPure(asked) || runs.some((run) => isRunAs(asked, run)));
    }
    const isE2e = words[0] === "npm" && words[2] === "e2e";
    const parts = words.slice(isE2e ? 3 : 2).filter((word) => !word.startsWith("-"));
    const found = tests.some((file) => file.startsWith("test/e2e/") === isE2e && parts.some((part) => file.includes(part)));
    switch (words[0]) {
        case "npm":
            return isInCi(words[1] === "run" ? words[2] : words[1]) && (!isE2e || parts.length === 0 || found);
        case "npx":
            return words[1] === "jest" && found && Object.keys(env).every((name) => testCode.some((code) => code.includes(`env.${name}`)));
        case "pulumi":
            return runs.some((run) => isPulumiRunAs(words.slice(1), run));
        case "kubectl":
            return runs.some((run) => run.tool === "kubectl" && kubectlVerb(run.words) === kubectlVerb(words.slice(1)));
        case "cd":
            return existsSync(join(root, words[1]));
        // What it evaluates is a command of its own.
        case "eval":
            return true;
        default:
            return existsSync(join(root, words[0]));
    }
}

it("every command to copy is run by a test, but for those that are said not to be", () => {
    const unrun = shown.filter((each) => each.isToCopy && !isRun(each));
    expect(unrun.map(text).sort()).toEqual(Object.keys(notRun).sort());
    for (const { page, says } of Object.values(notRun)) {
        expect(readFileSync(join(root, page), "utf8")).toContain(says);
    }
});

it("so is every command of ours that a sentence names", () => {
    const named = shown.filter((each) => !each.isToCopy && (holdfastArguments(each) || /^(npm|npx)$/.test(each.words[0])));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((each) => !isRun(each)).map(where)).toEqual([]);
});

describe("a page's line", () => {
    it.each([
        [
            'eval "$(npx holdfast env)"   # exports',
            [
                ["npx", "holdfast", "env"],
                ["eval", "…"],
            ],
        ],
        [
            "pulumi preview --json > preview.json && cd a",
            [
                ["pulumi", "preview", "--json"],
                ["cd", "a"],
            ],
        ],
        [
            "pulumi preview | npx holdfast review --preview -",
            [
                ["pulumi", "preview"],
                ["npx", "holdfast", "review", "--preview", "-"],
            ],
        ],
        ["pulumi config set --path 'a:b.c' \"d e\"", [["pulumi", "config", "set", "--path", "a:b.c", "d e"]]],
    ])("%s", (line, commands) => {
        expect(split(line)).toEqual(commands);
    });
});

describe("a test's command line", () => {
    const words = (source: string) => runsIn("a.test.ts", source).map((run) => `${run.tool} ${run.words.join(" ")}`);

    it("is read from the call, with what is known of its values", () => {
        expect(words('const stack = "a"; world.tryHoldfast("up", stack, `x`, z);')).toEqual(["holdfast up a x …"]);
        expect(words('const where = ["--cwd", "b"]; world.pulumi("up", ...where);')).toEqual(["pulumi up --cwd b"]);
        expect(words('new Interrupted(world, "down", name)')).toEqual(["holdfast down …"]);
    });

    it("is read through functions that pass their arguments on, and not from others of the same name", () => {
        const wrapped =
            'const review = (file, ...args) => main(["node", "holdfast", "review", "--preview", file, ...args]); review(a, "--json");';
        expect(words(wrapped)).toContain("holdfast review --preview … --json");
        expect(words('const holdfast = (x) => x; holdfast("up");')).toEqual([]);
    });

    it("counts for a page only with the same command and all of the page's flags", () => {
        const [run] = runsIn("a.test.ts", 'world.holdfast("sandbox", "up", "--nodes", "3");');
        const counts = (...shownWords: string[]) => isRunAs(read(shownWords), run);
        expect([counts("sandbox", "up"), counts("sandbox", "up", "--nodes", "2")]).toEqual([true, true]);
        expect([counts("sandbox", "up", "--with", "all"), counts("sandbox", "down"), counts("up")]).toEqual([false, false, false]);
        expect(() => read(["up", "--stak", "a"])).toThrow("unknown option");
    });
});
