import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse, parseDocument } from "yaml";
import { userPaths } from "../sandbox/paths";
import { causeOf, UserError } from "./errors";

/** The repository: where Pulumi.yaml is. */
export const repository = path.join(__dirname, "..");
const stacksFolder = path.join(repository, "stacks");

/** Stacks that have a configuration file. */
export function stackNames(folder = stacksFolder): string[] {
    return fs
        .readdirSync(folder)
        .map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1])
        .filter((name) => name !== undefined)
        .sort();
}

/** A stack's configuration file. */
export const stackFile = (stack: string, folder = stacksFolder): string => path.join(folder, `Pulumi.${stack}.yaml`);

function textOf(file: string): string {
    try {
        return fs.readFileSync(file, "utf8");
    } catch (error) {
        throw new UserError(`${file} can't be read: ${causeOf(error)}.`);
    }
}

/** What the parser says and where, without the lines it shows: a password may be in them. */
const withoutSource = (message: string): string =>
    message
        .split("\n")[0]
        .replace(/: ?"(?:[^"\\]|\\.)*"/g, "")
        .replace(/:$/, "");

/** Configuration of a stack as Pulumi hands it to a program: full keys, values as text, lists and maps as JSON. */
export function rawStackConfig(stack: string, folder = stacksFolder): Record<string, string> {
    const file = stackFile(stack, folder);
    if (!fs.existsSync(file)) {
        throw new UserError(
            `There is no stack "${stack}": ${path.relative(process.cwd(), file)} does not exist. Stacks here: ${stackNames(folder).join(", ")}.`,
        );
    }
    const document = parseDocument(textOf(file));
    if (document.errors.length > 0) {
        throw new UserError(
            `${file} is not valid YAML:\n${document.errors.map((error) => `  - ${withoutSource(error.message)}`).join("\n")}`,
        );
    }
    const config: Record<string, unknown> = document.toJS()?.config ?? {};
    return Object.fromEntries(
        Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    );
}

/** True when a stack file differs from what it was by an encryption salt and nothing else. Pulumi rewrites the whole file, so layout may differ. */
export function gainedOnlySalt(before: string, after: string): boolean {
    // It also writes numbers as text, and reads either.
    const read = (text: string) => parse(text, (_, value) => (typeof value === "number" ? String(value) : value)) ?? {};
    const { encryptionsalt: had, ...old } = read(before);
    const { encryptionsalt: has, ...now } = read(after);
    return had === undefined && has !== undefined && isDeepStrictEqual(old, now);
}

/** Where the text of a stack's file is kept while a run may rewrite it. */
const keptFile = (file: string, folder: string) =>
    path.join(folder, `${createHash("sha256").update(path.resolve(file)).digest("hex").slice(0, 16)}.yaml`);

/**
 * Pulumi notes the salt of a stack's encryption in its configuration file, which is checked in. The salt belongs to one person's passphrase
 * and would lock out everybody else. It is in the stack's state as well, so a file that had none gets back what it held, if need be in
 * the next run; a file with secrets has its salt already and is left alone.
 */
export async function keepStackFile<T>(
    file: string,
    body: () => Promise<T>,
    folder = path.join(path.dirname(userPaths().state), "stack-files"),
): Promise<T> {
    const kept = keptFile(file, folder);
    const restore = () => {
        if (!fs.existsSync(kept)) return;
        const before = fs.readFileSync(kept, "utf8");
        if (fs.existsSync(file) && gainedOnlySalt(before, fs.readFileSync(file, "utf8"))) fs.writeFileSync(file, before);
        fs.rmSync(kept);
    };
    restore();
    if (fs.existsSync(file)) {
        fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
        fs.writeFileSync(`${kept}.partial`, fs.readFileSync(file), { mode: 0o600 });
        fs.renameSync(`${kept}.partial`, kept);
    }
    try {
        return await body();
    } finally {
        restore();
    }
}
