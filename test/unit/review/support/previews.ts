/** Previews as the engine writes them, for tests. */

import { type Review, type Row, review } from "../../../../policies/review";

export interface Options {
    protect?: boolean;
    retainOnDelete?: boolean;
    provider?: string;
    id?: string;
    outputs?: object;
    external?: boolean;
}

export interface StateJson extends Options {
    urn: string;
    type: string;
    custom: boolean;
    inputs: object;
}

export interface StepJson {
    op: string;
    urn: string;
    oldState?: StateJson;
    newState?: StateJson;
    detailedDiff?: Record<string, { kind: string; inputDiff: boolean }> | null;
    diffReasons?: string[];
    replaceReasons?: string[];
}

export const urnOf = (type: string, name: string) => `urn:pulumi:test::shop::${type}::${name}`;

export const state = (type: string, name: string, inputs: object, options: Options = {}): StateJson => ({
    urn: urnOf(type, name),
    type,
    custom: true,
    inputs,
    ...options,
});

/** Changed fields as `{ field: "update-replace" }`. */
export const diff = (fields: Record<string, string>): StepJson["detailedDiff"] =>
    Object.fromEntries(Object.entries(fields).map(([field, kind]) => [field, { kind, inputDiff: true }]));

export const same = (was: StateJson, is: StateJson = was): StepJson => ({ op: "same", urn: is.urn, oldState: was, newState: is });
export const create = (is: StateJson): StepJson => ({ op: "create", urn: is.urn, newState: is });
export const remove = (was: StateJson): StepJson => ({ op: "delete", urn: was.urn, oldState: was });
export const update = (was: StateJson, is: StateJson, fields: Record<string, string> = {}): StepJson => ({
    op: "update",
    urn: is.urn,
    oldState: was,
    newState: is,
    detailedDiff: diff(fields),
});
export const replace = (was: StateJson, is: StateJson, fields: Record<string, string> = {}): StepJson => ({
    ...update(was, is, fields),
    op: "replace",
    replaceReasons: Object.keys(fields).map((field) => field.split(".")[0]),
});

export interface Extra {
    config?: Record<string, string>;
    diagnostics?: object[];
    changeSummary?: Record<string, number>;
}

/** The whole document; the summary counts the steps, as the engine does, unless another is given. */
export function preview(steps: StepJson[], extra: Extra = {}): object {
    const changeSummary: Record<string, number> = {};
    for (const { op } of steps) changeSummary[op] = (changeSummary[op] ?? 0) + 1;
    return { steps, changeSummary, ...extra };
}

/** The review, and the row of the resource with that name in the program. */
export function rowOf(steps: StepJson[], name: string, extra: Extra = {}): { row: Row; all: Review } {
    const all = review(preview(steps, extra));
    const row = all.rows.find(({ urn }) => urn.endsWith(`::${name}`));
    if (!row) throw new Error(`there is no row for ${name}: ${JSON.stringify(all.rows.map(({ urn }) => urn))}`);
    return { row, all };
}

const pvc = "kubernetes:core/v1:PersistentVolumeClaim";
const meta = (name: string, namespace: string) => ({ name, namespace });

export const claim = (spec: object = {}, options: Options = {}, metadata = meta("data-db-0", "shop")): StateJson =>
    state(
        pvc,
        "claim",
        {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata,
            spec: { accessModes: ["ReadWriteOnce"], storageClassName: "fast", resources: { requests: { storage: "1Gi" } }, ...spec },
        },
        options,
    );

export const storageClass = (fields: object = {}): StateJson =>
    state("kubernetes:storage.k8s.io/v1:StorageClass", "class", {
        metadata: { name: "fast" },
        provisioner: "csi.example.com",
        reclaimPolicy: "Retain",
        ...fields,
    });

export const statefulSet = (spec: object = {}, metadata: object = meta("db", "shop"), options: Options = {}): StateJson =>
    state(
        "kubernetes:apps/v1:StatefulSet",
        "set",
        {
            metadata,
            spec: {
                replicas: 3,
                serviceName: "db",
                template: { spec: { containers: [{ name: "db", image: "db:1" }] } },
                volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { resources: { requests: { storage: "1Gi" } } } }],
                ...spec,
            },
        },
        options,
    );

export const namespace = (name = "shop", options: Options = {}): StateJson =>
    state("kubernetes:core/v1:Namespace", "namespace", { metadata: { name } }, options);

export const secret = (fields: object = {}, options: Options = {}): StateJson =>
    state(
        "kubernetes:core/v1:Secret",
        "secret",
        { metadata: meta("password", "shop"), type: "Opaque", data: { password: "[secret]" }, ...fields },
        options,
    );
