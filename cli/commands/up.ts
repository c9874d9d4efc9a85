import { clusterOf } from "../../stacks/cluster";
import { surroundings } from "../../stacks/surroundings";
import { ClusterApi } from "../backups/cluster";
import { refuseHarm } from "../before-up";
import { knownResources } from "../claims-in-state";
import { forContext } from "../context-stack";
import { afterRollout, beforeRollout, whileFreeing } from "../database-rollout";
import { onStack } from "../deployment";
import { UserError } from "../errors";
import { makeWayForLeftClasses } from "../left-classes";
import { notesAfterwards, notesBefore, permissionNotes } from "../permissions";
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
    await onStack(stack, { yes: options.yes, whenMissing: "create" }, async (deployment) => {
        const { pulumi, checked, consent } = deployment;
        const resources = knownResources(pulumi, stack);
        const notes = permissionNotes(checked, resources);
        for (const line of notesBefore(notes)) console.error(line);
        const afterwards = refuseHarm(deployment, resources);
        for (const line of makeWayForLeftClasses(deployment, resources)) console.error(line);
        const { cluster } = clusterOf(checked.settings, surroundings);
        const api = cluster && new ClusterApi(cluster, pulumi.env);
        const databases = api ? await beforeRollout(api, resources) : [];
        const say = (text: string) => console.error(text);
        const update = pulumi.interactive(["up", "--stack", stack, "--suppress-outputs", ...consent]);
        const status = api ? await whileFreeing(api, databases, say, update) : await update;
        if (status !== 0) {
            throw new UserError(
                `\`pulumi up\` ended with exit code ${status}; its message is above. What was made stays; run the same command again to go on.`,
            );
        }
        for (const database of databases) if (api) await afterRollout(api, database, say);
        const outputs = JSON.parse(pulumi.run(["stack", "output", "--json", "--stack", stack]));
        if (checked.settings.isStopped) console.log(`"${stack}" is made, and no member of it runs (holdfast:isStopped).`);
        else console.log(summary(stack, outputs, checked.settings.target === "sandbox"));
        for (const line of [...afterwards(), ...notesAfterwards(notes)]) console.log(line);
    });
}
