package provider

import (
	"reflect"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// longestFirst orders paths so that what is inside a field is looked at before the field itself.
func longestFirst(defaults map[string]any) []string {
	paths := make([]string, 0, len(defaults))
	for path := range defaults {
		paths = append(paths, path)
	}
	sort.Slice(paths, func(i, j int) bool {
		a, b := strings.Count(paths[i], "."), strings.Count(paths[j], ".")
		return a > b || a == b && paths[i] < paths[j]
	})
	return paths
}

// dropDefault removes the field at a path if it has the default value, and maps that this leaves empty.
func dropDefault(m map[string]any, path []string, value any) {
	here, ok := m[path[0]]
	if !ok {
		return
	}
	if len(path) == 1 {
		if reflect.DeepEqual(here, value) {
			delete(m, path[0])
		}
		return
	}
	switch inner := here.(type) {
	case map[string]any:
		before := len(inner)
		dropDefault(inner, path[1:], value)
		if before > 0 && len(inner) == 0 {
			delete(m, path[0])
		}
	case []any:
		if path[1] != "*" || len(path) < 3 {
			return
		}
		for _, item := range inner {
			if element, ok := item.(map[string]any); ok {
				dropDefault(element, path[2:], value)
			}
		}
	}
}

func descend(m map[string]any, path []string) (map[string]any, bool) {
	for _, key := range path {
		inner, ok := m[key].(map[string]any)
		if !ok {
			return nil, false
		}
		m = inner
	}
	return m, true
}

func dropIfEmpty(m map[string]any, key string) {
	if inner, ok := m[key].(map[string]any); ok && len(inner) == 0 {
		delete(m, key)
	}
}

func dropNested(m map[string]any, path ...string) {
	unstructured.RemoveNestedField(m, path...)
	for end := len(path) - 1; end > 0; end-- {
		parent, ok := descend(m, path[:end])
		if !ok || len(parent) > 0 {
			return
		}
		unstructured.RemoveNestedField(m, path[:end]...)
	}
}
