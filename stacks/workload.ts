/** Reads `holdfast:workload`: every unknown field, wrong type and missing part of it at once, each by its path. */

import { closest } from "../components/usecases/suggest";
import type { AppWorkload } from "../components/workloads/app-workload";
import { type Field, type Fields, isList, workloadFields } from "./workload-fields";

/** A value that Pulumi keeps encrypted: in the stack's file as this, in a program as the text itself. */
const isEncrypted = (value: unknown): boolean =>
    value !== null && typeof value === "object" && Object.keys(value).length === 1 && "secure" in value;

/** One thing that is wrong, by its path in the workload. */
export interface WorkloadProblem {
    path: string;
    reason: string;
}

/** The workload as far as it could be read, and everything that is wrong with it. */
export interface WorkloadReading {
    workload: AppWorkload;
    problems: WorkloadProblem[];
}

const words = {
    text: "a text",
    number: "a number",
    boolean: "true or false",
    texts: 'a list of texts: ["a", "b"]',
    map: "names with a text each: { NAME: value }",
};

/** What was given, in few words; never what is in it, which may be secret. */
function kindOf(value: unknown): string {
    if (isEncrypted(value)) {
        return "a secret";
    }
    return value === null ? "nothing" : Array.isArray(value) ? "a list" : typeof value === "object" ? "a table" : `a ${typeof value}`;
}

class Reader {
    readonly problems: WorkloadProblem[] = [];

    private add(path: string, reason: string): void {
        this.problems.push({ path, reason });
    }

    /** A table with these fields, without what is wrong in it. */
    fields(value: unknown, fields: Fields, path: string): Record<string, unknown> {
        const read: Record<string, unknown> = {};
        const isTable = value !== null && typeof value === "object" && !Array.isArray(value) && !isEncrypted(value);
        if (!isTable) {
            this.add(path, `is ${kindOf(value)}, and must be a table of ${Object.keys(fields).slice(0, 4).join(", ")} and the like.`);
        }
        const given = isTable ? (value as Record<string, unknown>) : {};
        for (const [name, item] of Object.entries(given)) {
            const at = path === "" ? name : `${path}.${name}`;
            if (!Object.hasOwn(fields, name)) {
                const near = closest(name, Object.keys(fields));
                this.add(
                    at,
                    `there is no such field. ${near ? `Did you mean "${near}"?` : `There are: ${Object.keys(fields).join(", ")}.`}`,
                );
                continue;
            }
            const found = this.field(item, fields[name], at);
            if (found !== undefined) {
                read[name] = found;
            }
        }
        for (const [name, field] of Object.entries(fields)) {
            if (
                isTable &&
                !Object.hasOwn(given, name) &&
                (isList(field) ? field.isNeeded : typeof field === "string" && field.endsWith("!"))
            ) {
                const kind = isList(field)
                    ? `a list of { ${Object.keys(field.each).slice(0, 2).join(", ")} }`
                    : words[wordOf(String(field))];
                this.add(path === "" ? name : `${path}.${name}`, `missing. Write ${kind}.`);
            }
            // Whoever judges the rest finds what the types say.
            if (read[name] === undefined && isList(field) && field.isNeeded) {
                read[name] = [];
            } else if (read[name] === undefined && (field === "text!" || field === "number!")) {
                read[name] = field === "text!" ? "" : 0;
            }
        }
        return read;
    }

    private field(value: unknown, field: Field, path: string): unknown {
        if (isList(field)) {
            if (!Array.isArray(value)) {
                this.add(path, `is ${kindOf(value)}, and must be a list of { ${Object.keys(field.each).slice(0, 2).join(", ")} }.`);
                return undefined;
            }
            return value.map((item, index) => this.fields(item, field.each, `${path}[${index}]`));
        }
        return typeof field === "string" ? this.word(value, wordOf(field), path) : this.fields(value, field, path);
    }

    private word(value: unknown, word: keyof typeof words, path: string): unknown {
        if (word === "texts" && Array.isArray(value)) {
            return value.map((item, index) => this.word(item, "text", `${path}[${index}]`)).filter((item) => item !== undefined);
        }
        if (word === "map" && value !== null && typeof value === "object" && !Array.isArray(value) && !isEncrypted(value)) {
            return this.map(value as Record<string, unknown>, path);
        }
        if (word === typeOfText(value)) {
            return value;
        }
        this.add(path, `is ${kindOf(value)}, and must be ${words[word]}.${isEncrypted(value) ? secretsOnly : ""}`);
        return undefined;
    }

    /** Texts by name. YAML reads some of them as numbers and booleans; here they are what was written. */
    private map(value: Record<string, unknown>, path: string): Record<string, string> {
        const read: Record<string, string> = {};
        for (const [name, item] of Object.entries(value)) {
            if (["string", "number", "boolean"].includes(typeof item)) {
                read[name] = String(item);
            } else if (isEncrypted(item) && path === "secrets") {
                // Its text is known to the program alone; that it is there is enough for whoever reads the file.
                read[name] = "";
            } else {
                this.add(`${path}.${name}`, `is ${kindOf(item)}, and must be a text.${isEncrypted(item) ? secretsOnly : ""}`);
            }
        }
        return read;
    }
}

const secretsOnly = ' Write secrets under "secrets": the container gets them as files, and as variables by "secretEnv".';

const wordOf = (field: string) => field.replace("!", "") as keyof typeof words;

const typeOfText = (value: unknown) => (typeof value === "string" ? "text" : typeof value);

/** The workload that a stack's config describes, whatever it is. */
export function readWorkload(value: unknown): WorkloadReading {
    const reader = new Reader();
    return { workload: reader.fields(value, workloadFields, "") as unknown as AppWorkload, problems: reader.problems };
}
