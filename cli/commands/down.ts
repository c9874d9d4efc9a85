import * as path from "node:path";
import { clusterOf, kubectl } from "../../stacks/cluster";
import { surroundings } from "../../stacks/surroundings";
import { ClusterApi } from "../backups/cluster";
import { knownResources } from "../claims-in-state";
import { ClusterObjects } from "../cluster-objects";
import { onStack } from "../deployment";
import { UserError } from "../errors";
import { clustersIn, putToRest } from "../hibernation";
import { departureNotes, departureOf, departureRefusal, departureSummary } from "../removal";
import { type ListedVolume, leftVolumes } from "../scale-in";
import { stackFile } from "../stack";

/** Removes a stack's workloads. Claims, what they depend on, and so the data, stay: all but what a permission names. */
export async function runDown(stack: string, options: { yes?: boolean }): Promise<void> {
    await onStack(stack, { yes: options.yes, whenMissing: "refuse" }, async ({ pulumi, checked, consent }) => {
        const file = path.relative(process.cwd(), stackFile(stack));
        const before = departureOf(checked, knownResources(pulumi, stack));
        const refusal = departureRefusal(before, stack, file);
        if (refusal) throw new UserError(refusal);
        for (const line of departureNotes(before)) console.error(line);
        const status = await pulumi.interactive(["destroy", "--stack", stack, "--exclude-protected", ...consent]);
        if (status !== 0) {
            throw new UserError(
                `\`pulumi destroy --exclude-protected\` ended with exit code ${status}; its message is above. Run the same command again to go on.`,
            );
        }
        const after = departureOf(checked, knownResources(pulumi, stack));
        const { cluster } = clusterOf(checked.settings, surroundings);
        const api = cluster && new ClusterApi(cluster, pulumi.env);
        for (const kept of clustersIn(knownResources(pulumi, stack))) {
            if (api) await putToRest(api, kept, (text) => console.error(text));
        }
        const departed = before.claims.filter(({ name }) => !after.claims.some((claim) => claim.name === name));
        const volumes = departed.length > 0 ? new ClusterObjects(cluster, pulumi.env).list<ListedVolume>("persistentvolumes") : [];
        const left = cluster ? leftVolumes(departed, volumes, kubectl(cluster)) : [];
        for (const line of [...departureSummary(before, after, stack, file), ...left]) console.log(line);
        if (departed.length > 0 && checked.plan.backup.carriedOut) {
            console.log(
                `\nIts backups stay where they are: \`npx holdfast backups ${stack}\` lists them, \`npx holdfast restore ${stack} --to <name>\` restores one.`,
            );
        }
    });
}
