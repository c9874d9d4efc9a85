/** Every edit, and the programs they are made to. */
import type { Finding, Outcome, Review } from "../../../../policies/review";
import { type App, appOf, type Program, programOf } from "./applications";
import type { Edit, ProtectedSide, UnprotectedSide } from "./edit";
import { harmless } from "./harmless";
import { moves } from "./moves";
import { volumeEdits } from "./volume-edits";

export { harmless };
export const destructive: readonly Edit[] = [...moves, ...volumeEdits];
export const corpus: readonly Edit[] = [...destructive, ...harmless];

export type Protected = Edit & { protected: ProtectedSide };
export type Unprotected = Edit & { unprotected: UnprotectedSide };
/** Done in an update with others. */
export type Done = Protected & { protected: { up: Exclude<ProtectedSide["up"], "refused"> } };

export const protectedEdits = corpus.filter((edit): edit is Protected => edit.protected !== undefined);
export const refusedEdits = protectedEdits.filter((edit) => edit.protected.up === "refused");
export const doneEdits = protectedEdits.filter((edit): edit is Done => edit.protected.up !== "refused");
/** Those that lose data, or stand before a loss. */
export const riskyEdits = destructive.filter((edit): edit is Unprotected => edit.unprotected !== undefined);
export const harmlessEdits = harmless.filter((edit): edit is Unprotected & Done => edit.unprotected !== undefined);

/** A program with the one application `name`, before an edit and after it. */
export function programsOfOne(edit: Edit, name: string, isUnprotected: boolean): { before: Program; after: Program } {
    const programs = programsOf([{ name, edits: [edit] }], isUnprotected);
    // Where a claim's deletion fails, it is because a pod uses it.
    if (edit.unprotected?.isAlone) for (const program of Object.values(programs)) program.claimTimeout = "15s";
    return programs;
}

/** What an edit makes of the program of the application that stands for all. It has two members, so that some can be taken away. */
export const baseName = "base";
export const baseProgram = (): Program => programOf([appOf(baseName, 2)]);
export function editedBase(edit: Edit): Program {
    const program = baseProgram();
    const [app] = program.apps as [App];
    edit.before?.(app, program);
    edit.change(app, program);
    return program;
}

/** Applications to which several edits are made at once, and which ones. */
export interface Group {
    name: string;
    edits: readonly Edit[];
}

/** The edits that protection lets through, by the application they are made to. */
export function groupsOf(side: string, edits: readonly Done[]): Group[] {
    const names = [...new Set(edits.map((edit) => edit.protected.up.with))];
    return names.map((name) => ({ name: `${side}-${name}`, edits: edits.filter((edit) => edit.protected.up.with === name) }));
}

/** The program of groups, before their edits and after them. */
export function programsOf(groups: readonly Group[], isUnprotected: boolean): { before: Program; after: Program } {
    const [before, after] = [false, true].map((isEdited) => {
        const apps = groups.map(({ name, edits }) => appOf(name, Math.max(...edits.map(({ members = 1 }) => members))));
        const program = programOf(apps, isUnprotected);
        for (const { name, edits } of groups) {
            // What is renamed is the same application.
            const app = program.apps.find((each) => each.name === name) as App;
            for (const edit of edits) edit.before?.(app, program);
            if (isEdited) for (const edit of edits) edit.change(app, program);
        }
        return program;
    });
    return { before, after } as { before: Program; after: Program };
}

/** What a review says of one application among several. */
export interface Said {
    outcome: Outcome;
    rules: string[];
    /** For whoever has to find out why. */
    details: string;
}

/** What a review says of everything, or of the application `name` alone: a review knows resources by their names in the program. */
export function saidOf({ rows, outcome, errors, problems }: Review, name?: string, others: readonly string[] = []): Said {
    const ownerOf = (urn: string) => {
        const resource = urn.slice(urn.lastIndexOf("::") + 2);
        const owners = others.filter((other) => resource === other || resource.startsWith(`${other}-`));
        return owners.sort((a, b) => b.length - a.length)[0];
    };
    const own = name === undefined ? rows : rows.filter(({ urn }) => ownerOf(urn) === name);
    const ofOne: Outcome = own.some(({ isRefusable }) => isRefusable)
        ? "refused"
        : own.some(({ verdict }) => verdict === "unknown") || errors.length + problems.length > 0
          ? "unknown"
          : "safe";
    return {
        outcome: name === undefined ? outcome : ofOne,
        rules: [...new Set(own.flatMap(({ findings }) => findings.map(({ rule }: Finding) => rule)))],
        details: JSON.stringify({ rows: own.filter(({ verdict }) => verdict !== "kept"), errors, problems }),
    };
}
