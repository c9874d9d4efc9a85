/** What programs and engine tell each other, in words that a test can compare. */

import type { Alias } from "@pulumi/pulumi/proto/alias_pb";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { isRpcSecret, unknownValue, unwrapRpcSecret } from "@pulumi/pulumi/runtime/rpc";
import type { Properties, RecordedResource } from "./recording";

/** Stands in inputs and outputs for what a preview can't know. */
export const unknown = "[unknown]";

/** What a program runs as. */
export interface Where {
    stack: string;
    project: string;
}

const lastOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

/** The value without the wire's marks of secrets, whose paths are collected, and of what isn't known. */
export function opened(value: unknown, path: string, secrets: string[]): Properties {
    if (isRpcSecret(value)) {
        secrets.push(path);
        return opened(unwrapRpcSecret(value), path, secrets);
    }
    if (value === unknownValue) {
        return unknown;
    }
    if (Array.isArray(value)) {
        return value.map((item, index) => opened(item, `${path}[${index}]`, secrets));
    }
    if (value !== null && typeof value === "object") {
        return Object.fromEntries(
            Object.entries(value).map(([key, item]) => [key, opened(item, path === "" ? key : `${path}.${key}`, secrets)]),
        );
    }
    return value;
}

/** A URN as the engine makes it: the types of all parents are part of it, the stack's isn't. */
export function urnOf({ stack, project }: Where, parent: string, type: string, name: string): string {
    const above = parent === "" ? "" : parent.split("::")[2];
    const qualified = above === "" || above === "pulumi:pulumi:Stack" ? type : `${above}$${type}`;
    return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

/** The URN that an alias stands for: what it doesn't name is as the resource has it. */
function aliasUrn(alias: Alias, request: RegisterResourceRequest, where: Where): string {
    const spec = alias.getSpec();
    if (!spec) {
        return alias.getUrn();
    }
    const parent = spec.getNoparent() ? "" : spec.getParenturn() || request.getParent();
    const { stack, project } = { stack: spec.getStack() || where.stack, project: spec.getProject() || where.project };
    return urnOf({ stack, project }, parent, spec.getType() || request.getType(), spec.getName() || request.getName());
}

/** What the engine was told of a resource. */
export function recorded(request: RegisterResourceRequest, urn: string, outputs: Properties, where: Where): RecordedResource {
    const secrets: string[] = [];
    // A provider is a URN and an id.
    const provider = request.getProvider().replace(/::[^:]*$/, "");
    return {
        type: request.getType(),
        name: request.getName(),
        urn,
        parent: request.getParent() === "" ? "" : lastOf(request.getParent()),
        isComponent: !request.getCustom(),
        inputs: opened(request.getObject()?.toJavaScript() ?? {}, "", secrets),
        secrets,
        outputs: opened(outputs, "", []),
        protect: request.getProtect() ?? false,
        retainOnDelete: request.getRetainondelete() ?? false,
        deleteBeforeReplace: request.getDeletebeforereplace() ?? false,
        ignoreChanges: request.getIgnorechangesList(),
        replaceOnChanges: request.getReplaceonchangesList(),
        aliases: request.getAliasesList().map((alias) => aliasUrn(alias, request, where)),
        dependsOn: [...new Set(request.getDependenciesList().map(lastOf))].sort(),
        provider: provider === "" ? "" : lastOf(provider),
    };
}
