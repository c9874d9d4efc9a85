/** From a preview to what it would do to data. Pure: the same document on the same day always gives the same review. */

import { readPermission, utcDay } from "../../components/permissions/permission";
import { type Change, changesOf, isStoppedByProtection, shownName } from "./changes";
import { kindOf, permissionName, typeKey } from "./kinds";
import type { Finding, Outcome, Review, Row } from "./model";
import { allowRows, judgePermissions, permissionsIn } from "./permissions";
import { type EngineError, type Preview, readPreview } from "./preview";
import { isRefused, isWorse, type Rule, type Verdict, verdicts } from "./rule";
import { rules } from "./rules";
import { StackView } from "./stack-view";

function findingsOf(change: Change, view: StackView, table: readonly Rule[]): Finding[] {
    return table.flatMap((rule) => {
        const found = rule.find(change, view);
        if (!found) return [];
        const { says, verdict = rule.verdict, fields = [], remains = [], instead = [] } = found;
        return [{ rule: rule.id, verdict, says, fields, remains, instead, canBeAllowed: rule.canBeAllowed }];
    });
}

const calm: Partial<Record<Change["effect"], Verdict>> = { create: "new", adopt: "kept" };

/** The permission for an object; none is offered that couldn't be read again. */
function offered(type: string, name: string): string | undefined {
    const text = `delete ${permissionName(type, name)}`;
    return readPermission(text).problems.length === 0 ? text : undefined;
}

function rowOf(change: Change, view: StackView, table: readonly Rule[]): Row | undefined {
    const findings = findingsOf(change, view, table);
    if (!change.kind && findings.length === 0) return undefined;
    const identity = change.was ?? change.becomes;
    const name = identity?.name ?? change.resourceName;
    const kind = change.kind?.title ?? typeKey(change.type);
    const verdict = findings.reduce<Verdict>(
        (worst, each) => (isWorse(each.verdict, worst) ? each.verdict : worst),
        calm[change.effect] ?? "kept",
    );
    const harmful = findings.filter((finding) => isRefused(finding.verdict) || finding.verdict === "unknown");
    return {
        object: `${kind} ${shownName(identity, change.resourceName)}`,
        kind,
        type: change.type,
        namespace: identity?.namespace,
        name,
        urn: change.urn,
        ops: change.ops,
        verdict,
        isStoppedByProtection: isStoppedByProtection(change),
        isRefusable: isRefused(verdict) || findings.some(({ rule }) => rule === "protection-lifted"),
        permission: harmful.every(({ canBeAllowed }) => canBeAllowed) ? offered(change.type, name) : undefined,
        isAllowed: false,
        findings,
    };
}

/** Objects that only an error of the engine's names: what it refuses, it may not list. */
function stoppedRows(errors: readonly EngineError[], rows: readonly Row[]): Row[] {
    const listed = new Set(rows.filter(({ isRefusable }) => isRefusable).map(({ urn }) => urn));
    return errors.flatMap(({ urn = "", isProtection, message }) => {
        if (!isProtection || listed.has(urn) || urn === "") return [];
        const type = urn.split("::")[2]?.split("$").pop() ?? "";
        const name = urn.slice(urn.lastIndexOf("::") + 2);
        const kind = kindOf(type)?.title ?? typeKey(type);
        const isReplaced = /unable to replace/.test(message);
        return [
            {
                object: `${kind} "${name}"`,
                kind,
                type,
                name,
                urn,
                ops: [isReplaced ? "replace" : "delete"],
                verdict: "destroyed" as const,
                isStoppedByProtection: true,
                isRefusable: true,
                isAllowed: false,
                findings: [
                    {
                        rule: "stopped-by-protection",
                        verdict: "destroyed" as const,
                        says: `the program asks for it to be ${isReplaced ? "replaced" : "deleted"}, and the engine refuses because it is protected`,
                        fields: [],
                        remains: [],
                        instead: [isReplaced ? "keep it as it was" : "put the resource back into the program"],
                        canBeAllowed: true,
                    },
                ],
            },
        ];
    });
}

function outcomeOf(rows: readonly Row[], preview: Preview): Outcome {
    if (rows.some(({ verdict, isAllowed }) => isRefused(verdict) && !isAllowed)) return "refused";
    if (preview.errors.some(({ isProtection }) => isProtection)) return "refused";
    const isOpen = rows.some(({ verdict, isAllowed }) => verdict === "unknown" && !isAllowed);
    return isOpen || preview.problems.length > 0 || preview.errors.length > 0 ? "unknown" : "safe";
}

function notesOf(preview: Preview, rows: readonly Row[]): string[] {
    const notes: string[] = [];
    if (preview.hidden > 0) {
        notes.push(
            `${preview.hidden} unchanged resource${preview.hidden > 1 ? "s are" : " is"} left out of this preview: what is kept isn't listed in full, and a retainOnDelete that is switched off can't be seen. Write it with \`pulumi preview --json --show-sames --show-replacement-steps\`.`,
        );
    }
    if (preview.isAfterInterruption) {
        notes.push(
            "An earlier update was interrupted, and what came of it isn't in this preview. `holdfast up` asks the cluster first; elsewhere `pulumi refresh` does.",
        );
    }
    if (rows.some(({ isStoppedByProtection: isStopped }) => isStopped)) {
        notes.push("What is protected doesn't go: `pulumi up` refuses as the preview did, and nothing of this update should be tried.");
    }
    return notes;
}

/** Reviews a preview that was read, by the permissions of that day. The rules are a parameter for their tests. */
export function reviewPreview(preview: Preview, today: string, table: readonly Rule[] = rules): Review {
    const changes = changesOf(preview.steps);
    const view = new StackView(changes, preview.config);
    const rows = changes.map((change) => rowOf(change, view, table)).filter((row) => row !== undefined);
    rows.push(...stoppedRows(preview.errors, rows));
    const lines = permissionsIn(preview.config);
    allowRows(lines, rows, today);
    const isWhole = preview.hidden === 0 && preview.errors.length === 0 && preview.problems.length === 0;
    const others: Record<string, number> = {};
    const told = new Set(rows.map(({ urn }) => urn));
    for (const { urn, effect, type } of changes) {
        if (told.has(urn) || effect === "none" || type === "pulumi:pulumi:Stack") continue;
        others[effect] = (others[effect] ?? 0) + 1;
    }
    const order = (row: Row) => -verdicts.indexOf(row.verdict);
    return {
        schema: "holdfast.review/v1",
        stack: changes[0]?.urn.split("::")[0]?.replace(/^urn:pulumi:/, ""),
        outcome: outcomeOf(rows, preview),
        rows: rows.sort((a, b) => order(a) - order(b)),
        permissions: judgePermissions(lines, rows, isWhole, today),
        errors: preview.errors.map(({ message }) => message),
        problems: preview.problems,
        notes: notesOf(preview, rows),
        others,
    };
}

/** Reviews the parsed document of `pulumi preview --json`; permissions expire by the day, in UTC. */
export function review(document: unknown, today: string = utcDay()): Review {
    return reviewPreview(readPreview(document), today);
}

/** The review of a preview that there isn't: nothing can be told from it. */
export function unreadable(problem: string): Review {
    return {
        schema: "holdfast.review/v1",
        outcome: "unknown",
        rows: [],
        permissions: [],
        errors: [],
        problems: [problem],
        notes: [],
        others: {},
    };
}
