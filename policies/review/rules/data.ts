/** Rules for whatever holds data: deleted, replaced, found gone, inside something that goes. */

import { alias, insteadOfDeleting, insteadOfReplacing, listed } from "../advice";
import { type Change, goesAway, keepsIdentity } from "../changes";
import type { Found, Rule, Verdict } from "../rule";
import { type StackView, templateNames } from "../stack-view";
import { textAt } from "../values";

const isClaim = (change: Change) => change.kind?.type === "core/PersistentVolumeClaim";

/** What is left of the data when the object is gone, and whether that is enough to get it back by hand. */
function remainsOf(change: Change, view: StackView): { remains: string[]; isRecoverable: boolean } {
    const remains: string[] = [];
    let isRecoverable = false;
    if (isClaim(change)) {
        const { policy, says } = view.reclaimOf(change.old);
        isRecoverable = policy === "Retain";
        remains.push(isRecoverable ? `the volume, unused until somebody binds it by hand: ${says}` : `not the volume: ${says}`);
        const snapshots = view.snapshotsOf(change).map(({ was }) => was?.name ?? "");
        if (snapshots.length > 0) remains.push(`snapshots of it: ${listed(snapshots)}`);
        const member = view.memberOf(change);
        if (member && member.replicas > 1) {
            remains.push(`the claims of ${member.workload.was?.name}'s ${member.replicas - 1} other members`);
        }
        const backups = view.backupsIn(change.was?.namespace).map(({ was }) => was?.name ?? "");
        if (backups.length > 0) remains.push(`what the schedules here have backed up: ${listed(backups)}`);
    }
    if (change.kind?.type === "core/PersistentVolume") {
        isRecoverable = (textAt(change.old?.inputs, "spec.persistentVolumeReclaimPolicy") ?? "Retain") === "Retain";
        remains.push(isRecoverable ? "what is on the medium: its reclaim policy is Retain" : "nothing: its reclaim policy is Delete");
    }
    if (/VolumeSnapshotContent$/.test(change.type)) isRecoverable = textAt(change.old?.inputs, "spec.deletionPolicy") === "Retain";
    if (change.kind?.remains) remains.push(change.kind.remains);
    return { remains, isRecoverable };
}

/** How bad it is to go with a namespace. */
function verdictInside(change: Change, view: StackView, hasClaims: boolean): Verdict {
    if (isClaim(change)) return view.reclaimOf(change.old).policy === "Retain" ? "at risk" : "destroyed";
    if (change.kind?.role === "workload") return hasClaims ? "destroyed" : "removed";
    return change.kind?.role === "backup" ? "at risk" : "destroyed";
}

const dataRole = (change: Change) => change.kind?.role === "data";

export const dataRules: readonly Rule[] = [
    {
        id: "data-deleted",
        explanation: "A resource that holds data is no longer in the program, so the update deletes it and the data with it.",
        verdict: "destroyed",
        canBeAllowed: true,
        find(change, view): Found | undefined {
            if (!dataRole(change) || change.effect !== "delete" || !goesAway(change) || view.sameObjectElsewhere(change)) return undefined;
            const { remains, isRecoverable } = remainsOf(change, view);
            return {
                says: `the ${change.kind?.title} is deleted: the program doesn't have it any more`,
                verdict: isRecoverable ? "at risk" : "destroyed",
                remains,
                instead: insteadOfDeleting(change, view),
            };
        },
    },
    {
        id: "data-replaced",
        explanation: "A field that can't be changed in place makes Pulumi delete the resource and make an empty one.",
        verdict: "destroyed",
        canBeAllowed: true,
        find(change, view): Found | undefined {
            if (!dataRole(change) || change.effect !== "replace" || !goesAway(change)) return undefined;
            const { remains, isRecoverable } = remainsOf(change, view);
            const order = change.deletesFirst ? ", deleted first" : "";
            return {
                says: `the ${change.kind?.title} is replaced by an empty one${order}`,
                verdict: isRecoverable ? "at risk" : "destroyed",
                fields: change.forcing,
                remains,
                instead: insteadOfReplacing(change),
            };
        },
    },
    {
        id: "replaced-beside",
        explanation: "retainOnDelete keeps the old resource, and what uses it starts over on a new and empty one.",
        verdict: "at risk",
        canBeAllowed: true,
        find(change): Found | undefined {
            if (!dataRole(change) || change.effect !== "replace" || goesAway(change)) return undefined;
            return {
                says: keepsIdentity(change)
                    ? `the ${change.kind?.title} is to be made anew under the name it has: the old one is retained, and the update fails because it exists`
                    : `a new, empty ${change.kind?.title} is made beside it; the old one stays, and Pulumi forgets it`,
                fields: change.forcing,
                remains: ["the old one, with its data: retainOnDelete"],
                instead: insteadOfReplacing(change),
            };
        },
    },
    {
        id: "data-forgotten",
        explanation: "retainOnDelete keeps the resource when it leaves the program: Pulumi forgets it, and it goes on existing.",
        verdict: "kept",
        canBeAllowed: true,
        find(change): Found | undefined {
            const holds = dataRole(change) || change.kind?.role === "secret";
            if (!holds || change.effect !== "delete" || goesAway(change)) return undefined;
            return { says: "Pulumi forgets it, and it stays where it is", remains: ["all of it: retainOnDelete"] };
        },
    },
    {
        id: "renamed-without-alias",
        explanation:
            "The same object is deleted under one name in the program and made under another: making it fails, or deleting takes it.",
        verdict: "at risk",
        canBeAllowed: false,
        find(change, view): Found | undefined {
            if (!change.kind || change.effect !== "delete") return undefined;
            const other = view.sameObjectElsewhere(change);
            if (!other || !change.old) return undefined;
            return {
                says: `it only moves in the program, from "${change.resourceName}" to "${other.resourceName}", and Pulumi takes it for two: the new one can't be made while the old one is there, and deleting the old one deletes what both are`,
                instead: [alias(change.old.urn, other.resourceName)],
            };
        },
    },
    {
        id: "gone-from-cluster",
        explanation: "A refresh found that the object isn't there any more; the program makes it anew, without what was in it.",
        verdict: "at risk",
        canBeAllowed: true,
        find(change): Found | undefined {
            if (change.effect !== "lost" || !(dataRole(change) || change.kind?.role === "secret" || change.kind?.role === "container"))
                return undefined;
            return {
                says: `the ${change.kind?.title} was deleted behind Pulumi's back; a new and empty one is made`,
                instead: ["restore what was lost from a backup before this update; if it exists under another id, `pulumi import` it"],
            };
        },
    },
    {
        id: "namespace-takes-it",
        explanation: "Deleting a namespace deletes every object in it, whatever Pulumi protects or retains.",
        verdict: "destroyed",
        canBeAllowed: true,
        find(change, view): Found | undefined {
            const { was, effect, kind } = change;
            if (!kind || !was?.namespace || effect === "create") return undefined;
            const namespace = view.goingNamespaces.get(was.namespace);
            if (!namespace) return undefined;
            const kept = change.old?.protect || change.old?.retainOnDelete;
            const claims = kind.role === "workload" ? templateNames(change.old) : [];
            return {
                says: `it goes with its namespace ${was.namespace}${claims.length > 0 ? ", and its members' claims with it" : ""}${kept ? ", although Pulumi itself would keep it" : ""}`,
                verdict: verdictInside(change, view, claims.length > 0),
                remains: isClaim(change) ? remainsOf(change, view).remains : [],
                instead: [`keep the namespace: metadata.name: "${was.namespace}", protect: true`],
            };
        },
    },
];
