/** Properties as policies see them: in a preview some are known only to the update. */

/** Stands for a value that isn't known yet. */
export const unknown: unique symbol = Symbol("known after the update");

export type Unknown = typeof unknown;

export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path such as `spec.template.spec`: undefined where there is none, {@link unknown} where it lies inside something unknown. */
export function at(root: unknown, path: string): unknown {
    let value = root;
    for (const step of path.split(".")) {
        if (value === unknown) return unknown;
        if (!isFields(value)) return undefined;
        value = Object.hasOwn(value, step) ? value[step] : undefined;
    }
    return value ?? undefined;
}

/** The text at a path; {@link unknown} where it isn't known. */
export function textAt(root: unknown, path: string): string | undefined | typeof unknown {
    const value = at(root, path);
    return value === unknown || typeof value === "string" ? value : undefined;
}

/** A value of any shape as a person reads it. An object may have a `toString` that is no function. */
export const written = (value: unknown): string =>
    typeof value === "object" && value !== null ? (JSON.stringify(value) ?? "an object") : String(value);

/** The known text at a path. */
export function knownText(root: unknown, path: string): string | undefined {
    const value = at(root, path);
    return typeof value === "string" ? value : undefined;
}

/** A number, also where it was written as text. */
export function numberAt(root: unknown, path: string): number | undefined | typeof unknown {
    const value = at(root, path);
    if (value === unknown) return unknown;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** True, also where it was written as text: parameters of classes and tags are. */
export const isTrue = (value: unknown): boolean => value === true || (typeof value === "string" && value.toLowerCase() === "true");

/** The list at a path, without what isn't known of it; empty where there is none. */
export function listAt(root: unknown, path: string): unknown[] {
    const value = at(root, path);
    return Array.isArray(value) ? value.filter((each) => each !== unknown) : [];
}

/** Whether the list at a path, or one of its elements, isn't known. */
export function isOpenList(root: unknown, path: string): boolean {
    const value = at(root, path);
    return value === unknown || (Array.isArray(value) && value.includes(unknown));
}

/** Known texts in the list at a path. */
export const textsAt = (root: unknown, path: string): string[] => listAt(root, path).filter((each) => typeof each === "string");
