package provider

import (
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// writtenByOthers are fields of any object that the API server or its controllers fill in.
var writtenByOthers = [][]string{
	{"status"}, {"metadata", "managedFields"}, {"metadata", "uid"}, {"metadata", "resourceVersion"}, {"metadata", "generation"},
	{"metadata", "creationTimestamp"}, {"metadata", "deletionTimestamp"}, {"metadata", "deletionGracePeriodSeconds"},
	{"metadata", "selfLink"}, {"metadata", "ownerReferences"}, {"metadata", "generateName"},
}

// bookkeeping are annotations and labels that controllers keep on objects of any kind.
var bookkeeping = map[string][]string{
	"annotations": {
		"kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision", "deprecated.daemonset.template.generation",
		"pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller", "pv.kubernetes.io/provisioned-by",
		"volume.beta.kubernetes.io/storage-provisioner", "volume.kubernetes.io/storage-provisioner", "volume.kubernetes.io/selected-node",
		"volume.kubernetes.io/provisioner-deletion-secret-name", "volume.kubernetes.io/provisioner-deletion-secret-namespace",
	},
	"labels": {"kubernetes.io/metadata.name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name"},
}

// importedInputs are the inputs that describe a live object: everything in it but what the server, its controllers and the API's
// defaults put there.
func importedInputs(gvk schema.GroupVersionKind, live *unstructured.Unstructured) resource.PropertyMap {
	obj := live.DeepCopy().Object
	if gvk.Group == "" && gvk.Kind == "PersistentVolumeClaim" {
		dropBinding(obj)
	}
	for _, path := range writtenByOthers {
		unstructured.RemoveNestedField(obj, path...)
	}
	for field, names := range bookkeeping {
		for _, name := range names {
			unstructured.RemoveNestedField(obj, "metadata", field, name)
		}
		if left, ok, _ := unstructured.NestedMap(obj, "metadata", field); ok && len(left) == 0 {
			unstructured.RemoveNestedField(obj, "metadata", field)
		}
	}
	dropProtectionFinalizers(obj)
	dropDefaults(gvk, obj)
	return resource.NewPropertyMapFromMap(obj)
}

// dropBinding takes out of a claim what was filled in for it: the volume that the cluster chose (where a program chose one, the claim
// doesn't say so), and the second spelling of its source. Without the volume's name a program would seem to want another claim.
func dropBinding(obj map[string]any) {
	annotations, _, _ := unstructured.NestedStringMap(obj, "metadata", "annotations")
	if annotations["pv.kubernetes.io/bound-by-controller"] != "" {
		unstructured.RemoveNestedField(obj, "spec", "volumeName")
	}
	source, ok, _ := unstructured.NestedFieldNoCopy(obj, "spec", "dataSource")
	reference, _, _ := unstructured.NestedFieldNoCopy(obj, "spec", "dataSourceRef")
	if ok && reflect.DeepEqual(source, reference) {
		unstructured.RemoveNestedField(obj, "spec", "dataSourceRef")
	}
}

// dropProtectionFinalizers takes the finalizers out that Kubernetes adds to volumes and claims.
func dropProtectionFinalizers(obj map[string]any) {
	finalizers, ok, _ := unstructured.NestedStringSlice(obj, "metadata", "finalizers")
	if !ok {
		return
	}
	builtIn := setOf("kubernetes.io/pv-protection", "kubernetes.io/pvc-protection", "external-provisioner.volume.kubernetes.io/finalizer",
		"kubernetes.io/vac-protection", "snapshot.storage.kubernetes.io/pvc-as-source-protection",
		"snapshot.storage.kubernetes.io/volumesnapshot-as-source-protection", "snapshot.storage.kubernetes.io/volumesnapshot-bound-protection",
		"customresourcecleanup.apiextensions.k8s.io", "service.kubernetes.io/load-balancer-cleanup")
	var kept []string
	for _, finalizer := range finalizers {
		if !builtIn[finalizer] {
			kept = append(kept, finalizer)
		}
	}
	if len(kept) == 0 {
		unstructured.RemoveNestedField(obj, "metadata", "finalizers")
		return
	}
	_ = unstructured.SetNestedStringSlice(obj, kept, "metadata", "finalizers")
}

// withoutDefaults drops the changes of an imported object that change nothing in it: what the program spells out and the object has
// already, and what the program leaves to the API although somebody once set it to the same value.
func withoutDefaults(changes []change, state resource.PropertyMap) []change {
	var kept []change
	for _, c := range changes {
		if c.kind != deleted && agrees(c, state) {
			continue
		}
		kept = append(kept, c)
	}
	return kept
}

// agrees says whether the live object in the state has what the change would set already.
func agrees(c change, state resource.PropertyMap) bool {
	if hasUnknowns(c.new) {
		return false
	}
	there := resource.NewObjectProperty(state)
	field := ""
	for _, step := range c.path {
		there = bare(there)
		switch s := step.(type) {
		case string:
			if !there.IsObject() {
				return false
			}
			there = there.ObjectValue()[resource.PropertyKey(s)]
			if quantityMaps[field] {
				s = quantityKey
			}
			field = s
		case int:
			if !there.IsArray() || s >= len(there.ArrayValue()) {
				return false
			}
			there = there.ArrayValue()[s]
		}
	}
	live, err := plain(there)
	if err != nil {
		return false
	}
	seen, keep := project(field, c.new, live)
	return keep && len(compare(nil, seen, c.new)) == 0
}
