package driver

import (
	"context"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"holdfast.local/sandbox/csi-driver/internal/pool"
)

// ControllerGetCapabilities lists what the controller can do. Nothing is attached: a node binds the pool's directory.
func (d *Driver) ControllerGetCapabilities(context.Context, *csi.ControllerGetCapabilitiesRequest) (*csi.ControllerGetCapabilitiesResponse, error) {
	response := &csi.ControllerGetCapabilitiesResponse{}
	for _, kind := range []csi.ControllerServiceCapability_RPC_Type{
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_VOLUME,
		csi.ControllerServiceCapability_RPC_LIST_VOLUMES,
		csi.ControllerServiceCapability_RPC_GET_CAPACITY,
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_SNAPSHOT,
		csi.ControllerServiceCapability_RPC_LIST_SNAPSHOTS,
		csi.ControllerServiceCapability_RPC_GET_SNAPSHOT,
		csi.ControllerServiceCapability_RPC_CLONE_VOLUME,
		csi.ControllerServiceCapability_RPC_EXPAND_VOLUME,
		csi.ControllerServiceCapability_RPC_SINGLE_NODE_MULTI_WRITER,
		csi.ControllerServiceCapability_RPC_MODIFY_VOLUME,
	} {
		response.Capabilities = append(response.Capabilities, &csi.ControllerServiceCapability{
			Type: &csi.ControllerServiceCapability_Rpc{Rpc: &csi.ControllerServiceCapability_RPC{Type: kind}},
		})
	}
	return response, nil
}

// CreateVolume makes an empty volume, or a writable copy of a snapshot or volume.
func (d *Driver) CreateVolume(ctx context.Context, request *csi.CreateVolumeRequest) (*csi.CreateVolumeResponse, error) {
	var wrong problems
	wrong.needs("name", request.GetName())
	wrong.capabilities(request.GetVolumeCapabilities())
	wrong.parameters("parameter", request.GetParameters())
	compression := wrong.attributes(request.GetMutableParameters())
	source, err := sourceOf(request.GetVolumeContentSource(), &wrong)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	record, err := d.pool.CreateVolume(ctx, request.GetName(), sizeRange(request.GetCapacityRange()), source, compression)
	if err != nil {
		return nil, err
	}
	return &csi.CreateVolumeResponse{Volume: volumeOf(record)}, nil
}

// sourceOf returns the id to copy from, empty for an empty volume.
func sourceOf(source *csi.VolumeContentSource, wrong *problems) (string, error) {
	id, kind := "", pool.KindVolume
	switch {
	case source == nil:
		return "", nil
	case source.GetSnapshot() != nil:
		id, kind = source.GetSnapshot().GetSnapshotId(), pool.KindSnapshot
	case source.GetVolume() != nil:
		id = source.GetVolume().GetVolumeId()
	}
	if id == "" {
		wrong.add("content source is empty: give the id of a snapshot or of a volume")
	} else if !pool.ValidID(kind, id) {
		return "", status.Errorf(codes.NotFound, "source %q is none of this pool's", id)
	}
	return id, nil
}

func volumeOf(record *pool.Record) *csi.Volume {
	volume := &csi.Volume{VolumeId: record.ID, CapacityBytes: record.SizeBytes}
	switch {
	case pool.ValidID(pool.KindSnapshot, record.Source):
		volume.ContentSource = &csi.VolumeContentSource{Type: &csi.VolumeContentSource_Snapshot{
			Snapshot: &csi.VolumeContentSource_SnapshotSource{SnapshotId: record.Source},
		}}
	case record.Source != "":
		volume.ContentSource = &csi.VolumeContentSource{Type: &csi.VolumeContentSource_Volume{
			Volume: &csi.VolumeContentSource_VolumeSource{VolumeId: record.Source},
		}}
	}
	return volume
}

// DeleteVolume removes a volume with its data and its quota group; one that is not there is fine.
func (d *Driver) DeleteVolume(ctx context.Context, request *csi.DeleteVolumeRequest) (*csi.DeleteVolumeResponse, error) {
	var wrong problems
	wrong.needs("volume id", request.GetVolumeId())
	if err := wrong.err(); err != nil {
		return nil, err
	}
	if pool.ValidID(pool.KindVolume, request.GetVolumeId()) {
		if err := d.pool.Delete(ctx, request.GetVolumeId()); err != nil {
			return nil, err
		}
	}
	return &csi.DeleteVolumeResponse{}, nil
}

// ControllerExpandVolume raises the limit; the node has nothing to do, and what writes to the volume notices nothing but room.
func (d *Driver) ControllerExpandVolume(ctx context.Context, request *csi.ControllerExpandVolumeRequest) (*csi.ControllerExpandVolumeResponse, error) {
	var wrong problems
	wrong.needs("volume id", request.GetVolumeId())
	if request.GetCapacityRange() == nil {
		wrong.add("capacity range is missing")
	}
	if request.GetVolumeCapability() != nil {
		wrong.capability(request.GetVolumeCapability())
	}
	if err := wrong.err(); err != nil {
		return nil, err
	}
	bytes, err := d.pool.ExpandVolume(ctx, request.GetVolumeId(), sizeRange(request.GetCapacityRange()))
	if err != nil {
		return nil, err
	}
	return &csi.ControllerExpandVolumeResponse{CapacityBytes: bytes}, nil
}

// ControllerModifyVolume changes a volume's attributes while it is in use: what a VolumeAttributesClass asks for.
func (d *Driver) ControllerModifyVolume(ctx context.Context, request *csi.ControllerModifyVolumeRequest) (*csi.ControllerModifyVolumeResponse, error) {
	var wrong problems
	wrong.needs("volume id", request.GetVolumeId())
	compression := wrong.attributes(request.GetMutableParameters())
	if err := wrong.err(); err != nil {
		return nil, err
	}
	if err := d.pool.SetCompression(ctx, request.GetVolumeId(), compression); err != nil {
		return nil, err
	}
	return &csi.ControllerModifyVolumeResponse{}, nil
}

// ValidateVolumeCapabilities confirms all that was asked, or says what can't be.
func (d *Driver) ValidateVolumeCapabilities(_ context.Context, request *csi.ValidateVolumeCapabilitiesRequest) (*csi.ValidateVolumeCapabilitiesResponse, error) {
	var missing problems
	missing.needs("volume id", request.GetVolumeId())
	if len(request.GetVolumeCapabilities()) == 0 {
		missing.add("volume capabilities are missing")
	}
	if err := missing.err(); err != nil {
		return nil, err
	}
	if _, err := d.pool.Find(request.GetVolumeId()); err != nil {
		return nil, err
	}
	var wrong problems
	wrong.capabilities(request.GetVolumeCapabilities())
	wrong.parameters("parameter", request.GetParameters())
	wrong.attributes(request.GetMutableParameters())
	if err := wrong.err(); err != nil {
		return &csi.ValidateVolumeCapabilitiesResponse{Message: status.Convert(err).Message()}, nil
	}
	return &csi.ValidateVolumeCapabilitiesResponse{Confirmed: &csi.ValidateVolumeCapabilitiesResponse_Confirmed{
		VolumeContext:      request.GetVolumeContext(),
		VolumeCapabilities: request.GetVolumeCapabilities(),
		Parameters:         request.GetParameters(),
		MutableParameters:  request.GetMutableParameters(),
	}}, nil
}

// ListVolumes lists by id.
func (d *Driver) ListVolumes(_ context.Context, request *csi.ListVolumesRequest) (*csi.ListVolumesResponse, error) {
	records, err := d.pool.List(pool.KindVolume)
	if err != nil {
		return nil, err
	}
	part, next, err := page(records, request.GetStartingToken(), request.GetMaxEntries())
	if err != nil {
		return nil, err
	}
	response := &csi.ListVolumesResponse{NextToken: next}
	for _, record := range part {
		response.Entries = append(response.Entries, &csi.ListVolumesResponse_Entry{Volume: volumeOf(record)})
	}
	return response, nil
}

// GetCapacity is what the pool has not promised to a volume; 0 for volumes it could not make.
func (d *Driver) GetCapacity(_ context.Context, request *csi.GetCapacityRequest) (*csi.GetCapacityResponse, error) {
	var wrong problems
	for _, capability := range request.GetVolumeCapabilities() {
		wrong.capability(capability)
	}
	wrong.parameters("parameter", request.GetParameters())
	if wrong.err() != nil {
		return &csi.GetCapacityResponse{}, nil
	}
	available, err := d.pool.Available()
	if err != nil {
		return nil, err
	}
	return &csi.GetCapacityResponse{
		AvailableCapacity: available,
		MaximumVolumeSize: wrapperspb.Int64(available),
		MinimumVolumeSize: wrapperspb.Int64(pool.MinimumBytes),
	}, nil
}
