package host

import (
	"os"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"holdfast.local/sandbox/language-host/internal/node"
	"holdfast.local/sandbox/language-host/internal/process"
)

// RunPlugin runs a policy pack, provider or other plugin written for Node.js until it ends or the engine ends the call, passing on what it
// prints (the first line is its port) and last its exit code.
func (h *Host) RunPlugin(request *pulumirpc.RunPluginRequest, stream grpc.ServerStreamingServer[pulumirpc.RunPluginResponse]) error {
	ctx, done := h.during(stream.Context())
	defer done()
	info := request.GetInfo()
	options, err := node.ParseOptions(info.GetOptions().AsMap())
	if err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	binary, err := node.Binary()
	if err != nil {
		return status.Error(codes.FailedPrecondition, err.Error())
	}
	// Policy packs run in their own directory, as they always have; other plugins where the engine says.
	module, dir := node.RunPlugin, request.GetPwd()
	if node.IsPolicyPack(request.GetKind()) {
		module, dir = node.RunPolicyPack, info.GetProgramDirectory()
	}
	run, err := node.Locate(ctx, binary, module, info.GetProgramDirectory())
	if err != nil {
		return status.Error(codes.FailedPrecondition, err.Error())
	}
	out := &output[*pulumirpc.RunPluginResponse]{send: stream.Send}
	result, err := process.Run(ctx, process.Spec{
		Path: binary,
		Args: node.PluginArguments(options, run, request),
		Dir:  dir,
		Env:  append(append(os.Environ(), options.Environment()...), request.GetEnv()...),
		Stdout: out.writer(func(text []byte) *pulumirpc.RunPluginResponse {
			return &pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: text}}
		}),
		Stderr: out.writer(func(text []byte) *pulumirpc.RunPluginResponse {
			return &pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: text}}
		}),
	})
	if err != nil {
		return status.Errorf(codes.Internal, "node could not run the plugin in %s: %v", info.GetProgramDirectory(), err)
	}
	if ctx.Err() != nil {
		return status.FromContextError(ctx.Err()).Err()
	}
	return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(result.ExitCode)}})
}

// output sends what several writers are given over one stream, which takes one message at a time.
type output[T any] struct {
	mutex sync.Mutex
	send  func(T) error
}

func (o *output[T]) writer(message func([]byte) T) writerFunc {
	return func(text []byte) (int, error) {
		o.mutex.Lock()
		defer o.mutex.Unlock()
		// The writer's buffer is used again as soon as this returns.
		if err := o.send(message(append([]byte(nil), text...))); err != nil {
			return 0, err
		}
		return len(text), nil
	}
}

type writerFunc func([]byte) (int, error)

func (write writerFunc) Write(text []byte) (int, error) { return write(text) }
