package provider

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Update applies the changed inputs to the object and waits until it is ready again.
func (p *Provider) Update(ctx context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	urn := resource.URN(req.GetUrn())
	ctx, done := p.begin(ctx, urn)
	defer done()
	state, err := unmarshal("update.olds", req.GetOlds())
	if err != nil {
		return nil, err
	}
	inputs, err := unmarshal("update.news", req.GetNews())
	if err != nil {
		return nil, err
	}
	gvk := kindOf(urn, inputs)
	if req.GetPreview() {
		state, err := p.previewUpdate(ctx, urn, gvk, req.GetId(), inputs, state)
		if err != nil {
			return nil, partial(req.GetId(), inputs, state, req.GetId(), err)
		}
		return changed(state)
	}

	live, o, manager, err := p.change(ctx, urn, req.GetId(), inputs, state)
	if isUnreachable(err) && p.options.skipUnreachable {
		p.log.warn(ctx, urn, "%v. The update is skipped, as skipUpdateUnreachable asks", err)
		return &pulumirpc.UpdateResponse{Properties: req.GetOlds()}, nil
	}
	if err != nil {
		// Nothing was changed: a plain error leaves the old state in place.
		return nil, notLive(req.GetId(), err)
	}
	live, waitErr := p.await(ctx, urn, o, live, inputs, req.GetTimeout())
	initial := textAt(state, initialAPIVersionKey)
	if initial == "" {
		initial = live.GetAPIVersion()
	}
	next := checkpoint(gvk, inputs, live, initial, manager)
	if waitErr != nil {
		return nil, partial(req.GetId(), inputs, next, o.id(), waitErr)
	}
	return changed(next)
}

// change applies the inputs to the object that exists. It never makes one: an object deleted behind Pulumi's back is an error.
func (p *Provider) change(
	ctx context.Context, urn resource.URN, id string, inputs, state resource.PropertyMap,
) (*unstructured.Unstructured, *object, string, error) {
	c, err := p.connect()
	if err != nil {
		return nil, nil, "", err
	}
	namespace, name := splitID(id)
	o, err := c.locate(ctx, kindOf(urn, inputs), namespace, name)
	if err != nil {
		return nil, nil, "", err
	}
	live, gone, err := o.get(ctx)
	if err != nil {
		return nil, o, "", err
	}
	if gone {
		return nil, o, "", notFound(o)
	}
	obj, err := manifest(o.gvk, inputs, o.namespace, o.name)
	if err != nil {
		return nil, o, "", err
	}
	manager := fieldManagerOf(inputs, state)
	if !isPatch(urn, o.gvk) {
		if err := o.adoptOwnFields(ctx, live, manager); err != nil {
			return nil, o, "", err
		}
	}
	live, err = o.apply(ctx, obj, manager, p.options.forces(inputs), false)
	return live, o, manager, err
}

func changed(state resource.PropertyMap) (*pulumirpc.UpdateResponse, error) {
	properties, err := marshal("update.state", state)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.UpdateResponse{Properties: properties}, nil
}

func notFound(o *object) error {
	return fmt.Errorf("%s %q not found: it was deleted outside of Pulumi. Run `pulumi refresh` to take it out of the state; the next update "+
		"makes it anew", o.gvk.Kind, o.id())
}
