import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { ToolSet } from "./tools";

/** Raised when the way of building changes, so that programs built the old way are not taken for the new. */
const recipe = "1";

/** Files of a Go module that decide what is built, sorted: `go.mod` and `go.sum`, and the sources where they are ours. */
export function keyFiles(sandbox: string, set: ToolSet): string[] {
    const root = path.join(sandbox, set.module);
    if (!set.ownSources) return ["go.mod", "go.sum"].map((file) => path.join(root, file));
    return (fs.readdirSync(root, { recursive: true }) as string[])
        .filter((file) => /(\.go|go\.mod|go\.sum)$/.test(file) && !file.endsWith("_test.go"))
        .sort()
        .map((file) => path.join(root, file));
}

/** Twelve hex digits that change with the versions, the sources, the flags and the Go release. */
export function toolSetKey(sandbox: string, set: ToolSet, goVersion: string): string {
    const hash = createHash("sha256");
    hash.update(JSON.stringify([recipe, goVersion, set.programs, set.versions ?? {}]));
    for (const file of keyFiles(sandbox, set)) {
        hash.update(`\0${path.relative(sandbox, file)}\0`);
        hash.update(fs.readFileSync(file));
    }
    return hash.digest("hex").slice(0, 12);
}
