/** Whether an image is of the PostgreSQL that the data in the cluster is of: looked at in a preview, before anything is changed. */

import * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, lookAt } from "../storage/cluster-look";
import { isLookedAt, warnOfUnknown } from "../storage/driver-presence";
import { clusterEvidence, majorProblem, setEvidence, type VersionEvidence } from "./postgres-major";

/** What there is to compare. */
export interface MajorRequest {
    app: string;
    namespace: string;
    image: string;
    isCluster: boolean;
}

/** What the object in the cluster says of its data; undefined where there is none, or it doesn't say. */
async function majorInCluster(
    address: ClusterAddress,
    evidence: VersionEvidence,
    namespace: string,
    app: string,
): Promise<number | undefined> {
    const text = await lookAt(address).read([
        "get",
        evidence.resource,
        app,
        "--namespace",
        namespace,
        "--ignore-not-found",
        "--output=json",
    ]);
    return text.trim() === "" ? undefined : evidence.majorIn(JSON.parse(text));
}

/** Why the image can't run on the data that is there; undefined where it can, or where nobody can tell. */
export async function majorInTheWay(
    address: ClusterAddress,
    { app, namespace, image, isCluster }: MajorRequest,
): Promise<string | undefined> {
    if (!isLookedAt(address)) {
        return undefined;
    }
    try {
        const running = await majorInCluster(address, isCluster ? clusterEvidence : setEvidence, namespace, app);
        return majorProblem(image, running, isCluster);
    } catch (error) {
        // A cluster without the operator's definitions has no data of it either.
        const { message } = error as Error;
        if (!/doesn't have a resource type/.test(message)) {
            warnOfUnknown(address, message);
        }
        return undefined;
    }
}

/** Fails a preview whose image can't run on the data that is there. What isn't known yet is not looked for. */
export function checkedMajor(
    title: string,
    component: pulumi.Resource,
    address: ClusterAddress,
    request: pulumi.Inputs & { app: string; isCluster: boolean; namespace: pulumi.Input<string>; image: pulumi.Input<string> },
): pulumi.Output<void> {
    const { app, isCluster } = request;
    return pulumi.all([request.namespace, request.image]).apply(async ([namespace, image]) => {
        const problem = await majorInTheWay(address, { app, isCluster, namespace, image });
        if (problem !== undefined) {
            const error = new pulumi.ResourceError(`${title} can't be updated:\n  - image: ${problem}`, component, true);
            // As for what is missing in the cluster: the program's own stack says nothing to the person at the terminal.
            error.stack = error.message;
            throw error;
        }
    });
}
