/**
 * `holdfast plan` and `holdfast use-cases` without the command line around them: arguments in, text and exit code out.
 *
 * Exit codes: 0 there is a plan, 1 the arguments can't be read, 2 the wish is refused.
 */

import { catalog } from "../../components/usecases/catalog";
import type { StorageKind } from "../../components/usecases/plan";
import { type OverrideValue, type Problem, resolve, type Wish } from "../../components/usecases/resolve";
import { aliases, settings } from "../../components/usecases/settings";
import { closest } from "../../components/usecases/suggest";
import { policyNames } from "../../policies/backup";
import { compareKinds, compareMarkdown, comparePage, kinds } from "./compare";
import { planMarkdown, problemsMarkdown } from "./markdown";
import { planPage, problemsPage } from "./terminal";
import { columns } from "./text";

export interface PlanArgs {
    useCase?: string;
    /** @default sandbox */
    target?: string;
    /** @default the target's */
    environment?: string;
    /** Name of the application. @default the use case's */
    app?: string;
    /** `path=value`, each of them. */
    set?: string[];
    /** Names of accepted rules. */
    accept?: string[];
    /** `local,network,cloud`, or some of them: side by side instead of one plan. */
    compare?: string;
    json?: boolean;
    markdown?: boolean;
    /** Every decision. */
    all?: boolean;
    /** The formulas of price and durability. */
    formulas?: boolean;
    /** Lists what can be set, and nothing else. */
    settings?: boolean;
    /** Described drivers and policies, from the stack's config. */
    drivers?: Wish["drivers"];
    /** The stack names a repository for its backups. In the sandbox there always is one. */
    hasRepository?: boolean;
    policies?: Wish["policies"];
    /** Columns of the terminal. @default 100 */
    width?: number;
}

export interface Answer {
    text: string;
    exitCode: 0 | 1 | 2;
}

/** Everything wrong with the arguments themselves, beside what `resolve` finds. */
function wishOf(args: PlanArgs): { wish: Wish; kinds: StorageKind[]; problems: Problem[] } {
    const problems: Problem[] = [];
    const add = (path: string, message: string, given: string, allowed: string, fix: string) =>
        problems.push({ rule: "bad-argument", path, message, given, allowed, fix, severity: "input" });
    const overrides: Record<string, OverrideValue> = {};
    for (const pair of args.set ?? []) {
        const equals = pair.indexOf("=");
        if (equals < 1) {
            add("--set", `"${pair}" sets nothing`, pair, "path=value", "--set size=20Gi");
            continue;
        }
        const path = pair.slice(0, equals).trim();
        const value = pair.slice(equals + 1).trim();
        if (Object.hasOwn(overrides, path) && overrides[path] !== value) {
            add(
                "--set",
                `${path} is set twice, to different values`,
                `${overrides[path]} and ${value}`,
                "one value",
                `--set ${path}=${value}`,
            );
        }
        overrides[path] = value;
    }
    if (args.json && args.markdown) {
        add("--json", "JSON and Markdown were asked for at once", "--json --markdown", "one of them", "--json");
    }
    const compared: StorageKind[] = [];
    for (const word of args.compare === undefined ? [] : args.compare.split(",").map((each) => each.trim())) {
        const kind = kinds.find((each) => each === word);
        if (kind) {
            compared.push(kind);
        } else {
            add(
                "--compare",
                `there is no kind of storage "${word}"`,
                word,
                kinds.join(", "),
                `--compare ${closest(word, kinds) ?? kinds.join(",")}`,
            );
        }
    }
    const useCase = args.useCase ?? "";
    const wish: Wish = {
        app: args.app ?? (Object.hasOwn(catalog, useCase) ? useCase : "app"),
        useCase,
        target: args.target ?? "sandbox",
        environment: args.environment,
        overrides,
        accept: args.accept,
        hasRepository: args.hasRepository ?? (args.target ?? "sandbox") === "sandbox",
        drivers: args.drivers,
        policies: args.policies,
    };
    return { wish, kinds: [...new Set(compared)], problems };
}

/** `holdfast plan <use-case> --target <t> …` */
export function runPlan(args: PlanArgs): Answer {
    if (args.settings) {
        return { text: settingsPage(args.width), exitCode: 0 };
    }
    const { wish, kinds: compared, problems } = wishOf(args);
    const resolution = resolve(wish);
    if (problems.length > 0) {
        const all = [...problems, ...("problems" in resolution ? resolution.problems : [])];
        return { text: problemsText(all, args), exitCode: 1 };
    }
    if (compared.length > 0) {
        // What is wrong with the words is wrong on every kind, and no table of it helps.
        const words =
            "problems" in resolution
                ? resolution.problems.filter(({ severity, rule }) => severity === "input" && rule !== "driver-not-named")
                : [];
        if (words.length > 0) {
            return { text: problemsText(words, args), exitCode: 2 };
        }
        const results = compareKinds(wish, compared);
        const text = args.json
            ? json({ schema: "holdfast.comparison/v1", kinds: results })
            : args.markdown
              ? compareMarkdown(results)
              : comparePage(results, args.width);
        return { text, exitCode: results.some(({ resolution: each }) => "plan" in each) ? 0 : 2 };
    }
    if ("problems" in resolution) {
        return { text: problemsText(resolution.problems, args), exitCode: 2 };
    }
    const { plan } = resolution;
    return { text: args.json ? json(plan) : args.markdown ? planMarkdown(plan) : planPage(plan, args), exitCode: 0 };
}

function problemsText(problems: Problem[], args: PlanArgs): string {
    return args.json
        ? json({ schema: "holdfast.problems/v1", problems })
        : args.markdown
          ? problemsMarkdown(problems)
          : problemsPage(problems, args.width);
}

const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

function settingsPage(width = 100): string {
    const short = Object.fromEntries(
        Object.entries(aliases).map(([alias, path]) => [path.replace("volumes.data.", "volumes.<volume>."), alias]),
    );
    const rows = Object.entries(settings).map(([path, { allowed, words }]) => [
        path,
        short[path] ?? "",
        path === "backup.policy" ? policyNames.join(", ") : (words?.join(", ") ?? allowed),
    ]);
    return `What can be set, by its path or its short name:\n${columns(rows, width)}\n`;
}

/** `holdfast use-cases [--json]`: what there is, and when to take it. */
export function runUseCases(args: { json?: boolean; width?: number } = {}): Answer {
    if (args.json) {
        return { text: json({ schema: "holdfast.use-cases/v1", useCases: catalog }), exitCode: 0 };
    }
    const rows = Object.entries(catalog).map(([name, { summary, needs }]) => [
        name,
        `${needs.data}, ${needs.dataClass}`,
        `${summary} A lost member may cost ${needs.failover.rpo} of writes and ${needs.failover.rto}; ${
            needs.restore ? `a restore ${needs.restore.rpo} and ${needs.restore.rto}.` : `nothing is restored: ${needs.recreatable}.`
        }`,
    ]);
    return {
        text: `Use cases; "holdfast plan <use-case>" says what follows from one:\n${columns(rows, args.width ?? 100)}\n`,
        exitCode: 0,
    };
}
