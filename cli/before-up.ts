import * as path from "node:path";
import { clusterOf, kubectl } from "../stacks/cluster";
import { surroundings } from "../stacks/surroundings";
import { classReferences, missingClasses, type SourceObject, sourceProblems } from "./claim-references";
import { claimsIn, type StateResource } from "./claims-in-state";
import { ClusterObjects } from "./cluster-objects";
import type { Deployment } from "./deployment";
import { UserError } from "./errors";
import { majorRefusal } from "./major-jump";
import { departingClaims, type ListedVolume, leftVolumes, scaleInRefusal, votesRefusal } from "./scale-in";
import { shrinkRefusal, shrunkClaims } from "./shrink";
import { stackFile } from "./stack";

/** As much of any object as tells its name. */
interface Named {
    metadata: { name: string };
}

/**
 * Refuses an update that would lose data or could never end, with all of its reasons, before anything of it is carried out: claims that
 * would go or shrink, and claims to be made from what isn't there. Returns what there is to say once the update is done.
 */
export function refuseHarm(
    { pulumi, stack, checked: { plan, settings } }: Deployment,
    resources: readonly StateResource[],
): () => string[] {
    const file = path.relative(process.cwd(), stackFile(stack));
    const { cluster } = clusterOf(settings, surroundings);
    const objects = new ClusterObjects(cluster, pulumi.env);
    const claims = claimsIn(resources);
    const departing = departingClaims(claims, plan, settings);
    const namespace = settings.namespace ?? plan.app;
    const missing = [
        ...missingClasses(classReferences(settings), (resource) => objects.list<Named>(resource)?.map(({ metadata }) => metadata.name)),
        ...sourceProblems(settings.restoreFrom, plan, settings.keepClaims, claims, (resource, name) =>
            objects.find<SourceObject>(namespace, resource, name),
        ),
    ];
    const refusals = [
        majorRefusal(plan, file, (resource) => objects.find<object>(namespace, resource, plan.app)),
        votesRefusal(departing, plan, file) ?? scaleInRefusal(departing, file),
        missing.length === 0
            ? undefined
            : [`${file} names what is not there; nothing was changed.`, ...missing.map((text) => `  - ${text}`)].join("\n"),
        shrinkRefusal(shrunkClaims(claims, plan), file, () => pulumi.capture(["preview", "--stack", stack]).status),
    ].filter((text) => text !== undefined);
    if (refusals.length > 0) throw new UserError(refusals.join("\n"));
    return () =>
        departing.length > 0 && cluster ? leftVolumes(departing, objects.list<ListedVolume>("persistentvolumes"), kubectl(cluster)) : [];
}
