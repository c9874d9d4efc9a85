/** Objects must say their own name, and where they are: an auto-named or default-namespaced object is lost by an ordinary change. */

import { kindOf, typeKey } from "../../policies/review/kinds";
import type { RecordedResource } from "./recording";
import { unknown } from "./wire";

/** Kinds without a namespace, of Kubernetes and of what is often added to it. */
export const clusterWide: readonly string[] = [
    "admissionregistration.k8s.io/MutatingAdmissionPolicy",
    "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
    "admissionregistration.k8s.io/MutatingWebhookConfiguration",
    "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
    "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
    "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
    "apiextensions.k8s.io/CustomResourceDefinition",
    "apiregistration.k8s.io/APIService",
    "auditregistration.k8s.io/AuditSink",
    "certificates.k8s.io/CertificateSigningRequest",
    "certificates.k8s.io/ClusterTrustBundle",
    "core/Namespace",
    "core/Node",
    "core/PersistentVolume",
    "extensions/PodSecurityPolicy",
    "flowcontrol.apiserver.k8s.io/FlowSchema",
    "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration",
    "networking.k8s.io/ClusterCIDR",
    "networking.k8s.io/IngressClass",
    "networking.k8s.io/IPAddress",
    "networking.k8s.io/ServiceCIDR",
    "node.k8s.io/RuntimeClass",
    "policy/PodSecurityPolicy",
    "rbac.authorization.k8s.io/ClusterRole",
    "rbac.authorization.k8s.io/ClusterRoleBinding",
    "resource.k8s.io/DeviceClass",
    "resource.k8s.io/DeviceTaintRule",
    "resource.k8s.io/ResourceClass",
    "resource.k8s.io/ResourceSlice",
    "scheduling.k8s.io/PriorityClass",
    "snapshot.storage.k8s.io/VolumeSnapshotClass",
    "snapshot.storage.k8s.io/VolumeSnapshotContent",
    "storage.k8s.io/CSIDriver",
    "storage.k8s.io/CSINode",
    "storage.k8s.io/StorageClass",
    "storage.k8s.io/VolumeAttachment",
    "storage.k8s.io/VolumeAttributesClass",
    "storagemigration.k8s.io/StorageVersionMigration",
];

/** Of other custom resources nobody can say here whether they have a namespace; those that hold data have. */
const needsNamespace = (type: string): boolean =>
    !clusterWide.includes(typeKey(type)) && (isBuiltIn(type) || ["data", "backup"].includes(kindOf(type)?.role ?? ""));

/** True for the kinds of Kubernetes itself. */
export const isBuiltIn = (type: string): boolean => /^kubernetes:([a-z]+|[a-z]+(\.(authorization|apiserver))?\.k8s\.io)\/v\w+:/.test(type);

/** Patches change what someone else made; charts and files of manifests name their objects themselves. */
const isObject = (type: string): boolean =>
    type.startsWith("kubernetes:") &&
    !/^kubernetes:(helm\.sh|yaml|kustomize)\//.test(type) &&
    !(isBuiltIn(type) && /(Patch|List)$/.test(type));

/** What an object lacks of its identity. */
export function nameProblems({ type, name, inputs }: RecordedResource): string[] {
    // A preview may not know the metadata as a whole.
    if (!isObject(type) || inputs.metadata === unknown) {
        return [];
    }
    const needed = needsNamespace(type) ? ["name", "namespace"] : ["name"];
    return needed.filter((key) => !inputs.metadata?.[key]).map((key) => `${name}: a ${type} without metadata.${key}`);
}
