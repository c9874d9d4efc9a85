/** How the bench tells growth in proportion from growth that isn't. */

import { growth } from "../../bench/statistics";

const sizes = [1, 10, 25, 50, 100];
const judged = (cost: (size: number) => number) =>
    growth(
        "it",
        "ms",
        sizes.map((size) => ({ size, value: cost(size) })),
        1.5,
    );

it("keeps growth in proportion, whatever there is to begin with", () => {
    expect(judged((size) => 900 + 20 * size)).toMatchObject({ exponent: expect.closeTo(1, 6), ratio: expect.closeTo(1, 6), kept: true });
});

it("keeps n log n, which doubles for nobody", () => {
    expect(judged((size) => 500 + 5 * size * Math.log2(size + 1)).kept).toBe(true);
});

it("misses the square", () => {
    const { exponent, ratio, kept } = judged((size) => 900 + size * size);
    expect(exponent).toBeGreaterThan(1.8);
    expect(ratio).toBeGreaterThan(3);
    expect(kept).toBe(false);
});

it("misses a cost that falls, which says that something else was measured", () => {
    expect(judged((size) => 1000 - size).kept).toBe(false);
    expect(judged((size) => (size === 100 ? 800 : 1000 + size)).kept).toBe(false);
});

it("asks for the sizes it compares", () => {
    const point = (size: number) => ({ size, value: size });
    expect(() => growth("it", "ms", [1, 10, 100].map(point), 1.5)).toThrow("a quarter of the largest");
});
