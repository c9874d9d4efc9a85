package provider

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

var services = schema.GroupVersionResource{Version: "v1", Resource: "services"}

const ours, service = "pulumi-kubernetes-1", `
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: shop}
`

// madeAfter makes the Service on a server that answers the first creates as given (nil: by breaking the connection) and the next ones well,
// and holds what the first try left there: an object by that manager, or none.
func madeAfter(t *testing.T, left string, answers ...*apierrors.StatusError) error {
	t.Helper()
	tries := 0
	answer := func(w http.ResponseWriter, code int, body any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		if err := json.NewEncoder(w).Encode(body); err != nil {
			t.Error(err)
		}
	}
	refuse := func(w http.ResponseWriter, err *apierrors.StatusError) {
		status := err.Status()
		status.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}
		answer(w, int(status.Code), status)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		made := fromYAML(t, service)
		if r.Method == http.MethodGet {
			if left == "" {
				refuse(w, apierrors.NewNotFound(services.GroupResource(), "shop"))
				return
			}
			made.SetManagedFields([]metav1.ManagedFieldsEntry{{Manager: left, Operation: metav1.ManagedFieldsOperationUpdate}})
			answer(w, http.StatusOK, made)
			return
		}
		if tries++; tries > len(answers) {
			answer(w, http.StatusCreated, made)
		} else if answers[tries-1] == nil {
			panic(http.ErrAbortHandler)
		} else {
			refuse(w, answers[tries-1])
		}
	}))
	defer server.Close()
	client, err := dynamic.NewForConfig(&rest.Config{Host: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	o := &object{
		cluster: &cluster{dynamic: client}, gvk: schema.GroupVersionKind{Version: "v1", Kind: "Service"}, gvr: services,
		namespace: "shop", name: "shop",
	}
	var live *unstructured.Unstructured
	live, err = (&Provider{}).make(context.Background(), o, fromYAML(t, service), urnOfType("kubernetes:core/v1:Service"), resource.PropertyMap{}, ours)
	if err == nil && live.GetName() != "shop" {
		t.Errorf("made %v", live)
	}
	return err
}

func TestACreateWhoseAnswerWasLost(t *testing.T) {
	starting := apierrors.NewInternalError(errors.New(`failed to allocate a serviceIP for Service "shop": range is full`))
	exists := apierrors.NewAlreadyExists(services.GroupResource(), "shop")
	for name, answers := range map[string][]*apierrors.StatusError{
		"made":                              {nil},
		"made, and then the server started": {nil, starting},
	} {
		if err := madeAfter(t, ours, append(answers, exists)...); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := madeAfter(t, "", answers...); err != nil {
			t.Errorf("not %s: %v", name, err)
		}
		if err := madeAfter(t, "kubectl", append(answers, exists)...); !apierrors.IsAlreadyExists(err) {
			t.Errorf("%s by somebody else: %v", name, err)
		}
	}
	if err := madeAfter(t, ours, exists); !apierrors.IsAlreadyExists(err) {
		t.Errorf("there before the first try: %v", err)
	}
}
