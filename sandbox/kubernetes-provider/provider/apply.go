package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// errRetryNow makes retry ask again although the server answered: the answer was that our copy of the object is old.
var errRetryNow = apierrors.NewServiceUnavailable("the object changed in the meantime")

// isStale says whether a request was refused because the object changed since it was read.
func isStale(err error) bool { return apierrors.IsConflict(err) && len(conflicts(err)) == 0 }

// apply sends the object by server-side apply. It can be repeated safely: the same manager applying the same fields changes nothing.
func (o *object) apply(ctx context.Context, obj *unstructured.Unstructured, manager string, force, dryRun bool) (*unstructured.Unstructured, error) {
	body, err := json.Marshal(obj)
	if err != nil {
		return nil, err
	}
	options := metav1.PatchOptions{FieldManager: manager, Force: &force, FieldValidation: metav1.FieldValidationIgnore}
	if dryRun {
		options.DryRun = []string{metav1.DryRunAll}
	}
	var live *unstructured.Unstructured
	err = o.retry(ctx, func() error {
		var err error
		live, err = o.client().Patch(ctx, o.name, types.ApplyPatchType, body, options)
		if isStale(err) {
			return errRetryNow
		}
		return err
	})
	found := conflicts(err)
	if len(found) == 0 {
		return live, err
	}
	if dryRun && onlyOwn(found, manager) {
		// What the manager owns from creating the object it takes over before a real apply; a dry run can't, and asks past it.
		return o.apply(ctx, obj, manager, true, true)
	}
	return nil, conflictError{found, err}
}

// onlyOwn says whether the conflicts are all with the fields that this manager set itself when it created the object.
func onlyOwn(found map[string][]string, manager string) bool {
	for other := range found {
		if !strings.HasPrefix(other, `"`+manager+`"`) || strings.Contains(other, "subresource") {
			return false
		}
	}
	return true
}

// conflicts lists, per field manager, the fields that a server-side apply was refused for.
func conflicts(err error) map[string][]string {
	var status apierrors.APIStatus
	if !apierrors.IsConflict(err) || !errors.As(err, &status) || status.Status().Details == nil {
		return nil
	}
	found := map[string][]string{}
	for _, cause := range status.Status().Details.Causes {
		if cause.Type == metav1.CauseTypeFieldManagerConflict {
			manager := strings.TrimPrefix(cause.Message, "conflict with ")
			found[manager] = append(found[manager], strings.TrimPrefix(cause.Field, "."))
		}
	}
	return found
}

// conflictError says who else manages the fields and what to do about it.
type conflictError struct {
	fields map[string][]string
	cause  error
}

func (e conflictError) Unwrap() error { return e.cause }

func (e conflictError) Error() string {
	managers := make([]string, 0, len(e.fields))
	for manager := range e.fields {
		managers = append(managers, manager)
	}
	sort.Strings(managers)
	lines := make([]string, len(managers))
	for i, manager := range managers {
		lines[i] = fmt.Sprintf("%s, managed by %s", strings.Join(e.fields[manager], ", "), manager)
	}
	return "server-side apply found a conflict, another field manager set " + strings.Join(lines, "; ") +
		". To take the fields over, set the annotation " + patchForceAnnotation + `: "true"; to leave them alone, remove them from ` +
		"the program or list them in ignoreChanges"
}
