import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { applications } from "./applications";
import { backups } from "./backups";
import { benchPlans } from "./plans";
import { reviews } from "./review";
import { startup } from "./startup";
import { type Comparison, type Growth, median, type Throughput } from "./statistics";
import { up } from "./up";

/** What the figures were measured on: without it they say nothing. */
const machine = () => ({
    processor: os.cpus()[0]?.model,
    cores: os.cpus().length,
    memoryGigabytes: Math.round(os.totalmem() / 1e9),
    kernel: os.release(),
    node: process.version,
    go: execFileSync("go", ["version"], { encoding: "utf8" }).trim(),
    loadAverage: os.loadavg().map((load) => Number(load.toFixed(2))),
});

function line(comparison: Comparison): string {
    const ours = `${median(comparison.ours).toFixed(0)} ms`;
    const against = comparison.other ? ` against ${median(comparison.other).toFixed(0)} ms, ratio ${comparison.ratio?.toFixed(2)}` : "";
    return `${comparison.kept ? "kept  " : "MISSED"}  ${comparison.what}: ${ours}${against} (promised ${comparison.promised})`;
}

function growthLine({ what, unit, points, exponent, ratio, promised, kept }: Growth): string {
    const figures = points.map(({ size, value }) => `${size}: ${value.toFixed(0)} ${unit}`).join(", ");
    const fit = `exponent ${exponent.toFixed(2)}, ratio ${ratio.toFixed(2)}`;
    return `${kept ? "kept  " : "MISSED"}  ${what}: ${figures}; ${fit} (promised ${promised})`;
}

function throughputLine({ what, mebibytes, ours, plain, promised, kept }: Throughput): string {
    const rate = (seconds: number[]) => `${(mebibytes / median(seconds)).toFixed(1)} MiB/s (${median(seconds).toFixed(1)} s)`;
    const more = (median(ours) - median(plain)).toFixed(1);
    return `${kept ? "kept  " : "MISSED"}  ${what}, ${mebibytes.toFixed(0)} MiB: ${rate(ours)} against ${rate(plain)}, ${more} s more (promised ${promised})`;
}

/** Best of five runs: the question is what a plan costs, not what else the machine was doing. */
function tenThousandPlans(): Comparison {
    const { what, milliseconds, limit, refused } = benchPlans();
    return { what: `${what}, best of five`, ours: [milliseconds], promised: `≤ ${limit} ms`, kept: milliseconds <= limit && refused === 0 };
}

type Result = Comparison | Growth | Throughput;

/** What is measured, by the name that `npm run bench -- <name>` takes. */
const parts: Record<string, () => Result[] | Promise<Result[]>> = {
    plans: () => [tenThousandPlans()],
    review: () => reviews(7),
    startup: async () => [await startup(11)],
    up: () => up(3, 7),
    applications: () => applications(5, 2),
    backups: () => backups(3),
};

const said = (result: Result): string =>
    "points" in result ? growthLine(result) : "mebibytes" in result ? throughputLine(result) : line(result);

/** Measures all parts, or those that are named, and writes it to `bench/<date>.json`. The exit code is 1 when a promise was missed. */
export async function bench(named: string[]): Promise<void> {
    const unknown = named.filter((name) => parts[name] === undefined);
    if (unknown.length > 0) {
        throw new Error(
            `nothing is measured under ${unknown.join(", ")}. There is: ${Object.keys(parts).join(", ")}; without a name, all.`,
        );
    }
    const before = machine();
    const results: Result[] = [];
    for (const name of named.length > 0 ? named : Object.keys(parts)) {
        const measured = await parts[name]();
        for (const result of measured) console.log(said(result));
        results.push(...measured);
    }
    const file = path.join(__dirname, "..", "..", "bench", `${new Date().toISOString().replace(/[:.]/g, "-")}.json`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `${JSON.stringify({ machine: before, loadAfter: os.loadavg(), results }, null, 2)}\n`);
    console.log(`written to ${path.relative(process.cwd(), file)}`);
    if (results.some((result) => !result.kept)) process.exitCode = 1;
}
