/** What to write instead, by the field that forced a change. */

import type { Change } from "./changes";
import type { StackView } from "./stack-view";

/** `a`, `b` and 3 more. */
export function listed(items: readonly string[], limit = 3): string {
    const shown = items.length > limit ? [...items.slice(0, limit), `${items.length - limit} more`] : [...items];
    return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown[shown.length - 1]}`;
}

/** The top of a field's path, as ignoreChanges wants it. */
const ignorable = (field: string) => field.replace(/\[\d+\].*$/, "");

/** The alias that tells Pulumi that a resource has only moved in the program. */
export const alias = (old: string, name: string): string => `on "${name}": aliases: ["${old}"], so that Pulumi knows it again`;

function forField(field: string, { was }: Change): string {
    if (field === "provider") return "keep the provider it has: what became of that is said there";
    if (/^metadata(\.name)?$/.test(field)) return `keep metadata.name: "${was?.name}"`;
    if (field === "metadata.namespace") return `keep metadata.namespace: "${was?.namespace}"`;
    if (/metadata\.generateName/.test(field)) return `give it a name of its own, metadata.name: "${was?.name}"`;
    return `keep ${field} as it is, or ignoreChanges: ["${ignorable(field)}"]`;
}

/** How to get the same without replacing what holds data. */
export function insteadOfReplacing(change: Change): string[] {
    const { forcing, kind } = change;
    const fixes = [...new Set(forcing.map((field) => forField(field, change)))];
    const what = kind?.title ?? "resource";
    return [
        ...(fixes.length > 0 ? fixes : ["keep it as it was"]),
        `or make a second ${what} under another name beside it, copy the data, switch over, and delete this one last`,
    ];
}

/** How to keep what the program no longer names. */
export function insteadOfDeleting(change: Change, view: StackView): string[] {
    const successor = view.likelySuccessor(change);
    const member = view.memberOf(change);
    const isOurs = change.urn.includes("holdfast:index:");
    return [
        ...(successor && change.old
            ? [`if "${successor.resourceName}" is meant to be this one, ${alias(change.old.urn, successor.resourceName)}`]
            : []),
        ...(member && isOurs ? [`keepClaims: ${member.ordinal + 1}, so that members can go and their claims stay`] : []),
        isOurs && change.new === undefined && !member ? "put back the setting that named it" : "put the resource back into the program",
        ...(change.old?.retainOnDelete ? [] : ["or retainOnDelete: true in an update before this one, so that only Pulumi forgets it"]),
    ];
}
