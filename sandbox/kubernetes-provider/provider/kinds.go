package provider

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// typeOf reads group, version and kind out of a resource's type token, `kubernetes:<group/version>:<Kind>`.
// The core group is spelled "core" there and "" in the API.
func typeOf(urn resource.URN) schema.GroupVersionKind {
	parts := strings.SplitN(string(urn.Type()), ":", 3)
	if len(parts) != 3 {
		return schema.GroupVersionKind{}
	}
	group, version, _ := strings.Cut(parts[1], "/")
	if version == "" {
		group, version = "", group
	}
	if group == "core" {
		group = ""
	}
	return schema.GroupVersionKind{Group: group, Version: version, Kind: parts[2]}
}

// kindOf is the kind an object is sent as: what its inputs say, and else what its type token says.
func kindOf(urn resource.URN, inputs resource.PropertyMap) schema.GroupVersionKind {
	fallback := typeOf(urn)
	apiVersion, kind := textAt(inputs, "apiVersion"), textAt(inputs, "kind")
	if apiVersion == "" || kind == "" {
		if isBuiltInGroup(fallback.Group) {
			fallback.Kind = strings.TrimSuffix(fallback.Kind, "Patch")
		}
		return fallback
	}
	return schema.FromAPIVersionAndKind(apiVersion, kind)
}

// isPatch says whether the resource is one of the SDK's `<Kind>Patch` classes: fields laid over an object somebody else made.
func isPatch(urn resource.URN, gvk schema.GroupVersionKind) bool {
	return typeOf(urn).Kind == gvk.Kind+"Patch"
}

// isList says whether the resource is one of the SDK's `<Kind>List` classes, which exist for YAML and can't be made.
func isList(urn resource.URN, inputs resource.PropertyMap) bool {
	if !strings.HasSuffix(typeOf(urn).Kind, "List") {
		return false
	}
	_, hasItems := inputs["items"]
	return hasItems || isBuiltInGroup(typeOf(urn).Group)
}

// builtInGroups are the API groups Kubernetes itself serves. No CustomResourceDefinition can add a kind to them.
var builtInGroups = setOf(
	"", "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "apps", "authentication.k8s.io",
	"authorization.k8s.io", "autoscaling", "batch", "certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io",
	"events.k8s.io", "extensions", "flowcontrol.apiserver.k8s.io", "internal.apiserver.k8s.io", "networking.k8s.io",
	"node.k8s.io", "policy", "rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io",
	"storagemigration.k8s.io",
)

func isBuiltInGroup(group string) bool { return builtInGroups[group] }

// clusterScoped lists the built-in kinds that live outside namespaces; every other built-in kind lives in one. It is a table so
// that a preview in which nothing changes needs no cluster.
var clusterScoped = setOf(
	"/ComponentStatus", "/Namespace", "/Node", "/PersistentVolume",
	"admissionregistration.k8s.io/MutatingAdmissionPolicy", "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
	"admissionregistration.k8s.io/MutatingWebhookConfiguration", "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
	"admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding", "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
	"apiextensions.k8s.io/CustomResourceDefinition", "apiregistration.k8s.io/APIService",
	"authentication.k8s.io/SelfSubjectReview", "authentication.k8s.io/TokenReview",
	"authorization.k8s.io/SelfSubjectAccessReview", "authorization.k8s.io/SelfSubjectRulesReview",
	"authorization.k8s.io/SubjectAccessReview", "certificates.k8s.io/CertificateSigningRequest",
	"certificates.k8s.io/ClusterTrustBundle", "extensions/PodSecurityPolicy", "flowcontrol.apiserver.k8s.io/FlowSchema",
	"flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration", "internal.apiserver.k8s.io/StorageVersion",
	"networking.k8s.io/ClusterCIDR", "networking.k8s.io/IPAddress", "networking.k8s.io/IngressClass", "networking.k8s.io/ServiceCIDR",
	"node.k8s.io/RuntimeClass", "policy/PodSecurityPolicy", "rbac.authorization.k8s.io/ClusterRole",
	"rbac.authorization.k8s.io/ClusterRoleBinding", "resource.k8s.io/DeviceClass", "resource.k8s.io/DeviceTaintRule",
	"resource.k8s.io/ResourceSlice", "scheduling.k8s.io/PriorityClass", "storage.k8s.io/CSIDriver", "storage.k8s.io/CSINode",
	"storage.k8s.io/StorageClass", "storage.k8s.io/VolumeAttachment", "storage.k8s.io/VolumeAttributesClass",
	"storagemigration.k8s.io/StorageVersionMigration",
)

// builtInScope answers whether a kind lives in a namespace, for kinds Kubernetes itself serves; known is false for any other kind.
func builtInScope(gvk schema.GroupVersionKind) (namespaced, known bool) {
	if !isBuiltInGroup(gvk.Group) {
		return false, false
	}
	return !clusterScoped[gvk.Group+"/"+gvk.Kind], true
}

func setOf(items ...string) map[string]bool {
	set := make(map[string]bool, len(items))
	for _, item := range items {
		set[item] = true
	}
	return set
}

func kindFrom(apiVersion, kind string) schema.GroupVersionKind {
	return schema.FromAPIVersionAndKind(apiVersion, kind)
}
