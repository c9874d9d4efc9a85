import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { refuseProblems } from "../problems";
import { labelsOf } from "../workloads/labels";
import { type ClaimVolume, claimProblems, plannedClaims } from "./claim-plan";
import { protection } from "./permissions";

/** What {@link VolumeClaims} are made from. */
export interface VolumeClaimsArgs {
    /** Name of the StatefulSet that adopts the claims. */
    app: string;
    /** The namespace of the claims and of the StatefulSet. */
    namespace: pulumi.Input<string>;
    /** The StorageClass of every claim. An existing claim can't change its class: that is refused, and the data copied instead. */
    storageClass: pulumi.Input<string>;
    /** The volumes of every member. */
    volumes: ClaimVolume[];
    /**
     * How many members run.
     * @default 1
     */
    replicas?: number;
    /**
     * How many members' claims are kept, whether they run or not: the data's fate is said when members go.
     * @default as many as there are replicas
     */
    keepClaims?: number;
    /**
     * Permissions, e.g. `delete data-ledger-2`: lifts the protection of exactly that claim, while it is listed.
     * @default none
     */
    allow?: string[];
}

/**
 * The claims of a StatefulSet, each a resource of its own that outlives everything.
 *
 * A claim is called as the StatefulSet would call it (`data-<app>-<n>`) and is adopted by it. Every claim is protected and retained: it
 * survives the StatefulSet's replacement, `pulumi destroy` refuses, and growth is an edit in place. Resources given as `dependsOn` become
 * dependencies of every claim, so that whatever keeps a claim keeps its namespace and class too.
 *
 * Deleting one takes two updates: with the permission the first lifts the protection, and with the claim no longer asked for (`keepClaims`
 * lowered) the second deletes it. Its PersistentVolume stays, as the class says Retain.
 *
 * Cost: the volumes', at their full size from the first day on most drivers.
 *
 * @example
 * new VolumeClaims("ledger", { app: "ledger", namespace: "ledger", storageClass: fast.className, volumes: [{ name: "data", size: "10Gi" }] });
 */
export class VolumeClaims extends pulumi.ComponentResource {
    /** Names of the claims, in the order of members. */
    public readonly claimNames: pulumi.Output<string[]>;

    constructor(name: string, args: VolumeClaimsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:VolumeClaims", name, {}, opts);
        const request = { ...args, replicas: args.replicas ?? 1 };
        refuseProblems("VolumeClaims", name, claimProblems(request));
        const claims = plannedClaims(request);
        for (const claim of claims) {
            new PersistentVolumeClaim(
                `${name}-${claim.volume.name}-${claim.ordinal}`,
                {
                    metadata: { name: claim.name, namespace: args.namespace, labels: labelsOf(args.app) },
                    spec: {
                        accessModes: [claim.volume.accessMode ?? "ReadWriteOnce"],
                        storageClassName: args.storageClass,
                        resources: { requests: { storage: claim.volume.size } },
                    },
                },
                { parent: this, dependsOn: opts?.dependsOn, ...protection(args.allow, claim.name) },
            );
        }
        this.claimNames = pulumi.output(claims.map((claim) => claim.name));
        this.registerOutputs({ claimNames: this.claimNames });
    }
}
