/** A preview that was written before. */

import * as fs from "node:fs";
import { parsePreview } from "../../policies/review";
import { causeOf } from "../errors";

/** A preview's document, or why there is none. */
export type Source = { document: unknown } | { failure: string };

const readable = "Write one with `pulumi preview --json --show-sames --show-replacement-steps > preview.json`.";

/** Reads a preview that was written before; `-` is standard input. */
export function fromFile(file: string): Source {
    const shown = file === "-" ? "standard input" : file;
    let text: string;
    try {
        text = fs.readFileSync(file === "-" ? 0 : file, "utf8");
    } catch (error) {
        return { failure: `${shown} can't be read: ${causeOf(error)}.` };
    }
    if (text.trim() === "") return { failure: `${shown} is empty. ${readable}` };
    try {
        return { document: parsePreview(text) };
    } catch (error) {
        return { failure: `${shown} isn't JSON (${(error as Error).message}). ${readable}` };
    }
}
