package provider

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/util/csaupgrade"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	fieldManagerPrefix     = "pulumi-kubernetes"
	fieldManagerAnnotation = "pulumi.com/patchFieldManager"
	patchForceAnnotation   = "pulumi.com/patchForce"
)

// newFieldManager makes up the manager of one resource's fields. Each resource has its own, so that two resources (or two stacks) that
// touch one object are told apart.
func newFieldManager() string {
	var random [4]byte
	_, _ = rand.Read(random[:])
	return fieldManagerPrefix + "-" + hex.EncodeToString(random[:])
}

// fieldManagerOf is the manager named by the inputs, or kept in the state, or a new one.
func fieldManagerOf(inputs, state resource.PropertyMap) string {
	if given := annotationOf(inputs, fieldManagerAnnotation); given != "" {
		return given
	}
	if kept := textAt(state, fieldManagerKey); kept != "" {
		return kept
	}
	return newFieldManager()
}

// forces says whether fields of other managers are to be taken over.
func (o options) forces(inputs resource.PropertyMap) bool {
	switch annotationOf(inputs, patchForceAnnotation) {
	case "true":
		return true
	case "false":
		return false
	}
	return o.patchForce
}

// managedBy says whether a manager owns any field of the object.
func managedBy(obj *unstructured.Unstructured, manager string) bool {
	for _, entry := range obj.GetManagedFields() {
		if entry.Manager == manager {
			return true
		}
	}
	return false
}

// pulumiManager finds the manager under which this provider (or the real one) made the object, or "".
func pulumiManager(obj *unstructured.Unstructured) string {
	for _, entry := range obj.GetManagedFields() {
		if strings.HasPrefix(entry.Manager, fieldManagerPrefix+"-") && entry.Subresource == "" {
			return entry.Manager
		}
	}
	return ""
}

// adoptOwnFields turns what the manager owns from creating the object into what it owns by applying. Until that is done, a field
// that an apply leaves out stays in the object.
func (o *object) adoptOwnFields(ctx context.Context, live *unstructured.Unstructured, manager string) error {
	return o.retry(ctx, func() error {
		patch, err := csaupgrade.UpgradeManagedFieldsPatch(live, sets.New(manager), manager)
		if err != nil || len(patch) == 0 {
			return err
		}
		_, err = o.client().Patch(ctx, o.name, types.JSONPatchType, patch, metav1.PatchOptions{FieldManager: manager})
		if isStale(err) {
			fresh, gone, getErr := o.get(ctx)
			if getErr != nil || gone {
				return err
			}
			*live = *fresh
			return errRetryNow
		}
		return err
	})
}
