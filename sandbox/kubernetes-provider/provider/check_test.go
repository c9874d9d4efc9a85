package provider

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func checked(t *testing.T, token, name string, olds, news resource.PropertyMap, rule *pulumirpc.CheckRequest_AutonamingOptions) (resource.PropertyMap, []*pulumirpc.CheckFailure) {
	t.Helper()
	p, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	p.options = options{namespace: "home"}
	old, err := marshal("olds", olds)
	if err != nil {
		t.Fatal(err)
	}
	new, err := marshal("news", news)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := p.Check(context.Background(), &pulumirpc.CheckRequest{
		Urn: "urn:pulumi:s::p::" + token + "::" + name, Olds: old, News: new, Autonaming: rule,
	})
	if err != nil {
		t.Fatal(err)
	}
	inputs, err := unmarshal("inputs", answer.Inputs)
	if err != nil {
		t.Fatal(err)
	}
	return inputs, answer.Failures
}

const configMapToken = "kubernetes:core/v1:ConfigMap"

func TestAutomaticNames(t *testing.T) {
	plainMap := inputsOf(t, "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}")
	first, _ := checked(t, configMapToken, "settings", nil, plainMap, nil)
	name := textAt(first, "metadata", "name")
	if !regexp.MustCompile(`^settings-[0-9a-f]{8}$`).MatchString(name) || !isAutonamed(first) {
		t.Fatalf("named %q, %v", name, first)
	}
	if again, _ := checked(t, configMapToken, "settings", first, plainMap, nil); textAt(again, "metadata", "name") != name || !isAutonamed(again) {
		t.Errorf("renamed to %v", again)
	}
	proposed := &pulumirpc.CheckRequest_AutonamingOptions{Mode: pulumirpc.CheckRequest_AutonamingOptions_ENFORCE, ProposedName: "theirs"}
	if named, _ := checked(t, configMapToken, "settings", nil, plainMap, proposed); textAt(named, "metadata", "name") != "theirs" {
		t.Errorf("the engine's name was not taken: %v", named)
	}
	off := &pulumirpc.CheckRequest_AutonamingOptions{Mode: pulumirpc.CheckRequest_AutonamingOptions_DISABLE}
	if _, failures := checked(t, configMapToken, "settings", nil, plainMap, off); len(failures) != 1 {
		t.Errorf("a missing name passed: %v", failures)
	}
	generated := inputsOf(t, "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: g-}")
	if kept, _ := checked(t, configMapToken, "settings", nil, generated, nil); textAt(kept, "metadata", "name") != "" {
		t.Errorf("generateName was overruled: %v", kept)
	}
}

func TestDefaultNamespace(t *testing.T) {
	for token, want := range map[string]string{
		configMapToken: "home", "kubernetes:core/v1:Namespace": "", "kubernetes:storage.k8s.io/v1:StorageClass": "",
	} {
		inputs, _ := checked(t, token, "x", nil, resource.PropertyMap{}, nil)
		if got := textAt(inputs, "metadata", "namespace"); got != want {
			t.Errorf("%s went into %q, want %q", token, got, want)
		}
	}
	unknown := resource.PropertyMap{"metadata": resource.NewObjectProperty(resource.PropertyMap{
		"name": resource.NewStringProperty("x"), "namespace": resource.MakeComputed(resource.NewStringProperty("")),
	})}
	inputs, _ := checked(t, configMapToken, "x", nil, unknown, nil)
	if v := bare(inputs["metadata"]).ObjectValue()["namespace"]; !v.IsComputed() {
		t.Errorf("an unknown namespace became %v", v)
	}
}

func TestSecretInputsAreSecret(t *testing.T) {
	inputs, _ := checked(t, "kubernetes:core/v1:Secret", "x", nil, inputsOf(t, "apiVersion: v1\nkind: Secret\nstringData: {p: x}"), nil)
	if !inputs["stringData"].IsSecret() {
		t.Errorf("stringData is in the open: %v", inputs)
	}
}

func TestRefusals(t *testing.T) {
	for token, want := range map[string]string{
		"kubernetes:core/v1:ConfigMapList":   "each of its items",
		"kubernetes:helm.sh/v3:Release":      "renders no Helm charts",
		"kubernetes:apps/v1:DeploymentPatch": "name it in metadata.name",
	} {
		inputs := resource.PropertyMap{}
		if strings.HasSuffix(token, "Patch") {
			inputs = inputsOf(t, "apiVersion: apps/v1\nkind: Deployment")
		}
		_, failures := checked(t, token, "x", nil, inputs, nil)
		if len(failures) != 1 || !strings.Contains(failures[0].Reason, want) {
			t.Errorf("%s: %v", token, failures)
		}
	}
}
