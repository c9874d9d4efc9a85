/** What AWS sells with a volume: operations and MiB a second, their limits and ratios, by the drivers table. */

import type { InputProblem } from "../../problems";
import type { Driver } from "../../usecases/drivers";
import { bytesOf, GiB, quantity } from "../../usecases/quantities";

/** What is asked of every volume of a class. */
export interface Purchase {
    iops?: number;
    throughputMiB?: number;
    /** Size of the smallest volume the class will be asked for: the IOPS a volume may have grow with it. */
    smallestSize?: string;
}

const among = (low: number, high: number): string => `from ${low.toLocaleString("en")} to ${high.toLocaleString("en")}`;
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, Math.floor(value)));

function iopsProblems(driver: Driver, { iops, smallestSize }: Purchase): InputProblem[] {
    const limit = driver.limits.iops;
    if (!limit) {
        return iops === undefined
            ? []
            : [{ path: "iops", reason: `${driver.title} doesn't sell IOPS: ${iops} can't be asked for. Leave it out.` }];
    }
    if (iops === undefined) {
        return limit.included > 0
            ? []
            : [
                  {
                      path: "iops",
                      reason: `missing: nothing is included in ${driver.title}. Write a number ${among(limit.minimum, limit.maximum)}, e.g. iops: 3000.`,
                  },
              ];
    }
    if (!Number.isInteger(iops) || iops < limit.minimum || iops > limit.maximum) {
        const instead = Number.isFinite(iops) ? clamp(iops, limit.minimum, limit.maximum) : limit.minimum;
        return [
            {
                path: "iops",
                reason: `${iops} can't be had from ${driver.title}: whole numbers ${among(limit.minimum, limit.maximum)}. Write iops: ${instead}.`,
            },
        ];
    }
    const bytes = smallestSize === undefined ? undefined : bytesOf(smallestSize);
    const most = bytes === undefined ? undefined : Math.max(limit.included, Math.floor((bytes / GiB) * limit.perGiB));
    if (most !== undefined && iops > most) {
        const enough = quantity(Math.ceil(iops / limit.perGiB) * GiB);
        return [
            {
                path: "iops",
                reason: `${iops} can't be had from a volume of ${smallestSize}: ${driver.title} gives ${limit.perGiB} for each GiB. Write iops: ${most}, or volumes of ${enough} and more.`,
            },
        ];
    }
    return [];
}

function throughputProblems(driver: Driver, { iops, throughputMiB }: Purchase): InputProblem[] {
    const limit = driver.limits.throughputMiB;
    if (throughputMiB === undefined) {
        return [];
    }
    if (!limit) {
        const why = driver.limits.iops ? "it follows the IOPS" : "it isn't sold";
        return [{ path: "throughputMiB", reason: `${driver.title} has none to choose: ${why}. Leave it out.` }];
    }
    if (!Number.isInteger(throughputMiB) || throughputMiB < limit.minimum || throughputMiB > limit.maximum) {
        const instead = Number.isFinite(throughputMiB) ? clamp(throughputMiB, limit.minimum, limit.maximum) : limit.minimum;
        return [
            {
                path: "throughputMiB",
                reason: `${throughputMiB} MiB/s can't be had from ${driver.title}: whole numbers ${among(limit.minimum, limit.maximum)}. Write throughputMiB: ${instead}.`,
            },
        ];
    }
    const bought = iops ?? driver.limits.iops?.included ?? 0;
    const most = Math.max(limit.included, Math.floor(bought * limit.perIops));
    return throughputMiB <= most
        ? []
        : [
              {
                  path: "throughputMiB",
                  reason: `${throughputMiB} MiB/s can't be had with ${bought} IOPS: ${driver.title} gives ${limit.perIops} MiB/s for each. Write throughputMiB: ${most}, or iops: ${Math.ceil(throughputMiB / limit.perIops)}.`,
              },
          ];
}

/** Everything that is wrong with a purchase, each with what to write instead. */
export function purchaseProblems(driver: Driver, purchase: Purchase): InputProblem[] {
    const { smallestSize } = purchase;
    const size: InputProblem[] =
        smallestSize !== undefined && !bytesOf(smallestSize)
            ? [{ path: "smallestSize", reason: `"${smallestSize}" is no size: a number with Mi, Gi or Ti. Write e.g. smallestSize: 10Gi.` }]
            : [];
    return [...size, ...iopsProblems(driver, purchase), ...throughputProblems(driver, purchase)];
}

/**
 * The purchase as parameters of a StorageClass. What is included in the price is not asked for: below its minimum the parameter would be
 * refused, and at it, it means nothing.
 */
export function purchaseParameters(driver: Driver, { iops, throughputMiB }: Purchase): Record<string, string> {
    const { limits } = driver;
    return {
        ...(iops !== undefined && limits.iops && iops > limits.iops.included ? { iops: String(iops) } : {}),
        ...(throughputMiB !== undefined && limits.throughputMiB && throughputMiB > limits.throughputMiB.included
            ? { throughput: String(throughputMiB) }
            : {}),
    };
}
