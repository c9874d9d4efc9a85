package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// Invoke runs the functions the SDK's components call. Only YAML is decoded here; templating is left to its own tools.
func (p *Provider) Invoke(_ context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	args, err := unmarshal("invoke.args", req.GetArgs())
	if err != nil {
		return nil, err
	}
	switch req.GetTok() {
	case "kubernetes:yaml:decode":
		objects, err := decodeYAML(textAt(args, "text"), textAt(args, "defaultNamespace"))
		if err != nil {
			return nil, status.Error(codes.InvalidArgument, err.Error())
		}
		out, err := marshal("invoke.result", resource.PropertyMap{"result": resource.NewPropertyValue(objects)})
		if err != nil {
			return nil, err
		}
		return &pulumirpc.InvokeResponse{Return: out}, nil
	case "kubernetes:helm:template":
		return nil, status.Error(codes.Unimplemented, "this stand-in renders no Helm charts: render the chart yourself (`helm template`) "+
			"and pass the objects to kubernetes.yaml.ConfigGroup, or use the real Kubernetes provider")
	case "kubernetes:kustomize:directory":
		return nil, status.Error(codes.Unimplemented, "this stand-in runs no kustomize: run `kubectl kustomize` yourself and pass the "+
			"objects to kubernetes.yaml.ConfigGroup, or use the real Kubernetes provider")
	}
	return nil, status.Errorf(codes.Unimplemented, "this stand-in has no function %s", req.GetTok())
}

// Construct is what the SDK's newer components (yaml/v2, helm/v4, kustomize/v2) call.
func (p *Provider) Construct(_ context.Context, req *pulumirpc.ConstructRequest) (*pulumirpc.ConstructResponse, error) {
	return nil, status.Errorf(codes.Unimplemented, "this stand-in makes no components, and %s is one: use kubernetes.yaml.ConfigFile or "+
		"ConfigGroup (without v2) or plain resources, or the real Kubernetes provider", req.GetType())
}

// Call is for methods of components, of which there are none.
func (p *Provider) Call(_ context.Context, req *pulumirpc.CallRequest) (*pulumirpc.CallResponse, error) {
	return nil, status.Errorf(codes.Unimplemented, "this stand-in has no method %s", req.GetTok())
}

// decodeYAML reads the objects of a YAML or JSON stream, lists of objects opened. Objects without a namespace get the default one, if it
// is given and their kind is known to live in one.
func decodeYAML(stream, defaultNamespace string) ([]any, error) {
	reader := yaml.NewYAMLOrJSONDecoder(strings.NewReader(stream), 4096)
	objects := []any{}
	for number := 1; ; number++ {
		var document map[string]any
		err := reader.Decode(&document)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, fmt.Errorf("document %d of the YAML can't be read: %w", number, err)
		}
		if len(document) == 0 {
			continue
		}
		opened, err := openList(document)
		if err != nil {
			return nil, fmt.Errorf("document %d of the YAML: %w", number, err)
		}
		for _, obj := range opened {
			placeIn(obj, defaultNamespace)
			objects = append(objects, obj)
		}
	}
}

func openList(document map[string]any) ([]map[string]any, error) {
	kind, _ := document["kind"].(string)
	version, _ := document["apiVersion"].(string)
	if kind == "" || version == "" {
		return nil, errors.New("it has no apiVersion and kind: every object needs both")
	}
	items, isList := document["items"].([]any)
	if !isList || !strings.HasSuffix(kind, "List") {
		return []map[string]any{document}, nil
	}
	var opened []map[string]any
	for i, item := range items {
		obj, ok := item.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("item %d of the %s is no object", i, kind)
		}
		inner, err := openList(obj)
		if err != nil {
			return nil, err
		}
		opened = append(opened, inner...)
	}
	return opened, nil
}

func placeIn(obj map[string]any, namespace string) {
	if namespace == "" {
		return
	}
	kind, _ := obj["kind"].(string)
	version, _ := obj["apiVersion"].(string)
	namespaced, known := builtInScope(kindFrom(version, kind))
	metadata, ok := obj["metadata"].(map[string]any)
	if !known || !namespaced || !ok {
		return
	}
	if given, _ := metadata["namespace"].(string); given == "" {
		metadata["namespace"] = namespace
	}
}
