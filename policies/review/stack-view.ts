/** What the rules look up in the rest of the preview: classes by name, claims of a namespace, the snapshots of a claim. */

import { type Change, goesAway, isStoppedByProtection } from "./changes";
import { typeKey } from "./kinds";
import type { State } from "./preview";
import { listAt, numberAt, textAt } from "./values";

const key = (type: string, namespace: string | undefined, name: string) => `${typeKey(type)} ${namespace ?? ""}/${name}`;

/** The provider's URN, without the id that changes when it is replaced. */
const providerOf = (state: State | undefined): string | undefined => state?.provider?.replace(/::[^:]*$/, "");

/** A member of a StatefulSet, as the name of its claim says. */
export interface Member {
    workload: Change;
    ordinal: number;
    replicas: number;
}

export class StackView {
    private readonly before = new Map<string, Change>();
    private readonly made = new Map<string, Change>();
    private readonly madeOfType = new Map<string, Change[]>();
    private readonly workloads: Change[] = [];
    private readonly snapshots: Change[] = [];
    private readonly backups: Change[] = [];
    readonly goingNamespaces = new Map<string, Change>();

    constructor(
        readonly changes: readonly Change[],
        readonly config: Readonly<Record<string, string>>,
    ) {
        for (const change of changes) {
            const { was, becomes, kind } = change;
            if (was) this.before.set(key(change.type, was.namespace, was.name), change);
            if (change.effect === "create") {
                if (becomes) this.made.set(key(change.type, becomes.namespace, becomes.name), change);
                const type = typeKey(change.type);
                const others = this.madeOfType.get(type);
                if (others) others.push(change);
                else this.madeOfType.set(type, [change]);
            }
            if (kind?.type === "apps/StatefulSet" && was) this.workloads.push(change);
            if (kind?.type === "snapshot.storage.k8s.io/VolumeSnapshot" && was) this.snapshots.push(change);
            if (kind?.role === "backup" && was) this.backups.push(change);
            const isGoing = kind?.type === "core/Namespace" && goesAway(change) && !isStoppedByProtection(change);
            if (isGoing && was) this.goingNamespaces.set(was.name, change);
        }
    }

    /** The object of that name as it was before. */
    find(type: string, namespace: string | undefined, name: string): Change | undefined {
        return this.before.get(key(type, namespace, name));
    }

    /** A resource that is made under another URN and is the same object: a rename in the program, without an alias. */
    sameObjectElsewhere(change: Change): Change | undefined {
        if (!change.was || change.was.isAutonamed || !change.type.startsWith("kubernetes:")) return undefined;
        const other = this.made.get(key(change.type, change.was.namespace, change.was.name));
        // Of the same name in another cluster, it is another object.
        return other && providerOf(other.new) === providerOf(change.old) ? other : undefined;
    }

    /** A resource of the same type that is made and may be meant to be this one. */
    likelySuccessor(change: Change): Change | undefined {
        const candidates = this.madeOfType.get(typeKey(change.type)) ?? [];
        return (
            candidates.find(({ resourceName }) => resourceName === change.resourceName) ??
            (candidates.length === 1 ? candidates[0] : undefined)
        );
    }

    /** The StatefulSet whose member a claim belongs to, by the claim's name. */
    memberOf(claim: Change): Member | undefined {
        const { was } = claim;
        if (!was) return undefined;
        for (const workload of this.workloads) {
            if (workload.was?.namespace !== was.namespace) continue;
            for (const template of templateNames(workload.old)) {
                const prefix = `${template}-${workload.was?.name}-`;
                const ordinal = was.name.startsWith(prefix) ? Number(was.name.slice(prefix.length)) : Number.NaN;
                if (Number.isInteger(ordinal)) return { workload, ordinal, replicas: numberAt(workload.old?.inputs, "spec.replicas") ?? 1 };
            }
        }
        return undefined;
    }

    /** Snapshots of a claim that stay. */
    snapshotsOf(claim: Change): Change[] {
        return this.snapshots.filter(
            (snapshot) =>
                snapshot.was?.namespace === claim.was?.namespace &&
                textAt(snapshot.old?.inputs, "spec.source.persistentVolumeClaimName") === claim.was?.name &&
                !goesAway(snapshot),
        );
    }

    /** Backup schedules in a namespace that stay. */
    backupsIn(namespace: string | undefined): Change[] {
        return this.backups.filter((backup) => namespace !== undefined && backup.was?.namespace === namespace && !goesAway(backup));
    }

    /** What becomes of a claim's volume once the claim is gone, and who says so. */
    reclaimOf(claim: State | undefined): { policy?: string; says: string } {
        const volume = textAt(claim?.inputs, "spec.volumeName") ?? textAt(claim?.outputs, "spec.volumeName");
        const own = volume === undefined ? undefined : this.find("kubernetes:core/v1:PersistentVolume", undefined, volume);
        if (own) {
            const policy = textAt(own.old?.inputs, "spec.persistentVolumeReclaimPolicy") ?? "Retain";
            return { policy, says: `volume ${volume} says ${policy}` };
        }
        const name = textAt(claim?.inputs, "spec.storageClassName") ?? textAt(claim?.outputs, "spec.storageClassName");
        if (name === undefined) return { says: "its class isn't named, and the usual reclaim policy is Delete" };
        const storageClass = this.find("kubernetes:storage.k8s.io/v1:StorageClass", undefined, name);
        if (!storageClass) return { says: `class "${name}" isn't in this preview, and the usual reclaim policy is Delete` };
        const policy = textAt(storageClass.old?.inputs, "reclaimPolicy") ?? "Delete";
        return { policy, says: `class "${name}" says ${policy}` };
    }
}

/** Names of a StatefulSet's claim templates. */
export function templateNames(state: State | undefined): string[] {
    return listAt(state?.inputs, "spec.volumeClaimTemplates").flatMap((template) => textAt(template, "metadata.name") ?? []);
}
