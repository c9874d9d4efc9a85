/** Values in a preview, some of which aren't known before the update. */

/** What the engine writes for a value that only the update will know. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What the engine writes for a value that is secret: it may have changed or not. */
export const secretValue = "[secret]";

export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True for a value that can't be read from the preview. */
export function isUnknown(value: unknown): boolean {
    return value === unknownValue || value === secretValue;
}

/** `spec.containers[0].image` as its steps. */
function stepsOf(path: string): string[] {
    return path
        .replace(/\[(\d+)\]/g, ".$1")
        .split(".")
        .filter(Boolean);
}

/** The value at a path; undefined where there is none, the placeholder where it lies inside something that isn't known. */
export function valueAt(root: unknown, path: string): unknown {
    let value = root;
    for (const step of stepsOf(path)) {
        if (isUnknown(value)) return unknownValue;
        if (typeof value !== "object" || value === null) return undefined;
        value = Object.hasOwn(value, step) ? (value as Fields)[step] : undefined;
    }
    return value;
}

/** The text at a path; undefined where there is none or it isn't known. */
export function textAt(root: unknown, path: string): string | undefined {
    const value = valueAt(root, path);
    return typeof value === "string" && !isUnknown(value) ? value : undefined;
}

/** The number at a path; undefined where there is none or it isn't known. */
export function numberAt(root: unknown, path: string): number | undefined {
    const value = valueAt(root, path);
    return typeof value === "number" ? value : undefined;
}

/** The list at a path; empty where there is none. */
export function listAt(root: unknown, path: string): unknown[] {
    const value = valueAt(root, path);
    return Array.isArray(value) ? value : [];
}
