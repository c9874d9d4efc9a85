import type * as pulumi from "@pulumi/pulumi";
import type { ClaimVolume } from "../volumes/claim-plan";
import type { WorkloadResources } from "./container-args";
import type { WorkloadDescription } from "./pod-args";

/** A volume of every member, kept by a claim of its own. */
export interface WorkloadVolume extends ClaimVolume {
    /** Where the main container finds it. */
    mountPath: string;
    /**
     * One folder of the volume instead of its root, made at the first start: out of the way of a file system's `lost+found`.
     * @default the root
     */
    subPath?: string;
}

/** What a {@link StatefulWorkload} is made from. */
export interface StatefulWorkloadArgs extends WorkloadDescription {
    /**
     * Name of the StatefulSet, the client Service and, with a suffix, of everything else. Never changed once there is data.
     * @default the component's name
     */
    app?: string;
    /** The namespace, which exists already. */
    namespace: pulumi.Input<string>;
    /** The image, with a tag or digest. */
    image: pulumi.Input<string>;
    /**
     * Numeric user the image runs as; never 0.
     * @default 65532
     */
    runAsUser?: number;
    /**
     * Its group, which the volumes are made writable for.
     * @default as runAsUser
     */
    runAsGroup?: number;
    /** What is kept, one volume at least. One more replaces the StatefulSet: all members stop, and start again with their data. */
    volumes: WorkloadVolume[];
    /** The StorageClass of the volumes. */
    storageClass: pulumi.Input<string>;
    /**
     * Members. Each has volumes of its own, and nothing but the image copies data from one to another.
     * @default 1
     */
    replicas?: number;
    /**
     * How many members' claims are kept, whether they run or not.
     * @default as many as there are replicas
     */
    keepClaims?: number;
    /**
     * No member runs: claims, Services and all the rest are there. For data that has to be on the claims before the first start.
     * @default false
     */
    isStopped?: boolean;
    /**
     * Where new claims get their first data: `{ "data-wiki-0": "snapshot/before-upgrade" }`, or "claim/<name>" for a clone.
     * @default none: new claims are empty
     */
    restoreFrom?: { [claim: string]: string };
    /**
     * Annotations of every claim, for programs that read them.
     * @default none
     */
    claimAnnotations?: { [name: string]: string };
    /**
     * Permissions to delete: `["delete data-ledger-2"]`.
     * @default none
     */
    allow?: string[];
    /**
     * Requests and limits.
     * @default 100m, 256Mi
     */
    resources?: WorkloadResources;
    /**
     * How long a member's node may be unreachable before the member is given up, in seconds.
     * @default 30
     */
    lostNodeSeconds?: number;
    /**
     * Label of the nodes that members are spread over.
     * @default kubernetes.io/hostname
     */
    spreadOver?: string;
    /**
     * A member that can't be spread is not started at all.
     * @default false
     */
    spreadIsRequired?: boolean;
    /**
     * Other namespaces whose pods with those labels are let in.
     * @default none: the workload's own only
     */
    clientNamespaces?: string[];
}
