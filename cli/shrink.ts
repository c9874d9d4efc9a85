import type { Plan } from "../components/usecases/plan";
import { bytesOf } from "../components/usecases/quantities";
import { fullName, type KnownClaim } from "./claims-in-state";

/** A claim that would become smaller than it is. */
export interface ShrunkClaim {
    /** `namespace/name`. */
    claim: string;
    has: string;
    asked: string;
}

/** The claims for which the plan asks less than they have. */
export function shrunkClaims(claims: readonly KnownClaim[], plan: Pick<Plan, "app" | "volumes">): ShrunkClaim[] {
    return claims.flatMap((claim) => {
        const volume = plan.volumes.find((candidate) => claim.name.replace(/-\d+$/, "") === `${candidate.name}-${plan.app}`);
        if (!volume || (bytesOf(volume.size) ?? 0) >= (bytesOf(claim.size) ?? 0)) return [];
        return [{ claim: fullName(claim), has: claim.size, asked: volume.size }];
    });
}

/**
 * Why the plan can't be carried out, where it makes a claim smaller; undefined where it doesn't.
 *
 * Kubernetes refuses it too, but `up` would have changed other resources by then. It lets a request be lowered that the driver never
 * fulfilled (a size the cloud doesn't have); so where less is asked for, a preview puts the question to the API server.
 */
export function shrinkRefusal(shrunk: readonly ShrunkClaim[], file: string, preview: () => number): string | undefined {
    if (shrunk.length === 0 || preview() === 0) return undefined;
    const lines = shrunk.map(
        ({ claim, has, asked }) =>
            `  - ${claim} has ${has}, and ${asked} was asked for. Write in ${file}: holdfast:size: ${has} (or more). ` +
            "Data that should have a smaller volume moves by dump and restore into another stack.",
    );
    return ["Volumes don't shrink; nothing was changed.", ...lines].join("\n");
}
