/** Previews put together from what the real Kubernetes provider answered to 54 edits of 23 plain objects. */

import { base, edits } from "../../../e2e/provider/fixtures/cases";
import recorded from "../../../e2e/provider/fixtures/real-4.29.0.json";
import type { Entry, Program } from "../../../e2e/provider/stack";
import type { StateJson, StepJson } from "./previews";
import { preview } from "./previews";

export const answers = recorded as unknown as Record<string, { steps: Record<string, string[]>; errors: string[] }>;

const typeOf = ({ apiVersion, kind }: Entry["obj"]) => `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;

/** An object as the engine's state has it: Pulumi makes a name up where the program gives none. */
function stateOf({ name, obj, opts = {} }: Entry, generation: string): StateJson {
    const type = typeOf(obj);
    const metadata = obj.metadata.name
        ? obj.metadata
        : { ...obj.metadata, name: `${name}-${generation}`, annotations: { "pulumi.com/autonamed": "true" } };
    return {
        urn: `urn:pulumi:t::truth::${type}::${name}`,
        type,
        custom: true,
        inputs: { ...obj, metadata },
        protect: opts.protect === true,
        retainOnDelete: opts.retainOnDelete === true,
    };
}

const provider = (program: Program): StateJson => ({
    urn: "urn:pulumi:t::truth::pulumi:providers:kubernetes::k8s",
    type: "pulumi:providers:kubernetes",
    custom: true,
    inputs: { kubeconfig: `config${program.kubeconfigSuffix ?? ""}`, ...(program.provider ?? { clusterIdentifier: "truth" }) },
});

/** The preview of one edit: what the provider answered, on the objects as they are before and after. */
export function previewOf(id: string): object {
    const edit = edits.find((each) => each.id === id);
    if (!edit) throw new Error(`there is no edit ${id}`);
    const before = base();
    const after = base();
    edit.change(after);
    const find = (program: Program, name: string, generation: string) => {
        const entry = program.objects.find((each) => each.name === name);
        return entry && stateOf(entry, generation);
    };
    const { steps: said, errors } = answers[id];
    const changed = new Map(Object.entries(said).map(([key, value]) => [key.slice(key.indexOf(" ") + 1), value]));
    const names = new Set([...before.objects, ...after.objects].map(({ name }) => name));
    const steps = [...names].map((name): StepJson => {
        const [op = "same", fields = ""] = changed.get(name) ?? [];
        const oldState = find(before, name, "1111");
        const newState = find(after, name, op === "replace" ? "2222" : "1111");
        const detailedDiff = Object.fromEntries(
            fields
                .split(" ")
                .filter(Boolean)
                .map((field) => [
                    field.slice(0, field.lastIndexOf(":")),
                    { kind: field.slice(field.lastIndexOf(":") + 1), inputDiff: true },
                ]),
        );
        const urn = (newState ?? oldState)?.urn ?? "";
        return { op, urn, detailedDiff, ...(op === "create" ? {} : { oldState }), ...(op === "delete" ? {} : { newState }) };
    });
    const [op = "same"] = changed.get("k8s") ?? [];
    steps.unshift({ op, urn: provider(before).urn, oldState: provider(before), newState: provider(after) });
    return preview(steps, { diagnostics: errors.map((message) => ({ severity: "error", message })) });
}
