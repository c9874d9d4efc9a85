/**
 * Permissions: the lines of `holdfast:allow`, each of which names one object that may go, as docs/permissions.md describes them:
 *
 *     delete <object> [until <YYYY-MM-DD>] [because <reason>]
 *
 * The name is exact: no patterns, so that a permission can never mean more than what was read by the person who wrote it. Pure, and the day
 * is an argument: the same lines mean the same on the same day.
 */

import { closest } from "../usecases/suggest";
import { isObjectName, isPermissionKind, kindWords } from "./kinds";

/** A line that was read. */
export interface Permission {
    /** As it is written. */
    text: string;
    /** What it names: `data-ledger-2`, `secret/ledger-password`. */
    object: string;
    /** The last day on which it permits anything, `YYYY-MM-DD`, in UTC. */
    until?: string;
    reason?: string;
}

/** What a line says, or everything that is wrong with it. */
export type PermissionReading = { permission: Permission; problems: [] } | { permission?: undefined; problems: string[] };

/** The day that it is, in UTC: `2026-12-31`. */
export const utcDay = (now: Date = new Date()): string => now.toISOString().slice(0, 10);

/** True on the days after the last one: the whole of that day counts. */
export const isExpired = ({ until }: Pick<Permission, "until">, today: string): boolean => until !== undefined && today > until;

/** A line is read by a person and shown in a pull request. */
const longestReason = 300;
const example = "delete data-ledger-2";
const dated = `"${example} until 2026-12-31"`;

function verbProblems(verb: string): string[] {
    return verb === "delete" ? [] : [`"${verb}" is nothing that can be permitted. Write "delete", and what: "${example}"`];
}

function objectProblems(object: string): string[] {
    const slash = object.indexOf("/");
    const [word, name] = slash < 0 ? ["", object] : [object.slice(0, slash), object.slice(slash + 1)];
    if (word === "" ? slash === 0 : !isPermissionKind(word)) {
        const near = closest(word, kindWords);
        const kinds = near
            ? `Did you mean "${near}/${name}"?`
            : `There are: ${kindWords.join(", ")}, and others with where they come from ("widget.example.com")`;
        return [`there is no kind "${word}". A claim is written by its bare name, "${example}". ${kinds}`];
    }
    if (isObjectName(word, name)) return [];
    const named = word === "" ? example : `delete ${word}/ledger`;
    return [`"${name}" is no exact name${/[*?]/.test(name) ? ": there are no patterns" : ""}. Write one as it is, "${named}"`];
}

const isDay = (text: string): boolean => {
    const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
    return day !== undefined && !Number.isNaN(day.getTime()) && utcDay(day) === text;
};

/** What follows the object: until when, and why. */
function readClauses(words: readonly string[]): Pick<Permission, "until" | "reason"> & { problems: string[] } {
    const problems: string[] = [];
    let rest = words;
    let until: string | undefined;
    if (rest[0] === "until") {
        until = rest[1];
        if (until === undefined || until === "because") {
            problems.push(`"until" has no day. Write its last one, ${dated}`);
            rest = rest.slice(1);
        } else {
            if (!isDay(until)) problems.push(`"${until}" is no day. Write the last one as YYYY-MM-DD, ${dated}`);
            rest = rest.slice(2);
        }
    }
    if (rest.length === 0) return { until, problems };
    if (rest[0] !== "because") {
        const near = closest(rest[0], ["until", "because"]);
        const instead = near ? `Did you mean "${near}"?` : `Write "until" and a day, "because" and a reason, or neither`;
        problems.push(`"${rest[0]}" is neither "until" nor "because". ${instead}`);
        return { until, problems };
    }
    const reason = rest.slice(1).join(" ");
    if (reason === "") problems.push('"because" has no reason. Write one, or leave it out');
    // A day at the end of the reason was meant to end the permission, and wouldn't.
    if (/\buntil \S*\d\S*$/.test(reason))
        problems.push(`"until" stands after the reason, where it ends nothing. Write it first: ${dated} and then why`);
    if (reason.length > longestReason) problems.push(`its reason has ${reason.length} letters. Write ${longestReason} at most`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what a terminal would obey.
    if (/[\u0000-\u001f\u007f-\u009f]/.test(reason)) problems.push("its reason has signs that can't be shown. Write plain text");
    return { until, reason, problems };
}

/** Reads one line; where it is no permission, says all of what is wrong with it. */
export function readPermission(text: string): PermissionReading {
    const [verb, object, ...words] = text.trim().split(/\s+/);
    if (verb === "") return { problems: [`it is empty. Write "${example}"`] };
    const { until, reason, problems: ofClauses } = readClauses(words);
    const ofObject = object === undefined ? [`it names nothing. Write what exactly: "${example}"`] : objectProblems(object);
    const problems = [...verbProblems(verb), ...ofObject, ...ofClauses];
    return problems.length > 0 || object === undefined ? { problems } : { permission: { text, object, until, reason }, problems: [] };
}

/** A list of permissions on one day, by what they name. Lines that can't be read permit nothing. */
export class PermissionList {
    private readonly current = new Map<string, Permission>();
    private readonly past = new Map<string, Permission>();

    constructor(
        lines: readonly string[] | undefined,
        readonly today: string,
    ) {
        for (const line of lines ?? []) {
            const { permission } = readPermission(line);
            if (permission) (isExpired(permission, today) ? this.past : this.current).set(permission.object, permission);
        }
    }

    /** The permission that lets exactly this object go: a claim is named by its bare name, others as `kind/name`. */
    for(object: string): Permission | undefined {
        return this.current.get(object);
    }

    /** The permission that did, until it expired. */
    expiredFor(object: string): Permission | undefined {
        return this.current.has(object) ? undefined : this.past.get(object);
    }
}
