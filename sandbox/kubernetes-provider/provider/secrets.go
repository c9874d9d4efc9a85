package provider

import (
	"encoding/base64"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// foldStringData moves a Secret's stringData into data, base64-encoded and winning over data, as the API server does on the way in.
// Sent as stringData, a key that is later removed from the program would stay in the object.
func foldStringData(inputs resource.PropertyMap) resource.PropertyMap {
	text, ok := at(inputs, "stringData")
	if !ok || !text.IsObject() {
		return inputs
	}
	folded := resource.PropertyMap{}
	if data, ok := at(inputs, "data"); ok && data.IsObject() {
		folded = data.ObjectValue().Copy()
	}
	for key, value := range text.ObjectValue() {
		value = bare(value)
		switch {
		case value.IsString():
			folded[key] = resource.MakeSecret(resource.NewStringProperty(base64.StdEncoding.EncodeToString([]byte(value.StringValue()))))
		default: // unknown, or something for the API server to refuse
			folded[key] = value
		}
	}
	out := inputs.Copy()
	delete(out, "stringData")
	out["data"] = resource.NewObjectProperty(folded)
	return out
}

// hideSecretData marks what a Secret holds as secret, so that it is encrypted in the state whatever the program said.
func hideSecretData(gvk schema.GroupVersionKind, m resource.PropertyMap) resource.PropertyMap {
	if gvk.Group != "" || gvk.Kind != "Secret" {
		return m
	}
	out := m.Copy()
	for _, field := range []resource.PropertyKey{"data", "stringData"} {
		if v, ok := out[field]; ok && !v.IsSecret() && !v.IsComputed() && !v.IsNull() {
			out[field] = resource.MakeSecret(v)
		}
	}
	return out
}

// carrySecrets marks in to whatever is marked as secret at the same place in from.
func carrySecrets(from, to resource.PropertyValue) resource.PropertyValue {
	if from.IsSecret() {
		if to.IsSecret() || to.IsNull() {
			return to
		}
		return resource.MakeSecret(to)
	}
	switch {
	case from.IsObject() && to.IsObject():
		out := to.ObjectValue().Copy()
		for key, value := range from.ObjectValue() {
			if there, ok := out[key]; ok {
				out[key] = carrySecrets(value, there)
			}
		}
		return resource.NewObjectProperty(out)
	case from.IsArray() && to.IsArray() && len(from.ArrayValue()) == len(to.ArrayValue()):
		out := make([]resource.PropertyValue, len(to.ArrayValue()))
		for i, value := range from.ArrayValue() {
			out[i] = carrySecrets(value, to.ArrayValue()[i])
		}
		return resource.NewArrayProperty(out)
	case from.IsArray() && to.IsArray() && from.ContainsSecrets():
		return resource.MakeSecret(to)
	}
	return to
}
