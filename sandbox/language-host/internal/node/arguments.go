package node

import (
	"encoding/json"
	"strconv"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// ProgramArguments is node's command line for a program: what cmd/run reads, the entry point, the program's own arguments.
func ProgramArguments(options Options, run, engine, tracing string, request *pulumirpc.RunRequest) []string {
	args := append([]string{guardArgument()}, options.NodeArgs...)
	args = append(args, run)
	add := func(name, value string) {
		if value != "" {
			args = append(args, "--"+name, value)
		}
	}
	info := request.GetInfo()
	add("monitor", request.GetMonitorAddress())
	add("engine", engine)
	add("organization", request.GetOrganization())
	add("project", request.GetProject())
	add("stack", request.GetStack())
	add("root-directory", info.GetRootDirectory())
	add("pwd", info.GetProgramDirectory())
	if request.GetDryRun() {
		args = append(args, "--dry-run")
	}
	add("parallel", strconv.Itoa(int(request.GetParallel())))
	add("tracing", tracing)
	entry := info.GetEntryPoint()
	if entry == "" {
		entry = "."
	}
	return append(append(args, entry), request.GetArgs()...)
}

// ProgramEnvironment is what a program's environment has beyond this process's own.
func ProgramEnvironment(options Options, request *pulumirpc.RunRequest) ([]string, error) {
	config := request.GetConfig()
	if config == nil {
		config = map[string]string{}
	}
	keys := request.GetConfigSecretKeys()
	if keys == nil {
		keys = []string{}
	}
	values, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	secrets, err := json.Marshal(keys)
	if err != nil {
		return nil, err
	}
	return append(options.Environment(), "PULUMI_CONFIG="+string(values), "PULUMI_CONFIG_SECRET_KEYS="+string(secrets)), nil
}

// IsPolicyPack tells whether a plugin is a policy pack, which the SDK starts in another way than the rest.
func IsPolicyPack(kind string) bool { return kind == "analyzer" }

// PluginArguments is node's command line for a plugin. A policy pack's directory comes last, any other plugin's first.
func PluginArguments(options Options, run string, request *pulumirpc.RunPluginRequest) []string {
	args := append([]string{guardArgument()}, options.NodeArgs...)
	args = append(args, run)
	dir := request.GetInfo().GetProgramDirectory()
	if IsPolicyPack(request.GetKind()) {
		return append(append(args, request.GetArgs()...), dir)
	}
	return append(append(args, dir), request.GetArgs()...)
}
