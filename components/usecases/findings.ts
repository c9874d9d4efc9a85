/** Collects what is wrong with the words of a wish. */

import { closest } from "./suggest";
import type { Problem } from "./wish";

export class Findings {
    readonly problems: Problem[] = [];

    add(rule: string, path: string, message: string, given: unknown, allowed: string, fix: string): void {
        const shown = typeof given === "string" ? given || "(empty)" : (JSON.stringify(given) ?? "nothing");
        this.problems.push({ rule, path: path || "(empty)", message, given: shown, allowed, fix, severity: "input" });
    }

    /** One of a list of words, with the closest legal one where a person mistyped. */
    word(rule: string, path: string, what: string, given: unknown, legal: readonly string[]): boolean {
        if (typeof given === "string" && legal.includes(given)) {
            return true;
        }
        const meant = typeof given === "string" ? closest(given, legal) : undefined;
        const shown = typeof given === "string" ? given : JSON.stringify(given);
        this.add(
            rule,
            path,
            `there is no ${what} "${shown}"${meant ? ` (did you mean "${meant}"?)` : ""}`,
            given,
            legal.join(", "),
            `${path}: ${meant ?? legal[0]}`,
        );
        return false;
    }
}
