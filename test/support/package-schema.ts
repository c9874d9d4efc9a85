/** The package's schema as Pulumi's own analyzer reads it from the sources, and what a change of it would break. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { getPulumiComponents } from "@pulumi/pulumi/provider/experimental/provider";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";
import * as library from "../../components";

const root = join(__dirname, "..", "..");

interface Properties {
    [name: string]: unknown;
}

/** The parts of a schema that programs in other languages depend on. */
export interface Schema {
    resources: {
        [token: string]: { inputProperties: Properties; requiredInputs: string[]; properties: Properties; required: string[] };
    };
    types: { [token: string]: { properties?: Properties; required?: string[] } };
}

/** What `pulumi package get-schema` says of the sources. The analyzer gets the library's files alone, which takes half as long as all. */
export function analyzedSchema(): Schema {
    const { name, version, description } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const names = getPulumiComponents(library).map((component) => component.name);
    const analyzer = new Analyzer(join(root, "components", "package"), name, { main: "../index.js" }, new Set(names));
    const { components, typeDefinitions, dependencies } = analyzer.analyze();
    return JSON.parse(JSON.stringify(generateSchema(name, version, description, components, typeDefinitions, dependencies)));
}

/** What the new schema would take from programs that were written for the old one. */
export function breaks(old: Schema, now: Schema): string[] {
    const found: string[] = [];
    for (const [token, before] of Object.entries(old.resources)) {
        const after = now.resources[token];
        if (!after) {
            found.push(`${token} is gone`);
            continue;
        }
        found.push(...changed(`${token} input`, before.inputProperties, after.inputProperties));
        found.push(...added(`${token} input`, before.requiredInputs, after.requiredInputs));
        found.push(...changed(`${token} output`, before.properties, after.properties));
        // An output that may be missing is one that programs have to check for.
        found.push(
            ...before.required.filter((name) => !after.required.includes(name)).map((name) => `${token} output ${name} is optional`),
        );
    }
    for (const [token, before] of Object.entries(old.types)) {
        const after = now.types[token];
        if (after) {
            found.push(...changed(token, before.properties ?? {}, after.properties ?? {}));
            found.push(...added(token, before.required ?? [], after.required ?? []));
        }
    }
    return found;
}

function changed(where: string, before: Properties, after: Properties): string[] {
    return Object.keys(before).flatMap((name) => {
        if (!(name in after)) {
            return [`${where} ${name} is gone`];
        }
        const [was, is] = [before[name], after[name]].map(typeOf);
        return was === is ? [] : [`${where} ${name} was ${was} and is ${is}`];
    });
}

const added = (where: string, before: string[], after: string[]) =>
    after.filter((name) => !before.includes(name)).map((name) => `${where} ${name} is required`);

/** A property's type without what only documents it. */
function typeOf(property: unknown): string {
    return JSON.stringify(property, (key, value) => (key === "description" || key === "optional" ? undefined : value));
}
