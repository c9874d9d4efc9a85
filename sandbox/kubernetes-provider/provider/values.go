package provider

import (
	"fmt"
	"math"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// unmarshal reads a request's properties, unknown and secret values kept as such.
func unmarshal(label string, from *structpb.Struct) (resource.PropertyMap, error) {
	if from == nil {
		return resource.PropertyMap{}, nil
	}
	return plugin.UnmarshalProperties(from, plugin.MarshalOptions{
		Label: label, KeepUnknowns: true, KeepSecrets: true, SkipNulls: true, RejectAssets: true,
	})
}

// marshal is the way back.
func marshal(label string, from resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(from, plugin.MarshalOptions{Label: label, KeepUnknowns: true, KeepSecrets: true, SkipNulls: true})
}

// bare strips the marks of secrets and outputs off one value, not off its children.
func bare(v resource.PropertyValue) resource.PropertyValue {
	for {
		switch {
		case v.IsSecret():
			v = v.SecretValue().Element
		case v.IsOutput():
			if !v.OutputValue().Known {
				return resource.MakeComputed(resource.NewStringProperty(""))
			}
			v = v.OutputValue().Element
		default:
			return v
		}
	}
}

// hasUnknowns says whether any value is only known once something else has been made.
func hasUnknowns(v resource.PropertyValue) bool {
	v = bare(v)
	switch {
	case v.IsComputed():
		return true
	case v.IsArray():
		for _, item := range v.ArrayValue() {
			if hasUnknowns(item) {
				return true
			}
		}
	case v.IsObject():
		for _, item := range v.ObjectValue() {
			if hasUnknowns(item) {
				return true
			}
		}
	}
	return false
}

// at follows keys into nested maps; ok is false where the path ends early or at an unknown.
func at(m resource.PropertyMap, path ...resource.PropertyKey) (resource.PropertyValue, bool) {
	for i, key := range path {
		v, ok := m[key]
		if !ok {
			return resource.PropertyValue{}, false
		}
		v = bare(v)
		if i == len(path)-1 {
			return v, !v.IsNull()
		}
		if !v.IsObject() {
			return resource.PropertyValue{}, false
		}
		m = v.ObjectValue()
	}
	return resource.PropertyValue{}, false
}

// textAt is the string at a path, or "".
func textAt(m resource.PropertyMap, path ...resource.PropertyKey) string {
	if v, ok := at(m, path...); ok && v.IsString() {
		return v.StringValue()
	}
	return ""
}

// annotationOf reads one annotation out of inputs or state, or "".
func annotationOf(m resource.PropertyMap, name string) string {
	return textAt(m, "metadata", "annotations", resource.PropertyKey(name))
}

// plain turns a property value into what encoding/json would give, whole numbers as int64 as the Kubernetes machinery wants them.
// Unknown values must have been ruled out.
func plain(v resource.PropertyValue) (any, error) {
	v = bare(v)
	switch {
	case v.IsNull():
		return nil, nil
	case v.IsBool():
		return v.BoolValue(), nil
	case v.IsNumber():
		n := v.NumberValue()
		if n == math.Trunc(n) && math.Abs(n) < 1<<53 {
			return int64(n), nil
		}
		return n, nil
	case v.IsString():
		return v.StringValue(), nil
	case v.IsArray():
		list := make([]any, 0, len(v.ArrayValue()))
		for _, item := range v.ArrayValue() {
			p, err := plain(item)
			if err != nil {
				return nil, err
			}
			list = append(list, p)
		}
		return list, nil
	case v.IsObject():
		return plainMap(v.ObjectValue())
	case v.IsComputed():
		return nil, fmt.Errorf("a value is not known yet")
	default:
		return nil, fmt.Errorf("a %s can't be part of a Kubernetes object: pass its contents as a string", v.TypeString())
	}
}

func plainMap(m resource.PropertyMap) (map[string]any, error) {
	out := make(map[string]any, len(m))
	for key, value := range m {
		p, err := plain(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		if p != nil {
			out[string(key)] = p
		}
	}
	return out, nil
}

// properties turns an object of the cluster into property values.
func properties(obj *unstructured.Unstructured) resource.PropertyMap {
	return resource.NewPropertyMapFromMap(obj.Object)
}
