package provider

import (
	"encoding/json"
	"reflect"
	"sort"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

// withoutUnknownFields drops what a built-in kind has no field for, and answers the paths of what it dropped. Such a field changes
// nothing in the cluster, so it must not plan an update; sent by server-side apply it would be refused. Custom kinds are left as they
// are: only the cluster knows their schema.
func withoutUnknownFields(gvk schema.GroupVersionKind, inputs resource.PropertyMap) (resource.PropertyMap, []string) {
	kind, ok := scheme.Scheme.AllKnownTypes()[gvk]
	if !ok {
		return inputs, nil
	}
	var dropped []string
	kept := prune(nil, resource.NewObjectProperty(inputs), kind, &dropped)
	sort.Strings(dropped)
	return kept.ObjectValue(), dropped
}

var jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()

// prune keeps of a value what its Go type has a place for. Types that read their own JSON (quantities, times) are leaves.
func prune(path []any, v resource.PropertyValue, t reflect.Type, dropped *[]string) resource.PropertyValue {
	if v.IsSecret() {
		return resource.MakeSecret(prune(path, v.SecretValue().Element, t, dropped))
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(jsonUnmarshaler) {
		return v
	}
	switch {
	case v.IsObject() && t.Kind() == reflect.Struct:
		fields := jsonFields(t)
		out := resource.PropertyMap{}
		for key, value := range v.ObjectValue() {
			field, known := fields[string(key)]
			switch {
			case known:
				out[key] = prune(extend(path, string(key)), value, field, dropped)
			case len(path) == 0 && strings.HasPrefix(string(key), "__"):
				out[key] = value
			default:
				*dropped = append(*dropped, spell(extend(path, string(key))))
			}
		}
		return resource.NewObjectProperty(out)
	case v.IsObject() && t.Kind() == reflect.Map:
		out := resource.PropertyMap{}
		for key, value := range v.ObjectValue() {
			out[key] = prune(extend(path, string(key)), value, t.Elem(), dropped)
		}
		return resource.NewObjectProperty(out)
	case v.IsArray() && t.Kind() == reflect.Slice:
		out := make([]resource.PropertyValue, len(v.ArrayValue()))
		for i, item := range v.ArrayValue() {
			out[i] = prune(extend(path, i), item, t.Elem(), dropped)
		}
		return resource.NewArrayProperty(out)
	}
	return v
}

// jsonFields maps a struct's JSON names to their types, those of inlined structs included.
func jsonFields(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "" && (field.Anonymous || strings.Contains(options, "inline")) && field.Type.Kind() == reflect.Struct:
			for inner, innerType := range jsonFields(field.Type) {
				fields[inner] = innerType
			}
		case name != "" && name != "-":
			fields[name] = field.Type
		}
	}
	return fields
}
