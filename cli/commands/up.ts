import { clusterOf, kubectl } from "../../stacks/cluster";
import { surroundings } from "../../stacks/surroundings";
import { knownClaims } from "../claims-in-state";
import { ClusterObjects } from "../cluster-objects";
import { forContext } from "../context-stack";
import { onStack } from "../deployment";
import { UserError } from "../errors";
import { refuseMissingSources, type SourceObject, sourceProblems } from "../restore-check";
import { departingClaims, type ListedVolume, leftVolumes, refuseScaleIn } from "../scale-in";
import { refuseShrinking } from "../shrink";
import { summary } from "../summary";

export interface UpOptions {
    context?: string;
    storageClass?: string;
    yes?: boolean;
}

/** Deploys a stack, from nothing if need be, and ends with how to use it. */
export async function runUp(name: string, options: UpOptions): Promise<void> {
    if (!options.context && options.storageClass) {
        throw new UserError("--storage-class goes with --context: the sandbox has its own classes.");
    }
    const stack = options.context ? forContext(name, options.context, options.storageClass) : name;
    await onStack(stack, { yes: options.yes, whenMissing: "create" }, async ({ pulumi, checked, consent }) => {
        const { plan, settings } = checked;
        const { cluster } = clusterOf(settings, surroundings);
        const objects = new ClusterObjects(cluster, pulumi.env);
        const claims = knownClaims(pulumi, stack);
        const departing = departingClaims(claims, plan, settings);
        refuseScaleIn(stack, departing);
        const namespace = settings.namespace ?? plan.app;
        refuseMissingSources(
            stack,
            sourceProblems(settings.restoreFrom, plan, settings.keepClaims, claims, (resource, source) =>
                objects.find<SourceObject>(namespace, resource, source),
            ),
        );
        refuseShrinking(pulumi, stack, plan, claims);
        const status = await pulumi.interactive(["up", "--stack", stack, "--suppress-outputs", ...consent]);
        if (status !== 0) {
            throw new UserError(
                `\`pulumi up\` ended with exit code ${status}; its message is above. What was made stays; run the same command again to go on.`,
            );
        }
        const outputs = JSON.parse(pulumi.run(["stack", "output", "--json", "--stack", stack]));
        console.log(summary(stack, outputs, settings.target === "sandbox"));
        const left =
            departing.length > 0 && cluster
                ? leftVolumes(departing, objects.list<ListedVolume>("persistentvolumes"), kubectl(cluster))
                : [];
        for (const line of left) console.log(line);
    });
}
