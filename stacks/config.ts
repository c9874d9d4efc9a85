import { bytesOf } from "../components/usecases/quantities";
import { closest } from "../components/usecases/suggest";
import { awsOf } from "./aws";
import { type KeyEntry, keys, type Settings } from "./keys";

/** Stack config as Pulumi hands it over: full keys, values as text (lists and numbers as JSON). */
export type RawConfig = Record<string, string>;

/** What was read, as far as it could be, and everything that is wrong with it. */
export interface Reading {
    settings: Partial<Settings>;
    problems: string[];
    /** What couldn't be read: a key, or a part of the workload by its path, `workload.ports[0].port`. Nobody else has to say so too. */
    unread: string[];
}

const prefix = "holdfast:";
const table: Record<string, KeyEntry> = keys;

/** A secret is asked for at the terminal: written behind the key it would be in the shell's history, and for a moment everybody's to read. */
export const howToSet = (name: string): string =>
    table[name].kind === "secret"
        ? `pulumi config set --secret ${prefix}${name}, which asks for ${table[name].example}`
        : `pulumi config set ${prefix}${name} '${table[name].example}'`;

function wrong(name: string, value: string, what: string): string {
    const shown = table[name].kind === "secret" ? "" : `${JSON.stringify(value)} `;
    return `${prefix}${name}: ${shown}${what} Write: ${howToSet(name)}`;
}

/** A value that Pulumi keeps encrypted, as the stack's file has it: only the engine can read it. */
const isEncrypted = (text: string): boolean => /^\{"secure":"[^"]*"\}$/.test(text);

/** Reads JSON, or undefined where it is none. */
function parsed(value: string): unknown {
    try {
        return JSON.parse(value);
    } catch {
        return undefined;
    }
}

function isList(value: unknown): value is string[] {
    return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** Values by name. YAML reads some of them as numbers and booleans; a plan wants them as they were written. */
function mapOf(value: unknown): Record<string, string> | undefined {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
        return undefined;
    }
    const entries = Object.entries(value);
    return entries.every(([, item]) => ["string", "number", "boolean"].includes(typeof item))
        ? Object.fromEntries(entries.map(([key, item]) => [key, String(item)]))
        : undefined;
}

/** What is wrong with a key whose value has several parts, which the command line can't write in one go. */
function wrongParts(name: string, text: string, what: string, example = table[name].example): { problem: string } {
    return {
        problem: `${prefix}${name}: ${JSON.stringify(text)} is not ${what}. Write in the stack's file: ${prefix}${name}: ${example}`,
    };
}

/** What is wrong with a list of lines: that it is none, or that YAML took a line with a colon in it for a table. */
function listProblems(name: string, text: string, value: unknown): string {
    const written = (item: object) =>
        Object.entries(item)
            .map(([key, rest]) => `${key}: ${typeof rest === "string" ? rest : JSON.stringify(rest)}`)
            .join(", ");
    if (Array.isArray(value)) {
        const wrong = value.flatMap((item, index) => (typeof item === "string" ? [] : [{ item, index }]));
        return wrong
            .map(({ item, index }) => {
                const line = typeof item === "object" && item !== null ? written(item) : String(item);
                return `${prefix}${name}[${index}]: ${JSON.stringify(item)} is not text. Put it in quotes: - ${JSON.stringify(line)}`;
            })
            .join("\n     ");
    }
    const example = value === undefined ? JSON.stringify([text]) : table[name].example;
    return wrongParts(name, text, "a list", example).problem;
}

/** Reads one value by its kind: the value, or what is wrong with it. */
function readValue(name: string, text: string): { value?: unknown; problem?: string } {
    const { kind } = table[name];
    if (isEncrypted(text) && kind !== "secret") {
        const again = ["text", "number", "boolean"].includes(kind)
            ? `pulumi config set --plaintext ${prefix}${name} '${table[name].example}'`
            : `it in the stack's file: ${prefix}${name}: ${table[name].example}`;
        return { problem: `${prefix}${name}: is encrypted, and the plan has to be known before anything is decrypted. Write: ${again}` };
    }
    switch (kind) {
        case "list": {
            const value = parsed(text);
            return isList(value) ? { value } : { problem: listProblems(name, text, value) };
        }
        case "items": {
            const value = parsed(text);
            const isItems =
                Array.isArray(value) && value.every((item) => item !== null && typeof item === "object" && !Array.isArray(item));
            // What an item may say is judged by whoever takes it.
            return isItems ? { value } : wrongParts(name, text, "a list of items with a value for each of their parts");
        }
        case "map": {
            const value = mapOf(parsed(text));
            return value ? { value } : wrongParts(name, text, "a list of names with a value each");
        }
        case "descriptions": {
            const value = parsed(text);
            const isMap = value !== null && typeof value === "object" && !Array.isArray(value);
            // What a description may say is the resolver's to judge.
            return isMap ? { value } : wrongParts(name, text, "a list of names with a description each");
        }
        case "workload":
            // Read by its fields; it may hold secrets, so that nothing of it is shown.
            return { problem: `${prefix}${name}: is not a table. Write in the stack's file: ${prefix}${name}: ${table[name].example}` };
        case "number":
            return /^\d+$/.test(text) ? { value: Number(text) } : { problem: wrong(name, text, "is not a whole number.") };
        case "boolean":
            return text === "true" || text === "false"
                ? { value: text === "true" }
                : { problem: wrong(name, text, "is neither true nor false.") };
        case "text":
        case "secret":
            return text.trim() === "" ? { problem: wrong(name, text, "is empty.") } : { value: text };
    }
}

/** What is wrong with a size, with the size that was probably meant. */
function sizeProblem(name: "size" | "ceiling", text: string): string | undefined {
    if (bytesOf(text)) {
        return undefined;
    }
    const number = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
    const unit = { m: "Mi", t: "Ti" }[number?.[2].toLowerCase()[0] ?? ""] ?? "Gi";
    const meant = number && Number(number[1]) > 0 ? `${number[1]}${unit}` : table[name].example;
    const what = number && number[2] === "" ? "has no unit" : "is not a size";
    return `${prefix}${name}: ${JSON.stringify(text)} ${what}. Allowed: a number with Mi, Gi or Ti. Write: pulumi config set ${prefix}${name} ${meant}`;
}

/** Reads a workload, or undefined where the value is no table at all. */
function workloadOf(text: string) {
    const value = parsed(text);
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
        return undefined;
    }
    // Loaded here because no other use case needs it.
    return (require("./workload") as typeof import("./workload")).readWorkload(value);
}

/**
 * Reads the whole of `holdfast:*` at once. Config of other projects and providers is not ours to judge.
 *
 * What only the resolver can judge (use cases, targets, drivers, rules) is left to it.
 */
export function readConfig(raw: RawConfig): Reading {
    const problems: string[] = [];
    const unread: string[] = [];
    const settings: Record<string, unknown> = {};
    for (const [key, text] of Object.entries(raw)) {
        if (!key.startsWith(prefix)) {
            continue;
        }
        const name = key.slice(prefix.length);
        if (!Object.hasOwn(table, name)) {
            const near = closest(name, Object.keys(table));
            problems.push(
                `${key}: there is no such key. ${near ? `Did you mean ${prefix}${near}?` : `There are: ${Object.keys(table).join(", ")}.`}`,
            );
            continue;
        }
        const reading = table[name].kind === "workload" ? workloadOf(text) : undefined;
        if (reading) {
            settings[name] = reading.workload;
            unread.push(...reading.problems.map(({ path }) => `${name}.${path}`));
            problems.push(...reading.problems.map(({ path, reason }) => `${prefix}${name}.${path}: ${reason}`));
            continue;
        }
        const { value, problem } = readValue(name, text);
        const size = (name === "size" || name === "ceiling") && value !== undefined ? sizeProblem(name, text) : undefined;
        if (problem ?? size) {
            problems.push(problem ?? size ?? "");
            unread.push(name);
        } else {
            settings[name] = value;
        }
    }
    for (const [name, { isRequired, example }] of Object.entries(table)) {
        if (isRequired && raw[prefix + name] === undefined) {
            problems.push(`${prefix}${name}: missing. Write: pulumi config set ${prefix}${name} ${example}`);
        }
    }
    const aws = awsOf(settings);
    return { settings: { ...settings, ...(aws ? { aws } : {}) } as Partial<Settings>, problems, unread };
}

/** The one message for everything that is wrong. */
export function refusal(stack: string, problems: string[]): string {
    const count = problems.length === 1 ? "one problem" : `${problems.length} problems`;
    return [`stack "${stack}" can't be deployed: ${count}, nothing was changed.`, ...problems.map((text, i) => `  ${i + 1}. ${text}`)].join(
        "\n",
    );
}
