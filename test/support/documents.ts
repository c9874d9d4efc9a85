/** The project's pages, and what is prose and what is code in them. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

export const root = join(__dirname, "..", "..");

function below(folder: string): string[] {
    return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) {
            return entry.name === "node_modules" ? [] : below(path);
        }
        return entry.name.endsWith(".md") ? [path] : [];
    });
}

/** Every Markdown file that people read, from the repository's root. */
export function markdownFiles(): string[] {
    const folders = ["docs", "stacks", "sandbox", "policies", "cli", "components"].filter((folder) => existsSync(join(root, folder)));
    return ["README.md", "CHANGELOG.md", ...folders.flatMap(below)];
}

/** A page without its blocks of code. */
export const proseOf = (text: string): string => text.replace(/^( *)```[\s\S]*?^\1```$/gm, "");

/** The blocks of a language, without their fences. */
export const blocksOf = (text: string, language: string): string[] =>
    [...text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^\\1\`\`\`$`, "gm"))].map(([, , block]) => block);
