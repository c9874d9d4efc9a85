import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { refuseProblems } from "../problems";
import { labelsOf } from "../workloads/labels";
import { type ClaimVolume, claimProblems, plannedClaims } from "./claim-plan";
import { protections } from "./permissions";
import { dataSourceOf } from "./restore-source";

/** What {@link VolumeClaims} are made from. */
export interface VolumeClaimsArgs {
    /** Name of the StatefulSet that adopts the claims. */
    app: string;
    /** The namespace of the claims and of the StatefulSet. */
    namespace: pulumi.Input<string>;
    /** The StorageClass of every new claim, unless its volume names another. A claim that exists keeps the class it has. */
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
     * Where new claims get their first data, by the claim's name: `{ "data-ledger-0": "snapshot/before-upgrade" }`, or "claim/<name>" for a
     * clone. The source is in the same namespace and no larger than the claim. It is read once: a claim that exists is left alone.
     * @default none: new claims are empty
     */
    restoreFrom?: { [claim: string]: string };
    /**
     * Annotations of every claim, for programs that read them.
     * @default none
     */
    annotations?: { [name: string]: string };
    /**
     * Permissions, e.g. `delete data-ledger-2 until 2026-12-31 because it moved`: lifts the protection of exactly that claim, while it is
     * listed and hasn't expired.
     * @default none
     */
    allow?: string[];
}

/** Says of a claim that stays on another class than is asked for now: which, and how its data gets to the new one. */
function warnOfOtherClass(claim: PersistentVolumeClaim, name: string, asked: pulumi.Input<string>): void {
    pulumi.all([claim.spec.storageClassName, asked]).apply(([has, wanted]) => {
        if (has && wanted && has !== wanted) {
            pulumi.log.warn(
                `claim ${name} stays on class ${has}, which a claim can't change; new claims get ${wanted}. To move its data: take a snapshot ` +
                    `of ${name} and restore it into a new application (restoreFrom: "snapshot/<name>"), or clone it there ` +
                    `(restoreFrom: "claim/${name}") where both classes are of one driver, or dump and restore.`,
                claim,
            );
        }
    });
}

/** Says of a claim that keeps another access mode than is asked for now. Another class may be all that was changed: some can do less. */
function warnOfOtherMode(claim: PersistentVolumeClaim, name: string, asked: string): void {
    claim.spec.accessModes?.apply((has) => {
        if (has?.length && !has.includes(asked)) {
            pulumi.log.warn(
                `claim ${name} keeps the access mode ${has.join(", ")}, which a claim can't change; new claims get ${asked}. For the new one ` +
                    `take a snapshot of ${name} and restore it into a new application (restoreFrom: "snapshot/<name>").`,
                claim,
            );
        }
    });
}

/**
 * The claims of a StatefulSet, each a resource of its own that outlives everything.
 *
 * A claim is called as the StatefulSet would call it (`data-<app>-<n>`) and is adopted by it. Every claim is protected and retained: it
 * survives the StatefulSet's replacement, `pulumi destroy` refuses, and growth is an edit in place, as is another VolumeAttributesClass.
 * A claim that exists keeps its class, its access mode and its data whatever new ones get. Resources given as `dependsOn` become
 * dependencies of every claim, so that whatever keeps a claim keeps its namespace and class too.
 *
 * Fewer members need a word about their data: `keepClaims` keeps the claims, so that a member that comes back finds its own again. Deleting
 * one takes two updates: with the permission the first lifts the protection, and with the claim no longer asked for the second deletes it.
 * Its PersistentVolume stays, as the class says Retain.
 *
 * Cost: the volumes', at their full size from the first day on most drivers.
 *
 * @example
 * new VolumeClaims("ledger", { app: "ledger", namespace: "ledger", storageClass: fast.className, volumes: [{ name: "data", size: "10Gi" }] });
 */
export class VolumeClaims extends pulumi.ComponentResource {
    /** Names of the claims, in the order of members. */
    public readonly claimNames: pulumi.Output<string[]>;
    /** The class each claim really has, by the claim's name: a claim made before the class was changed still has the old one. */
    public readonly claimClasses: pulumi.Output<{ [claim: string]: string }>;

    constructor(name: string, args: VolumeClaimsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:VolumeClaims", name, {}, opts);
        const request = { ...args, replicas: args.replicas ?? 1 };
        refuseProblems("VolumeClaims", name, claimProblems(request));
        const claims = plannedClaims(request);
        const protectionOf = protections(args.allow, this);
        const classes: [string, pulumi.Output<string>][] = [];
        for (const { name: claimName, volume, ordinal } of claims) {
            const asked = volume.storageClass ?? args.storageClass;
            const source = args.restoreFrom?.[claimName];
            const accessMode = volume.accessMode ?? "ReadWriteOnce";
            const claim = new PersistentVolumeClaim(
                `${name}-${volume.name}-${ordinal}`,
                {
                    metadata: {
                        name: claimName,
                        namespace: args.namespace,
                        labels: labelsOf(args.app),
                        ...(args.annotations ? { annotations: args.annotations } : {}),
                    },
                    spec: {
                        accessModes: [accessMode],
                        storageClassName: asked,
                        ...(volume.attributesClass === undefined ? {} : { volumeAttributesClassName: volume.attributesClass }),
                        ...(source === undefined ? {} : { dataSource: dataSourceOf(source) }),
                        resources: { requests: { storage: volume.size } },
                    },
                },
                {
                    parent: this,
                    dependsOn: opts?.dependsOn,
                    // What a claim was made with is history: none of it can be changed, and a changed wish is for claims to come.
                    ignoreChanges: ["spec.storageClassName", "spec.accessModes", "spec.dataSource", "spec.dataSourceRef"],
                    ...protectionOf(claimName),
                },
            );
            warnOfOtherClass(claim, claimName, asked);
            warnOfOtherMode(claim, claimName, accessMode);
            classes.push([claimName, claim.spec.storageClassName]);
        }
        this.claimNames = pulumi.output(claims.map((claim) => claim.name));
        this.claimClasses = pulumi.all(Object.fromEntries(classes));
        this.registerOutputs({ claimNames: this.claimNames, claimClasses: this.claimClasses });
    }
}
