/** Parts of a comment that know how to be shorter, and what of them finds room. */

/** A part of a comment. */
export interface Block {
    /** What is missing where there is no room for it. Text, not Markdown. */
    title: string;
    /** What matters more finds room first; 0 is most. */
    importance: number;
    /** At most that many characters, or nothing where that little says nothing. */
    within(limit: number): string | undefined;
    /** The part that this one belongs to: without it, it isn't shown. */
    under?: Block;
}

/** Between two parts. */
const gap = "\n\n";
/** What one part may take of the room that is left, so that the first long one doesn't take everything. */
const share = 0.5;

/** A part that is there as it is, or not at all. */
export const whole = (title: string, importance: number, text: string, under?: Block): Block => ({
    title,
    importance,
    under,
    within: (limit) => (text.length <= limit ? text : undefined),
});

/** A part of several items, of which as many are shown as there is room for. `wrap` makes the part from those and what is said of the rest. */
export function several(
    title: string,
    importance: number,
    items: readonly string[],
    wrap: (items: readonly string[], rest: string) => string,
    under?: Block,
): Block {
    const made = (count: number) => wrap(items.slice(0, count), count < items.length ? `And ${items.length - count} more.` : "");
    return {
        title,
        importance,
        under,
        within(limit) {
            let [fits, over] = [0, items.length + 1];
            while (over - fits > 1) {
                const middle = (fits + over) >> 1;
                if (made(middle).length <= limit) fits = middle;
                else over = middle;
            }
            return fits === 0 && items.length > 0 ? undefined : made(fits);
        },
    };
}

/** The parts that there is room for, in their order, and the titles of those that there isn't. */
export function arrange(blocks: readonly Block[], limit: number): { text: string; left: string[] } {
    const texts = new Map<Block, string>();
    const left = new Set<Block>();
    let room = limit;
    for (const block of blocks
        .map((each, index) => ({ each, index }))
        .sort((a, b) => a.each.importance - b.each.importance || a.index - b.index)) {
        const { each } = block;
        const isHomeless = each.under !== undefined && !texts.has(each.under);
        const own = each.importance === 0 ? room : Math.max(room * share, Math.min(room, 2000));
        const text = isHomeless ? undefined : each.within(Math.max(0, Math.floor(own) - gap.length));
        if (text === undefined) {
            left.add(each);
            continue;
        }
        texts.set(each, text);
        room -= text.length + gap.length;
    }
    return {
        text: blocks.flatMap((each) => texts.get(each) ?? []).join(gap),
        left: blocks.filter((each) => left.has(each)).map(({ title }) => title),
    };
}
