/** What a policy of the pack is: an entry of a table, with a function from plain data to what it has to say. */

import { at, type Fields, unknown } from "./values";

/** A resource as the policies see it. */
export interface Thing {
    urn: string;
    /** Type token; of Kubernetes without provider and version: `core/PersistentVolumeClaim`. */
    type: string;
    /** Pulumi's name of it. */
    name: string;
    props: Fields;
    isProtected: boolean;
    /** Resources (by URN) that each property was made from. Known for the whole stack only. */
    from: Record<string, readonly string[]>;
}

/** What is wrong with a resource, or which of its values would have to be known to say. */
export type Finding = { about: Thing; says: string } | { about: Thing; open: string };

export const isOpen = (finding: Finding): finding is { about: Thing; open: string } => "open" in finding;

/** A requirement elsewhere that a policy helps to meet. */
export interface Control {
    framework: string;
    version: string;
    id: string;
    title: string;
}

/** A policy's own settings, beside those that all have: JSON schema with a default. */
export type SettingsSchema = Record<
    string,
    {
        type: "string" | "boolean" | "array";
        description: string;
        enum?: string[];
        items?: { type: "string" };
        default: string | boolean | string[];
    }
>;

/** Values of a policy's settings, with defaults filled in. */
export interface Settings {
    [name: string]: string | boolean | readonly string[];
}

interface Common {
    /** Its name in config and in messages. */
    id: string;
    title: string;
    /** What it asks for, and what happens otherwise. */
    description: string;
    severity: "low" | "medium" | "high" | "critical";
    /** `mandatory` fails the preview, `advisory` only says so. Config may say otherwise. */
    enforcement: "mandatory" | "advisory";
    controls: readonly Control[];
    /** What to write instead. */
    remediation: string;
    settings?: SettingsSchema;
}

/** Judges one resource by its inputs: before anything is made. */
export interface ResourceGuardrail extends Common {
    /** Types it looks at. */
    types: readonly string[];
    judge(thing: Thing, settings: Settings): Finding[];
}

/** Judges what only the whole stack shows: in the preview, and again at the end of an update. */
export interface StackGuardrail extends Common {
    judgeStack(things: readonly Thing[], settings: Settings): Finding[];
}

export type Guardrail = ResourceGuardrail | StackGuardrail;

export const isStackGuardrail = (guardrail: Guardrail): guardrail is StackGuardrail => "judgeStack" in guardrail;

/** Words of a list setting; empty where it isn't one. */
export function words(settings: Settings, name: string): readonly string[] {
    const value = settings[name];
    return Array.isArray(value) ? value : [];
}

/**
 * The value that a program gave to a property of a resource in the stack. What the provider only works out (the versioning of a bucket that
 * nothing was said about) isn't known in a preview either, and comes from no other resource: that counts as not given.
 */
export function stated(thing: Thing, path: string): unknown {
    const property = path.split(".")[0];
    return at(thing.props, property) === unknown && (thing.from[property] ?? []).length === 0 ? undefined : at(thing.props, path);
}
