/** A review in the words that every rendering uses. */

import type { Finding, Review, Row } from "../../policies/review";

const count = (n: number, what: string) => `${n} ${what}`;

/** Verdicts that mean that somebody has to look. */
export const needsAttention = (row: Row): boolean =>
    ["destroyed", "at risk", "unknown"].includes(row.verdict) || row.isAllowed || row.isStoppedByProtection;

/** Objects of which there is something to say. */
export const isTold = (row: Row): boolean => needsAttention(row) || row.findings.length > 0 || row.verdict === "new";

/** The verdict with what stands against it: a permission, or the engine's own refusal. */
export function verdictInWords({ verdict, isAllowed, isStoppedByProtection }: Row): string {
    if (isStoppedByProtection) return `${verdict}, if it weren't protected`;
    return isAllowed ? `${verdict}, as allowed` : verdict;
}

/** One sentence: what the whole comes to. */
export function headline({ outcome, rows, errors, problems }: Review): string {
    const refused = rows.filter((row) => row.isRefusable && !row.isAllowed && ["destroyed", "at risk"].includes(row.verdict));
    const destroyed = refused.filter(({ verdict }) => verdict === "destroyed").length;
    const parts = [
        ...(destroyed > 0 ? [count(destroyed, "would be destroyed")] : []),
        ...(refused.length > destroyed ? [count(refused.length - destroyed, "at risk")] : []),
    ];
    if (outcome === "refused") {
        const isStopped = refused.length > 0 && refused.every((row) => row.isStoppedByProtection);
        const said = parts.length > 0 ? `of what holds data, ${parts.join(" and ")}` : "what is protected would go";
        return `Refused: ${said}${isStopped ? "; protection stops it" : ""}.`;
    }
    if (outcome === "unknown") {
        if (errors.length > 0) return "Couldn't tell: the preview failed.";
        if (problems.length > 0) return "Couldn't tell: the preview can't be relied upon.";
        return `Couldn't tell: of what may hold data, ${rows.filter(({ verdict }) => verdict === "unknown").length} can't be judged.`;
    }
    const allowed = rows.filter(({ isAllowed }) => isAllowed).length;
    return allowed > 0 ? `Nothing is at risk but what is allowed: ${allowed}.` : "Nothing is at risk.";
}

/** What to write to have it all the same. */
export function permissionInWords(row: Row): string | undefined {
    if (row.isAllowed || !["destroyed", "at risk", "unknown"].includes(row.verdict)) return undefined;
    if (row.permission === undefined) return row.isStoppedByProtection ? undefined : "nothing: no permission helps here";
    const line = `holdfast:allow: ["${row.permission}"]`;
    return row.isStoppedByProtection ? `${line}, in an update before this one, which lifts the protection` : line;
}

/** Every value of the findings once, in their order. */
export function all(row: Row, part: "fields" | "remains" | "instead"): string[] {
    return [...new Set(row.findings.flatMap((finding: Finding) => finding[part]))];
}

/** Objects that stay, by kind: `claim: a, b; Secret: c`. */
export function keptInWords(rows: readonly Row[], limit = 12): string {
    const byKind = new Map<string, string[]>();
    for (const { kind, namespace, name } of rows) {
        byKind.set(kind, [...(byKind.get(kind) ?? []), namespace ? `${namespace}/${name}` : name]);
    }
    return [...byKind]
        .map(([kind, names]) => {
            const shown = names.slice(0, limit).join(", ");
            return `${kind} ${shown}${names.length > limit ? ` and ${names.length - limit} more` : ""}`;
        })
        .join("; ");
}

/** Changes of what has nothing to do with data: `2 created, 1 updated`. */
export function othersInWords(others: Review["others"]): string {
    const words: Record<string, string> = {
        create: "made",
        update: "changed",
        replace: "replaced",
        delete: "deleted",
        adopt: "imported",
        lost: "made again",
    };
    return Object.entries(others)
        .map(([effect, n]) => `${n} ${words[effect] ?? effect}`)
        .join(", ");
}
