// Package provider is a stand-in for the Pulumi Kubernetes provider: it speaks Pulumi's provider protocol and applies to a real API
// server. It exists for places where the real provider can't be downloaded.
package provider

import (
	"context"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Version is the release of the real provider whose rules this one follows, and what it tells the engine.
const Version = "4.29.0"

// Provider serves one configured provider of one engine.
type Provider struct {
	pulumirpc.UnimplementedResourceProviderServer

	options options
	log     logger

	connecting sync.Mutex
	cluster    *cluster

	promised promises
	known    urnSet
	warned   onceSet

	stopped context.Context // ends when the engine cancels the operation
	stop    context.CancelFunc
}

// New makes a provider. engineAddress is where the engine listens for messages; without one, messages are dropped.
func New(engineAddress string) (*Provider, error) {
	p := &Provider{}
	p.stopped, p.stop = context.WithCancel(context.Background())
	if engineAddress != "" {
		if err := p.attach(engineAddress); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *Provider) attach(address string) error {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		return err
	}
	p.log = logger{pulumirpc.NewEngineClient(conn)}
	return nil
}

// begin gives an operation its context: it ends with the request and with a cancellation, and says which resource it is for.
func (p *Provider) begin(ctx context.Context, urn resource.URN) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(about(ctx, urn))
	release := context.AfterFunc(p.stopped, cancel)
	return ctx, func() { release(); cancel() }
}

// Cancel ends every wait. What has been applied is reported with its state, so that the engine records it.
func (p *Provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	p.stop()
	return &emptypb.Empty{}, nil
}

// Handshake is the engine's first call.
func (p *Provider) Handshake(context.Context, *pulumirpc.ProviderHandshakeRequest) (*pulumirpc.ProviderHandshakeResponse, error) {
	return &pulumirpc.ProviderHandshakeResponse{AcceptSecrets: true, SupportsAutonamingConfiguration: true}, nil
}

// Attach connects to an engine that found this process running.
func (p *Provider) Attach(_ context.Context, req *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, p.attach(req.GetAddress())
}

// GetPluginInfo names the release this provider stands in for.
func (p *Provider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: Version}, nil
}

// GetMapping maps nothing: there is no other provider this one was made from.
func (p *Provider) GetMapping(context.Context, *pulumirpc.GetMappingRequest) (*pulumirpc.GetMappingResponse, error) {
	return &pulumirpc.GetMappingResponse{}, nil
}

// GetMappings likewise.
func (p *Provider) GetMappings(context.Context, *pulumirpc.GetMappingsRequest) (*pulumirpc.GetMappingsResponse, error) {
	return &pulumirpc.GetMappingsResponse{}, nil
}
