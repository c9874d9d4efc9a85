package provider

import (
	"context"
	"fmt"
	"reflect"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func judgeNamespace(_ context.Context, _ *cluster, obj *unstructured.Unstructured, _ view) verdict {
	if text(obj, "status", "phase") == "Terminating" {
		return verdict{failed: "the namespace is being deleted"}
	}
	return verdict{ready: true}
}

func judgeVolume(_ context.Context, _ *cluster, obj *unstructured.Unstructured, _ view) verdict {
	switch phase := text(obj, "status", "phase"); phase {
	case "Available", "Bound", "Released":
		return verdict{ready: true}
	case "Failed":
		return verdict{failed: "the volume failed: " + text(obj, "status", "message")}
	}
	return verdict{waiting: "Waiting for the volume to be available"}
}

const classesFeed = "classes"

var classResource = schema.GroupVersionResource{Group: "storage.k8s.io", Version: "v1", Resource: "storageclasses"}

// judgeClaim waits until the claim is bound. A claim of a class that waits for its first consumer is ready while it is pending: the
// consumer may well be made after it.
func judgeClaim(_ context.Context, _ *cluster, obj *unstructured.Unstructured, seen view) verdict {
	switch text(obj, "status", "phase") {
	case "Bound":
		return verdict{ready: true}
	case "Lost":
		return verdict{failed: fmt.Sprintf("the claim lost its volume %q", text(obj, "spec", "volumeName"))}
	}
	class := classOf(obj, seen.all(classesFeed))
	switch {
	case class != nil && text(class, "volumeBindingMode") == "WaitForFirstConsumer":
		return verdict{ready: true}
	case class == nil && text(obj, "spec", "storageClassName") != "":
		return verdict{waiting: fmt.Sprintf("Waiting for the claim to be bound; no storage class %q exists", text(obj, "spec", "storageClassName"))}
	}
	return verdict{waiting: "Waiting for the claim to be bound"}
}

func classFeeds(c *cluster, _ *unstructured.Unstructured) []feed {
	return []feed{{classesFeed, c.dynamic.Resource(classResource), metav1.ListOptions{}}}
}

// classOf is the claim's storage class: the one it names, or the cluster's default if it names none. An empty name asks for no class.
func classOf(claim *unstructured.Unstructured, classes []*unstructured.Unstructured) *unstructured.Unstructured {
	name, named, _ := unstructured.NestedString(claim.Object, "spec", "storageClassName")
	for _, class := range classes {
		if named && class.GetName() == name || !named && class.GetAnnotations()["storageclass.kubernetes.io/is-default-class"] == "true" {
			return class
		}
	}
	return nil
}

// judgeQuota waits until the quota controller has taken the limits over.
func judgeQuota(_ context.Context, _ *cluster, obj *unstructured.Unstructured, _ view) verdict {
	asked, _, _ := unstructured.NestedMap(obj.Object, "spec", "hard")
	seen, _, _ := unstructured.NestedMap(obj.Object, "status", "hard")
	if reflect.DeepEqual(asked, seen) {
		return verdict{ready: true}
	}
	return verdict{waiting: "Waiting for the quota to be enforced"}
}

// judgeDefinition waits until the new kind is served.
func judgeDefinition(_ context.Context, _ *cluster, obj *unstructured.Unstructured, _ view) verdict {
	if c := conditionOf(obj, "NamesAccepted"); c.status == "False" {
		return verdict{failed: "its names are taken: " + c.message}
	}
	if conditionOf(obj, "Established").status == "True" {
		return verdict{ready: true}
	}
	return verdict{waiting: "Waiting for the definition to be established"}
}
