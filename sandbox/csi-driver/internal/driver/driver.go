// Package driver answers the Container Storage Interface for a pool.
package driver

import (
	"context"
	"log"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"holdfast.local/sandbox/csi-driver/internal/pool"
)

const (
	// Name is what StorageClasses call the driver: `provisioner: pool.csi.sandbox.holdfast`.
	Name = "pool.csi.sandbox.holdfast"
	// Version is the driver's own.
	Version = "0.1.0"
)

// Driver serves Identity and Controller, and Node where it has a node's name.
type Driver struct {
	csi.UnimplementedIdentityServer
	csi.UnimplementedControllerServer
	csi.UnimplementedNodeServer
	pool *pool.Pool
	node string
}

// New returns a driver on an opened pool; node is empty for one that mounts nothing.
func New(p *pool.Pool, node string) *Driver { return &Driver{pool: p, node: node} }

// Register adds the driver's services to a server.
func (d *Driver) Register(server *grpc.Server) {
	csi.RegisterIdentityServer(server, d)
	csi.RegisterControllerServer(server, d)
	if d.node != "" {
		csi.RegisterNodeServer(server, d)
	}
}

// Log is an interceptor that writes a line per call which changed something or failed. Requests are not written: they may hold secrets.
// Errors without a status become Internal.
func Log(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	start := time.Now()
	response, err := handle(ctx, request)
	if err != nil {
		if _, ok := status.FromError(err); !ok {
			err = status.Error(codes.Internal, err.Error())
		}
		log.Printf("%s failed after %s: %v", info.FullMethod, time.Since(start).Round(time.Millisecond), err)
	} else if changes[info.FullMethod] {
		log.Printf("%s done in %s", info.FullMethod, time.Since(start).Round(time.Millisecond))
	}
	return response, err
}

var changes = map[string]bool{
	csi.Controller_CreateVolume_FullMethodName:           true,
	csi.Controller_DeleteVolume_FullMethodName:           true,
	csi.Controller_ControllerExpandVolume_FullMethodName: true,
	csi.Controller_ControllerModifyVolume_FullMethodName: true,
	csi.Controller_CreateSnapshot_FullMethodName:         true,
	csi.Controller_DeleteSnapshot_FullMethodName:         true,
	csi.Node_NodePublishVolume_FullMethodName:            true,
	csi.Node_NodeUnpublishVolume_FullMethodName:          true,
}

// GetPluginInfo names the driver.
func (d *Driver) GetPluginInfo(context.Context, *csi.GetPluginInfoRequest) (*csi.GetPluginInfoResponse, error) {
	return &csi.GetPluginInfoResponse{Name: Name, VendorVersion: Version}, nil
}

// GetPluginCapabilities: a controller is there, and volumes grow while in use. No topology: every node reaches the pool.
func (d *Driver) GetPluginCapabilities(context.Context, *csi.GetPluginCapabilitiesRequest) (*csi.GetPluginCapabilitiesResponse, error) {
	return &csi.GetPluginCapabilitiesResponse{Capabilities: []*csi.PluginCapability{
		{Type: &csi.PluginCapability_Service_{Service: &csi.PluginCapability_Service{Type: csi.PluginCapability_Service_CONTROLLER_SERVICE}}},
		{Type: &csi.PluginCapability_VolumeExpansion_{VolumeExpansion: &csi.PluginCapability_VolumeExpansion{Type: csi.PluginCapability_VolumeExpansion_ONLINE}}},
	}}, nil
}

// Probe reports whether the pool is still mounted.
func (d *Driver) Probe(context.Context, *csi.ProbeRequest) (*csi.ProbeResponse, error) {
	if err := d.pool.Check(); err != nil {
		return nil, status.Error(codes.FailedPrecondition, err.Error())
	}
	return &csi.ProbeResponse{Ready: wrapperspb.Bool(true)}, nil
}
