package provider

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	quantities "k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// observe answers the inputs that would describe the live object: the old inputs, with what differs in the cluster put in. Fields the
// inputs don't mention belong to somebody else (the API's defaults, controllers, other managers) and stay out of it.
func observe(gvk schema.GroupVersionKind, olds resource.PropertyMap, live *unstructured.Unstructured) resource.PropertyMap {
	actual := live.DeepCopy().Object
	out := resource.PropertyMap{}
	sent := comparable(gvk, olds)
	for key, value := range sent {
		switch key {
		case "apiVersion", "kind", "status":
			// The live object may be served in another version than it was made in; status isn't the program's.
			out[key] = value
			continue
		}
		if seen, keep := project(string(key), value, actual[string(key)]); keep {
			out[key] = seen
		}
	}
	if len(compareMaps(nil, sent, out)) == 0 {
		return olds // also when a Secret was given as stringData
	}
	return out
}

// project lays the shape of an old input over the live value. keep is false if the field is gone from the object.
func project(field string, old resource.PropertyValue, live any) (seen resource.PropertyValue, keep bool) {
	if old.IsSecret() {
		inner, keep := project(field, old.SecretValue().Element, live)
		return resource.MakeSecret(inner), keep
	}
	old = bare(old)
	if live == nil {
		return old, isEmpty(old) // the API leaves empty values out
	}
	switch {
	case old.IsObject():
		if values, ok := live.(map[string]any); ok {
			return projectMap(field, old.ObjectValue(), values), true
		}
	case old.IsArray():
		if values, ok := live.([]any); ok {
			return projectList(field, old.ArrayValue(), values), true
		}
	default:
		if sameScalar(field, old, live) {
			return old, true
		}
	}
	return resource.NewPropertyValue(live), true
}

func projectMap(field string, old resource.PropertyMap, live map[string]any) resource.PropertyValue {
	out := resource.PropertyMap{}
	for key, value := range old {
		name := string(key)
		if quantityMaps[field] {
			name = quantityKey
		}
		if seen, keep := project(name, value, live[string(key)]); keep {
			out[key] = seen
		}
	}
	return resource.NewObjectProperty(out)
}

// listKeys are the fields by which items of a list are told apart where others may add items of their own, in order of preference.
var listKeys = []string{"name", "uid", "ip", "mountPath", "devicePath", "containerPort", "port", "key", "type"}

func projectList(field string, old []resource.PropertyValue, live []any) resource.PropertyValue {
	if key := listKey(old, live); key != "" {
		return projectKeyed(field, key, old, live)
	}
	if len(old) != len(live) {
		if foreignMembers[field] {
			return resource.NewArrayProperty(stillThere(old, live))
		}
		return resource.NewPropertyValue(live)
	}
	out := make([]resource.PropertyValue, len(old))
	for i := range old {
		seen, keep := project(field, old[i], live[i])
		if !keep {
			seen = resource.NewNullProperty()
		}
		out[i] = seen
	}
	return resource.NewArrayProperty(out)
}

// foreignMembers are lists of plain values that others add to.
var foreignMembers = setOf("finalizers")

func stillThere(old []resource.PropertyValue, live []any) []resource.PropertyValue {
	var out []resource.PropertyValue
	for _, item := range old {
		for _, there := range live {
			if sameScalar("", bare(item), there) {
				out = append(out, item)
				break
			}
		}
	}
	return out
}

// listKey finds the field that names the items, if every item on both sides has it and no two share it.
func listKey(old []resource.PropertyValue, live []any) string {
	if len(old) == 0 {
		return ""
	}
	for _, key := range listKeys {
		if uniqueIn(key, len(old), func(i int) any {
			if item := bare(old[i]); item.IsObject() {
				p, _ := plain(item.ObjectValue()[resource.PropertyKey(key)])
				return p
			}
			return nil
		}) && uniqueIn(key, len(live), func(i int) any {
			if item, ok := live[i].(map[string]any); ok {
				return item[key]
			}
			return nil
		}) {
			return key
		}
	}
	return ""
}

func uniqueIn(_ string, n int, valueOf func(int) any) bool {
	seen := map[any]bool{}
	for i := range n {
		value := valueOf(i)
		switch value.(type) {
		case string, int64, float64:
		default:
			return false
		}
		if seen[value] {
			return false
		}
		seen[value] = true
	}
	return true
}

// projectKeyed matches items by name; items only others know are left out, as server-side apply leaves them alone.
func projectKeyed(field, key string, old []resource.PropertyValue, live []any) resource.PropertyValue {
	byName := map[any]any{}
	for _, item := range live {
		byName[item.(map[string]any)[key]] = item
	}
	var out []resource.PropertyValue
	for _, item := range old {
		name, _ := plain(bare(item).ObjectValue()[resource.PropertyKey(key)])
		there, ok := byName[name]
		if !ok {
			continue
		}
		seen, _ := project(field, item, there)
		out = append(out, seen)
	}
	return resource.NewArrayProperty(out)
}

// quantityMaps hold amounts, which the API rewrites: "1024Mi" comes back as "1Gi".
var quantityMaps = setOf("requests", "limits", "capacity", "hard", "default", "defaultRequest", "max", "min", "maxLimitRequestRatio", "overhead")

// quantityFields are single amounts.
var quantityFields = setOf("sizeLimit", "divisor", quantityKey)

const quantityKey = "\x00quantity"

func sameScalar(field string, old resource.PropertyValue, live any) bool {
	there := resource.NewPropertyValue(live)
	if old.DeepEquals(there) {
		return true
	}
	if !quantityFields[field] {
		return false
	}
	a, errA := quantities.ParseQuantity(scalarText(old))
	b, errB := quantities.ParseQuantity(scalarText(there))
	return errA == nil && errB == nil && a.Cmp(b) == 0
}

func scalarText(v resource.PropertyValue) string {
	switch {
	case v.IsString():
		return v.StringValue()
	case v.IsNumber():
		return quantities.NewMilliQuantity(int64(v.NumberValue()*1000), quantities.DecimalSI).String()
	}
	return ""
}

func isEmpty(v resource.PropertyValue) bool {
	v = bare(v)
	switch {
	case v.IsNull():
		return true
	case v.IsString():
		return v.StringValue() == ""
	case v.IsBool():
		return !v.BoolValue()
	case v.IsNumber():
		return v.NumberValue() == 0
	case v.IsArray():
		return len(v.ArrayValue()) == 0
	case v.IsObject():
		for _, item := range v.ObjectValue() {
			if !isEmpty(item) {
				return false
			}
		}
		return true
	}
	return false
}
