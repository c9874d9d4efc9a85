package provider

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: {}}]
contexts: [{name: one, context: {cluster: c, user: u, namespace: theirs}}, {name: two, context: {cluster: c, user: u}}]
current-context: one
`

func config(pairs ...string) resource.PropertyMap {
	m := resource.PropertyMap{}
	for i := 0; i < len(pairs); i += 2 {
		m[resource.PropertyKey(pairs[i])] = resource.NewStringProperty(pairs[i+1])
	}
	return m
}

func TestOptions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(path, []byte(kubeconfig), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, given := range []string{kubeconfig, path} {
		o, problems := parseOptions(config("kubeconfig", given, "enableConfigMapMutable", "true"))
		if len(problems) > 0 || o.namespace != "theirs" || !o.configMapMutable || o.secretMutable {
			t.Errorf("parsed %+v, %v", o, problems)
		}
	}
	if o, _ := parseOptions(config("kubeconfig", kubeconfig, "context", "two")); o.namespace != "default" {
		t.Errorf("context two gives namespace %q", o.namespace)
	}
	if o, _ := parseOptions(config("kubeconfig", kubeconfig, "namespace", "mine")); o.namespace != "mine" {
		t.Errorf("the option is overruled by %q", o.namespace)
	}
}

func TestAllConfigurationProblemsAtOnce(t *testing.T) {
	_, problems := parseOptions(config("kubeconfig", kubeconfig, "context", "z", "cluster", "w", "enableServerSideApply", "false",
		"renderYamlToDirectory", "out", "enableSecretMutable", "perhaps", "kubeClientSettings", "fast"))
	got := map[string]bool{}
	for _, p := range problems {
		got[p.property] = true
	}
	want := setOf("context", "cluster", "enableServerSideApply", "renderYamlToDirectory", "enableSecretMutable", "kubeClientSettings")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("found %v", problems)
	}
	if _, problems := parseOptions(config("kubeconfig", "/does/not/exist")); len(problems) != 1 {
		t.Errorf("a missing file: %v", problems)
	}
}

func TestConfigurationChanges(t *testing.T) {
	cases := map[string]struct {
		olds, news        resource.PropertyMap
		changed, replaces []string
	}{
		"nothing":    {config("kubeconfig", "a"), config("kubeconfig", "a"), nil, nil},
		"kubeconfig": {config("kubeconfig", "a"), config("kubeconfig", "b"), []string{"kubeconfig"}, []string{"kubeconfig"}},
		"the same cluster": {
			config("kubeconfig", "a", "clusterIdentifier", "i"), config("kubeconfig", "b", "clusterIdentifier", "i"), []string{"kubeconfig"}, nil,
		},
		"another cluster": {
			config("kubeconfig", "a", "clusterIdentifier", "i"), config("kubeconfig", "a", "clusterIdentifier", "j"),
			[]string{"clusterIdentifier"}, []string{"clusterIdentifier"},
		},
		"namespace": {config("namespace", "a"), config("namespace", "b"), []string{"namespace"}, nil},
	}
	for name, c := range cases {
		changed, replaces := planConfig(c.olds, c.news)
		if !reflect.DeepEqual(changed, c.changed) || !reflect.DeepEqual(replaces, c.replaces) {
			t.Errorf("%s: changed %v, replaces %v", name, changed, replaces)
		}
	}
}
