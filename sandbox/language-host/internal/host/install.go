package host

import (
	"bytes"
	"os"
	"os/exec"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"holdfast.local/sandbox/language-host/internal/node"
	"holdfast.local/sandbox/language-host/internal/process"
)

// InstallDependencies runs `npm install` in the program's directory and passes on what it prints.
func (h *Host) InstallDependencies(request *pulumirpc.InstallDependenciesRequest, stream grpc.ServerStreamingServer[pulumirpc.InstallDependenciesResponse]) error {
	ctx, done := h.during(stream.Context())
	defer done()
	info := request.GetInfo()
	if _, err := node.ParseOptions(info.GetOptions().AsMap()); err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	if _, err := node.Binary(); err != nil {
		return status.Error(codes.FailedPrecondition, err.Error())
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return status.Error(codes.FailedPrecondition, "npm is not on PATH: it comes with Node.js; install it, or install the dependencies yourself")
	}
	out := &output[*pulumirpc.InstallDependenciesResponse]{send: stream.Send}
	result, err := process.Run(ctx, process.Spec{
		Path: npm,
		// The engine's log level is not npm's: only warnings and the summary.
		Args: []string{"install", "--loglevel=error", "--no-fund", "--no-audit"},
		Dir:  info.GetProgramDirectory(),
		Env:  os.Environ(),
		Stdout: out.writer(func(text []byte) *pulumirpc.InstallDependenciesResponse {
			return &pulumirpc.InstallDependenciesResponse{Stdout: text}
		}),
		Stderr: out.writer(func(text []byte) *pulumirpc.InstallDependenciesResponse {
			return &pulumirpc.InstallDependenciesResponse{Stderr: text}
		}),
	})
	switch {
	case err != nil:
		return status.Errorf(codes.Internal, "npm install could not run in %s: %v", info.GetProgramDirectory(), err)
	case ctx.Err() != nil:
		return status.FromContextError(ctx.Err()).Err()
	case result.Signal != 0:
		return status.Errorf(codes.Aborted, "npm install in %s was ended by signal %d", info.GetProgramDirectory(), int(result.Signal))
	case result.ExitCode != 0:
		return status.Errorf(codes.Unknown, "npm install in %s failed with exit code %d: see above", info.GetProgramDirectory(), result.ExitCode)
	}
	return nil
}

// buffer keeps a short output.
type buffer struct{ bytes.Buffer }

func (b *buffer) line() string { return strings.TrimSpace(b.String()) }
