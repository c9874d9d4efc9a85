/** What a permission that names nothing was probably meant to name. */

import { closest } from "../usecases/suggest";

/** Where more lines than these name nothing, something else is wrong; comparing all of them would take lines times objects. */
const mostSearches = 20;

const digits = (text: string): string => (text.match(/\d+/g) ?? []).join(" ");
const bare = (object: string): string => object.slice(object.indexOf("/") + 1);
const isClaim = (object: string): boolean => !object.includes("/");

/** Names of which one may be meant by another: of one kind, or of kinds that were spelt out, and with the same numbers. */
function likeness(object: string): string {
    const kind = isClaim(object) ? "" : object.slice(0, object.indexOf("/"));
    return `${kind.includes(".") ? "." : kind} ${digits(bare(object))}`;
}

/** The names that there are, as permissions have them. */
export class ObjectNames {
    private readonly all: ReadonlySet<string>;
    private readonly byLikeness = new Map<string, string[]>();
    private readonly byBareName = new Map<string, string>();
    private searches = 0;

    constructor(names: Iterable<string>) {
        this.all = new Set(names);
        for (const name of this.all) {
            const alike = this.byLikeness.get(likeness(name));
            if (alike) alike.push(name);
            else this.byLikeness.set(likeness(name), [name]);
            if (!isClaim(name) && !this.byBareName.has(bare(name))) this.byBareName.set(bare(name), name);
        }
    }

    has(object: string): boolean {
        return this.all.has(object);
    }

    /**
     * The name that is spelt nearly so, or that only lacks its kind or has one too many. Never one with another number: `data-ledger-1` is
     * another member's data, and not what `data-ledger-2` was meant to be.
     */
    nearest(object: string): string | undefined {
        const ofOtherKind = isClaim(object) ? this.byBareName.get(object) : bare(object);
        if (ofOtherKind !== undefined && this.has(ofOtherKind)) return ofOtherKind;
        if (this.searches >= mostSearches) return undefined;
        this.searches += 1;
        const alike = (this.byLikeness.get(likeness(object)) ?? []).filter((name) => Math.abs(name.length - object.length) <= 3);
        return closest(object, alike);
    }
}
