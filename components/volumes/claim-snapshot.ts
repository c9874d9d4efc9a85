import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import * as pulumi from "@pulumi/pulumi";
import { type InputProblem, refuseProblems } from "../problems";
import { permissionProblems, protection } from "./permissions";
import { snapshotGroup } from "./restore-source";

/** What a {@link ClaimSnapshot} is made from. */
export interface ClaimSnapshotArgs {
    /** Name of the claim whose data is kept. */
    claimName: pulumi.Input<string>;
    /** The claim's namespace, and the snapshot's. */
    namespace: pulumi.Input<string>;
    /** Name of the VolumeSnapshotClass. It must be of the driver that made the claim's volume. */
    snapshotClass: pulumi.Input<string>;
    /**
     * Name of the VolumeSnapshot: what `restoreFrom: "snapshot/<name>"` refers to. A snapshot never changes: another one needs another name.
     * @default the component's name
     */
    snapshotName?: string;
    /**
     * Permissions, e.g. `delete snapshot/before-upgrade`: lifts the protection of exactly that snapshot, while it is listed.
     * @default none
     */
    allow?: string[];
}

/** What a snapshot's status says. */
interface SnapshotStatus {
    restoreSize?: string;
}

/** Everything wrong with the arguments that a program can see. */
function snapshotProblems(snapshotName: string, args: ClaimSnapshotArgs): InputProblem[] {
    const problems: InputProblem[] = [];
    if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(snapshotName)) {
        problems.push({
            path: "snapshotName",
            reason: `"${snapshotName}" is not a name: small letters, digits, "-" and ".", e.g. "before-upgrade".`,
        });
    }
    for (const property of ["claimName", "snapshotClass"] as const) {
        if (args[property] === "") {
            const example = property === "claimName" ? "data-ledger-0" : "the snapshot class of the storage component";
            problems.push({ path: property, reason: `it is empty. Write ${example}.` });
        }
    }
    problems.push(...permissionProblems(args.allow));
    return problems;
}

/**
 * A claim's data as it is now, kept on the claim's own storage until a new claim is made from it.
 *
 * The update waits until the driver says that it can be restored. It is protected and retained like a claim. What a running database has
 * written is there as after a loss of power: its log is replayed at the first start from it.
 *
 * A snapshot is no backup: it lies on the storage of the volume it is of, and is lost with it.
 *
 * Cost: what changes on the volume after it, at the storage's price.
 *
 * @example
 * const before = new ClaimSnapshot("before-upgrade", { claimName: "data-ledger-0", namespace: "ledger", snapshotClass: "pool" });
 */
export class ClaimSnapshot extends pulumi.ComponentResource {
    /** Name of the VolumeSnapshot. */
    public readonly snapshotName: pulumi.Output<string>;
    /** The least size of a claim restored from it, e.g. `10Gi`; empty where the driver doesn't say. */
    public readonly restoreSize: pulumi.Output<string>;

    constructor(name: string, args: ClaimSnapshotArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:ClaimSnapshot", name, {}, opts);
        const snapshotName = args.snapshotName ?? name;
        refuseProblems("ClaimSnapshot", name, snapshotProblems(snapshotName, args));
        const snapshot = new CustomResource(
            `${name}-snapshot`,
            {
                apiVersion: `${snapshotGroup}/v1`,
                kind: "VolumeSnapshot",
                metadata: {
                    name: snapshotName,
                    namespace: args.namespace,
                    labels: { "app.kubernetes.io/managed-by": "holdfast" },
                    annotations: { "pulumi.com/waitFor": "jsonpath={.status.readyToUse}=true" },
                },
                spec: { volumeSnapshotClassName: args.snapshotClass, source: { persistentVolumeClaimName: args.claimName } },
                // Nothing is sent. It is named so that what the cluster answers can be read.
                status: undefined,
            } as ConstructorParameters<typeof CustomResource>[1],
            { parent: this, dependsOn: opts?.dependsOn, ...protection(args.allow, `snapshot/${snapshotName}`, this) },
        ) as CustomResource & { readonly status: pulumi.Output<SnapshotStatus | undefined> };
        this.snapshotName = pulumi.output(snapshotName);
        this.restoreSize = snapshot.status.apply((status) => status?.restoreSize ?? "");
        this.registerOutputs({ snapshotName: this.snapshotName, restoreSize: this.restoreSize });
    }
}
