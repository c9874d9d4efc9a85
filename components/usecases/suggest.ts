/** The closest legal word for a misspelt one. */

/** Edits (insert, delete, replace, swap of neighbours) that lead from one word to the other. */
function distance(a: string, b: string): number {
    let before: number[] = [];
    let last = Array.from({ length: b.length + 1 }, (_, i) => i);
    for (let i = 1; i <= a.length; i++) {
        const row = [i];
        for (let j = 1; j <= b.length; j++) {
            row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
            if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
                row[j] = Math.min(row[j], before[j - 2] + 1);
            }
        }
        before = last;
        last = row;
    }
    return last[b.length];
}

/** The closest of the legal words, or undefined where none is close enough to be meant. */
export function closest(word: string, legal: readonly string[]): string | undefined {
    // A wish is typed by a person: what is longer than any legal word by far is no typing error, and costs time to compare.
    if (word.length > 80) {
        return undefined;
    }
    const lower = word.toLowerCase();
    const most = Math.max(2, word.length / 3);
    let best: string | undefined;
    let bestDistance = Number.POSITIVE_INFINITY;
    for (const candidate of legal) {
        const tail = candidate.slice(candidate.lastIndexOf(".") + 1);
        for (const [text, more] of [[candidate, 0] as const, [tail, 0.5] as const]) {
            // One that is longer by so much takes as many edits at least.
            const least = Math.abs(text.length - lower.length) + more;
            if (least > most || least >= bestDistance) {
                continue;
            }
            const edits = distance(lower, text.toLowerCase()) + more;
            if (edits < bestDistance) {
                best = candidate;
                bestDistance = edits;
            }
        }
    }
    return bestDistance <= most ? best : undefined;
}
