package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Check completes a resource's inputs: its name, its namespace, what is secret about it. Whether the API accepts them is for the API
// server to say, in the dry run.
func (p *Provider) Check(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn := resource.URN(req.GetUrn())
	olds, err := unmarshal("check.olds", req.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal("check.news", req.GetNews())
	if err != nil {
		return nil, err
	}
	if failures := refuse(urn, news); len(failures) > 0 {
		return &pulumirpc.CheckResponse{Inputs: req.GetNews(), Failures: failures}, nil
	}
	gvk := kindOf(urn, news)
	if len(olds) > 0 {
		p.known.add(urn)
	}

	inputs := news.Copy()
	metadata, wrap := openMetadata(news)
	if metadata != nil {
		if !isPatch(urn, gvk) {
			if metadata, err = autoname(urn, metadata, olds, req.GetRandomSeed(), req.GetAutonaming()); err != nil {
				return failed(req, "metadata.name", err.Error()), nil
			}
		}
		if metadata, err = p.defaultNamespaceOf(ctx, gvk, metadata); err != nil {
			return nil, err
		}
		inputs["metadata"] = wrap(metadata)
	}
	inputs = hideSecretData(gvk, inputs)
	p.promised.note(gvk, inputs)
	if _, dropped := withoutUnknownFields(gvk, inputs); len(dropped) > 0 {
		p.log.warn(ctx, urn, "%s %s has no field %s: it is left out", gvk.GroupVersion(), gvk.Kind, strings.Join(dropped, ", "))
	}

	out, err := marshal("check.inputs", inputs)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{Inputs: out}, nil
}

// openMetadata gives the metadata to complete and how to put it back; nil where it is not known yet.
func openMetadata(inputs resource.PropertyMap) (resource.PropertyMap, func(resource.PropertyMap) resource.PropertyValue) {
	keep := func(m resource.PropertyMap) resource.PropertyValue { return resource.NewObjectProperty(m) }
	v, ok := inputs["metadata"]
	if !ok || v.IsNull() {
		return resource.PropertyMap{}, keep
	}
	if v.IsSecret() {
		keep = func(m resource.PropertyMap) resource.PropertyValue {
			return resource.MakeSecret(resource.NewObjectProperty(m))
		}
	}
	if inner := bare(v); inner.IsObject() {
		return inner.ObjectValue(), keep
	}
	return nil, keep
}

// defaultNamespaceOf puts an object that lives in a namespace into the provider's, if it names none.
func (p *Provider) defaultNamespaceOf(ctx context.Context, gvk schema.GroupVersionKind, metadata resource.PropertyMap) (resource.PropertyMap, error) {
	if given := bare(metadata["namespace"]); !given.IsNull() && !(given.IsString() && given.StringValue() == "") {
		return metadata, nil
	}
	namespaced, known := builtInScope(gvk)
	if !known {
		namespaced = p.customScope(ctx, gvk)
	}
	if !namespaced {
		return metadata, nil
	}
	out := metadata.Copy()
	out["namespace"] = resource.NewStringProperty(p.options.namespace)
	return out, nil
}

// refuse names what this provider can't make at all.
func refuse(urn resource.URN, inputs resource.PropertyMap) []*pulumirpc.CheckFailure {
	var failures []*pulumirpc.CheckFailure
	fail := func(property, format string, args ...any) {
		failures = append(failures, &pulumirpc.CheckFailure{Property: property, Reason: fmt.Sprintf(format, args...)})
	}
	given := typeOf(urn)
	gvk := kindOf(urn, inputs)
	switch {
	case given.Group == "helm.sh":
		fail("", "%s: this stand-in renders no Helm charts: render the chart yourself (`helm template`) and pass the objects to "+
			"kubernetes.yaml.ConfigGroup, or use the real Kubernetes provider", urn.Type())
	case isList(urn, inputs):
		fail("kind", "%s can't be made in a cluster, it only wraps objects in a file: register each of its items as a resource of its own", given.Kind)
	case isPatch(urn, gvk) && textAt(inputs, "metadata", "name") == "" && !hasUnknowns(inputs["metadata"]):
		fail("metadata.name", "a patch changes an object that exists: name it in metadata.name")
	}
	for _, field := range []resource.PropertyKey{"apiVersion", "kind"} {
		v := bare(inputs[field])
		if !v.IsNull() && !v.IsString() && !v.IsComputed() {
			fail(string(field), "%s must be a string, as in apiVersion: \"apps/v1\", kind: \"StatefulSet\"; given a %s", field, v.TypeString())
		}
	}
	if strings.Count(textAt(inputs, "apiVersion"), "/") > 1 {
		fail("apiVersion", "apiVersion %q has more than one slash: write \"group/version\"", textAt(inputs, "apiVersion"))
	}
	return failures
}

func failed(req *pulumirpc.CheckRequest, property, reason string) *pulumirpc.CheckResponse {
	return &pulumirpc.CheckResponse{Inputs: req.GetNews(), Failures: []*pulumirpc.CheckFailure{{Property: property, Reason: reason}}}
}
