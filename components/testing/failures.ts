/**
 * Inputs that can't be made: an `apply` that throws, a promise that is rejected.
 *
 * Pulumi rejects a promise then that nobody can wait for: under Node.js that ends the whole process, and with it all other tests. So every
 * input is looked after before the resource gets it, and what fails is told when the program has ended.
 */

import * as pulumi from "@pulumi/pulumi";

type Lists = Promise<Set<pulumi.Resource>>;
interface Inside {
    resources(): Set<pulumi.Resource>;
    allResources(): Lists;
    promise(withUnknowns: boolean): Promise<unknown>;
    isKnown: Promise<boolean>;
    isSecret: Promise<boolean>;
}
/** Not in the SDK's types: how it makes an output itself. */
const Output = pulumi.Output as unknown as new (
    resources: Set<pulumi.Resource>,
    value: Promise<unknown>,
    isKnown: Promise<boolean>,
    isSecret: Promise<boolean>,
    allResources: Lists,
) => pulumi.Output<unknown>;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function guardedOutput(output: Inside, failed: (error: unknown) => void): pulumi.Output<unknown> {
    return new Output(
        output.resources(),
        output.promise(true).catch(failed),
        output.isKnown.catch(() => false),
        output.isSecret.catch(() => false),
        output.allResources().catch(() => new Set()),
    );
}

const isPromise = (value: unknown): value is Promise<unknown> => typeof (value as Promise<unknown> | undefined)?.then === "function";
const isPlain = (value: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(value)) || Array.isArray(value);

/** The same value, of which nothing can be rejected any more. */
export function guarded(value: unknown, failed: (error: unknown) => void): unknown {
    if (pulumi.Output.isInstance(value)) {
        return guardedOutput(value as unknown as Inside, failed);
    }
    if (isPromise(value)) {
        return guardedOutput(pulumi.output(value) as unknown as Inside, failed);
    }
    if (value === null || typeof value !== "object" || !isPlain(value)) {
        return value;
    }
    return Array.isArray(value)
        ? value.map((item) => guarded(item, failed))
        : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, guarded(item, failed)]));
}

/** Looks after every resource of the stack before it is registered, from inside the stack. */
export function guardInputs(problems: string[], isMade: (type: string, name: string) => void): void {
    pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
        isMade(type, name);
        const guard = (key: string, value: unknown) =>
            guarded(value, (error) => void problems.push(`${name} (${type}): its input "${key}" can't be made: ${reasonOf(error)}`));
        return { props: Object.fromEntries(Object.entries(props ?? {}).map(([key, value]) => [key, guard(key, value)])), opts };
    });
}
