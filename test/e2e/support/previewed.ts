import type { World } from "./world";

interface Step {
    op: string;
    urn: string;
    detailedDiff: Record<string, unknown> | null;
}

/** What a preview of a stack would do to resources, and to which of their fields. */
export const previewed = (world: World, stack: string): { op: string; name: string; fields: string[] }[] =>
    (JSON.parse(world.pulumi("preview", "--stack", stack, "--json").stdout).steps as Step[])
        .filter(({ op }) => op !== "same")
        .map(({ op, urn, detailedDiff }) => ({ op, name: urn.slice(urn.lastIndexOf("::") + 2), fields: Object.keys(detailedDiff ?? {}) }));
