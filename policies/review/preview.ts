/** The document that `pulumi preview --json` writes, checked before anything is concluded from it. */

import { type Fields, isFields } from "./values";

/** A resource as the engine knows it, before or after. */
export interface State {
    urn: string;
    type: string;
    id?: string;
    inputs: Fields;
    outputs: Fields;
    parent?: string;
    provider?: string;
    protect: boolean;
    retainOnDelete: boolean;
    /** Read, and not managed: nothing happens to it. */
    external: boolean;
    deletedWith?: string;
    /** Groups other resources, and stands for nothing itself. */
    isComponent: boolean;
}

/** One step the engine means to take. */
export interface Step {
    op: string;
    urn: string;
    old?: State;
    new?: State;
    /** Changed fields with the kind of change: `add`, `update-replace`, … */
    diff: Record<string, string>;
    diffReasons: string[];
    replaceReasons: string[];
}

/** An error the engine reports. */
export interface EngineError {
    urn?: string;
    message: string;
    /** It is the engine refusing to touch what is protected: the change doesn't happen. */
    isProtection: boolean;
}

export interface Preview {
    steps: Step[];
    config: Record<string, string>;
    errors: EngineError[];
    /** Unchanged resources that the document leaves out. */
    hidden: number;
    /** An earlier update was interrupted, and what came of it isn't in the state that this preview starts from. */
    isAfterInterruption: boolean;
    /** Why the document can't be relied upon. */
    problems: string[];
}

/** Every kind of step that engine 3.230 knows. */
export const knownOps: readonly string[] = [
    "same",
    "create",
    "update",
    "delete",
    "replace",
    "create-replacement",
    "delete-replaced",
    "read",
    "read-replacement",
    "refresh",
    "discard",
    "discard-replaced",
    "remove-pending-replace",
    "import",
    "import-replacement",
];

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === "string") : []);

export function stateOf(value: unknown): State | undefined {
    if (!isFields(value) || typeof value.urn !== "string" || typeof value.type !== "string") return undefined;
    return {
        urn: value.urn,
        type: value.type,
        id: text(value.id),
        inputs: isFields(value.inputs) ? value.inputs : {},
        outputs: isFields(value.outputs) ? value.outputs : {},
        parent: text(value.parent),
        provider: text(value.provider),
        protect: value.protect === true,
        retainOnDelete: value.retainOnDelete === true,
        external: value.external === true,
        deletedWith: text(value.deletedWith),
        isComponent: value.custom === false,
    };
}

/** Which states a step must have for its effect to be known. */
function isIncomplete(step: Step): boolean {
    if (step.op === "delete" || step.op === "delete-replaced") return !step.old;
    if (step.op === "create" || step.op === "import" || step.op === "create-replacement") return !step.new;
    if (step.op === "update" || step.op === "replace") return !step.old || !step.new;
    return !step.old && !step.new;
}

function stepOf(value: unknown, problems: string[]): Step | undefined {
    if (!isFields(value) || typeof value.op !== "string" || typeof value.urn !== "string") {
        problems.push("a step has no `op` or no `urn`");
        return undefined;
    }
    const step: Step = {
        op: value.op,
        urn: value.urn,
        old: stateOf(value.oldState),
        new: stateOf(value.newState),
        diff: isFields(value.detailedDiff)
            ? Object.fromEntries(
                  Object.entries(value.detailedDiff).map(([field, change]) => [field, (isFields(change) && text(change.kind)) || "update"]),
              )
            : {},
        diffReasons: texts(value.diffReasons),
        replaceReasons: texts(value.replaceReasons),
    };
    if (!knownOps.includes(step.op)) problems.push(`"${step.op}" of ${step.urn} is a step this version doesn't know`);
    else if (isIncomplete(step)) problems.push(`the step "${step.op}" of ${step.urn} says neither what was nor what will be`);
    return step;
}

const protection = /currently marked for protection|because it is protected/;
/** What the engine says at the end of every run that failed, beside the reason. */
const epilogue = /^(error: )?(preview|update) failed$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a colour is.
const colours = /<\{%[^%]*%\}>|\u001b\[[0-9;]*m/g;

function errorsOf(diagnostics: unknown): EngineError[] {
    if (!Array.isArray(diagnostics)) return [];
    return diagnostics.filter(isFields).flatMap((each) => {
        if (each.severity !== "error" || typeof each.message !== "string") return [];
        const message = each.message.replace(colours, "").trim();
        return epilogue.test(message) ? [] : [{ urn: text(each.urn), message, isProtection: protection.test(message) }];
    });
}

function hasPendingOperations(diagnostics: unknown): boolean {
    return Array.isArray(diagnostics) && diagnostics.some((each) => isFields(each) && /\bpending operations?\b/.test(String(each.message)));
}

/** What the document says about itself that doesn't fit what is in it. */
function accountProblems(document: Fields, steps: Step[], errors: EngineError[]): { hidden: number; problems: string[] } {
    const summary = document.changeSummary;
    // A run that failed has counted what it got to, or nothing at all; its errors say so.
    if (!isFields(summary)) return { hidden: 0, problems: errors.length > 0 ? [] : ["it has no `changeSummary`: it was cut short"] };
    const count = (op: string) => steps.filter((step) => step.op === op).length;
    const said = (op: string) => (typeof summary[op] === "number" ? summary[op] : 0);
    const problems = ["delete", "replace", "update", "create"].flatMap((op) =>
        said(op) > count(op) ? [`it counts ${said(op)} of "${op}" and lists ${count(op)}`] : [],
    );
    return { hidden: Math.max(0, said("same") - count("same")), problems };
}

/** Reads the parsed document. What is wrong with it is in `problems`; nothing is taken for granted that it doesn't say. */
export function readPreview(document: unknown): Preview {
    const empty = { steps: [], config: {}, errors: [], hidden: 0, isAfterInterruption: false };
    if (!isFields(document)) return { ...empty, problems: ["it is not an object"] };
    if ("resourcePlans" in document) {
        return { ...empty, problems: ["it is an update plan (--save-plan); what is read here is written by `pulumi preview --json`"] };
    }
    const isPreview = "steps" in document || "changeSummary" in document || "diagnostics" in document;
    if (!isPreview) return { ...empty, problems: ["it has neither `steps` nor `changeSummary`; write it with `pulumi preview --json`"] };
    const problems: string[] = [];
    if (document.steps !== undefined && !Array.isArray(document.steps)) problems.push("`steps` is not a list");
    const listed = Array.isArray(document.steps) ? document.steps : [];
    const steps = listed.map((each) => stepOf(each, problems)).filter((step) => step !== undefined);
    const errors = errorsOf(document.diagnostics);
    const account = accountProblems(document, steps, errors);
    if (document.maybeCorrupt === true) problems.push("the engine says that the state may be corrupt");
    const config = isFields(document.config)
        ? Object.fromEntries(Object.entries(document.config).filter((entry): entry is [string, string] => typeof entry[1] === "string"))
        : {};
    return {
        steps,
        config,
        errors,
        hidden: account.hidden,
        isAfterInterruption: hasPendingOperations(document.diagnostics),
        problems: [...problems, ...account.problems],
    };
}

/** The document in what a command printed: lines of other tools around it are left out. Throws what JSON.parse says. */
export function parsePreview(output: string): unknown {
    const whole = output.trim();
    try {
        return JSON.parse(whole);
    } catch (error) {
        const start = /^\{\s*$/m.exec(whole)?.index ?? -1;
        const end = whole.lastIndexOf("\n}");
        if (start < 0 || end < start) throw error;
        return JSON.parse(whole.slice(start, end + 2));
    }
}
