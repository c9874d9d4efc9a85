/** VolumeAttributesClasses as plain data: which are asked for, and whether the driver can do it. */

import type { InputProblem } from "../problems";
import type { Driver, MutableParameter } from "../usecases/drivers";
import { canonical, hashedName } from "./class-name";

/** Sets of parameters by the name a program gives them. */
export type AttributeSets = Record<string, Record<string, string>>;

/** One VolumeAttributesClass to make. */
export interface AttributesClassSpec {
    /** The name the program gave it. */
    asked: string;
    /** The name it has in the cluster: its parameters can't be changed, so they are in it as a hash. */
    name: string;
    parameters: Record<string, string>;
}

const label = /^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/;

function boundsOf(parameter: MutableParameter, driver: Driver): { minimum: number; maximum: number } {
    return (parameter.limit && driver.limits[parameter.limit]) || { minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
}

/** What is wrong with one value, or undefined. */
function valueProblem(driver: Driver, parameter: MutableParameter, value: string): string | undefined {
    if (parameter.words) {
        return parameter.words.includes(value)
            ? undefined
            : `"${value}" is none of ${parameter.words.join(", ")}. Write "${parameter.words[0]}".`;
    }
    const { minimum, maximum } = boundsOf(parameter, driver);
    return /^\d+$/.test(value) && Number(value) >= minimum && Number(value) <= maximum
        ? undefined
        : `"${value}" is not what ${driver.title} takes. Write a whole number from ${minimum.toLocaleString("en")} to ${maximum.toLocaleString("en")}, e.g. "${minimum}".`;
}

/** Throughput follows from IOPS: more of it than they carry is refused by the cloud, long after the preview. */
function ratioProblem(driver: Driver, { iops, throughput }: Record<string, string>): string | undefined {
    const perIops = driver.limits.throughputMiB?.perIops;
    const areNumbers = [iops, throughput].every((value) => /^\d+$/.test(value ?? ""));
    if (perIops === undefined || !areNumbers || Number(throughput) <= Number(iops) * perIops) {
        return undefined;
    }
    return `${throughput} MiB/s is more than ${iops} IOPS carry (${perIops} MiB/s each). Write at most "${Math.floor(Number(iops) * perIops)}", or iops: "${Math.ceil(Number(throughput) / perIops)}".`;
}

/** What is wrong with the sets asked for. A driver outside the table is believed. */
export function attributeProblems(driver: Driver | undefined, sets: AttributeSets): InputProblem[] {
    const problems: InputProblem[] = [];
    if (driver && !driver.capabilities.attributeChange && Object.keys(sets).length > 0) {
        return [{ path: "attributes", reason: `"${driver.name}" can't change a volume that is in use: leave it out.` }];
    }
    for (const [name, parameters] of Object.entries(sets)) {
        const path = `attributes.${name}`;
        if (!label.test(name)) {
            problems.push({ path, reason: `"${name}" is not a name: up to 42 small letters, digits and "-", e.g. "busy".` });
        }
        if (Object.keys(parameters).length === 0) {
            problems.push({ path, reason: "it changes nothing. Write at least one parameter, or leave it out." });
        }
        const mutable = driver?.mutableParameters;
        if (!driver || !mutable) {
            continue;
        }
        for (const [key, value] of Object.entries(parameters)) {
            const reason = Object.hasOwn(mutable, key)
                ? valueProblem(driver, mutable[key], value)
                : `${driver.title} can't change "${key}" of a volume in use. Write ${Object.keys(mutable).join(" or ")}.`;
            if (reason) {
                problems.push({ path: `${path}.${key}`, reason });
            }
        }
        const ratio = ratioProblem(driver, parameters);
        if (ratio) {
            problems.push({ path: `${path}.throughput`, reason: ratio });
        }
    }
    return problems;
}

/** The classes of the sets, under names that change with their content. */
export function attributesClasses(base: string, driver: string, sets: AttributeSets): AttributesClassSpec[] {
    return Object.entries(sets).map(([asked, parameters]) => ({
        asked,
        name: hashedName(`${base}-${asked}`, [driver, canonical(parameters)]),
        parameters,
    }));
}
