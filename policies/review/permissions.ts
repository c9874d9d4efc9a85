/** Permissions of a stack beside the objects they name: used, unused, expired, misspelt. */

import { ObjectNames } from "../../components/permissions/nearest";
import { isExpired, type Permission as Line, PermissionList, readPermission } from "../../components/permissions/permission";
import { permissionName } from "./kinds";
import type { Row } from "./model";

/** Where permissions are in stack config. Any program may use the key, not only ours. */
export const permissionKey = "holdfast:allow";

export type PermissionUse = "used" | "unused" | "expired" | "misspelt" | "ambiguous" | "unreadable";

export interface Permission {
    /** As it is written. */
    text: string;
    use: PermissionUse;
    /** What it does, or what to do with it. */
    says: string;
    /** What it names. Absent where it can't be read. */
    object?: string;
    /** Its last day, in UTC. */
    until?: string;
    reason?: string;
    /** The permission that was probably meant. */
    meant?: string;
}

/** The lines under the key; the text as one line where it is no list. */
export function permissionsIn(config: Readonly<Record<string, string>>): string[] {
    const text = config[permissionKey];
    if (text === undefined || text.trim() === "") return [];
    try {
        const value: unknown = JSON.parse(text);
        if (Array.isArray(value)) return value.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
    } catch {
        // A single line, written without brackets.
    }
    return [text];
}

/** What a permission calls the object of a row. One that only an error of the engine's names is known by its name in the program alone. */
const nameOf = (row: Row): string | undefined =>
    row.findings.some(({ rule }) => rule === "stopped-by-protection") ? undefined : permissionName(row.type, row.name);

/** Where two rows have one name, a permission would mean more than one object. */
function ambiguousNames(rows: readonly Row[]): Set<string> {
    const seen = new Set<string>();
    const twice = new Set<string>();
    for (const { permission, isRefusable } of rows) {
        if (!isRefusable || permission === undefined) continue;
        if (seen.has(permission)) twice.add(permission);
        seen.add(permission);
    }
    return twice;
}

/** Marks the rows that a permission allows, with the line that does. */
export function allowRows(lines: readonly string[], rows: readonly Row[], today: string): void {
    const ambiguous = ambiguousNames(rows);
    const permissions = new PermissionList(lines, today);
    for (const row of rows) {
        const isOpen = row.isRefusable || row.verdict === "unknown";
        if (row.permission === undefined || row.isStoppedByProtection || !isOpen || ambiguous.has(row.permission)) continue;
        const line = permissions.for(row.permission.slice("delete ".length));
        if (!line) continue;
        row.isAllowed = true;
        row.allowedBy = line.text;
    }
}

type Judgement = Pick<Permission, "use" | "says" | "meant">;

/** What a permission does that is in force, to the objects of its name. */
function judgeNamed({ object }: Line, named: readonly Row[], isAmbiguous: boolean): Judgement {
    const open = named.filter(({ isRefusable, verdict }) => isRefusable || verdict === "unknown");
    const objects = open.map((row) => row.object).join(" and ");
    if (isAmbiguous) return { use: "ambiguous", says: `it would mean ${objects}: make one change after the other` };
    const [first] = open;
    if (!first) return { use: "unused", says: `${named[0].object} stays as it is: remove the line, so that it allows nothing later` };
    if (first.permission === undefined) {
        return { use: "unused", says: `no permission helps with what happens to ${first.object}: remove "delete ${object}"` };
    }
    return first.isStoppedByProtection
        ? { use: "used", says: `it lifts the protection of ${first.object}, in an update that keeps it; after that it can go` }
        : { use: "used", says: `it allows: ${first.object}` };
}

/** What one that has expired no longer does. */
function judgeExpired({ until }: Line, named: readonly Row[], today: string): Judgement {
    const ended = `its last day was ${until}, and it is ${today} (UTC): it allows nothing`;
    const open = named.find(({ isRefusable, verdict }) => isRefusable || verdict === "unknown");
    const says = open ? `${ended}. Write a later day if ${open.object} is to go, or remove the line` : `${ended}. Remove the line`;
    return { use: "expired", says };
}

/**
 * What each permission does in this preview. `rows` are all objects, also those that stay; in a preview that leaves some out, one that isn't
 * found may be among those.
 */
export function judgePermissions(lines: readonly string[], rows: readonly Row[], isWhole: boolean, today: string): Permission[] {
    if (lines.length === 0) return [];
    const ambiguous = ambiguousNames(rows);
    const byName = new Map<string, Row[]>();
    for (const row of rows) {
        const name = nameOf(row);
        const others = name === undefined ? undefined : byName.get(name);
        if (others) others.push(row);
        else if (name !== undefined) byName.set(name, [row]);
    }
    const names = new ObjectNames(byName.keys());
    const judge = (line: Line): Judgement => {
        const named = byName.get(line.object) ?? [];
        if (isExpired(line, today)) return judgeExpired(line, named, today);
        if (named.length > 0) return judgeNamed(line, named, ambiguous.has(`delete ${line.object}`));
        const near = names.nearest(line.object);
        const meant = near === undefined ? undefined : `delete ${near}`;
        if (meant) return { use: "misspelt", says: `nothing here is called that. Did you mean "${meant}"?`, meant };
        return isWhole
            ? { use: "unused", says: "nothing here is called that: remove the line" }
            : { use: "unused", says: "nothing is called that in what this preview lists, and it doesn't list everything" };
    };
    return lines.map((text): Permission => {
        const { permission, problems } = readPermission(text);
        if (permission === undefined) return { text, use: "unreadable", says: `it isn't a permission: ${problems.join("; ")}` };
        const { object, until, reason } = permission;
        return { text, ...judge(permission), object, ...(until ? { until } : {}), ...(reason ? { reason } : {}) };
    });
}
