/** Compares an object with the fields that its kind has. */

import { closest } from "../../usecases/suggest";
import { isBuiltIn } from "../names";
import type { RecordedResource } from "../recording";
import { unknown } from "../wire";
import type { Fields, Schemas, Shape } from "./from-types";

/** `kubernetes:rbac.authorization.k8s.io/v1:Role` is `rbac.v1.Role` among the types. */
function schemaName(type: string): string {
    const [, group, version, kind] = /^kubernetes:([^./]+)[^/]*\/([^:]+):(.+)$/.exec(type) ?? [];
    return `${group}.${version}.${kind}`;
}

/** What is wrong with an object's fields; nothing for kinds without a schema. */
export function fieldProblems(schemas: Schemas, { type, name, inputs }: RecordedResource): string[] {
    const fields = isBuiltIn(type) ? schemas[schemaName(type)] : undefined;
    const kind = type.slice(type.lastIndexOf(":") + 1);
    return fields ? objectProblems(schemas, fields, inputs, "").map((problem) => `${name}: ${kind} ${problem}`) : [];
}

function objectProblems(schemas: Schemas, fields: Fields, value: object, path: string): string[] {
    const at = (key: string) => (path === "" ? key : `${path}.${key}`);
    const missing = Object.keys(fields).filter((key) => fields[key].isRequired && isAbsent((value as Record<string, unknown>)[key]));
    return [
        ...missing.map((key) => `needs ${at(key)}, which is missing`),
        ...Object.entries(value).flatMap(([key, item]) => {
            if (Object.hasOwn(fields, key)) {
                return valueProblems(schemas, fields[key].shape, item, at(key));
            }
            const meant = closest(key, Object.keys(fields));
            return [`has no field ${at(key)}${meant ? `; did you mean ${at(meant)}?` : ""}`];
        }),
    ];
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;
const isObject = (value: unknown): value is object => value !== null && typeof value === "object" && !Array.isArray(value);

function valueProblems(schemas: Schemas, shape: Shape, value: unknown, path: string): string[] {
    // What a preview can't know may still be anything.
    if (shape === "any" || isAbsent(value) || value === unknown) {
        return [];
    }
    const refused = [`has ${shown(value)} as ${path}, which must be ${wanted(shape)}`];
    if (typeof shape === "string") {
        return typeof value === shape ? [] : refused;
    }
    if ("is" in shape) {
        return value === shape.is ? [] : refused;
    }
    if ("list" in shape) {
        return Array.isArray(value)
            ? value.flatMap((item, index) => valueProblems(schemas, shape.list, item, `${path}[${index}]`))
            : refused;
    }
    if ("map" in shape) {
        return isObject(value)
            ? Object.entries(value).flatMap(([key, item]) => valueProblems(schemas, shape.map, item, `${path}["${key}"]`))
            : refused;
    }
    if ("either" in shape) {
        return shape.either.some((each) => valueProblems(schemas, each, value, path).length === 0) ? [] : refused;
    }
    if (!isObject(value)) {
        return refused;
    }
    return Object.hasOwn(schemas, shape.of) ? objectProblems(schemas, schemas[shape.of], value, path) : [];
}

function shown(value: unknown): string {
    if (Array.isArray(value)) {
        return "a list";
    }
    return typeof value === "object" ? "an object" : `the ${typeof value} ${JSON.stringify(value)}`;
}

function wanted(shape: Shape): string {
    if (typeof shape === "string") {
        return `a ${shape}`;
    }
    if ("is" in shape) {
        return JSON.stringify(shape.is);
    }
    if ("either" in shape) {
        return shape.either.map(wanted).join(" or ");
    }
    return "list" in shape ? "a list" : "an object";
}
