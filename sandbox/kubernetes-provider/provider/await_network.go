package provider

import (
	"context"
	"fmt"
	"sort"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	endpointsFeed = "endpoints"
	servicesFeed  = "services"
)

var (
	sliceResource   = schema.GroupVersionResource{Group: "discovery.k8s.io", Version: "v1", Resource: "endpointslices"}
	serviceResource = schema.GroupVersionResource{Version: "v1", Resource: "services"}
)

func endpointFeeds(c *cluster, obj *unstructured.Unstructured) []feed {
	if !wantsEndpoints(obj) {
		return nil
	}
	return []feed{{endpointsFeed, c.dynamic.Resource(sliceResource).Namespace(obj.GetNamespace()),
		metav1.ListOptions{LabelSelector: "kubernetes.io/service-name=" + obj.GetName()}}}
}

// wantsEndpoints says whether a service is of use only with pods behind it. A headless one gives its pods their names, often before they
// exist; one without a selector gets its endpoints from elsewhere.
func wantsEndpoints(obj *unstructured.Unstructured) bool {
	selector, _, _ := unstructured.NestedMap(obj.Object, "spec", "selector")
	return text(obj, "spec", "type") != "ExternalName" && text(obj, "spec", "clusterIP") != "None" && len(selector) > 0
}

// judgeService waits until a pod stands behind the service, and for a load balancer until it has an address.
func judgeService(_ context.Context, _ *cluster, obj *unstructured.Unstructured, seen view) verdict {
	if wantsEndpoints(obj) && !hasEndpoint(seen.all(endpointsFeed)) {
		selector, _, _ := unstructured.NestedStringMap(obj.Object, "spec", "selector")
		return verdict{
			waiting: "Waiting for a ready pod behind the service",
			missing: []string{fmt.Sprintf("no ready pod has the labels of its selector (%s)", pairs(selector))},
		}
	}
	if text(obj, "spec", "type") == "LoadBalancer" && !hasIngressPoint(obj) {
		return verdict{waiting: "Waiting for the load balancer's address"}
	}
	return verdict{ready: true}
}

func hasEndpoint(slices []*unstructured.Unstructured) bool {
	for _, slice := range slices {
		endpoints, _, _ := unstructured.NestedSlice(slice.Object, "endpoints")
		for _, item := range endpoints {
			endpoint, _ := item.(map[string]any)
			ready, told, _ := unstructured.NestedBool(endpoint, "conditions", "ready")
			if ready || !told {
				return true
			}
		}
	}
	return false
}

func hasIngressPoint(obj *unstructured.Unstructured) bool {
	points, _, _ := unstructured.NestedSlice(obj.Object, "status", "loadBalancer", "ingress")
	return len(points) > 0
}

func serviceFeeds(c *cluster, obj *unstructured.Unstructured) []feed {
	return []feed{{servicesFeed, c.dynamic.Resource(serviceResource).Namespace(obj.GetNamespace()), metav1.ListOptions{}}}
}

// judgeIngress waits until the services it leads to exist and a controller has given it an address.
func judgeIngress(_ context.Context, _ *cluster, obj *unstructured.Unstructured, seen view) verdict {
	for _, name := range backends(obj) {
		if seen[servicesFeed][name] == nil {
			return verdict{waiting: fmt.Sprintf("Waiting for the service %q it leads to", name)}
		}
	}
	if hasIngressPoint(obj) {
		return verdict{ready: true}
	}
	class := text(obj, "spec", "ingressClassName")
	if class == "" {
		class = "(none named)"
	}
	return verdict{
		waiting: "Waiting for an ingress controller to give it an address",
		missing: []string{fmt.Sprintf("no ingress controller of class %s has given it an address; where none reports one, set the annotation "+
			"%s: \"true\"", class, skipAwaitAnnotation)},
	}
}

// backends are the services an ingress leads to.
func backends(obj *unstructured.Unstructured) []string {
	names := map[string]bool{}
	if name := text(obj, "spec", "defaultBackend", "service", "name"); name != "" {
		names[name] = true
	}
	rules, _, _ := unstructured.NestedSlice(obj.Object, "spec", "rules")
	for _, item := range rules {
		entry, _ := item.(map[string]any)
		paths, _, _ := unstructured.NestedSlice(entry, "http", "paths")
		for _, p := range paths {
			path, _ := p.(map[string]any)
			if name, _, _ := unstructured.NestedString(path, "backend", "service", "name"); name != "" {
				names[name] = true
			}
		}
	}
	sorted := make([]string, 0, len(names))
	for name := range names {
		sorted = append(sorted, name)
	}
	sort.Strings(sorted)
	return sorted
}

func pairs(m map[string]string) string {
	list := make([]string, 0, len(m))
	for key, value := range m {
		list = append(list, key+"="+value)
	}
	sort.Strings(list)
	return strings.Join(list, ",")
}
