/** The machine on which a run looks for its cluster. */

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import type { Surroundings } from "./cluster";

/** The environment, files and home folder of this process. */
export const surroundings: Surroundings = {
    env: process.env,
    home: homedir(),
    read(path) {
        try {
            return readFileSync(path, "utf8");
        } catch {
            return undefined;
        }
    },
    contextsIn(text) {
        // Loaded here because the sandbox, which is deployed to most often, needs no parser.
        const { parse } = require("yaml") as typeof import("yaml");
        try {
            const { contexts } = parse(text) as { contexts?: { name?: string }[] };
            return (contexts ?? []).flatMap(({ name }) => (name ? [name] : []));
        } catch {
            return [];
        }
    },
};
