package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// options are what a provider is configured with.
type options struct {
	kubeconfig         string // contents, a path, or "" for KUBECONFIG and ~/.kube/config
	context            string // "" for the kubeconfig's current one
	cluster            string // overrides the context's cluster
	namespace          string // where objects that name none go
	clusterIdentifier  string // says which cluster it is, so that a changed kubeconfig is not a changed cluster
	configMapMutable   bool   // a config map's data is changed in place
	secretMutable      bool   // a secret's data is changed in place
	upsert             bool   // creating an object that exists takes it over
	patchForce         bool   // fields of other managers are taken over
	deleteUnreachable  bool   // objects of an unreachable cluster are dropped from the state
	skipUnreachable    bool   // updates in an unreachable cluster are skipped
	quietDeprecations  bool   // warnings of the API server are not shown
	queriesPerSecond   float32
	burst              int
	requestTimeoutSecs int
}

// environment names, per boolean option, the variable that stands in for it when the program says nothing.
var environment = map[resource.PropertyKey]string{
	"deleteUnreachable":           "PULUMI_K8S_DELETE_UNREACHABLE",
	"enableConfigMapMutable":      "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE",
	"enablePatchForce":            "PULUMI_K8S_ENABLE_PATCH_FORCE",
	"enableSecretMutable":         "PULUMI_K8S_ENABLE_SECRET_MUTABLE",
	"enableServerSideApply":       "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY",
	"skipUpdateUnreachable":       "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE",
	"suppressDeprecationWarnings": "PULUMI_K8S_SUPPRESS_DEPRECATION_WARNINGS",
	"suppressHelmHookWarnings":    "PULUMI_K8S_SUPPRESS_HELM_HOOK_WARNINGS",
	"upsertExistingObjects":       "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
}

// problem is something wrong with one property of the provider's configuration.
type problem struct{ property, reason string }

// parseOptions reads the provider's configuration and lists everything that is wrong with it.
func parseOptions(config resource.PropertyMap) (options, []problem) {
	var problems []problem
	fail := func(property resource.PropertyKey, format string, args ...any) {
		problems = append(problems, problem{string(property), fmt.Sprintf(format, args...)})
	}
	text := func(key resource.PropertyKey) string {
		v := bare(config[key])
		switch {
		case v.IsString():
			return v.StringValue()
		case v.IsNull() || v.IsComputed():
			return ""
		}
		p, err := plain(v)
		if err != nil {
			fail(key, "%v", err)
			return ""
		}
		b, err := json.Marshal(p)
		if err != nil {
			fail(key, "%v", err)
		}
		return string(b)
	}
	flag := func(key resource.PropertyKey, byDefault bool) bool {
		value := text(key)
		if value == "" || value == "null" || value == `""` {
			value = os.Getenv(environment[key])
		}
		switch strings.ToLower(strings.Trim(value, `"`)) {
		case "":
			return byDefault
		case "true", "1":
			return true
		case "false", "0":
			return false
		}
		fail(key, "%s is %q: write true or false", key, value)
		return byDefault
	}

	o := options{
		kubeconfig: text("kubeconfig"), context: text("context"), cluster: text("cluster"), namespace: text("namespace"),
		clusterIdentifier: text("clusterIdentifier"),
		configMapMutable:  flag("enableConfigMapMutable", false), secretMutable: flag("enableSecretMutable", false),
		upsert: flag("upsertExistingObjects", false), patchForce: flag("enablePatchForce", false),
		deleteUnreachable: flag("deleteUnreachable", false), skipUnreachable: flag("skipUpdateUnreachable", false),
		quietDeprecations: flag("suppressDeprecationWarnings", false),
		queriesPerSecond:  60, burst: 120,
	}
	flag("suppressHelmHookWarnings", false)
	flag("alwaysRender", false)
	if !flag("enableServerSideApply", true) {
		fail("enableServerSideApply", "this stand-in only knows server-side apply: remove enableServerSideApply: false, or use the real provider")
	}
	if dir := text("renderYamlToDirectory"); dir != "" {
		fail("renderYamlToDirectory", "this stand-in only applies to a cluster and can't write YAML to %q: remove renderYamlToDirectory, "+
			"or use the real provider", dir)
	}
	o.clientSettings(text("kubeClientSettings"), fail)
	if !bare(config["kubeconfig"]).IsComputed() {
		o.resolveNamespace(fail)
	}
	return o, problems
}

// clientSettings reads { qps, burst, timeout } (the last in seconds).
func (o *options) clientSettings(text string, fail func(resource.PropertyKey, string, ...any)) {
	if text == "" || text == "null" {
		return
	}
	var settings struct {
		QPS     *float32 `json:"qps"`
		Burst   *int     `json:"burst"`
		Timeout *int     `json:"timeout"`
	}
	if err := json.Unmarshal([]byte(text), &settings); err != nil {
		fail("kubeClientSettings", "kubeClientSettings is %s: write { qps: 50, burst: 100, timeout: 30 } (numbers)", text)
		return
	}
	if settings.QPS != nil {
		o.queriesPerSecond = *settings.QPS
	}
	if settings.Burst != nil {
		o.burst = *settings.Burst
	}
	if settings.Timeout != nil {
		o.requestTimeoutSecs = *settings.Timeout
	}
}

// resolveNamespace settles the default namespace: the option, then the context's, then "default". It also tells whether the
// kubeconfig can be used at all; a missing default kubeconfig is not an error until the cluster is needed.
func (o *options) resolveNamespace(fail func(resource.PropertyKey, string, ...any)) {
	loader, err := o.loader()
	if err != nil {
		fail("kubeconfig", "%v", err)
		return
	}
	raw, err := loader.RawConfig()
	if err != nil {
		fail("kubeconfig", "the kubeconfig can't be read: %v: pass the path of a kubeconfig file, or its contents as YAML or JSON", err)
		return
	}
	if o.context != "" && raw.Contexts[o.context] == nil {
		fail("context", "the kubeconfig has no context %q: it has %s", o.context, listed(raw.Contexts))
	}
	if o.cluster != "" && raw.Clusters[o.cluster] == nil {
		fail("cluster", "the kubeconfig has no cluster %q: it has %s", o.cluster, listed(raw.Clusters))
	}
	if o.kubeconfig != "" && len(raw.Clusters) == 0 {
		fail("kubeconfig", "the kubeconfig names no cluster: pass the path of a kubeconfig file, or its contents as YAML or JSON")
	}
	if o.namespace == "" {
		if namespace, _, err := loader.Namespace(); err == nil && namespace != "" {
			o.namespace = namespace
		} else {
			o.namespace = "default"
		}
	}
}

// loader is the kubeconfig with the options laid over it.
func (o *options) loader() (clientcmd.ClientConfig, error) {
	overrides := &clientcmd.ConfigOverrides{CurrentContext: o.context, Context: clientcmdapi.Context{Cluster: o.cluster}}
	switch {
	case o.kubeconfig == "":
		return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(clientcmd.NewDefaultClientConfigLoadingRules(), overrides), nil
	case isKubeconfigText(o.kubeconfig):
		config, err := clientcmd.Load([]byte(o.kubeconfig))
		if err != nil {
			return nil, fmt.Errorf("the kubeconfig's contents are neither YAML nor JSON of a kubeconfig: %w", err)
		}
		return clientcmd.NewDefaultClientConfig(*config, overrides), nil
	}
	rules := &clientcmd.ClientConfigLoadingRules{Precedence: strings.Split(expandHome(o.kubeconfig), string(os.PathListSeparator))}
	found := false
	for _, path := range rules.Precedence {
		if _, err := os.Stat(path); err == nil {
			found = true
		}
	}
	if !found {
		return nil, fmt.Errorf("there is no kubeconfig file %s: pass the path of one that exists, or its contents as YAML or JSON", o.kubeconfig)
	}
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides), nil
}

func isKubeconfigText(s string) bool {
	return strings.ContainsAny(s, "\n{") || strings.HasPrefix(strings.TrimSpace(s), "apiVersion:")
}

func expandHome(path string) string {
	if home, err := os.UserHomeDir(); err == nil && strings.HasPrefix(path, "~/") {
		return home + path[1:]
	}
	return path
}
