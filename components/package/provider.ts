/** The components as a provider, which other languages reach them through. */

import * as pulumi from "@pulumi/pulumi";
import { type InputProblem, refuseProblems } from "../problems";

/** A property's type in a package's schema. `plain` is one that takes no output. */
interface PropertySchema {
    plain?: boolean;
    items?: PropertySchema;
    additionalProperties?: PropertySchema;
    /** `#/types/<token>` for one that the schema describes. */
    $ref?: string;
    [documentation: string]: unknown;
}

interface Properties {
    [name: string]: PropertySchema;
}

interface ComponentSchema {
    inputProperties: Properties;
    requiredInputs: string[];
    properties: Properties;
}

/** The part of a package's schema that is needed to make a component. */
export interface PackageSchema {
    name: string;
    version: string;
    resources: { [token: string]: ComponentSchema };
    types: { [token: string]: { properties?: Properties } };
}

/** What a module exports; among it the components, by the last part of their tokens. */
export interface Library {
    [name: string]: unknown;
}

type Component = new (name: string, args: pulumi.Inputs, options: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;

/** Paths of the outputs that were given where the component needs a value. */
function openPaths(path: string, value: unknown, property: PropertySchema | undefined, types: PackageSchema["types"]): string[] {
    if (pulumi.Output.isInstance(value)) {
        return property?.plain ? [path] : [];
    }
    if (Array.isArray(value)) {
        return value.flatMap((item, index) => openPaths(`${path}[${index}]`, item, property?.items, types));
    }
    if (value === null || typeof value !== "object") {
        return [];
    }
    const described = types[property?.$ref?.replace("#/types/", "") ?? ""]?.properties;
    return Object.entries(value).flatMap(([key, item]) =>
        openPaths(`${path}.${key}`, item, described?.[key] ?? property?.additionalProperties, types),
    );
}

/** Nobody could act on a value that isn't there, or that has the wrong name: not every language checks what it passes on. */
function inputProblems({ inputProperties, requiredInputs }: ComponentSchema, inputs: pulumi.Inputs, types: PackageSchema["types"]) {
    const known = Object.keys(inputProperties);
    const unknown = Object.keys(inputs).filter((name) => !known.includes(name));
    const missing = requiredInputs.filter((name) => inputs[name] === undefined);
    // What decides the plan must be there when the component is made; a preview has no values of resources that don't exist yet.
    const open = known.flatMap((name) => openPaths(name, inputs[name], inputProperties[name], types));
    const problem =
        (reason: string) =>
        (path: string): InputProblem => ({ path, reason });
    return [
        ...unknown.map(problem(`there is no such property. Allowed: ${known.join(", ")}.`)),
        ...missing.map(problem("is missing, and has no default.")),
        ...open.map(problem("is another resource's output or a secret. Write a plain value, e.g. one of the stack's config.")),
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
        refuseProblems(type, name, inputProblems(resource, inputs, this.packageSchema.types));
        const made = new (this.library[type] as Component)(name, inputs, options);
        const outputs = made as unknown as pulumi.Inputs;
        return { urn: made.urn, state: Object.fromEntries(Object.keys(resource.properties).map((key) => [key, outputs[key]])) };
    }
}
