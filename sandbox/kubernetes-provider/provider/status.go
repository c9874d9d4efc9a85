package provider

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// condition is one entry of status.conditions; all fields are empty where the object has none of that type.
type condition struct {
	kind, status, reason, message string
	// observed is the generation of the object that it speaks about; the newest one where nobody says.
	observed int64
}

func conditionsOf(obj *unstructured.Unstructured) []condition {
	list, _, _ := unstructured.NestedSlice(obj.Object, "status", "conditions")
	var out []condition
	for _, item := range list {
		entry, ok := item.(map[string]any)
		if !ok {
			continue
		}
		field := func(name string) string { s, _ := entry[name].(string); return s }
		generation, ok := entry["observedGeneration"].(int64)
		if !ok {
			generation = number(obj, obj.GetGeneration(), "status", "observedGeneration")
		}
		out = append(out, condition{field("type"), field("status"), field("reason"), field("message"), generation})
	}
	return out
}

func conditionOf(obj *unstructured.Unstructured, kind string) condition {
	for _, c := range conditionsOf(obj) {
		if c.kind == kind {
			return c
		}
	}
	return condition{}
}

func text(obj *unstructured.Unstructured, path ...string) string {
	s, _, _ := unstructured.NestedString(obj.Object, path...)
	return s
}

func flag(obj *unstructured.Unstructured, path ...string) bool {
	b, _, _ := unstructured.NestedBool(obj.Object, path...)
	return b
}

func number(obj *unstructured.Unstructured, byDefault int64, path ...string) int64 {
	n, ok, _ := unstructured.NestedInt64(obj.Object, path...)
	if !ok {
		return byDefault
	}
	return n
}

// observed says whether the object's controller has seen its newest version; the status speaks about an older one until then.
func observed(obj *unstructured.Unstructured) bool {
	return number(obj, 0, "status", "observedGeneration") >= obj.GetGeneration()
}

func fromUnstructured(raw map[string]any, into any) error {
	return runtime.DefaultUnstructuredConverter.FromUnstructured(raw, into)
}
