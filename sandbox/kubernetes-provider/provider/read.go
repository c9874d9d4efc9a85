package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Read looks an object up, for a refresh (inputs and state are given) or an import (only the id is). A deleted object is an empty answer;
// an unreachable cluster is an error, because nothing is known about the object then.
func (p *Provider) Read(ctx context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	urn := resource.URN(req.GetUrn())
	ctx, done := p.begin(ctx, urn)
	defer done()
	state, err := unmarshal("read.properties", req.GetProperties())
	if err != nil {
		return nil, err
	}
	olds, err := unmarshal("read.inputs", req.GetInputs())
	if err != nil {
		return nil, err
	}
	if len(olds) == 0 {
		olds = storedInputs(state)
	}

	o, live, err := p.lookUp(ctx, urn, req.GetId(), olds, state)
	if isUnreachable(err) && p.options.deleteUnreachable {
		p.log.warn(ctx, urn, "%v. It is dropped from the state, as PULUMI_K8S_DELETE_UNREACHABLE asks", err)
		return &pulumirpc.ReadResponse{}, nil
	}
	if isUnreachable(err) {
		return nil, fmt.Errorf("%w. The state is kept. If the cluster is gone for good, set PULUMI_K8S_DELETE_UNREACHABLE=true to drop "+
			"its objects from the state", err)
	}
	if err != nil || live == nil {
		return &pulumirpc.ReadResponse{}, err
	}
	return p.report(ctx, urn, o, live, olds, state)
}

// lookUp finds the object of an id; live is nil if it doesn't exist.
func (p *Provider) lookUp(
	ctx context.Context, urn resource.URN, id string, olds, state resource.PropertyMap,
) (*object, *unstructured.Unstructured, error) {
	gvk := kindOf(urn, olds)
	if len(olds) == 0 {
		gvk = kindOf(urn, state)
	}
	namespace, name := splitID(id)
	if name == "" || strings.Contains(name, "/") {
		return nil, nil, fmt.Errorf("%q is no id of a %s: write \"namespace/name\", or \"name\" for a kind outside namespaces", id, gvk.Kind)
	}
	c, err := p.connect()
	if err != nil {
		return nil, nil, err
	}
	o, err := c.locate(ctx, gvk, namespace, name)
	if isUnknownKind(err) && len(state) > 0 {
		return nil, nil, nil // its definition is gone, and every object of the kind with it
	}
	if err != nil {
		return nil, nil, err
	}
	if namespaced, known := builtInScope(gvk); namespace == "" && (known && namespaced || !known && p.customScope(ctx, gvk)) {
		o.namespace = p.options.namespace
	}
	live, gone, err := o.get(ctx)
	if err != nil || gone {
		return o, nil, err
	}
	return o, live, nil
}

// report builds the answer: the state anew, and the inputs as they would have to be to describe what is there.
func (p *Provider) report(
	ctx context.Context, urn resource.URN, o *object, live *unstructured.Unstructured, olds, state resource.PropertyMap,
) (*pulumirpc.ReadResponse, error) {
	imported := len(olds) == 0
	var inputs resource.PropertyMap
	if imported {
		inputs = hideSecretData(o.gvk, importedInputs(o.gvk, live))
	} else {
		inputs = observe(o.gvk, olds, live)
	}
	manager := textAt(state, fieldManagerKey)
	if manager == "" {
		if manager = pulumiManager(live); manager == "" {
			manager = newFieldManager()
		}
	}
	initial := textAt(state, initialAPIVersionKey)
	if initial == "" {
		initial = live.GetAPIVersion()
	}
	next := checkpoint(o.gvk, inputs, live, initial, manager)
	if imported || isImported(state) {
		next[importedKey] = resource.NewBoolProperty(true)
	}
	if missing := p.unready(ctx, o, live, inputs); missing != nil {
		return nil, partial(o.id(), inputs, next, o.id(), missing)
	}
	properties, err := marshal("read.state", next)
	if err != nil {
		return nil, err
	}
	in, err := marshal("read.inputs", inputs)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.ReadResponse{Id: o.id(), Properties: properties, Inputs: in}, nil
}
