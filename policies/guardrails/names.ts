/** What resources are called, in messages and in exceptions. */

import type { Thing } from "./guardrail";
import { at, knownText, unknown } from "./values";

/** An object's namespace; `default` where it says none. */
export function namespaceOf(thing: Thing): string | typeof unknown {
    const value = at(thing.props, "metadata.namespace");
    return value === unknown ? unknown : typeof value === "string" && value !== "" ? value : "default";
}

/** An object's name in its cluster. */
export function objectName(thing: Thing): string | undefined | typeof unknown {
    const value = at(thing.props, "metadata.name");
    return value === unknown ? unknown : typeof value === "string" && value !== "" ? value : undefined;
}

/** The name people know it by: its own, or Pulumi's where that isn't known. */
export function shownName(thing: Thing): string {
    return knownText(thing.props, "metadata.name") ?? thing.name;
}

/** `StatefulSet ledger`, `Bucket uploads`. */
export function shown(thing: Thing): string {
    const kind = thing.type.split(/[/:]/).pop() ?? thing.type;
    return `${kind} ${shownName(thing)}`;
}

/** Every name by which an exception can mean a resource: Pulumi's, its own, and its own with its namespace. */
function namesOf(thing: Thing): string[] {
    const own = knownText(thing.props, "metadata.name");
    const namespace = namespaceOf(thing);
    return [thing.name, ...(own === undefined ? [] : [own, ...(namespace === unknown ? [] : [`${namespace}/${own}`])])];
}

/** Whether a name fits a pattern, in which `*` stands for any text. */
function fits(name: string, pattern: string): boolean {
    const expression = pattern
        .split("*")
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
        .join(".*");
    return new RegExp(`^${expression}$`, "s").test(name);
}

/** Whether one of the exceptions means this resource. */
export function isExcepted(thing: Thing, exceptions: readonly string[]): boolean {
    const names = namesOf(thing);
    return exceptions.some((pattern) => names.some((name) => fits(name, pattern)));
}
