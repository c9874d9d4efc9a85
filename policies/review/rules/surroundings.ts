/** Rules for what data lies in and depends on: namespaces, definitions, charts, classes, providers, and what isn't known. */

import { insteadOfDeleting, insteadOfReplacing, listed } from "../advice";
import { type Change, goesAway, keepsIdentity } from "../changes";
import { isUnknownCustom, soundsStoring, typeKey } from "../kinds";
import type { Found, Rule } from "../rule";
import { isUnknown, valueAt } from "../values";

const isKind = (change: Change, type: string) => change.kind?.type === type;

/** Fields of a chart's values that decide where data is. */
const storageValue = /persist|volume|storage|pvc|claim|existing|dataDir|bucket/i;

/** Fields that decide whether a change replaces: with any of them unknown, a preview can't say. */
const decisive: Readonly<Record<string, readonly string[]>> = {
    "core/PersistentVolumeClaim": [
        "metadata.name",
        "metadata.namespace",
        "spec.storageClassName",
        "spec.volumeName",
        "spec.accessModes",
        "spec.resources.requests.storage",
    ],
    "core/PersistentVolume": ["metadata.name", "spec.persistentVolumeReclaimPolicy"],
    "apps/StatefulSet": ["metadata.name", "metadata.namespace", "spec.serviceName", "spec.selector", "spec.volumeClaimTemplates"],
    "core/Namespace": ["metadata.name"],
    "storage.k8s.io/StorageClass": ["metadata.name", "reclaimPolicy", "provisioner"],
};
const named = ["metadata.name", "metadata.namespace"];

/** True where a value isn't known, or something inside it. Secret values count only where something else says that they changed. */
function isOpen(value: unknown): boolean {
    if (isUnknown(value)) return true;
    return typeof value === "object" && value !== null && Object.values(value).some(isOpen);
}

export const surroundingRules: readonly Rule[] = [
    {
        id: "namespace-deleted",
        explanation: "Deleting a namespace deletes everything in it: claims, Secrets, and objects that Pulumi knows nothing of.",
        verdict: "destroyed",
        canBeAllowed: true,
        find(change, view): Found | undefined {
            if (!isKind(change, "core/Namespace") || !goesAway(change) || view.sameObjectElsewhere(change)) return undefined;
            const name = change.was?.name;
            const inside = view.changes
                .filter(({ was, kind }) => was?.namespace === name && kind?.role === "data")
                .map(({ was }) => was?.name ?? "");
            return {
                says: `namespace ${name} is ${change.effect === "replace" ? "replaced by another" : "deleted"}, with everything in it${inside.length > 0 ? `: ${listed(inside)}` : ""}`,
                fields: change.forcing,
                instead: change.effect === "replace" ? insteadOfReplacing(change).slice(0, 1) : insteadOfDeleting(change, view),
            };
        },
    },
    {
        id: "definition-deleted",
        explanation: "Deleting a CustomResourceDefinition deletes every object of that kind in the cluster, whoever made it.",
        verdict: "destroyed",
        canBeAllowed: true,
        find(change, view): Found | undefined {
            if (!isKind(change, "apiextensions.k8s.io/CustomResourceDefinition") || !goesAway(change) || view.sameObjectElsewhere(change))
                return undefined;
            return {
                says: `every ${change.was?.name ?? "object of this kind"} in the cluster is deleted, also those of other stacks`,
                fields: change.forcing,
                instead: ["retainOnDelete: true on it, in an update before this one"],
            };
        },
    },
    {
        id: "cluster-deleted",
        explanation: "A cluster takes everything with it that lives only in it: objects, Secrets, volumes on its nodes.",
        verdict: "destroyed",
        canBeAllowed: true,
        find(change, view): Found | undefined {
            if (!isKind(change, "aws:eks/cluster:Cluster") || !goesAway(change)) return undefined;
            return {
                says: `the cluster is ${change.effect === "replace" ? "replaced by an empty one" : "deleted"}`,
                fields: change.forcing,
                remains: ["EBS and EFS volumes, which nothing in a new cluster knows"],
                instead: change.effect === "replace" ? insteadOfReplacing(change).slice(0, 1) : insteadOfDeleting(change, view),
            };
        },
    },
    {
        id: "release-uninstalled",
        explanation: "Uninstalling a Helm release deletes all that its chart made, also claims that the chart wrote itself.",
        verdict: "at risk",
        canBeAllowed: true,
        find(change, view): Found | undefined {
            if (!isKind(change, "helm.sh/Release") || !goesAway(change) || view.sameObjectElsewhere(change)) return undefined;
            const isReplaced = change.effect === "replace";
            return {
                says: `the release is ${isReplaced ? "uninstalled and installed anew" : "uninstalled"}: what its chart made goes, and what that is can't be seen here`,
                fields: change.forcing,
                remains: [
                    "claims that a StatefulSet of the chart made from templates, and objects annotated helm.sh/resource-policy: keep",
                ],
                instead: isReplaced
                    ? insteadOfReplacing(change).slice(0, 1)
                    : ["make its claims outside the chart first (existingClaim), then this"],
            };
        },
    },
    {
        id: "release-changed",
        explanation: "What a chart makes of other values or another version can't be seen in a Pulumi preview.",
        verdict: "restarted",
        canBeAllowed: true,
        find(change): Found | undefined {
            if (!isKind(change, "helm.sh/Release") || change.effect !== "update") return undefined;
            const storage = change.fields.filter((field) => /^values\b/.test(field) && storageValue.test(field.slice("values".length)));
            const isWhole = change.fields.some((field) => field === "values" || field === "valueYamlFiles");
            if (storage.length > 0) {
                return {
                    says: "values that decide where its data lies change, and a claim that the chart no longer writes is deleted",
                    verdict: "at risk",
                    fields: storage,
                    instead: ["`helm diff` or `helm template` with both values first; its claims made outside the chart are safe"],
                };
            }
            return {
                says: `the release is upgraded: what its chart changes can't be seen here${isWhole ? ", and its values aren't listed one by one" : ""}`,
                verdict: isWhole ? "unknown" : "restarted",
                fields: change.fields,
            };
        },
    },
    {
        id: "class-goes",
        explanation: "Volumes outlive their class, but grow only while a class of that name allows it, and new ones need it.",
        verdict: "removed",
        canBeAllowed: true,
        find(change): Found | undefined {
            if (change.kind?.role !== "class") return undefined;
            const what = change.kind.title;
            if (change.effect === "delete") {
                if (!goesAway(change)) return { says: "Pulumi forgets it, and it stays", verdict: "kept" };
                return { says: `the ${what} is deleted; volumes made by it stay, and can't grow until there is one of this name` };
            }
            if (change.effect !== "replace") return undefined;
            return keepsIdentity(change)
                ? {
                      says: "it is made anew under its name: volumes that exist stay as they are, new ones get the new fields",
                      verdict: "changed",
                      fields: change.forcing,
                  }
                : { says: "another one is made; volumes made by this one stay as they are", verdict: "changed", fields: change.forcing };
        },
    },
    {
        id: "provider-replaced",
        explanation: "Another cluster or account: everything in it is made anew there, empty, and deleted where it was.",
        verdict: "at risk",
        canBeAllowed: true,
        find(change, view): Found | undefined {
            if (change.kind?.role !== "provider" || change.effect !== "replace") return undefined;
            const inside = view.changes.filter(({ old }) => old?.provider?.startsWith(`${change.urn}::`)).length;
            return {
                says: `Pulumi takes it for another cluster: its ${inside > 0 ? `${inside} resources` : "resources"} are made anew there and deleted here`,
                fields: change.forcing,
                instead: [
                    change.type === "pulumi:providers:kubernetes"
                        ? "set clusterIdentifier on the provider in an update before this one: then only another identifier means another cluster"
                        : "keep the account and region it has; another one gets a provider of its own",
                ],
            };
        },
    },
    {
        id: "not-known-yet",
        explanation: "A value that only the update will know decides whether the object is replaced: the preview can't say.",
        verdict: "unknown",
        canBeAllowed: false,
        find(change): Found | undefined {
            if (!change.kind || change.kind.role === "provider" || change.effect !== "update") return undefined;
            const deciding = [
                ...(decisive[change.kind.type] ?? (change.type.startsWith("kubernetes:") ? named : [])),
                ...(change.kind.size ? [change.kind.size] : []),
            ];
            const fields = [...new Set([...deciding, ...(change.kind.safeguards ?? []).map(({ field }) => field)])];
            const open = fields.filter((field) => {
                const [before, after] = [valueAt(change.old?.inputs, field), valueAt(change.new?.inputs, field)];
                // The engine's JSON leaves out inputs that aren't known: they look as if they were taken away.
                const isLeftOut = after === undefined && before !== undefined && deciding.includes(field);
                return isLeftOut || (isOpen(after) && !isOpen(before));
            });
            if (open.length === 0) return undefined;
            return {
                says: `${listed(open)} ${open.length > 1 ? "aren't" : "isn't"} known before the update, and may replace it`,
                fields: open,
                instead: ["write a plain value, or one that is known at preview"],
            };
        },
    },
    {
        id: "custom-resource-goes",
        explanation: "A custom resource of a kind that isn't known here may stand for data that goes with it.",
        verdict: "unknown",
        canBeAllowed: true,
        find(change, view): Found | undefined {
            if (!isUnknownCustom(change.type) || !goesAway(change) || view.sameObjectElsewhere(change)) return undefined;
            return {
                says: `a ${typeKey(change.type)} is ${change.effect === "replace" ? "replaced" : "deleted"}, and whether it stands for data isn't known here`,
                fields: change.forcing,
                instead: change.effect === "replace" ? insteadOfReplacing(change).slice(0, 1) : insteadOfDeleting(change, view),
            };
        },
    },
    {
        id: "storing-resource-goes",
        explanation: "A cloud's resource that sounds as if it stored something is deleted or replaced, and isn't in the table.",
        verdict: "unknown",
        canBeAllowed: true,
        find(change, view): Found | undefined {
            if (!soundsStoring(change.type) || !goesAway(change) || change.old?.isComponent) return undefined;
            return {
                says: `a ${change.type} is ${change.effect === "replace" ? "replaced" : "deleted"}, and whether it holds data isn't known here`,
                fields: change.forcing,
                instead: change.effect === "replace" ? insteadOfReplacing(change).slice(0, 1) : insteadOfDeleting(change, view),
            };
        },
    },
];
