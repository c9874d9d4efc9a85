export type Schema = { [key: string]: unknown };

/** A schema with its definitions. */
export type SchemaDocument = { $defs: Record<string, Schema> };

/**
 * What is wrong with a value by a JSON Schema, as far as our schemas go: a keyword that isn't known here is a fault, so that none is ignored
 * in silence.
 */
export function faults(document: SchemaDocument, value: unknown, schema: Schema, path: string): string[] {
    const found: string[] = [];
    const is = (type: string) =>
        type === "array"
            ? Array.isArray(value)
            : type === "integer"
              ? Number.isInteger(value)
              : type === "object"
                ? typeof value === "object" && value !== null && !Array.isArray(value)
                : typeof value === type;
    for (const [keyword, rule] of Object.entries(schema)) {
        if (keyword === "$ref") {
            found.push(...faults(document, value, document.$defs[String(rule).replace("#/$defs/", "")], path));
        } else if (keyword === "type" && !is(String(rule))) {
            found.push(`${path} is no ${rule}`);
        } else if (keyword === "const" && value !== rule) {
            found.push(`${path} is not ${rule}`);
        } else if (keyword === "enum" && !(rule as unknown[]).includes(value)) {
            found.push(`${path}: ${JSON.stringify(value)} is none of ${JSON.stringify(rule)}`);
        } else if (keyword === "pattern" && !new RegExp(String(rule)).test(String(value))) {
            found.push(`${path}: ${value} doesn't match`);
        } else if ((keyword === "minimum" && Number(value) < Number(rule)) || (keyword === "maximum" && Number(value) > Number(rule))) {
            found.push(`${path}: ${value} is out of bounds`);
        } else if (keyword === "minLength" && String(value).length < Number(rule)) {
            found.push(`${path} is empty`);
        } else if (keyword === "anyOf" && (rule as Schema[]).every((each) => faults(document, value, each, path).length > 0)) {
            found.push(`${path}: ${JSON.stringify(value)} fits no alternative`);
        } else if (keyword === "required" && is("object")) {
            found.push(
                ...(rule as string[]).filter((key) => !Object.hasOwn(value as object, key)).map((key) => `${path}.${key} is missing`),
            );
        } else if (keyword === "properties" && is("object")) {
            for (const [key, each] of Object.entries(value as object)) {
                const property = (rule as Record<string, Schema>)[key];
                found.push(
                    ...(property
                        ? faults(document, each, property, `${path}.${key}`)
                        : schema.additionalProperties === false
                          ? [`${path}.${key} is not in the schema`]
                          : []),
                );
            }
        } else if (keyword === "additionalProperties" && typeof rule === "object" && is("object")) {
            for (const [key, each] of Object.entries(value as object)) {
                found.push(...faults(document, each, rule as Schema, `${path}.${key}`));
            }
        } else if (keyword === "items" && Array.isArray(value)) {
            value.forEach((each, index) => {
                found.push(...faults(document, each, rule as Schema, `${path}[${index}]`));
            });
        }
    }
    const known = [
        "$ref",
        "type",
        "const",
        "enum",
        "pattern",
        "minimum",
        "maximum",
        "minLength",
        "anyOf",
        "required",
        "properties",
        "additionalProperties",
        "items",
        "description",
    ];
    return [
        ...found,
        ...Object.keys(schema)
            .filter((key) => !known.includes(key))
            .map((key) => `the schema's ${key} is not checked here`),
    ];
}
