/** Permissions of a stack beside the objects they name: used, unused, misspelt. */

import { closest } from "../../components/usecases/suggest";
import type { Row } from "./model";

/** Where permissions are in stack config. Any program may use the key, not only ours. */
export const permissionKey = "holdfast:allow";

export type PermissionUse = "used" | "unused" | "misspelt" | "ambiguous" | "unreadable";

export interface Permission {
    /** As it is written. */
    text: string;
    use: PermissionUse;
    /** What it does, or what to do with it. */
    says: string;
}

/** The lines under the key; the text as one line where it is no list. */
export function permissionsIn(config: Readonly<Record<string, string>>): string[] {
    const text = config[permissionKey];
    if (text === undefined || text.trim() === "") return [];
    try {
        const value: unknown = JSON.parse(text);
        if (Array.isArray(value)) return value.map(String);
    } catch {
        // A single line, written without brackets.
    }
    return [text];
}

const form = /^delete \S+$/;

/** Where two rows have one name, a permission would mean more than one object. */
export function ambiguousNames(rows: readonly Row[]): Set<string> {
    const seen = new Set<string>();
    const twice = new Set<string>();
    for (const { permission, isRefusable } of rows) {
        if (!isRefusable || permission === undefined) continue;
        if (seen.has(permission)) twice.add(permission);
        seen.add(permission);
    }
    return twice;
}

/** What each permission does in this preview. `rows` are all objects, also those that stay. */
export function judgePermissions(lines: readonly string[], rows: readonly Row[]): Permission[] {
    const ambiguous = ambiguousNames(rows);
    const names = [...new Set(rows.flatMap(({ permission }) => permission ?? []))];
    return lines.map((text): Permission => {
        if (!form.test(text)) {
            return { text, use: "unreadable", says: 'it isn\'t a permission. Write "delete" and one exact name: "delete data-ledger-2"' };
        }
        const named = rows.filter(({ permission }) => permission === text);
        const used = named.filter(({ isRefusable }) => isRefusable);
        if (ambiguous.has(text)) {
            return {
                text,
                use: "ambiguous",
                says: `it would mean ${used.map(({ object }) => object).join(" and ")}: make one change after the other`,
            };
        }
        if (used[0]?.isStoppedByProtection) {
            return {
                text,
                use: "used",
                says: `it lifts the protection of ${used[0].object}, in an update that keeps it; after that it can go`,
            };
        }
        if (used.length > 0) return { text, use: "used", says: `it allows: ${used[0].object}` };
        if (named.length > 0) {
            return { text, use: "unused", says: `${named[0].object} stays as it is: remove the line, so that it allows nothing later` };
        }
        const near = closest(text, names);
        return near
            ? { text, use: "misspelt", says: `nothing here is called that. Did you mean "${near}"?` }
            : { text, use: "unused", says: "nothing here is called that: remove the line" };
    });
}
