/** Edits of volumes, members and what keeps them: some take data away, some only what stands between it and the next edit. */

import { sharedClass } from "./applications";
import { args, type Edit, field } from "./edit";

const later = "it takes away what keeps the data, and the data goes with an edit that comes after it";
const whenDeleted = field("StatefulSet", "spec|persistentVolumeClaimRetentionPolicy|whenDeleted", "Delete");
const inParallel = field("StatefulSet", "spec|podManagementPolicy", "Parallel");

export const volumeEdits: readonly Edit[] = [
    {
        id: "volume-renamed",
        change: ({ args: { workload } }) => {
            Object.assign(workload.volumes[1], { name: "documents", mountPath: "/documents" });
            workload.command[2] = workload.command[2].replaceAll("/files", "/documents");
        },
        protected: { says: "refused", up: "refused" },
        unprotected: { says: "refused", rule: "data-deleted", fate: "lost" },
    },
    {
        id: "volume-removed",
        change: ({ args: { workload } }) => {
            workload.volumes.pop();
            workload.command[2] = workload.command[2].replaceAll("/files", "/tmp");
        },
        protected: { says: "refused", up: "refused" },
        unprotected: { says: "refused", rule: "data-deleted", fate: "lost", isRepresentative: true },
    },
    {
        // `another-class` is the same edit as the library has it: claims that exist stay on their class.
        id: "another-class-enforced",
        before: (app) => {
            app.isForced = true;
        },
        change: args({ storageClass: sharedClass }),
        protected: { says: "refused", up: "refused" },
        unprotected: { says: "refused", rule: "data-replaced", fate: "lost", isAlone: true, isRepresentative: true },
    },
    {
        // `another-access-mode` is the same edit as the library has it: claims that exist keep theirs.
        id: "another-access-mode-enforced",
        before: (app) => {
            app.isForced = true;
        },
        change: ({ args: { workload } }) => Object.assign(workload.volumes[1], { accessMode: "ReadWriteOncePod" }),
        protected: { says: "refused", up: "refused" },
        unprotected: { says: "refused", rule: "data-replaced", fate: "lost", isAlone: true },
    },
    {
        id: "shrunk",
        change: ({ args: { workload } }) => Object.assign(workload.volumes[1], { size: "32Mi" }),
        protected: { says: "refused", rule: "volume-shrinks", up: "refused" },
        unprotected: {
            says: "refused",
            rule: "volume-shrinks",
            fate: "kept",
            exception: "no volume gets smaller: the API server refuses, and the update stops half-way",
            isFailing: true,
            isAlone: true,
        },
    },
    {
        id: "fewer-members",
        members: 2,
        change: args({ replicas: 1 }),
        protected: { says: "refused", up: "refused" },
        unprotected: { says: "refused", rule: "data-deleted", fate: "lost", isRepresentative: true },
    },
    {
        // The library writes Retain; whoever writes Delete has Kubernetes delete claims that Pulumi protects.
        id: "set-replaced-with-its-claims",
        before: whenDeleted,
        change: inParallel,
        unprotected: { says: "refused", rule: "workload-deletes-claims", fate: "lost", isRepresentative: true },
    },
    {
        id: "autonamed-set-replaced",
        before: field("StatefulSet", "metadata|name", null),
        change: inParallel,
        unprotected: { says: "refused", rule: "workload-new-volumes", fate: "left behind", isRepresentative: true },
    },
    {
        id: "claims-to-go-with-the-set",
        change: whenDeleted,
        protected: {
            says: "refused",
            rule: "safeguard-off",
            up: {
                with: "loosened",
                shows: [({ app, get }) => get(`statefulset/${app}`, "{.spec.persistentVolumeClaimRetentionPolicy.whenDeleted}"), "Delete"],
            },
        },
        unprotected: { says: "refused", rule: "safeguard-off", fate: "kept", exception: later },
    },
    {
        id: "protection-lifted",
        change: args(({ name }) => ({ allow: [`delete data-${name}-0`] })),
        protected: {
            says: "refused",
            rule: "protection-lifted",
            up: {
                with: "loosened",
                shows: [
                    ({ app, resources }) =>
                        resources
                            .filter(({ urn, protect }) => /PersistentVolumeClaim/.test(urn) && urn.includes(`::${app}-`) && !protect)
                            .map(({ urn }) => urn.slice(urn.lastIndexOf("::") + 2))
                            .join(),
                    "kept-loosened-workload-claims-data-0",
                ],
            },
        },
    },
    {
        id: "class-no-longer-retains",
        change: field("StorageClass", "reclaimPolicy", "Delete"),
        protected: { says: "refused", rule: "safeguard-off", up: "refused" },
    },
];
