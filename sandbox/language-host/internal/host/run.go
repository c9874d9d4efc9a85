package host

import (
	"context"
	"fmt"
	"os"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"holdfast.local/sandbox/language-host/internal/node"
	"holdfast.local/sandbox/language-host/internal/process"
)

// exitTold is the SDK's exit code for "the user has been told what is wrong": the engine then adds nothing.
const exitTold = 32

// Run runs a program to its end. What it prints goes to this process's own stdout and stderr, which the engine logs.
func (h *Host) Run(call context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	ctx, done := h.during(call)
	defer done()
	spec, err := h.program(ctx, request)
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	result, err := process.Run(ctx, spec)
	if err != nil {
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("node could not run the program: %v", err)}, nil
	}
	return responseTo(result), nil
}

func (h *Host) program(ctx context.Context, request *pulumirpc.RunRequest) (spec process.Spec, err error) {
	if request.GetAttachDebugger() {
		return spec, fmt.Errorf("--attach-debugger is not possible with the sandbox's language host: set the runtime option nodeargs to --inspect-brk in Pulumi.yaml")
	}
	options, err := node.ParseOptions(request.GetInfo().GetOptions().AsMap())
	if err != nil {
		return spec, err
	}
	binary, err := node.Binary()
	if err != nil {
		return spec, err
	}
	run, err := node.Locate(ctx, binary, node.RunProgram, request.GetInfo().GetProgramDirectory())
	if err != nil {
		return spec, err
	}
	env, err := node.ProgramEnvironment(options, request)
	if err != nil {
		return spec, err
	}
	return process.Spec{
		Path:   binary,
		Args:   node.ProgramArguments(options, run, h.engineAddress(), h.tracing, request),
		Dir:    request.GetPwd(),
		Env:    append(os.Environ(), env...),
		Stdout: os.Stdout,
		Stderr: os.Stderr,
	}, nil
}

// responseTo turns the end of a program into words.
func responseTo(result process.Result) *pulumirpc.RunResponse {
	switch {
	case result.Signal != 0:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program was ended by signal %d (%s)", int(result.Signal), result.Signal)}
	case result.ExitCode == 0:
		return &pulumirpc.RunResponse{}
	case result.ExitCode == exitTold:
		return &pulumirpc.RunResponse{Bail: true}
	default:
		// The wording is Pulumi's own: people search for it.
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("Program exited with non-zero exit code: %d", result.ExitCode)}
	}
}
