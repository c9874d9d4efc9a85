import { spawnSync } from "node:child_process";
import { type PlannedClass, plannedClasses } from "../components/storage/planned-storage";
import { clusterOf, kubectl } from "../stacks/cluster";
import { surroundings } from "../stacks/surroundings";
import type { StateResource } from "./claims-in-state";
import type { Deployment } from "./deployment";
import { kubectlEnvironment } from "./kubectl-environment";

const kinds: Record<PlannedClass["resource"], string> = { storageclass: ":StorageClass", volumesnapshotclass: ":VolumeSnapshotClass" };

/** Classes that are wanted and that the state doesn't know: to be made, or there already from an earlier plan. */
export function unknownClasses(wanted: readonly PlannedClass[], resources: readonly StateResource[]): PlannedClass[] {
    return wanted.filter(
        ({ resource, name }) => !resources.some(({ type, inputs }) => type.endsWith(kinds[resource]) && inputs?.metadata?.name === name),
    );
}

/**
 * Makes way for classes that an earlier plan has left in the cluster and this one wants again, and says which.
 *
 * A changed class leaves the old one to its volumes, outside the state, so that going back to it would meet an object that exists. Its name
 * is a hash of its content: it is deleted and made again as it was, within the same run. Volumes don't notice, since a claim asks its class
 * only when it is made or grows. Only a class that bears our label is touched, and only where Pulumi won't ask: a "no" would leave it gone.
 */
export function makeWayForLeftClasses({ pulumi, checked, consent }: Deployment, resources: readonly StateResource[]): string[] {
    const { plan, settings } = checked;
    const { cluster } = clusterOf(settings, surroundings);
    // Nothing was ever deployed: nothing was left, and nobody need be asked.
    if (resources.length === 0 || !cluster) return [];
    const where = [...(cluster.kubeconfig ? ["--kubeconfig", cluster.kubeconfig] : []), "--context", cluster.context];
    const verb = consent.length > 0 ? "delete" : "get";
    return unknownClasses(plannedClasses(plan, settings.namespace ?? plan.app, settings), resources).flatMap(({ resource, name }) => {
        const which = ["--selector=app.kubernetes.io/managed-by=holdfast", `--field-selector=metadata.name=${name}`];
        const { stdout, status } = spawnSync("kubectl", [...where, "--request-timeout=30s", verb, resource, ...which, "--output=name"], {
            env: kubectlEnvironment(pulumi.env),
            encoding: "utf8",
        });
        // Where it can't be asked or isn't there, Pulumi says what is to be said.
        if (status !== 0 || !stdout.includes(name)) return [];
        return verb === "delete"
            ? [`class ${name} was left by an earlier plan: it is made again as it was`]
            : [
                  `class ${name} was left by an earlier plan, and is made again once it is gone: ${kubectl(cluster)} delete ${resource} ${name}`,
              ];
    });
}
