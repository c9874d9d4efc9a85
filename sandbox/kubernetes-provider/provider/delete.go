package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

const (
	propagationAnnotation = "pulumi.com/deletionPropagationPolicy"
	deleteTimeout         = 10 * time.Minute
)

// Delete removes the object and waits until it is gone. An object that doesn't exist is fine; a cluster that can't be asked is not.
func (p *Provider) Delete(ctx context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	urn := resource.URN(req.GetUrn())
	ctx, done := p.begin(ctx, urn)
	defer done()
	state, err := unmarshal("delete.properties", req.GetProperties())
	if err != nil {
		return nil, err
	}
	err = p.remove(ctx, urn, req.GetId(), state, req.GetTimeout())
	if isUnreachable(err) && p.options.deleteUnreachable {
		p.log.warn(ctx, urn, "%v. It is dropped from the state, as PULUMI_K8S_DELETE_UNREACHABLE asks; the object may still exist", err)
		return &emptypb.Empty{}, nil
	}
	if isUnreachable(err) {
		return nil, fmt.Errorf("%w. If the cluster is gone for good, set PULUMI_K8S_DELETE_UNREACHABLE=true to drop its objects from the "+
			"state", err)
	}
	if err != nil {
		return nil, err
	}
	return &emptypb.Empty{}, nil
}

func (p *Provider) remove(ctx context.Context, urn resource.URN, id string, state resource.PropertyMap, timeout float64) error {
	policy, err := propagationOf(state)
	if err != nil {
		return err
	}
	c, err := p.connect()
	if err != nil {
		return err
	}
	namespace, name := splitID(id)
	o, err := c.locate(ctx, kindOf(urn, state), namespace, name)
	if isUnknownKind(err) {
		return nil // its definition is gone, and every object of the kind with it
	}
	if err != nil {
		return err
	}
	live, gone, err := o.get(ctx)
	if err != nil || gone {
		return err
	}
	if isPatch(urn, o.gvk) {
		return o.release(ctx, live, fieldManagerOf(nil, state))
	}
	err = o.retry(ctx, func() error {
		return o.client().Delete(ctx, o.name, metav1.DeleteOptions{PropagationPolicy: &policy})
	})
	if isGone(err, o.name) {
		return nil
	}
	if err != nil {
		return err
	}
	limit, err := timeoutOf(state, timeout, deleteTimeout)
	if err != nil {
		return err
	}
	if annotationOf(state, skipAwaitAnnotation) == "true" {
		return nil
	}
	return p.awaitGone(ctx, urn, o, live, policy, limit)
}

// propagationOf reads how the objects that belong to this one are to be deleted. It is the old object's word that counts: an annotation
// added together with the deletion comes too late.
func propagationOf(state resource.PropertyMap) (metav1.DeletionPropagation, error) {
	given := annotationOf(state, propagationAnnotation)
	if given == "" {
		given = annotationOf(storedInputs(state), propagationAnnotation)
	}
	policies := map[string]metav1.DeletionPropagation{
		"": metav1.DeletePropagationForeground, "foreground": metav1.DeletePropagationForeground,
		"background": metav1.DeletePropagationBackground, "orphan": metav1.DeletePropagationOrphan,
	}
	policy, ok := policies[given]
	if !ok {
		return "", fmt.Errorf("the annotation %s is %q: write foreground, background or orphan", propagationAnnotation, given)
	}
	return policy, nil
}

// release gives the fields of a patch back: applying nothing makes the API server forget that the manager ever set them.
func (o *object) release(ctx context.Context, live *unstructured.Unstructured, manager string) error {
	if !managedBy(live, manager) {
		return nil
	}
	empty := &unstructured.Unstructured{}
	empty.SetGroupVersionKind(o.gvk)
	empty.SetName(o.name)
	empty.SetNamespace(o.namespace)
	_, err := o.apply(ctx, empty, manager, false, false)
	return err
}

// awaitGone waits until the object no longer exists. The same name with another UID is another object: ours is gone. With foreground
// deletion the API server keeps a StatefulSet until its pods are gone; with background deletion they are waited for here.
func (p *Provider) awaitGone(
	ctx context.Context, urn resource.URN, o *object, old *unstructured.Unstructured, policy metav1.DeletionPropagation, limit time.Duration,
) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	feeds := []feed{o.feedOne()}
	pods, hasPods := podFeed(o.cluster, old)
	waitsForPods := hasPods && o.gvk.Kind == "StatefulSet" && policy == metav1.DeletePropagationBackground
	if waitsForPods {
		feeds = append(feeds, pods)
	}
	p.log.status(ctx, urn, "Deleting")
	var last string
	err := follow(ctx, feeds, func(seen view) (bool, error) {
		live := seen.one(o.name)
		if live != nil && live.GetUID() == old.GetUID() {
			if waiting := lingering(live); waiting != last {
				last = waiting
				p.log.status(ctx, urn, waiting)
			}
			return false, nil
		}
		left := ownedBy(seen.all(podsFeed), old.GetUID())
		if waitsForPods && len(left) > 0 {
			last = fmt.Sprintf("Waiting for %d pods to be gone", len(left))
			p.log.status(ctx, urn, last)
			return false, nil
		}
		return true, nil
	})
	if err == nil {
		return nil
	}
	if ctx.Err() == context.DeadlineExceeded {
		return fmt.Errorf("%s %q was deleted but is still there after %s. %s", o.gvk.Kind, o.id(), limit, last)
	}
	return fmt.Errorf("waiting for the deletion of %s %q was interrupted: %w", o.gvk.Kind, o.id(), err)
}

// lingering says what keeps a deleted object in existence.
func lingering(live *unstructured.Unstructured) string {
	if finalizers := live.GetFinalizers(); len(finalizers) > 0 {
		return fmt.Sprintf("Waiting for its finalizers: %v%s", finalizers, namespaceLeftovers(live))
	}
	return "Waiting for it to be gone" + namespaceLeftovers(live)
}

// namespaceLeftovers is what a terminating namespace says about the objects left in it.
func namespaceLeftovers(live *unstructured.Unstructured) string {
	if live.GetKind() != "Namespace" {
		return ""
	}
	text := ""
	for _, c := range conditionsOf(live) {
		if c.status == "True" && c.message != "" {
			text += "; " + c.message
		}
	}
	return text
}

func ownedBy(objects []*unstructured.Unstructured, uid types.UID) []*unstructured.Unstructured {
	var owned []*unstructured.Unstructured
	for _, obj := range objects {
		for _, owner := range obj.GetOwnerReferences() {
			if owner.UID == uid {
				owned = append(owned, obj)
			}
		}
	}
	return owned
}
