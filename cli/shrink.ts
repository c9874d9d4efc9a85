import * as path from "node:path";
import type { Plan } from "../components/usecases/plan";
import { bytesOf } from "../components/usecases/quantities";
import { userErrors } from "./errors";
import type { PulumiCli } from "./pulumi";
import { stackFile } from "./stack";

/** As much of a resource in the stack's state as tells a claim's size. */
export interface StateResource {
    type: string;
    inputs?: {
        metadata?: { name?: unknown; namespace?: unknown };
        spec?: { resources?: { requests?: { storage?: unknown } } };
    };
}

/** A claim that would become smaller than it is. */
export interface ShrunkClaim {
    /** `namespace/name`. */
    claim: string;
    has: string;
    asked: string;
}

/** The claims of the state for which the plan asks less. */
export function shrunkClaims(resources: readonly StateResource[], plan: Pick<Plan, "app" | "volumes">): ShrunkClaim[] {
    return resources.flatMap(({ type, inputs }) => {
        const name = inputs?.metadata?.name;
        const has = inputs?.spec?.resources?.requests?.storage;
        if (type !== "kubernetes:core/v1:PersistentVolumeClaim" || typeof name !== "string" || typeof has !== "string") return [];
        const volume = plan.volumes.find((candidate) => name.replace(/-\d+$/, "") === `${candidate.name}-${plan.app}`);
        if (!volume || (bytesOf(volume.size) ?? 0) >= (bytesOf(has) ?? 0)) return [];
        const namespace = inputs?.metadata?.namespace;
        return [{ claim: typeof namespace === "string" ? `${namespace}/${name}` : name, has, asked: volume.size }];
    });
}

/**
 * Refuses a plan that makes a claim smaller, before anything else of it is carried out.
 *
 * Kubernetes refuses it too, but `up` would have changed other resources by then. It lets a request be lowered that the driver never
 * fulfilled (a size the cloud doesn't have); so where less is asked for, a preview puts the question to the API server.
 */
export function refuseShrinking(pulumi: PulumiCli, stack: string, plan: Plan): void {
    const exported = JSON.parse(pulumi.run(["stack", "export", "--stack", stack])) as { deployment?: { resources?: StateResource[] } };
    const shrunk = shrunkClaims(exported.deployment?.resources ?? [], plan);
    if (shrunk.length === 0 || pulumi.capture(["preview", "--stack", stack]).status === 0) return;
    const file = path.relative(process.cwd(), stackFile(stack));
    throw userErrors(
        "Volumes don't shrink; nothing was changed.",
        shrunk.map(
            ({ claim, has, asked }) =>
                `${claim} has ${has}, and ${asked} was asked for. Write in ${file}: holdfast:size: ${has} (or more). ` +
                "Data that should have a smaller volume moves by dump and restore into another stack.",
        ),
    );
}
