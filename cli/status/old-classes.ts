/** Which claims have a class that is no longer the one new volumes get. */

import { isManaged } from "./apps";
import type { OldClass } from "./model";
import type { Claim, StorageClass } from "./objects";

/** The class's name without the hash of its immutable fields. */
const baseOf = (name: string): string | undefined => /^(.+)-[0-9a-f]{6}$/.exec(name)?.[1];

/**
 * The class that took the place of another: the one the program makes now, where that is known, or else the newest of Holdfast's with the
 * same name before the hash. Undefined where none did.
 */
function successorOf(name: string, classes: readonly StorageClass[], made: readonly string[]): string | undefined {
    const base = baseOf(name);
    if (base === undefined) return undefined;
    const now = made.find((each) => baseOf(each) === base);
    if (now !== undefined) return now === name ? undefined : now;
    const newest = classes
        .filter(({ metadata }) => isManaged(metadata) && baseOf(metadata.name) === base)
        .sort((a, b) => Date.parse(b.metadata.creationTimestamp ?? "") - Date.parse(a.metadata.creationTimestamp ?? ""))[0];
    return newest === undefined || newest.metadata.name === name ? undefined : newest.metadata.name;
}

/** The claims' classes that are old; `made` are the names of those that the program makes now, as far as they are known. */
export function oldClasses(claims: readonly Claim[], classes: readonly StorageClass[], made: readonly string[] = []): OldClass[] {
    const names = [...new Set(claims.flatMap(({ spec }) => spec.storageClassName ?? []))].sort();
    return names.flatMap((name) => {
        const current = successorOf(name, classes, made);
        if (current === undefined) return [];
        const using = claims.filter(({ spec }) => spec.storageClassName === name).map(({ metadata }) => metadata.name);
        return [{ name, current, claims: using }];
    });
}
