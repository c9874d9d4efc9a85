package provider

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const (
	autonamedAnnotation = "pulumi.com/autonamed"
	// nameSuffixLength is the number of hexadecimal digits after the resource's name and a dash.
	nameSuffixLength = 8
)

func isAutonamed(m resource.PropertyMap) bool { return annotationOf(m, autonamedAnnotation) == "true" }

// autoname gives an object without a name of its own one: the name it had, what the engine proposes, or the resource's name and a
// random suffix. It answers the metadata to use.
func autoname(urn resource.URN, metadata, olds resource.PropertyMap, seed []byte, rule *pulumirpc.CheckRequest_AutonamingOptions) (resource.PropertyMap, error) {
	if given, ok := metadata["name"]; ok && !bare(given).IsNull() && !(bare(given).IsString() && bare(given).StringValue() == "") {
		return metadata, nil
	}
	if textAt(metadata, "generateName") != "" {
		return metadata, nil
	}
	if old := textAt(olds, "metadata", "name"); old != "" && isAutonamed(olds) {
		return named(metadata, old), nil
	}
	switch {
	case rule == nil || rule.GetMode() == pulumirpc.CheckRequest_AutonamingOptions_PROPOSE && rule.GetProposedName() == "":
		name, err := resource.NewUniqueName(seed, urn.Name()+"-", nameSuffixLength, 0, []rune("0123456789abcdef"))
		return named(metadata, name), err
	case rule.GetMode() == pulumirpc.CheckRequest_AutonamingOptions_DISABLE:
		return nil, fmt.Errorf("metadata.name is missing and the project turns automatic naming off: set metadata.name")
	default:
		return named(metadata, rule.GetProposedName()), nil
	}
}

func named(metadata resource.PropertyMap, name string) resource.PropertyMap {
	out := metadata.Copy()
	out["name"] = resource.NewStringProperty(name)
	annotations := resource.PropertyMap{}
	if v := bare(metadata["annotations"]); v.IsObject() {
		annotations = v.ObjectValue().Copy()
	} else if v.IsComputed() {
		return out // the mark can't be added to annotations that aren't known yet
	}
	annotations[autonamedAnnotation] = resource.NewStringProperty("true")
	out["annotations"] = resource.NewObjectProperty(annotations)
	return out
}
