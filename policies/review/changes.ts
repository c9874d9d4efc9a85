/** Every step of one resource folded into one change. */

import { type Kind, kindOf, typeKey } from "./kinds";
import type { State, Step } from "./preview";
import { type Fields, isFields, isUnknown, textAt, valueAt } from "./values";

/**
 * What becomes of the resource.
 *
 * `adopt`: imported as it is. `lost`: a refresh found that it is gone, and the program makes it anew.
 */
export type Effect = "none" | "create" | "adopt" | "update" | "replace" | "delete" | "lost";

/** What the cluster or the cloud calls it. */
export interface Identity {
    namespace?: string;
    name: string;
    /** The name was made up by Pulumi, and a replacement gets another one. */
    isAutonamed: boolean;
}

export interface Change {
    urn: string;
    type: string;
    /** Undefined for kinds that have nothing to do with data. */
    kind?: Kind;
    /** Name in the program. */
    resourceName: string;
    effect: Effect;
    ops: string[];
    old?: State;
    new?: State;
    was?: Identity;
    becomes?: Identity;
    /** Changed fields, most telling first. */
    fields: string[];
    /** Those of them that force a replacement. */
    forcing: string[];
    /** In a replacement: the old one is deleted before the new one is made. Undefined where the preview doesn't say. */
    deletesFirst?: boolean;
}

export const isKubernetes = (type: string): boolean => type.startsWith("kubernetes:");

/** Kinds whose objects belong to no namespace, of those in the table. */
const clusterWide =
    /^(core\/(Namespace|PersistentVolume)$|storage\.k8s\.io\/|apiextensions\.k8s\.io\/|snapshot\.storage\.k8s\.io\/VolumeSnapshot(Class|Content)$)/;

const autonamed = "pulumi.com/autonamed";

function kubernetesIdentity(state: State): Identity | undefined {
    const { inputs, outputs } = state;
    const from = (field: string) => {
        const asked = valueAt(inputs, `metadata.${field}`);
        if (isUnknown(asked)) return undefined;
        return typeof asked === "string" ? asked : textAt(outputs, `metadata.${field}`);
    };
    const [namespaceOfId, nameOfId] = state.id?.includes("/") ? state.id.split("/") : [undefined, state.id];
    const isHelm = typeKey(state.type) === "helm.sh/Release";
    const name = isHelm ? (textAt(inputs, "name") ?? nameOfId) : (from("name") ?? nameOfId);
    if (name === undefined || isUnknown(name)) return undefined;
    const annotations = valueAt(inputs, "metadata.annotations");
    const namespace = isHelm ? textAt(inputs, "namespace") : from("namespace");
    return {
        name,
        namespace: clusterWide.test(typeKey(state.type)) ? undefined : (namespace ?? namespaceOfId ?? "default"),
        isAutonamed:
            (isFields(annotations) && annotations[autonamed] === "true") ||
            (valueAt(inputs, "metadata.name") === undefined && !isHelm) ||
            typeof valueAt(inputs, "metadata.generateName") === "string",
    };
}

export function identityOf(state: State | undefined): Identity | undefined {
    if (!state) return undefined;
    if (isKubernetes(state.type)) return kubernetesIdentity(state);
    // What our components make in a cloud is called, in permissions too, by the storage it belongs to.
    const tagged = isFields(state.inputs.tags) ? state.inputs.tags["holdfast.dev/storage"] : undefined;
    const storage = typeof tagged === "string" && !isUnknown(tagged) ? tagged : undefined;
    const of = kindOf(state.type)?.of;
    return { name: storage ?? (of && textAt(state.inputs, of)) ?? lastOf(state.urn), isAutonamed: false };
}

const lastOf = (urn: string) => urn.slice(urn.lastIndexOf("::") + 2);

const replacing = ["replace", "create-replacement", "delete-replaced", "import-replacement", "read-replacement"];

function effectOf(ops: readonly string[], old: State | undefined): Effect {
    const has = (op: string) => ops.includes(op);
    if (has("delete") && has("create")) return "lost";
    // What was only read is let go, never deleted.
    if (ops.some((op) => replacing.includes(op))) return old?.external ? "none" : "replace";
    if (has("delete")) return old?.external ? "none" : "delete";
    if (has("update")) return "update";
    if (has("import")) return "adopt";
    return has("create") ? "create" : "none";
}

/** True where the engine itself refuses: the old one is protected, and so is what would come after it. */
export function isStoppedByProtection(change: Change): boolean {
    if (!change.old?.protect) return false;
    return change.effect === "delete" || (change.effect === "replace" && change.new?.protect === true);
}

/** True where the old object really goes away. */
export function goesAway({ effect, old }: Change): boolean {
    return (effect === "delete" || effect === "replace") && old?.retainOnDelete !== true;
}

/** Fields of one change as every step of it names them; a replacement's own reasons last, because they name whole properties. */
function fieldsOf(steps: readonly Step[]): { fields: string[]; forcing: string[] } {
    const detailed = new Map<string, string>();
    for (const step of steps) for (const [field, change] of Object.entries(step.diff)) detailed.set(field, change);
    const forced = [...detailed].filter(([, change]) => change.includes("replace")).map(([field]) => field);
    const reasons = [...new Set(steps.flatMap((step) => step.replaceReasons))];
    const named = detailed.size > 0 ? [...detailed.keys()] : [...new Set(steps.flatMap((step) => step.diffReasons))];
    const forcing = forced.length > 0 ? forced : reasons;
    return { fields: [...forcing, ...named.filter((field) => !forcing.includes(field))], forcing };
}

/** What differs between two versions, for steps that say no fields of their own: paths of the topmost values that aren't equal. */
export function differences(before: unknown, after: unknown, path = ""): string[] {
    if (before === after) return [];
    if (!isFields(before) || !isFields(after)) return JSON.stringify(before) === JSON.stringify(after) ? [] : [path];
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => differences((before as Fields)[key], (after as Fields)[key], path === "" ? key : `${path}.${key}`));
}

function changeOf(urn: string, steps: readonly Step[]): Change {
    const old = steps.find((step) => step.old)?.old;
    const fresh = steps.find((step) => step.new)?.new;
    const ops = [...new Set(steps.map((step) => step.op))];
    const type = (fresh ?? old)?.type ?? urn.split("::")[2]?.split("$").pop() ?? "";
    const effect = effectOf(ops, old);
    const deleted = ops.indexOf("delete-replaced");
    const made = ops.indexOf("create-replacement");
    let { fields, forcing } = fieldsOf(steps);
    if (fields.length === 0 && old && fresh && (effect === "update" || effect === "replace"))
        fields = differences(old.inputs, fresh.inputs);
    return {
        urn,
        type,
        kind: kindOf(type),
        resourceName: lastOf(urn),
        effect,
        ops,
        old: effect === "create" ? undefined : old,
        new: effect === "delete" ? undefined : fresh,
        was: effect === "create" ? undefined : identityOf(old),
        becomes: effect === "delete" ? undefined : identityOf(fresh),
        fields,
        forcing,
        deletesFirst: deleted >= 0 && made >= 0 ? deleted < made : undefined,
    };
}

/** One change per resource, in the order in which the engine first names them. */
export function changesOf(steps: readonly Step[]): Change[] {
    const byUrn = new Map<string, Step[]>();
    for (const step of steps) {
        const before = byUrn.get(step.urn);
        if (before) before.push(step);
        else byUrn.set(step.urn, [step]);
    }
    return [...byUrn].map(([urn, own]) => changeOf(urn, own));
}

/** `namespace/name`, or the name alone. */
export function shownName(identity: Identity | undefined, otherwise: string): string {
    if (!identity) return otherwise;
    return identity.namespace ? `${identity.namespace}/${identity.name}` : identity.name;
}

/** True where it is made anew in another cluster or account: nothing of what it had is there. */
export const movesElsewhere = ({ effect, forcing }: Change): boolean => effect === "replace" && forcing.includes("provider");

/** True where the same thing is there before and after, under the same name. */
export function keepsIdentity(change: Change): boolean {
    const { was, becomes } = change;
    if (!was || !becomes || was.isAutonamed || becomes.isAutonamed || movesElsewhere(change)) return false;
    return was.name === becomes.name && was.namespace === becomes.namespace;
}
