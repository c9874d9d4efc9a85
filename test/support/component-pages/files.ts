/** The pages as files: as they would be written, and as they are checked in. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pages } from "./write";

const root = join(__dirname, "..", "..", "..");
const folder = join(root, "docs", "components");

interface Files {
    [name: string]: string;
}

const filesOf = (from: string): Files =>
    Object.fromEntries(readdirSync(from).map((name) => [name, readFileSync(join(from, name), "utf8")]));

/** The pages that are checked in. */
export const readPages = (): Files => (existsSync(folder) ? filesOf(folder) : {});

/** The pages that the sources give, as the formatter leaves them. */
export function formattedPages(): Files {
    const scratch = mkdtempSync(join(tmpdir(), "holdfast-pages-"));
    try {
        for (const [name, text] of pages()) {
            writeFileSync(join(scratch, name), `${text}\n`);
        }
        const biome = join(root, "node_modules", ".bin", "biome");
        const where = ["--vcs-enabled=false", `--config-path=${root}`, scratch];
        execFileSync(biome, ["format", "--write", ...where], { stdio: ["ignore", "ignore", "pipe"] });
        return filesOf(scratch);
    } finally {
        rmSync(scratch, { recursive: true });
    }
}

/** Writes them anew; a page of what is no longer there goes. */
export function writePages(): void {
    const current = formattedPages();
    mkdirSync(folder, { recursive: true });
    for (const name of Object.keys(readPages()).filter((each) => !(each in current))) {
        rmSync(join(folder, name));
    }
    for (const [name, text] of Object.entries(current)) {
        writeFileSync(join(folder, name), text);
    }
}
