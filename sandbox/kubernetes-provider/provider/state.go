package provider

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// What a resource's state holds beside the live object.
const (
	inputsKey            resource.PropertyKey = "__inputs"            // the inputs last applied
	initialAPIVersionKey resource.PropertyKey = "__initialApiVersion" // the apiVersion it was first made with
	fieldManagerKey      resource.PropertyKey = "__fieldManager"      // the server-side-apply manager that owns its fields
	importedKey          resource.PropertyKey = "__imported"          // set while the inputs were read from the cluster, not applied
)

// checkpoint builds the state to store: the live object with its bookkeeping. managedFields are left out: they change with every
// status report and say nothing to a program.
func checkpoint(
	gvk schema.GroupVersionKind, inputs resource.PropertyMap, live *unstructured.Unstructured, initialAPIVersion, fieldManager string,
) resource.PropertyMap {
	copied := live.DeepCopy()
	unstructured.RemoveNestedField(copied.Object, "metadata", "managedFields")
	out := carrySecrets(resource.NewObjectProperty(inputs), resource.NewObjectProperty(properties(copied))).ObjectValue()
	out = hideSecretData(gvk, out)
	out[inputsKey] = resource.NewObjectProperty(hideSecretData(gvk, inputs))
	out[initialAPIVersionKey] = resource.NewStringProperty(initialAPIVersion)
	out[fieldManagerKey] = resource.NewStringProperty(fieldManager)
	return out
}

// planned is the state a preview reports where the API server could not be asked: the inputs stand for the object.
func planned(inputs, state resource.PropertyMap) resource.PropertyMap {
	out := inputs.Copy()
	out[inputsKey] = resource.NewObjectProperty(inputs)
	for _, key := range []resource.PropertyKey{initialAPIVersionKey, fieldManagerKey} {
		if v, ok := state[key]; ok {
			out[key] = v
		}
	}
	return out
}

// storedInputs are the inputs a state was made from.
func storedInputs(state resource.PropertyMap) resource.PropertyMap {
	if v, ok := at(state, inputsKey); ok && v.IsObject() {
		return v.ObjectValue()
	}
	return resource.PropertyMap{}
}

func isImported(state resource.PropertyMap) bool {
	v, ok := at(state, importedKey)
	return ok && v.IsBool() && v.BoolValue()
}
