package provider

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// CheckConfig refuses a configuration that can't work, all problems at once.
func (p *Provider) CheckConfig(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	config, err := unmarshal("config.news", req.GetNews())
	if err != nil {
		return nil, err
	}
	_, problems := parseOptions(config)
	answer := &pulumirpc.CheckResponse{Inputs: req.GetNews()}
	for _, found := range problems {
		answer.Failures = append(answer.Failures, &pulumirpc.CheckFailure{Property: found.property, Reason: found.reason})
	}
	return answer, nil
}

// DiffConfig plans what a changed configuration takes. Another kubeconfig, context or cluster may be another cluster, with everything
// in it to be made anew: a replacement, unless clusterIdentifier says that it is the same one.
func (p *Provider) DiffConfig(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := unmarshal("config.olds", req.GetOlds())
	if err != nil {
		return nil, err
	}
	if req.GetOldInputs() != nil {
		if olds, err = unmarshal("config.oldInputs", req.GetOldInputs()); err != nil {
			return nil, err
		}
	}
	news, err := unmarshal("config.news", req.GetNews())
	if err != nil {
		return nil, err
	}
	changed, replaces := planConfig(olds, news)
	answer := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE, Diffs: changed, Replaces: replaces}
	if len(changed) > 0 {
		answer.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	return answer, nil
}

// clusterChoosing are the options that say which cluster is meant.
var clusterChoosing = setOf("kubeconfig", "context", "cluster")

func planConfig(olds, news resource.PropertyMap) (changed, replaces []string) {
	keys := map[string]bool{}
	for _, m := range []resource.PropertyMap{olds, news} {
		for key := range m {
			if key != "version" && key != "pluginDownloadURL" && !strings.HasPrefix(string(key), "__") {
				keys[string(key)] = true
			}
		}
	}
	for key := range keys {
		if name := resource.PropertyKey(key); len(compare([]any{key}, olds[name], news[name])) > 0 {
			changed = append(changed, key)
		}
	}
	sort.Strings(changed)

	before, after := bare(olds["clusterIdentifier"]), bare(news["clusterIdentifier"])
	if before.IsString() && after.IsString() && before.StringValue() != "" {
		if before.StringValue() != after.StringValue() {
			replaces = []string{"clusterIdentifier"}
		}
		return changed, replaces
	}
	for _, key := range changed {
		// A kubeconfig that isn't known yet plans nothing: the engine asks again once it is.
		if clusterChoosing[key] && !bare(news[resource.PropertyKey(key)]).IsComputed() {
			replaces = append(replaces, key)
		}
	}
	return changed, replaces
}

// Configure takes the configuration in. The cluster is not contacted before an operation needs it.
func (p *Provider) Configure(ctx context.Context, req *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	config, err := unmarshal("configure.args", req.GetArgs())
	if err != nil {
		return nil, err
	}
	for key, value := range req.GetVariables() {
		name := resource.PropertyKey(key[strings.LastIndex(key, ":")+1:])
		if _, given := config[name]; !given {
			config[name] = resource.NewStringProperty(value)
		}
	}
	parsed, problems := parseOptions(config)
	if len(problems) > 0 {
		lines := make([]string, len(problems))
		for i, found := range problems {
			lines[i] = fmt.Sprintf("%s: %s", found.property, found.reason)
		}
		return nil, status.Error(codes.InvalidArgument, "the Kubernetes provider can't be configured:\n  "+strings.Join(lines, "\n  "))
	}
	p.options = parsed
	p.log.debug(ctx, "Holdfast's stand-in for the Kubernetes provider %s, default namespace %s", Version, parsed.namespace)
	return &pulumirpc.ConfigureResponse{AcceptSecrets: true, SupportsPreview: true, SupportsAutonamingConfiguration: true}, nil
}
