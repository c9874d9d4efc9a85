package provider

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// object of YAML, as the cluster would return it.
func fromYAML(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	raw, err := yaml.ToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	obj := &unstructured.Unstructured{}
	if err := obj.UnmarshalJSON(raw); err != nil {
		t.Fatal(err)
	}
	return obj
}

func inputsOf(t *testing.T, text string) resource.PropertyMap {
	t.Helper()
	return properties(fromYAML(t, text))
}

func urnOfType(token string) resource.URN { return resource.URN("urn:pulumi:s::p::" + token + "::x") }
