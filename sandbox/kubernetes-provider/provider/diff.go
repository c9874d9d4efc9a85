package provider

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Diff compares the inputs of the last update with the new ones. It never looks at the cluster: what somebody else changed there
// shows after a refresh.
func (p *Provider) Diff(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	urn := resource.URN(req.GetUrn())
	state, err := unmarshal("diff.olds", req.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal("diff.news", req.GetNews())
	if err != nil {
		return nil, err
	}
	olds := storedInputs(state)
	if req.GetOldInputs() != nil {
		if olds, err = unmarshal("diff.oldInputs", req.GetOldInputs()); err != nil {
			return nil, err
		}
	}
	p.known.add(urn)
	return p.options.plan(kindOf(urn, news), olds, news, state), nil
}

// plan says what changing old inputs into new ones takes: nothing, an update, or a replacement.
func (o options) plan(gvk schema.GroupVersionKind, olds, news, state resource.PropertyMap) *pulumirpc.DiffResponse {
	olds, news = comparable(gvk, olds), comparable(gvk, news)
	immutable, _ := at(olds, "immutable")
	fields := o.replacing(gvk, immutable.IsBool() && immutable.BoolValue())

	changes := compareMaps(nil, olds, news)
	if isImported(state) {
		changes = withoutDefaults(changes, state)
	}
	answer := &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_NONE, DetailedDiff: map[string]*pulumirpc.PropertyDiff{}, HasDetailedDiff: true,
	}
	tops := map[string]bool{}
	for _, c := range changes {
		replace := c.forces(fields)
		path := spell(c.path)
		answer.Changes = pulumirpc.DiffResponse_DIFF_SOME
		answer.DetailedDiff[path] = &pulumirpc.PropertyDiff{Kind: c.protocolKind(replace), InputDiff: true}
		if top, ok := c.path[0].(string); ok && !tops[top] {
			tops[top] = true
			answer.Diffs = append(answer.Diffs, top)
		}
		if replace {
			answer.Replaces = append(answer.Replaces, path)
		}
	}
	answer.DeleteBeforeReplace = len(answer.Replaces) > 0 && keepsItsName(olds, news)
	return answer
}

// keepsItsName says whether old and new object would bear the same name in the same place, so that they can't exist side by side.
// A name this provider or the API server made up is made up anew for a replacement.
func keepsItsName(olds, news resource.PropertyMap) bool {
	if isAutonamed(news) || textAt(news, "metadata", "generateName") != "" && textAt(news, "metadata", "name") == "" {
		return false
	}
	return textAt(olds, "metadata", "name") == textAt(news, "metadata", "name") &&
		textAt(olds, "metadata", "namespace") == textAt(news, "metadata", "namespace")
}

func (c change) protocolKind(replace bool) pulumirpc.PropertyDiff_Kind {
	kinds := map[changeKind][2]pulumirpc.PropertyDiff_Kind{
		added:   {pulumirpc.PropertyDiff_ADD, pulumirpc.PropertyDiff_ADD_REPLACE},
		deleted: {pulumirpc.PropertyDiff_DELETE, pulumirpc.PropertyDiff_DELETE_REPLACE},
		updated: {pulumirpc.PropertyDiff_UPDATE, pulumirpc.PropertyDiff_UPDATE_REPLACE},
	}
	if replace {
		return kinds[c.kind][1]
	}
	return kinds[c.kind][0]
}

// comparable brings inputs into the one form they are compared and sent in: without fields the kind doesn't have, and with a Secret's
// stringData as data.
func comparable(gvk schema.GroupVersionKind, inputs resource.PropertyMap) resource.PropertyMap {
	inputs, _ = withoutUnknownFields(gvk, inputs)
	if gvk.Group == "" && gvk.Kind == "Secret" {
		return foldStringData(inputs)
	}
	return inputs
}
