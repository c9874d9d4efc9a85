/** What happens to each object that holds data, as Mermaid draws it. */

import type { Row } from "../../policies/review";
import { kindOf, type Role } from "../../policies/review/kinds";
import { oneLine, short } from "../markdown";
import { isTold, verdictInWords } from "../review/words";

/** Objects that are drawn; beyond that a picture says nothing any more. Those that stay are left out first. */
const drawn = 40;
const longestName = 60;

const always: readonly (Role | undefined)[] = ["data", "workload", "secret", "backup"];

/** Letters, digits and what no version of Mermaid reads as its own. Everything else goes by its number, also the sign that says so. */
const label = (text: string): string =>
    [...short(oneLine(text), longestName)].map((sign) => (/[\p{L}\p{N} ,./_-]/u.test(sign) ? sign : `#${sign.codePointAt(0)};`)).join("");

const colours: Record<string, string> = {
    kept: "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    new: "fill:#ddf4ff,stroke:#0969da,color:#1f2328",
    changed: "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    unknown: "fill:#eaeef2,stroke:#57606a,color:#1f2328,stroke-dasharray:4",
    risk: "fill:#fff1e5,stroke:#bc4c00,color:#1f2328,stroke-width:2px",
    destroyed: "fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-width:3px",
};
const colourOf: Record<Row["verdict"], keyof typeof colours> = {
    kept: "kept",
    new: "new",
    changed: "changed",
    grown: "new",
    restarted: "changed",
    removed: "changed",
    unknown: "unknown",
    "at risk": "risk",
    destroyed: "destroyed",
};

/** The claim is a member's: a StatefulSet names them `<template>-<set>-<ordinal>`. */
const isClaimOf = (claim: Row, set: Row): boolean => {
    const end = claim.name.lastIndexOf("-");
    return (
        claim.namespace === set.namespace && /^\d+$/.test(claim.name.slice(end + 1)) && claim.name.slice(0, end).endsWith(`-${set.name}`)
    );
};

/** Names in the picture are numbers, so that no name of anybody's can break it. */
export function picture(rows: readonly Row[]): string | undefined {
    const roleOf = ({ type }: Row) => kindOf(type)?.role;
    const objects = rows.filter((row) => row.kind !== "namespace" && (always.includes(roleOf(row)) || isTold(row)));
    if (objects.length === 0) return undefined;
    const shown = objects.slice(0, drawn);
    const ids = new Map(shown.map((row, index) => [row, `o${index}`]));
    const node = (row: Row): string => {
        const text = `"${label(`${row.kind} ${row.name}`)}<br/>${label(verdictInWords(row))}"`;
        const shape = roleOf(row) === "data" ? `[(${text})]` : roleOf(row) === "workload" ? `[${text}]` : `([${text}])`;
        return `${ids.get(row)}${shape}:::${colourOf[row.verdict]}`;
    };
    const lines = ["flowchart LR"];
    const namespaces = [...new Set(shown.map(({ namespace }) => namespace))];
    namespaces.forEach((namespace, index) => {
        const inside = shown.filter((row) => row.namespace === namespace).map(node);
        if (namespace === undefined) {
            lines.push(...inside.map((text) => `    ${text}`));
            return;
        }
        const own = rows.find(({ kind, name }) => kind === "namespace" && name === namespace);
        const title = `namespace ${namespace}${own ? `, ${verdictInWords(own)}` : ""}`;
        lines.push(`    subgraph n${index}["${label(title)}"]`, ...inside.map((text) => `        ${text}`), "    end");
        if (own) lines.push(`    class n${index} ${colourOf[own.verdict]}`);
    });
    for (const set of shown.filter((row) => roleOf(row) === "workload")) {
        for (const claim of shown) {
            if (claim.kind === "claim" && isClaimOf(claim, set)) lines.push(`    ${ids.get(set)} --- ${ids.get(claim)}`);
        }
    }
    if (objects.length > shown.length) lines.push(`    more["and ${objects.length - shown.length} more"]`);
    const used = new Set([...shown, ...rows.filter(({ kind }) => kind === "namespace")].map(({ verdict }) => colourOf[verdict]));
    lines.push(...[...used].map((name) => `    classDef ${name} ${colours[name]}`));
    return lines.join("\n");
}
