/** The table's entries as the SDK's policies: properties made plain, config read, violations reported. */

import type {
    PolicyConfigSchema,
    PolicyResource,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationPolicy,
} from "@pulumi/policy";
import { UnknownValueError } from "@pulumi/policy";
import { typeKey } from "../review/kinds";
import type { Control, Guardrail, Thing } from "./guardrail";
import { isStackGuardrail } from "./guardrail";
import { settingsOf, violationsOf } from "./judge";
import { type Fields, unknown } from "./values";

/** A copy without the SDK's guard, which throws on each value that isn't known: those become {@link unknown}. */
export function plain(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    const read = (key: string): unknown => {
        try {
            return plain((value as Fields)[key]);
        } catch (error) {
            if (error instanceof UnknownValueError) return unknown;
            throw error;
        }
    };
    if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => read(String(index)));
    return Object.fromEntries(Object.keys(value).map((key) => [key, read(key)]));
}

const label = ({ framework, version, id, title }: Control): string => `${framework} ${version} ${id} ${title}`;

function thingOf(resource: Pick<ResourceValidationArgs, "urn" | "type" | "name" | "props" | "opts">, from: Thing["from"] = {}): Thing {
    return {
        urn: resource.urn,
        type: typeKey(resource.type),
        name: resource.name,
        props: plain(resource.props) as Fields,
        isProtected: resource.opts.protect,
        from,
    };
}

const thingInStack = (resource: PolicyResource): Thing =>
    thingOf(
        resource,
        Object.fromEntries(Object.entries(resource.propertyDependencies).map(([property, from]) => [property, from.map(({ urn }) => urn)])),
    );

/** A policy of the pack as the SDK wants it. */
export function policyOf(guardrail: Guardrail): ResourceValidationPolicy | StackValidationPolicy {
    const { id, title, description, severity, enforcement, controls, remediation } = guardrail;
    const common = {
        name: id,
        displayName: title,
        description: controls.length > 0 ? `${description} (${controls.map(label).join("; ")})` : description,
        severity,
        enforcementLevel: enforcement,
        remediationSteps: remediation,
        tags: controls.map(({ framework, id: control }) => `${framework} ${control}`),
        ...(controls.length > 0
            ? {
                  framework: {
                      name: controls[0].framework,
                      version: controls[0].version,
                      reference: controls[0].id,
                      specification: controls[0].title,
                  },
              }
            : {}),
        configSchema: { properties: settingsOf(guardrail) } as PolicyConfigSchema,
    };
    if (isStackGuardrail(guardrail)) {
        return {
            ...common,
            validateStack(args, reportViolation) {
                const things = args.resources.map(thingInStack);
                for (const { about, says } of violationsOf(guardrail, things, args.getConfig<Fields>())) reportViolation(says, about.urn);
            },
        };
    }
    return {
        ...common,
        validateResource(args, reportViolation) {
            if (!guardrail.types.includes(typeKey(args.type))) return;
            for (const { says } of violationsOf(guardrail, [thingOf(args)], args.getConfig<Fields>())) reportViolation(says);
        },
    };
}
