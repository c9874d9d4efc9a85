/** Rules for StatefulSets and databases that an operator runs: restarts, new empty volumes, members that go. */

import { insteadOfReplacing, listed } from "../advice";
import { type Change, goesAway, keepsIdentity, movesElsewhere } from "../changes";
import type { Found, Rule } from "../rule";
import { templateNames } from "../stack-view";
import { numberAt, textAt, valueAt } from "../values";

const isStatefulSet = (change: Change) => change.kind?.type === "apps/StatefulSet";
const isDatabase = (change: Change) => change.kind?.type === "postgresql.cnpg.io/Cluster";

const deletesClaims = (change: Change, when: "whenDeleted" | "whenScaled") =>
    textAt(change.old?.inputs, `spec.persistentVolumeClaimRetentionPolicy.${when}`) === "Delete";

/** Claims that its members have by its templates, as a pattern for people. */
function claimsOf(change: Change, identity = change.was): string {
    const names = templateNames(change.old).map((template) => `${template}-${identity?.name}-<n>`);
    return listed(names);
}

const templatesAt = (field: string) => field.startsWith("spec.volumeClaimTemplates");

/** Templates that members have now and won't find again. */
function goneTemplates({ old, new: fresh }: Change): string[] {
    const after = templateNames(fresh);
    return templateNames(old).filter((name) => !after.includes(name));
}

export const workloadRules: readonly Rule[] = [
    {
        id: "workload-restarts",
        explanation: "Members are stopped and started again, and find their volumes as they left them.",
        verdict: "restarted",
        canBeAllowed: true,
        find(change): Found | undefined {
            if (!isStatefulSet(change)) return undefined;
            if (change.effect === "replace") {
                const isSame = keepsIdentity(change);
                if (!isSame && templateNames(change.old).length > 0) return undefined;
                const again =
                    templateNames(change.old).length > 0 ? `, and find ${claimsOf(change)} again` : "; it has no claims of its own";
                return { says: `it is replaced: all members stop and start anew${again}`, fields: change.forcing };
            }
            const template = change.fields.filter((field) => field.startsWith("spec.template"));
            if (change.effect !== "update" || template.length === 0) return undefined;
            return { says: "its members are restarted one after the other, each on its own volume", fields: template };
        },
    },
    {
        id: "workload-new-volumes",
        explanation: "Claims are found by the StatefulSet's name, namespace and template names: with others it starts on empty volumes.",
        verdict: "at risk",
        canBeAllowed: true,
        find(change): Found | undefined {
            if (!isStatefulSet(change) || (change.effect !== "replace" && change.effect !== "update")) return undefined;
            if (templateNames(change.old).length === 0) return undefined;
            const left = { remains: [`${claimsOf(change)} in ${change.was?.namespace}, which nobody uses then`] };
            if (change.effect === "replace" && !keepsIdentity(change)) {
                if (movesElsewhere(change)) {
                    return {
                        says: "it is made anew in another cluster, on new, empty volumes",
                        fields: change.forcing,
                        remains: [`${claimsOf(change)} in ${change.was?.namespace} of the cluster it was in`],
                        instead: insteadOfReplacing(change).slice(0, -1),
                    };
                }
                const isAutonamed = change.was?.isAutonamed || change.becomes?.isAutonamed;
                return {
                    says: isAutonamed
                        ? "it is replaced under another generated name, and its members start on new, empty volumes"
                        : `it becomes ${change.becomes ? `${change.becomes.namespace}/${change.becomes.name}` : "another one"}, and its members start on new, empty volumes`,
                    fields: change.forcing,
                    ...left,
                    instead: isAutonamed
                        ? [
                              `write metadata.name: "${change.was?.name}", so that it keeps its name and finds its claims`,
                              ...insteadOfReplacing(change).slice(0, 1),
                          ]
                        : insteadOfReplacing(change).slice(0, -1),
                };
            }
            const gone = goneTemplates(change);
            if (gone.length === 0) return undefined;
            return {
                says: `its claim template${gone.length > 1 ? "s" : ""} ${listed(gone)} ${gone.length > 1 ? "are" : "is"} gone: members no longer mount those volumes`,
                fields: change.fields.filter(templatesAt),
                ...left,
                instead: [`keep the names in spec.volumeClaimTemplates: ${listed(gone)}`],
            };
        },
    },
    {
        id: "workload-deletes-claims",
        explanation: "With persistentVolumeClaimRetentionPolicy Delete, Kubernetes deletes the claims with the StatefulSet.",
        verdict: "destroyed",
        canBeAllowed: true,
        find(change): Found | undefined {
            if (!isStatefulSet(change) || !goesAway(change) || templateNames(change.old).length === 0) return undefined;
            if (!deletesClaims(change, "whenDeleted")) return undefined;
            return {
                says: `its claims ${claimsOf(change)} are deleted with it: whenDeleted is Delete`,
                fields: ["spec.persistentVolumeClaimRetentionPolicy.whenDeleted", ...change.forcing],
                instead: ["persistentVolumeClaimRetentionPolicy: { whenDeleted: Retain } in an update before this one"],
            };
        },
    },
    {
        id: "workload-removed",
        explanation: "The workload goes; its claims stay in the cluster.",
        verdict: "removed",
        canBeAllowed: true,
        find(change, view): Found | undefined {
            if (!isStatefulSet(change) || change.effect !== "delete" || view.sameObjectElsewhere(change)) return undefined;
            const claims = claimsOf(change);
            if (change.old?.retainOnDelete) return { says: "Pulumi forgets it, and it goes on running", verdict: "kept" };
            return {
                says: "it stops, and is removed",
                remains: claims === "" ? [] : [`${claims}, and the next StatefulSet of this name finds them`],
            };
        },
    },
    {
        id: "scale-in",
        explanation: "Members that go leave their claims behind, unless the StatefulSet says Delete.",
        verdict: "changed",
        canBeAllowed: true,
        find(change): Found | undefined {
            if (!isStatefulSet(change) || change.effect !== "update") return undefined;
            const before = numberAt(change.old?.inputs, "spec.replicas") ?? 1;
            const after = numberAt(change.new?.inputs, "spec.replicas");
            if (after === undefined || after >= before) return undefined;
            const isDeleted = deletesClaims(change, "whenScaled") && templateNames(change.old).length > 0;
            return {
                says: `it goes from ${before} to ${after} members; ${isDeleted ? "the claims of those that go are deleted: whenScaled is Delete" : "those that go leave their claims behind"}`,
                verdict: isDeleted ? "destroyed" : "changed",
                fields: ["spec.replicas"],
                ...(isDeleted ? { instead: ["persistentVolumeClaimRetentionPolicy: { whenScaled: Retain }"] } : {}),
            };
        },
    },
    {
        id: "template-is-ignored",
        explanation: "Claims that exist don't follow a changed template: only members that never ran get the new one.",
        verdict: "restarted",
        canBeAllowed: true,
        find(change): Found | undefined {
            const fields = change.fields.filter(templatesAt);
            if (!isStatefulSet(change) || change.effect !== "replace" || fields.length === 0 || !keepsIdentity(change)) return undefined;
            if (goneTemplates(change).length > 0) return undefined;
            return {
                says: "existing claims stay as they are: the changed template is for members that come later",
                fields,
                instead: [
                    'to grow a volume, raise its claim\'s spec.resources.requests.storage, and ignoreChanges: ["spec.volumeClaimTemplates[*].spec"] here',
                ],
            };
        },
    },
    {
        id: "database-restarts",
        explanation: "The operator restarts or adds members, one after the other.",
        verdict: "restarted",
        canBeAllowed: true,
        find(change): Found | undefined {
            if (!isDatabase(change) || change.effect !== "update") return undefined;
            const [before, after] = [numberAt(change.old?.inputs, "spec.instances"), numberAt(change.new?.inputs, "spec.instances")];
            if (before !== undefined && after !== undefined && after < before) {
                return {
                    says: `it goes from ${before} to ${after} instances, and the operator deletes the volumes of those that go`,
                    verdict: after === 0 ? "destroyed" : "changed",
                    fields: ["spec.instances"],
                    remains: [`${after} of ${before} copies`],
                };
            }
            const fields = change.fields.filter((field) => /^spec\.(imageName|imageCatalogRef|postgresql|resources|affinity)/.test(field));
            return fields.length > 0 ? { says: "its instances may be restarted, replicas first", fields } : undefined;
        },
    },
    {
        id: "database-elsewhere",
        explanation: "A database cluster bootstraps once: another storage class is for instances that come later.",
        verdict: "changed",
        canBeAllowed: true,
        find(change): Found | undefined {
            if (!isDatabase(change) || change.effect !== "update") return undefined;
            const field = "spec.storage.storageClass";
            const [before, after] = [valueAt(change.old?.inputs, field), valueAt(change.new?.inputs, field)];
            if (before === after) return undefined;
            return { says: "volumes that exist stay on their class; instances made later get the new one", fields: [field] };
        },
    },
];
