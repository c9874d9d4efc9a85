/** The schemas of the installed @pulumi/kubernetes, worked out once and kept until another version is installed. */

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Schemas } from "./from-types";
import { schemasFrom } from "./from-types";

/** To be raised with every change of what is read from the types. */
const format = 1;

let kept: Schemas | undefined;

/**
 * Half a second for the 700 kinds where nobody asked before, a hundredth from then on.
 *
 * @throws where there is no TypeScript to read the types with
 */
export function schemasOfKubernetes(folder = cacheFolder()): Schemas {
    kept ??= fromCache(folder) ?? fromTypes(folder);
    return kept;
}

const packageFile = () => require.resolve("@pulumi/kubernetes/package.json");
const version = (): string => JSON.parse(readFileSync(packageFile(), "utf8")).version;
const cacheFile = (folder: string) => join(folder, `schemas-${format}-${version()}.json`);

/** Beside the packages that it was made from, as other tools keep theirs. */
function cacheFolder(): string {
    const modules = join(dirname(packageFile()), "..", "..");
    return join(modules, ".cache", "holdfast");
}

function fromCache(folder: string): Schemas | undefined {
    const file = cacheFile(folder);
    return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

function fromTypes(folder: string): Schemas {
    const schemas = schemasFrom(compiler(), readFileSync(join(dirname(packageFile()), "types", "input.d.ts"), "utf8"));
    keep(folder, JSON.stringify(schemas));
    return schemas;
}

function compiler() {
    try {
        return require("typescript") as typeof import("typescript");
    } catch (error) {
        throw new Error(
            "The fields of Kubernetes objects are checked with the types of @pulumi/kubernetes, and there is no TypeScript to read them with." +
                " Install it (`npm install --save-dev typescript@5`), or record without: { checksFields: false }.",
            { cause: error },
        );
    }
}

/** Written aside and renamed: test runners start several processes at once. Packages that nobody may write to are read anew each time. */
function keep(folder: string, text: string): void {
    try {
        mkdirSync(folder, { recursive: true });
        const partial = join(folder, `schemas-${process.pid}.partial`);
        writeFileSync(partial, text);
        renameSync(partial, cacheFile(folder));
    } catch {
        return;
    }
}
