package provider

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func TestYAMLIsDecoded(t *testing.T) {
	objects, err := decodeYAML("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n\n---\napiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Namespace, metadata: {name: n}}\n", "home")
	if err != nil || len(objects) != 2 {
		t.Fatalf("read %v, %v", objects, err)
	}
	if got := objects[0].(map[string]any)["metadata"].(map[string]any)["namespace"]; got != "home" {
		t.Errorf("the config map went into %v", got)
	}
	if got := objects[1].(map[string]any)["metadata"].(map[string]any)["namespace"]; got != nil {
		t.Errorf("the namespace went into %v", got)
	}
	for _, bad := range []string{"a: [", "metadata: {name: x}"} {
		if _, err := decodeYAML(bad, ""); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestErrorsThatPass(t *testing.T) {
	resource := schema.GroupResource{Resource: "configmaps"}
	for _, err := range []error{io.EOF, syscall.ECONNREFUSED, fmt.Errorf("x: %w", syscall.ECONNRESET), apierrors.NewServiceUnavailable("starting"), apierrors.NewTooManyRequests("busy", 1)} {
		if !isTransient(err) {
			t.Errorf("%v is final", err)
		}
	}
	for _, err := range []error{nil, errors.New("no"), apierrors.NewNotFound(resource, "x"), apierrors.NewAlreadyExists(resource, "x"), apierrors.NewForbidden(resource, "x", nil)} {
		if isTransient(err) {
			t.Errorf("%v is retried", err)
		}
	}
}

func TestOnlyANamedNotFoundMeansGone(t *testing.T) {
	resource := schema.GroupResource{Resource: "configmaps"}
	if !isGone(apierrors.NewNotFound(resource, "x"), "x") {
		t.Error("the object's own 404 was not believed")
	}
	if isGone(apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "n"), "x") {
		t.Error("its namespace's 404 was taken for its own")
	}
	if isGone(apierrors.NewGenericServerResponse(http.StatusNotFound, "get", resource, "", "", 0, true), "x") {
		t.Error("a bare 404 was believed")
	}
}

func TestConflictsNameManagerAndField(t *testing.T) {
	err := apierrors.NewApplyConflict([]metav1.StatusCause{{Type: metav1.CauseTypeFieldManagerConflict, Message: `conflict with "kubectl" with subresource "scale" using apps/v1`, Field: ".spec.replicas"}}, "conflict")
	found := conflicts(err)
	if fields := found[`"kubectl" with subresource "scale" using apps/v1`]; len(fields) != 1 || fields[0] != "spec.replicas" {
		t.Errorf("found %v", found)
	}
	if onlyOwn(found, "pulumi-kubernetes-1") {
		t.Error("another's field was taken for our own")
	}
	if !onlyOwn(map[string][]string{`"pulumi-kubernetes-1" using v1`: nil}, "pulumi-kubernetes-1") {
		t.Error("our own field was taken for another's")
	}
}

func TestTokens(t *testing.T) {
	for token, want := range map[string]schema.GroupVersionKind{
		"kubernetes:core/v1:Secret":                {Version: "v1", Kind: "Secret"},
		"kubernetes:storage.k8s.io/v1:CSIDriver":   {Group: "storage.k8s.io", Version: "v1", Kind: "CSIDriver"},
		"kubernetes:postgresql.cnpg.io/v1:Cluster": {Group: "postgresql.cnpg.io", Version: "v1", Kind: "Cluster"},
	} {
		if got := kindOf(urnOfType(token), nil); got != want {
			t.Errorf("%s is %v", token, got)
		}
	}
	if got := kindOf(urnOfType("kubernetes:apps/v1:DeploymentPatch"), nil); got.Kind != "Deployment" {
		t.Errorf("a patch is of %v", got)
	}
}
