/** Median of some figures. */
export function median(values: readonly number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = Math.floor(sorted.length / 2);
    return sorted.length % 2 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** One comparison: both commands in turn in one run, so that a machine that gets slower slows both. */
export interface Comparison {
    what: string;
    /** Milliseconds of each run. */
    ours: number[];
    other?: number[];
    /** Median of the pairs' ratios, where there is another. */
    ratio?: number;
    promised: string;
    kept: boolean;
}

/** Runs two things in turn, `runs` times, and compares them pair by pair. */
export async function compare(
    what: string,
    runs: number,
    limit: number,
    ours: () => Promise<number> | number,
    other: () => Promise<number> | number,
): Promise<Comparison> {
    const figures = { ours: [] as number[], other: [] as number[] };
    for (let i = 0; i < runs; i++) {
        figures.other.push(await other());
        figures.ours.push(await ours());
    }
    const ratio = median(figures.ours.map((value, i) => value / (figures.other[i] as number)));
    return { what, ...figures, ratio, promised: `≤ ${limit} ×`, kept: ratio <= limit };
}
