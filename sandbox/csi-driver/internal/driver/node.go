package driver

import (
	"context"
	"path/filepath"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// NodeGetInfo names the node. There is no topology and no maximum of volumes.
func (d *Driver) NodeGetInfo(context.Context, *csi.NodeGetInfoRequest) (*csi.NodeGetInfoResponse, error) {
	return &csi.NodeGetInfoResponse{NodeId: d.node}, nil
}

// NodeGetCapabilities lists what the node can do. There is no staging, and no node's part in expansion; the owner of the files is
// the kubelet's work (fsGroupPolicy: File).
func (d *Driver) NodeGetCapabilities(context.Context, *csi.NodeGetCapabilitiesRequest) (*csi.NodeGetCapabilitiesResponse, error) {
	response := &csi.NodeGetCapabilitiesResponse{}
	for _, kind := range []csi.NodeServiceCapability_RPC_Type{
		csi.NodeServiceCapability_RPC_GET_VOLUME_STATS,
		csi.NodeServiceCapability_RPC_SINGLE_NODE_MULTI_WRITER,
	} {
		response.Capabilities = append(response.Capabilities, &csi.NodeServiceCapability{
			Type: &csi.NodeServiceCapability_Rpc{Rpc: &csi.NodeServiceCapability_RPC{Type: kind}},
		})
	}
	return response, nil
}

// NodePublishVolume binds the volume's directory to the target.
func (d *Driver) NodePublishVolume(ctx context.Context, request *csi.NodePublishVolumeRequest) (*csi.NodePublishVolumeResponse, error) {
	var wrong problems
	wrong.needs("volume id", request.GetVolumeId())
	wrong.target(request.GetTargetPath())
	wrong.capability(request.GetVolumeCapability())
	if err := wrong.err(); err != nil {
		return nil, err
	}
	target := filepath.Clean(request.GetTargetPath())
	attributes := mountAttributes(request.GetVolumeCapability(), request.GetReadonly())
	sharing, _ := sharingOf(request.GetVolumeCapability())
	err := d.pool.Publish(ctx, request.GetVolumeId(), target, sharing, func(source, root string) error {
		return bind(source, root, target, attributes)
	})
	if err != nil {
		return nil, err
	}
	return &csi.NodePublishVolumeResponse{}, nil
}

// NodeUnpublishVolume takes the mount and its directory away, also where the volume is gone.
func (d *Driver) NodeUnpublishVolume(ctx context.Context, request *csi.NodeUnpublishVolumeRequest) (*csi.NodeUnpublishVolumeResponse, error) {
	var wrong problems
	wrong.needs("volume id", request.GetVolumeId())
	wrong.target(request.GetTargetPath())
	if err := wrong.err(); err != nil {
		return nil, err
	}
	target := filepath.Clean(request.GetTargetPath())
	err := d.pool.Unpublish(ctx, request.GetVolumeId(), target, func() error { return unbind(target) })
	if err != nil {
		return nil, err
	}
	return &csi.NodeUnpublishVolumeResponse{}, nil
}

// NodeGetVolumeStats tells what the volume holds and may hold. What `df` shows inside a pod is the whole pool, so these are the
// numbers to watch. btrfs has no fixed number of inodes to report.
func (d *Driver) NodeGetVolumeStats(_ context.Context, request *csi.NodeGetVolumeStatsRequest) (*csi.NodeGetVolumeStatsResponse, error) {
	var wrong problems
	wrong.needs("volume id", request.GetVolumeId())
	wrong.needs("volume path", request.GetVolumePath())
	if err := wrong.err(); err != nil {
		return nil, err
	}
	usage, err := d.pool.Usage(request.GetVolumeId())
	if err != nil {
		return nil, err
	}
	mount, err := mountAt(filepath.Clean(request.GetVolumePath()))
	if err != nil {
		return nil, err
	}
	if mount == nil || mount.Root != d.pool.MountedAs(request.GetVolumeId()) {
		return nil, status.Errorf(codes.NotFound, "volume %s is not mounted at %s", request.GetVolumeId(), request.GetVolumePath())
	}
	return &csi.NodeGetVolumeStatsResponse{Usage: []*csi.VolumeUsage{{
		Unit:      csi.VolumeUsage_BYTES,
		Total:     usage.Limit,
		Used:      usage.Referenced,
		Available: max(usage.Limit-usage.Referenced, 0),
	}}}, nil
}

func (p *problems) target(path string) {
	if path == "" {
		p.add("path is missing")
	} else if !filepath.IsAbs(path) {
		p.add("path %q is relative: give an absolute one", path)
	}
}
