import type { PulumiCli } from "./pulumi";

/** As much of a resource in the stack's state as tells what a claim is. */
export interface StateResource {
    type: string;
    protect?: boolean;
    inputs?: {
        metadata?: { name?: unknown; namespace?: unknown };
        spec?: { resources?: { requests?: { storage?: unknown } } };
    };
}

/** A claim as the last update left it. */
export interface KnownClaim {
    name: string;
    /** Empty where the object doesn't say. */
    namespace: string;
    /** What was asked for, e.g. `10Gi`. */
    size: string;
    isProtected: boolean;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The claims of a state. */
export function claimsIn(resources: readonly StateResource[]): KnownClaim[] {
    return resources.flatMap(({ type, protect, inputs }) => {
        const name = text(inputs?.metadata?.name);
        if (type !== "kubernetes:core/v1:PersistentVolumeClaim" || name === "") return [];
        return [
            {
                name,
                namespace: text(inputs?.metadata?.namespace),
                size: text(inputs?.spec?.resources?.requests?.storage),
                isProtected: protect ?? false,
            },
        ];
    });
}

/** Everything in a stack's state. */
export function knownResources(pulumi: PulumiCli, stack: string): StateResource[] {
    const exported = JSON.parse(pulumi.run(["stack", "export", "--stack", stack])) as { deployment?: { resources?: StateResource[] } };
    return exported.deployment?.resources ?? [];
}

/** A claim's name with its namespace. */
export const fullName = ({ namespace, name }: Pick<KnownClaim, "namespace" | "name">): string =>
    namespace === "" ? name : `${namespace}/${name}`;
