// Package host is a language runtime for Pulumi programs in Node.js: what the engine asks for in order to run, preview and check them.
//
// It stands in for Pulumi's own pulumi-language-nodejs where that can't be had. What it leaves out answers Unimplemented: converting and
// generating code, packing, linking.
package host

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"sync/atomic"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"holdfast.local/sandbox/language-host/internal/node"
	"holdfast.local/sandbox/language-host/internal/process"
)

// Version is that of the SDK whose protocol this host speaks.
const Version = "3.230.0"

// Host serves pulumirpc.LanguageRuntime.
type Host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	// ends when everything must: programs running under it are interrupted, then killed.
	life    context.Context
	engine  atomic.Value
	tracing string
}

// New returns a host for the engine at an address; one that is attached to later learns it in the handshake.
func New(life context.Context, engine, tracing string) *Host {
	h := &Host{life: life, tracing: tracing}
	h.engine.Store(engine)
	return h
}

// Handshake learns the engine's address.
func (h *Host) Handshake(_ context.Context, request *pulumirpc.LanguageHandshakeRequest) (*pulumirpc.LanguageHandshakeResponse, error) {
	if address := request.GetEngineAddress(); address != "" {
		h.engine.Store(address)
	}
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

// GetPluginInfo tells the version.
func (h *Host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: Version}, nil
}

// GetRequiredPackages names none, so that the engine does not try to download any: it finds a provider when a resource asks for it.
func (h *Host) GetRequiredPackages(context.Context, *pulumirpc.GetRequiredPackagesRequest) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

// GetRequiredPlugins is the older form of GetRequiredPackages.
func (h *Host) GetRequiredPlugins(context.Context, *pulumirpc.GetRequiredPluginsRequest) (*pulumirpc.GetRequiredPluginsResponse, error) {
	return &pulumirpc.GetRequiredPluginsResponse{}, nil
}

// RuntimeOptionsPrompts asks nothing.
func (h *Host) RuntimeOptionsPrompts(context.Context, *pulumirpc.RuntimeOptionsRequest) (*pulumirpc.RuntimeOptionsResponse, error) {
	return &pulumirpc.RuntimeOptionsResponse{}, nil
}

// Template has nothing to do after `pulumi new`.
func (h *Host) Template(context.Context, *pulumirpc.TemplateRequest) (*pulumirpc.TemplateResponse, error) {
	return &pulumirpc.TemplateResponse{}, nil
}

// Cancel is the engine's first word of a Ctrl-C. Nothing is stopped yet: resource operations under way still have to be told to the program,
// and the engine closes the program's connection, cancels its calls, or ends this host when it is done with them.
func (h *Host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// About tells where node is and which.
func (h *Host) About(ctx context.Context, _ *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	binary, err := node.Binary()
	if err != nil {
		return nil, status.Error(codes.FailedPrecondition, err.Error())
	}
	var version buffer
	_, err = process.Run(ctx, process.Spec{Path: binary, Args: []string{"--version"}, Env: os.Environ(), Stdout: &version, Stderr: os.Stderr})
	if err != nil {
		return nil, err
	}
	return &pulumirpc.AboutResponse{
		Executable: binary,
		Version:    version.line(),
		Metadata:   map[string]string{"languageHost": "Holdfast sandbox, a stand-in for pulumi-language-nodejs"},
	}, nil
}

// GetProgramDependencies lists what package.json names, in the versions installed. Dependencies of dependencies are not listed.
func (h *Host) GetProgramDependencies(_ context.Context, request *pulumirpc.GetProgramDependenciesRequest) (*pulumirpc.GetProgramDependenciesResponse, error) {
	dir := request.GetInfo().GetProgramDirectory()
	type manifest struct {
		Version                       string
		Dependencies, DevDependencies map[string]string
	}
	read := func(path string) (m manifest, err error) {
		content, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(content, &m)
		}
		return m, err
	}
	program, err := read(filepath.Join(dir, "package.json"))
	if err != nil {
		return nil, status.Errorf(codes.FailedPrecondition, "dependencies of %s: %v", dir, err)
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, wanted := range []map[string]string{program.Dependencies, program.DevDependencies} {
		for name, version := range wanted {
			if installed, err := read(filepath.Join(dir, "node_modules", filepath.FromSlash(name), "package.json")); err == nil {
				version = installed.Version
			}
			response.Dependencies = append(response.Dependencies, &pulumirpc.DependencyInfo{Name: name, Version: version})
		}
	}
	sort.Slice(response.Dependencies, func(i, j int) bool { return response.Dependencies[i].Name < response.Dependencies[j].Name })
	return response, nil
}

// during returns a context that ends with the call and with the host, whichever is first.
func (h *Host) during(call context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(call)
	stop := context.AfterFunc(h.life, cancel)
	return ctx, func() { stop(); cancel() }
}

func (h *Host) engineAddress() string { return h.engine.Load().(string) }
