package provider

import (
	"sort"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// onceSet remembers strings; it is safe for concurrent use.
type onceSet struct {
	mu   sync.Mutex
	seen map[string]bool
}

// first says whether the string is new, and remembers it.
func (s *onceSet) first(item string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[item] {
		return false
	}
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	s.seen[item] = true
	return true
}

func (s *onceSet) has(item string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[item]
}

// urnSet remembers which resources have an old version, so that a preview can tell a new object from a replacement.
type urnSet struct{ onceSet }

func (s *urnSet) add(urn resource.URN)      { s.first(string(urn)) }
func (s *urnSet) has(urn resource.URN) bool { return s.onceSet.has(string(urn)) }

// promises remembers the namespaces and custom kinds that the program makes itself: a preview can't ask the API server about objects
// that need them before they exist.
type promises struct{ onceSet }

func (s *promises) note(gvk schema.GroupVersionKind, inputs resource.PropertyMap) {
	switch gvk.Group + "/" + gvk.Kind {
	case "/Namespace":
		s.first("namespace " + textAt(inputs, "metadata", "name"))
	case "apiextensions.k8s.io/CustomResourceDefinition":
		s.first("kind " + textAt(inputs, "spec", "group") + "/" + textAt(inputs, "spec", "names", "kind"))
	}
}

func (s *promises) namespace(name string) bool { return s.has("namespace " + name) }
func (s *promises) kind(gvk schema.GroupVersionKind) bool {
	return s.has("kind " + gvk.Group + "/" + gvk.Kind)
}

// listed writes a map's keys as a sorted list for a person.
func listed[V any](m map[string]V) string {
	if len(m) == 0 {
		return "none"
	}
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return strings.Join(keys, ", ")
}
