package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// object addresses one object of the cluster.
type object struct {
	*cluster
	gvk       schema.GroupVersionKind
	gvr       schema.GroupVersionResource
	namespace string // "" for a kind outside namespaces
	name      string
}

// locate finds where a kind is served and addresses one object of it.
func (c *cluster) locate(ctx context.Context, gvk schema.GroupVersionKind, namespace, name string) (*object, error) {
	mapping, err := c.resolve(ctx, gvk)
	if err != nil {
		return nil, err
	}
	if mapping.Scope.Name() == meta.RESTScopeNameRoot {
		namespace = ""
	}
	return &object{cluster: c, gvk: gvk, gvr: mapping.Resource, namespace: namespace, name: name}, nil
}

func (o *object) client() dynamic.ResourceInterface {
	if o.namespace == "" {
		return o.dynamic.Resource(o.gvr)
	}
	return o.dynamic.Resource(o.gvr).Namespace(o.namespace)
}

// id is the resource's id: "namespace/name", or "name" outside namespaces.
func (o *object) id() string { return joinID(o.namespace, o.name) }

func joinID(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "/" + name
}

func splitID(id string) (namespace, name string) {
	if before, after, ok := strings.Cut(id, "/"); ok {
		return before, after
	}
	return "", id
}

// get reads the object; gone is true if the API server says that it doesn't exist.
func (o *object) get(ctx context.Context) (live *unstructured.Unstructured, gone bool, err error) {
	err = o.retry(ctx, func() error {
		var err error
		if live, err = o.client().Get(ctx, o.name, metav1.GetOptions{}); !apierrors.IsNotFound(err) || isGone(err, o.name) {
			return err
		}
		// Not the object but its kind is unknown: definition deleted, or a server that is just starting.
		o.rediscover()
		if _, kindErr := o.resolve(ctx, o.gvk); kindErr != nil {
			return kindErr
		}
		return apierrors.NewServiceUnavailable(err.Error())
	})
	if isGone(err, o.name) || isUnknownKind(err) {
		return nil, true, nil
	}
	return live, false, err
}

// manifest is the object to send for these inputs, under the name it has in the cluster.
func manifest(gvk schema.GroupVersionKind, inputs resource.PropertyMap, namespace, name string) (*unstructured.Unstructured, error) {
	content, err := plainMap(comparable(gvk, inputs))
	if err != nil {
		return nil, err
	}
	for key := range content {
		if strings.HasPrefix(key, "__") {
			delete(content, key)
		}
	}
	if metadata, given := content["metadata"]; given {
		if _, ok := metadata.(map[string]any); !ok {
			return nil, fmt.Errorf("metadata must be a map with name, namespace, labels and so on; given %v", metadata)
		}
	}
	obj := &unstructured.Unstructured{Object: content}
	obj.SetGroupVersionKind(gvk)
	if name != "" {
		obj.SetName(name)
	}
	if namespace != "" {
		obj.SetNamespace(namespace)
	}
	unstructured.RemoveNestedField(obj.Object, "metadata", "managedFields")
	return obj, nil
}
