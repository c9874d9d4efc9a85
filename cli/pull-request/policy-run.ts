/** What policies said in a preview, by the engine's log of events. */

import * as fs from "node:fs";
import { isFields } from "../../policies/review/values";
import type { PolicyFinding } from "./model";

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a colour is.
const colours = /<\{%[^%]*%\}>|\u001b\[[0-9;]*m/g;
const text = (value: unknown): string => (typeof value === "string" ? value.replace(colours, "").trim() : "");

/** A line of the log; the last one of a run that was ended may be half written. */
function eventOf(line: string): Record<string, unknown> {
    try {
        const event: unknown = JSON.parse(line);
        return isFields(event) ? event : {};
    } catch {
        return {};
    }
}

export interface PolicyLog {
    findings: PolicyFinding[];
    /** A pack was there: the engine says so of each, whatever it finds. */
    isHeard: boolean;
}

/** Reads the log; there is none where the engine didn't get that far. */
export function readPolicyLog(file: string): PolicyLog {
    const lines = fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
    const events = lines.map(eventOf);
    return {
        isHeard: events.some((event) => Object.keys(event).some((key) => key.startsWith("policy"))),
        findings: events.flatMap(({ policyEvent: event }) => {
            if (!isFields(event)) return [];
            const urn = text(event.resourceUrn);
            return [
                {
                    policy: text(event.policyName),
                    level: text(event.enforcementLevel) || "mandatory",
                    about: urn.slice(urn.lastIndexOf("::") + (urn.includes("::") ? 2 : 1)),
                    says: text(event.message),
                },
            ];
        }),
    };
}
