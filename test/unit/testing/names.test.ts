/** Which objects must say their own name and namespace. */

import { clusterWide, isBuiltIn, nameProblems } from "../../../components/testing/names";
import type { RecordedResource } from "../../../components/testing/recording";
import { schemasOfKubernetes } from "../../../components/testing/schemas/schemas";

/** What an object with this metadata lacks. */
const lacks = (type: string, metadata: object): string[] =>
    nameProblems({ type, name: "x", inputs: { metadata } } as RecordedResource).map((problem) =>
        problem.slice(problem.lastIndexOf(".") + 1),
    );

it.each<[string, string[]]>([
    ["kubernetes:apps/v1:StatefulSet", ["name", "namespace"]],
    ["kubernetes:networking.k8s.io/v1:Ingress", ["name", "namespace"]],
    ["kubernetes:rbac.authorization.k8s.io/v1:Role", ["name", "namespace"]],
    ["kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", ["name"]],
    ["kubernetes:core/v1:Namespace", ["name"]],
    // Custom resources: those that hold data have a namespace; of others it isn't known.
    ["kubernetes:postgresql.cnpg.io/v1:Cluster", ["name", "namespace"]],
    ["kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot", ["name", "namespace"]],
    ["kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotContent", ["name"]],
    ["kubernetes:cert-manager.io/v1:ClusterIssuer", ["name"]],
    ["kubernetes:example.com/v1:AccessList", ["name"]],
    // Not an object, or not one of ours
    ["kubernetes:core/v1:ConfigMapPatch", []],
    ["kubernetes:core/v1:ConfigMapList", []],
    ["kubernetes:helm.sh/v3:Release", []],
    ["aws:s3/bucket:Bucket", []],
])("%s needs %j", (type, needed) => {
    expect(lacks(type, {})).toEqual(needed);
    expect(lacks(type, { name: "a", namespace: "b" })).toEqual([]);
});

it("knows kinds without a namespace that exist", () => {
    const kinds = new Set(Object.keys(schemasOfKubernetes()).map((name) => name.replace(/\.v\w+\./, "/")));
    const own = clusterWide.filter((key) => isBuiltIn(`kubernetes:${key.replace("/", "/v1:")}`));
    expect(own.length).toBeGreaterThan(30);
    expect(own.map((key) => key.replace(/\.[^/]*/, "")).filter((key) => !kinds.has(key))).toEqual([]);
});

it("takes no custom resource for one of Kubernetes", () => {
    expect(isBuiltIn("kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot")).toBe(false);
    expect(isBuiltIn("kubernetes:apps.example.com/v1:StatefulSet")).toBe(false);
    expect(isBuiltIn("kubernetes:apps/v1beta2:StatefulSet")).toBe(true);
    expect(isBuiltIn("kubernetes:flowcontrol.apiserver.k8s.io/v1:FlowSchema")).toBe(true);
});
