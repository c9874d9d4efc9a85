/** The components as a provider, which other languages reach them through. */

import * as pulumi from "@pulumi/pulumi";
import { type InputProblem, refuseProblems } from "../problems";

/** The part of a package's schema that is needed to make a component. */
export interface PackageSchema {
    name: string;
    version: string;
    resources: { [token: string]: ResourceSchema };
}

interface ResourceSchema {
    inputProperties: { [name: string]: { plain?: boolean; [documentation: string]: unknown } };
    requiredInputs: string[];
    properties: { [name: string]: unknown };
}

/** What a module exports; among it the components, by the last part of their tokens. */
export interface Library {
    [name: string]: unknown;
}

type Component = new (name: string, args: pulumi.Inputs, options: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;

/** Nobody could act on a value that isn't there, or that has the wrong name: the engine passes both on from YAML. */
function inputProblems({ inputProperties, requiredInputs }: ResourceSchema, inputs: pulumi.Inputs): InputProblem[] {
    const known = Object.keys(inputProperties);
    const unknown = Object.keys(inputs).filter((name) => !known.includes(name));
    const missing = requiredInputs.filter((name) => inputs[name] === undefined);
    // What decides the plan must be there when the component is made; a preview has no values of resources that don't exist yet.
    const open = known.filter((name) => inputProperties[name].plain && pulumi.Output.isInstance(inputs[name]));
    return [
        ...unknown.map((path) => ({ path, reason: `there is no such property. Allowed: ${known.join(", ")}.` })),
        ...missing.map((path) => ({ path, reason: "is missing, and has no default." })),
        ...open.map((path) => ({
            path,
            reason: "is another resource's output or a secret. Write a plain value, e.g. one of the stack's config.",
        })),
    ];
}

/** Makes the library's components for programs in any language. */
export class PackageProvider implements pulumi.provider.Provider {
    readonly version: string;
    /** What Pulumi generates SDKs from, and checks YAML with. */
    readonly schema: string;

    constructor(
        private readonly library: Library,
        private readonly packageSchema: PackageSchema,
    ) {
        this.version = packageSchema.version;
        this.schema = JSON.stringify(packageSchema);
    }

    /** Makes one component and what is below it, and says what its outputs are. */
    async construct(
        name: string,
        token: string,
        inputs: pulumi.Inputs,
        options: pulumi.ComponentResourceOptions,
    ): Promise<pulumi.provider.ConstructResult> {
        const resource = this.packageSchema.resources[token];
        if (!resource) {
            throw new Error(`${token}: there is no such component. Allowed: ${Object.keys(this.packageSchema.resources).join(", ")}.`);
        }
        const type = token.slice(token.lastIndexOf(":") + 1);
        refuseProblems(type, name, inputProblems(resource, inputs));
        const made = new (this.library[type] as Component)(name, inputs, options);
        const outputs = made as unknown as pulumi.Inputs;
        return { urn: made.urn, state: Object.fromEntries(Object.keys(resource.properties).map((key) => [key, outputs[key]])) };
    }
}
