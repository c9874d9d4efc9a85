/**
 * Ten thousand plans, different ones, timed.
 *
 * The best of five runs counts: the question is what a plan costs, not what else the machine was doing.
 */

import { catalog } from "../../components/usecases/catalog";
import { resolve } from "../../components/usecases/resolve";

const plans = 10_000;
const useCases = Object.keys(catalog).filter((name) => name !== "custom");

function run(): { milliseconds: number; refused: number } {
    let refused = 0;
    const start = process.hrtime.bigint();
    for (let index = 0; index < plans; index++) {
        const answer = resolve({
            app: "app",
            useCase: useCases[index % useCases.length],
            target: index % 2 === 0 ? "eks" : "sandbox",
            overrides: { size: `${4 + (index % 16)}Gi`, "resources.requests.cpu": `${100 + (index % 400)}m` },
            environment: "development",
        });
        refused += "problems" in answer ? 1 : 0;
    }
    return { milliseconds: Number(process.hrtime.bigint() - start) / 1e6, refused };
}

export interface PlanBench {
    what: string;
    milliseconds: number;
    all: number[];
    refused: number;
    limit: number;
}

export function benchPlans(): PlanBench {
    const runs = Array.from({ length: 5 }, run);
    const all = runs.map(({ milliseconds }) => Math.round(milliseconds));
    return { what: "10,000 plans", milliseconds: Math.min(...all), all, refused: runs[0].refused, limit: 1000 };
}
