package provider

import (
	"sort"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// change is one difference between two versions of an object's inputs.
type change struct {
	path []any // string keys and int indices, from the top of the object
	kind changeKind
	old  resource.PropertyValue
	new  resource.PropertyValue
}

type changeKind int

const (
	added changeKind = iota
	deleted
	updated
)

// compare lists what changed from old to new: maps key by key, lists index by index, a null or missing value being the same.
func compare(path []any, before, after resource.PropertyValue) []change {
	before, after = bare(before), bare(after)
	switch {
	case before.IsNull() && after.IsNull():
		return nil
	case before.IsNull():
		return []change{{path, added, before, after}}
	case after.IsNull():
		return []change{{path, deleted, before, after}}
	case before.IsObject() && after.IsObject():
		return compareMaps(path, before.ObjectValue(), after.ObjectValue())
	case before.IsArray() && after.IsArray():
		return compareLists(path, before.ArrayValue(), after.ArrayValue())
	case after.IsComputed() || !before.DeepEquals(after):
		return []change{{path, updated, before, after}}
	}
	return nil
}

func compareMaps(path []any, before, after resource.PropertyMap) []change {
	keys := map[string]bool{}
	for key := range before {
		keys[string(key)] = true
	}
	for key := range after {
		keys[string(key)] = true
	}
	sorted := make([]string, 0, len(keys))
	for key := range keys {
		if len(path) == 0 && strings.HasPrefix(key, "__") {
			continue
		}
		sorted = append(sorted, key)
	}
	sort.Strings(sorted)
	var changes []change
	for _, key := range sorted {
		name := resource.PropertyKey(key)
		changes = append(changes, compare(extend(path, key), before[name], after[name])...)
	}
	return changes
}

func compareLists(path []any, before, after []resource.PropertyValue) []change {
	var changes []change
	for i := 0; i < max(len(before), len(after)); i++ {
		var old, new resource.PropertyValue
		if i < len(before) {
			old = before[i]
		}
		if i < len(after) {
			new = after[i]
		}
		changes = append(changes, compare(extend(path, i), old, new)...)
	}
	return changes
}

func extend(path []any, step any) []any {
	longer := make([]any, len(path), len(path)+1)
	copy(longer, path)
	return append(longer, step)
}

// forces says whether the change touches one of the fields that can't be changed in place.
func (c change) forces(fields [][]string) bool {
	for _, field := range fields {
		if c.touches(field) {
			return true
		}
	}
	return false
}

func (c change) touches(field []string) bool {
	for i, step := range c.path {
		if i == len(field) {
			return true
		}
		if !sameStep(step, field[i]) {
			return false
		}
	}
	rest := field[len(c.path):]
	// A whole parent came or went: it matters only if the field was in it.
	return len(rest) == 0 || contains(c.old, rest) || contains(c.new, rest)
}

func sameStep(step any, pattern string) bool {
	if key, ok := step.(string); ok {
		return key == pattern
	}
	return pattern == "[*]"
}

func contains(v resource.PropertyValue, path []string) bool {
	v = bare(v)
	if len(path) == 0 {
		return !v.IsNull()
	}
	if path[0] == "[*]" {
		if v.IsArray() {
			for _, item := range v.ArrayValue() {
				if contains(item, path[1:]) {
					return true
				}
			}
		}
		return false
	}
	return v.IsObject() && contains(v.ObjectValue()[resource.PropertyKey(path[0])], path[1:])
}

// spell writes a path the way the engine reads one: `spec.ports[0].port`, `metadata.labels["app.kubernetes.io/name"]`.
func spell(path []any) string {
	var b strings.Builder
	for _, step := range path {
		switch s := step.(type) {
		case int:
			b.WriteString("[" + strconv.Itoa(s) + "]")
		case string:
			switch {
			case strings.ContainsAny(s, `."[] `) || s == "":
				b.WriteString("[" + strconv.Quote(s) + "]")
			case b.Len() > 0:
				b.WriteString("." + s)
			default:
				b.WriteString(s)
			}
		}
	}
	return b.String()
}
