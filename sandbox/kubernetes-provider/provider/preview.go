package provider

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// previewCreate asks the API server, in a dry run, whether it would take the object. It can't be asked while values are unknown or
// while the object's namespace or kind is still to be made; then the inputs are the best guess.
func (p *Provider) previewCreate(
	ctx context.Context, urn resource.URN, gvk schema.GroupVersionKind, inputs resource.PropertyMap,
) (resource.PropertyMap, error) {
	guess := planned(inputs, nil)
	if hasUnknowns(resource.NewObjectProperty(inputs)) {
		return guess, nil
	}
	o, err := p.previewTarget(ctx, urn, gvk, textAt(inputs, "metadata", "namespace"), textAt(inputs, "metadata", "name"))
	if o == nil || err != nil {
		return guess, err
	}
	obj, err := manifest(gvk, inputs, o.namespace, o.name)
	if err != nil {
		return guess, err
	}
	manager := fieldManagerOf(inputs, nil)
	var live *unstructured.Unstructured
	if isPatch(urn, gvk) || p.options.upsert && o.name != "" {
		live, err = o.apply(ctx, obj, manager, p.options.upsert || p.options.forces(inputs), true)
	} else {
		live, err = o.create(ctx, obj, manager, true, false)
	}
	switch {
	case apierrors.IsAlreadyExists(err):
		// A replacement's old object is still there in a preview. For anything else the update is going to fail.
		if !p.known.has(urn) {
			p.log.warn(ctx, urn, "%s %q exists in the cluster already, but not in this stack's state: the update will fail unless it is "+
				"imported, deleted or taken over (provider option upsertExistingObjects) before", gvk.Kind, o.id())
		}
		return guess, nil
	case isUnreachable(err):
		p.warnUnreachable(ctx, urn, err)
		return guess, nil
	case isMissingNamespace(err, o.namespace):
		if !p.promised.namespace(o.namespace) {
			p.log.warn(ctx, urn, "the namespace %q doesn't exist: the update will fail unless something in it makes the namespace before",
				o.namespace)
		}
		return guess, nil
	case isUnsettled(err), apierrors.IsForbidden(err) && p.promised.namespace(o.namespace):
		return guess, nil
	case err != nil:
		return guess, err
	}
	return checkpoint(gvk, inputs, live, obj.GetAPIVersion(), manager), nil
}

// previewUpdate asks in a dry run whether the API server would take the change.
func (p *Provider) previewUpdate(
	ctx context.Context, urn resource.URN, gvk schema.GroupVersionKind, id string, inputs, state resource.PropertyMap,
) (resource.PropertyMap, error) {
	guess := planned(inputs, state)
	if hasUnknowns(resource.NewObjectProperty(inputs)) {
		return guess, nil
	}
	namespace, name := splitID(id)
	o, err := p.previewTarget(ctx, urn, gvk, namespace, name)
	if o == nil || err != nil {
		return guess, err
	}
	_, gone, err := o.get(ctx)
	switch {
	case isUnreachable(err):
		p.warnUnreachable(ctx, urn, err)
		return guess, nil
	case err != nil:
		return guess, err
	case gone:
		return guess, notFound(o)
	}
	obj, err := manifest(gvk, inputs, o.namespace, o.name)
	if err != nil {
		return guess, err
	}
	manager := fieldManagerOf(inputs, state)
	live, err := o.apply(ctx, obj, manager, p.options.forces(inputs), true)
	if isUnreachable(err) {
		p.warnUnreachable(ctx, urn, err)
		return guess, nil
	}
	if err != nil {
		return guess, err
	}
	return checkpoint(gvk, inputs, live, textAt(state, initialAPIVersionKey), manager), nil
}

// previewTarget addresses the object of a dry run; nil if there is nothing to ask.
func (p *Provider) previewTarget(ctx context.Context, urn resource.URN, gvk schema.GroupVersionKind, namespace, name string) (*object, error) {
	c, err := p.connect()
	if err != nil {
		p.warnUnreachable(ctx, urn, err)
		return nil, nil
	}
	o, err := c.locate(ctx, gvk, namespace, name)
	switch {
	case isUnreachable(err):
		p.warnUnreachable(ctx, urn, err)
		return nil, nil
	case isUnknownKind(err) && p.promised.kind(gvk):
		return nil, nil
	case isUnknownKind(err) && !isBuiltInGroup(gvk.Group):
		p.log.warn(ctx, urn, "%v. The update will fail unless something in it installs the definition before", err)
		return nil, nil
	}
	return o, err
}

func (p *Provider) warnUnreachable(ctx context.Context, urn resource.URN, err error) {
	if p.warned.first("unreachable") {
		p.log.warn(ctx, urn, "%v. The preview is made from the state alone", err)
	}
}
