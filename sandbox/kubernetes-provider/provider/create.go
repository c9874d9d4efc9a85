package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// settling is how long a create waits for what the cluster supplies a moment later: the service account of a new namespace, the kind of a
// new definition, the endpoints of a new webhook.
const settling = 30 * time.Second

// Create makes the object and waits until it is ready.
func (p *Provider) Create(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	urn := resource.URN(req.GetUrn())
	ctx, done := p.begin(ctx, urn)
	defer done()
	inputs, err := unmarshal("create.properties", req.GetProperties())
	if err != nil {
		return nil, err
	}
	gvk := kindOf(urn, inputs)
	if req.GetPreview() {
		state, err := p.previewCreate(ctx, urn, gvk, inputs)
		if err != nil {
			return nil, notCreated(urn, err)
		}
		return created("", state)
	}

	c, err := p.connect()
	if err != nil {
		return nil, notCreated(urn, err)
	}
	o, err := p.locateNew(ctx, c, gvk, inputs)
	if err != nil {
		return nil, notCreated(urn, err)
	}
	obj, err := manifest(gvk, inputs, o.namespace, o.name)
	if err != nil {
		return nil, notCreated(urn, err)
	}
	manager := fieldManagerOf(inputs, nil)
	live, err := p.make(ctx, o, obj, urn, inputs, manager)
	if err != nil {
		return nil, notCreated(urn, err)
	}
	o.name = live.GetName()
	live, waitErr := p.await(ctx, urn, o, live, inputs, req.GetTimeout())
	state := checkpoint(gvk, inputs, live, obj.GetAPIVersion(), manager)
	if waitErr != nil {
		return nil, partial(o.id(), inputs, state, o.id(), waitErr)
	}
	return created(o.id(), state)
}

func created(id string, state resource.PropertyMap) (*pulumirpc.CreateResponse, error) {
	properties, err := marshal("create.state", state)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CreateResponse{Id: id, Properties: properties}, nil
}

// locateNew addresses an object to be made. The kind of a definition that was just made may take a moment to be served.
func (p *Provider) locateNew(ctx context.Context, c *cluster, gvk schema.GroupVersionKind, inputs resource.PropertyMap) (*object, error) {
	var o *object
	err := p.settle(ctx, func(err error) bool { return isUnknownKind(err) && p.promised.kind(gvk) }, func() error {
		var err error
		o, err = c.locate(ctx, gvk, textAt(inputs, "metadata", "namespace"), textAt(inputs, "metadata", "name"))
		return err
	})
	return o, err
}

// make sends the new object: a create, which fails if it exists; or an apply, for a patch and where the provider takes over what exists.
func (p *Provider) make(
	ctx context.Context, o *object, obj *unstructured.Unstructured, urn resource.URN, inputs resource.PropertyMap, manager string,
) (live *unstructured.Unstructured, err error) {
	if isPatch(urn, o.gvk) {
		if _, gone, err := o.get(ctx); err != nil {
			return nil, err
		} else if gone {
			return nil, fmt.Errorf("%s %q doesn't exist, and a patch only changes what exists", o.gvk.Kind, o.id())
		}
		return o.apply(ctx, obj, manager, p.options.forces(inputs), false)
	}
	if p.options.upsert && o.name != "" {
		return o.apply(ctx, obj, manager, true, false)
	}
	again := false
	err = p.settle(ctx, isUnsettled, func() error {
		live, err = o.create(ctx, obj, manager, false, again)
		again = true
		return err
	})
	if apierrors.IsAlreadyExists(err) {
		return nil, fmt.Errorf("%w. It is in the cluster but not in this stack's state: take it over with `pulumi import`, with the "+
			"provider option upsertExistingObjects; after an interrupted run of Holdfast, `holdfast up` takes it over by itself; "+
			"or delete it", err)
	}
	return live, err
}

// create sends a create. A create whose answer got lost may have happened, in this call or before it (again): an object that bears our
// manager, which no other resource has, is the one we made.
func (o *object) create(
	ctx context.Context, obj *unstructured.Unstructured, manager string, dryRun, again bool,
) (*unstructured.Unstructured, error) {
	options := metav1.CreateOptions{FieldManager: manager, FieldValidation: metav1.FieldValidationIgnore}
	if dryRun {
		options.DryRun = []string{metav1.DryRunAll}
	}
	var live *unstructured.Unstructured
	err := o.retry(ctx, func() error {
		var err error
		live, err = o.client().Create(ctx, obj, options)
		mayHaveHappened := again
		again = true
		if apierrors.IsAlreadyExists(err) && mayHaveHappened && o.name != "" {
			if found, gone, getErr := o.get(ctx); getErr == nil && !gone && managedBy(found, manager) {
				live = found
				return nil
			}
		}
		if o.name == "" && isTransient(err) && !isAnswer(err) && !errors.Is(err, syscall.ECONNREFUSED) {
			return ambiguous{err}
		}
		return err
	})
	return live, err
}

// ambiguous is a create under a name the API server chooses, without an answer: repeating it might make a second object.
type ambiguous struct{ cause error }

func (e ambiguous) Error() string {
	return "the connection broke before the API server answered, and with generateName nobody can tell whether the object was made: " +
		e.cause.Error()
}

// isUnsettled recognises refusals that pass by themselves shortly after something else was made.
func isUnsettled(err error) bool {
	if err == nil {
		return false
	}
	text := err.Error()
	switch {
	case apierrors.IsForbidden(err):
		return strings.Contains(text, "error looking up service account") || strings.Contains(text, "no API token found for service account")
	case apierrors.IsInternalError(err):
		// A server that has just started says that a range is full while it doesn't know its ranges yet; and says so before it looks
		// whether the Service exists.
		return strings.Contains(text, "failed to allocate a serviceIP") || strings.Contains(text, "failed to allocate a nodePort") ||
			strings.Contains(text, "failed calling webhook") &&
				(strings.Contains(text, "connection refused") || strings.Contains(text, "no endpoints available") || strings.Contains(text, "x509:"))
	}
	return false
}

// settle repeats a request while its refusal is one that passes by itself.
func (p *Provider) settle(ctx context.Context, passes func(error) bool, request func() error) error {
	for start := time.Now(); ; {
		err := request()
		if err == nil || !passes(err) || time.Since(start) > settling {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Second):
		}
	}
}

func notCreated(urn resource.URN, err error) error {
	return fmt.Errorf("resource %q was not successfully created by the Kubernetes API server: %w", urn, err)
}
