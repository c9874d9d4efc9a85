package node

import (
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func TestProgramArguments(t *testing.T) {
	args := ProgramArguments(Options{NodeArgs: []string{"--heap=1"}}, "/sdk/run.js", "127.0.0.1:1", "", &pulumirpc.RunRequest{
		Project: "p", Stack: "s", Organization: "o", MonitorAddress: "127.0.0.1:2", Parallel: 7, DryRun: true, Args: []string{"x"},
		Info: &pulumirpc.ProgramInfo{RootDirectory: "/r", ProgramDirectory: "/r/src"},
	})
	want := []string{
		"--heap=1", "/sdk/run.js", "--monitor", "127.0.0.1:2", "--engine", "127.0.0.1:1", "--organization", "o", "--project", "p",
		"--stack", "s", "--root-directory", "/r", "--pwd", "/r/src", "--dry-run", "--parallel", "7", ".", "x",
	}
	if !strings.HasPrefix(args[0], "--import=data:") || !slices.Equal(args[1:], want) {
		t.Fatalf("%q", args)
	}
}

func TestUpdateIsNoDryRunAndUsesTheEntryPoint(t *testing.T) {
	args := ProgramArguments(Options{}, "run", "e", "", &pulumirpc.RunRequest{Info: &pulumirpc.ProgramInfo{EntryPoint: "main.ts"}})
	if slices.Contains(args, "--dry-run") || args[len(args)-1] != "main.ts" {
		t.Fatalf("%q", args)
	}
}

func TestProgramEnvironmentCarriesConfigAndWhichKeysAreSecret(t *testing.T) {
	env, err := ProgramEnvironment(Options{TypeScript: true}, &pulumirpc.RunRequest{
		Config: map[string]string{"p:a": `say "hi"`}, ConfigSecretKeys: []string{"p:a"},
	})
	want := []string{"PULUMI_NODEJS_TYPESCRIPT=true", `PULUMI_CONFIG={"p:a":"say \"hi\""}`, `PULUMI_CONFIG_SECRET_KEYS=["p:a"]`}
	if err != nil || !slices.Equal(env, want) {
		t.Fatalf("%q %v", env, err)
	}
	env, _ = ProgramEnvironment(Options{}, &pulumirpc.RunRequest{})
	if !slices.Equal(env, []string{"PULUMI_CONFIG={}", "PULUMI_CONFIG_SECRET_KEYS=[]"}) {
		t.Fatalf("none given: %q", env)
	}
}

func TestPolicyPackGetsItsDirectoryLastAndOthersFirst(t *testing.T) {
	info := &pulumirpc.ProgramInfo{ProgramDirectory: "/pack", EntryPoint: "."}
	policy := PluginArguments(Options{}, "run", &pulumirpc.RunPluginRequest{Kind: "analyzer", Args: []string{"127.0.0.1:1", "/cwd"}, Info: info})
	other := PluginArguments(Options{}, "run", &pulumirpc.RunPluginRequest{Kind: "resource", Args: []string{"127.0.0.1:1"}, Info: info})
	if !slices.Equal(policy[1:], []string{"run", "127.0.0.1:1", "/cwd", "/pack"}) || !slices.Equal(other[1:], []string{"run", "/pack", "127.0.0.1:1"}) {
		t.Fatalf("%q %q", policy, other)
	}
}
