/** The project's own `npm test`. */

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { TestRun } from "./model";

/** Test runners say last what failed. */
const shownCharacters = 3000;

/** Runs `npm test`; undefined where the project has none. */
export function ownTests(folder: string): TestRun | undefined {
    const file = path.join(folder, "package.json");
    const scripts = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")).scripts : undefined;
    if (typeof scripts?.test !== "string") return undefined;
    const result = spawnSync("npm", ["test"], { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] });
    const output = `${result.stdout ?? ""}\n${result.stderr ?? ""}${result.error ? `\n${result.error.message}` : ""}`.trim();
    const isPassed = result.status === 0;
    return { command: "npm test", isPassed, output: isPassed ? "" : output.slice(-shownCharacters) };
}
