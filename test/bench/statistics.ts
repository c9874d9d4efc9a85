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

/** The same bytes by ours and by plain tools, in turn in one run. */
export interface Throughput {
    what: string;
    mebibytes: number;
    /** Seconds of each run. */
    ours: number[];
    plain: number[];
    promised: string;
    kept: boolean;
}

/** What something costs at one size. */
export interface Point {
    size: number;
    value: number;
}

/** How a cost grows with the size of a thing. */
export interface Growth {
    what: string;
    unit: string;
    points: Point[];
    /** Of the power that fits best what is added beyond the smallest size: 1 is in proportion, 2 is the square. */
    exponent: number;
    /** What each one more costs up to the largest size, against what it costs up to the middle one. */
    ratio: number;
    promised: string;
    kept: boolean;
}

/**
 * Fits the growth of a cost beyond that of the smallest size, which is there whatever is done. The largest size is judged against the one that
 * is a quarter of it: smaller ones also pay for what is done for the first time.
 */
export function growth(what: string, unit: string, points: Point[], limit: number): Growth {
    const sorted = [...points].sort((a, b) => a.size - b.size);
    const [first, ...rest] = sorted;
    const last = sorted.at(-1) as Point;
    const quarter = sorted.find(({ size }) => size === last.size / 4);
    if (!first || rest.length < 2 || !quarter) throw new Error(`${what}: needs three sizes or more, one of them a quarter of the largest`);
    const each = ({ size, value }: Point) => (value - first.value) / (size - first.size);
    const ratio = each(last) / each(quarter);
    const logs = rest.map(({ size, value }) => [Math.log(size - first.size), Math.log(Math.max(value - first.value, 1e-9))] as const);
    const mean = (index: 0 | 1) => logs.reduce((sum, pair) => sum + pair[index], 0) / logs.length;
    const [meanX, meanY] = [mean(0), mean(1)];
    const exponent =
        logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
    const promised = `one more costs ≤ ${limit} × at ${last.size} what it does at ${quarter.size}`;
    return { what, unit, points: sorted, exponent, ratio, promised, kept: each(quarter) > 0 && each(last) > 0 && ratio <= limit };
}
