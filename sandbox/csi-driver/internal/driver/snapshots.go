package driver

import (
	"context"
	"slices"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"holdfast.local/sandbox/csi-driver/internal/pool"
)

// CreateSnapshot takes a snapshot at once; it is ready to use when this returns.
func (d *Driver) CreateSnapshot(ctx context.Context, request *csi.CreateSnapshotRequest) (*csi.CreateSnapshotResponse, error) {
	var wrong problems
	wrong.needs("name", request.GetName())
	wrong.needs("source volume id", request.GetSourceVolumeId())
	wrong.parameters("parameter", request.GetParameters())
	if err := wrong.err(); err != nil {
		return nil, err
	}
	record, err := d.pool.CreateSnapshot(ctx, request.GetName(), request.GetSourceVolumeId())
	if err != nil {
		return nil, err
	}
	return &csi.CreateSnapshotResponse{Snapshot: snapshotOf(record)}, nil
}

// DeleteSnapshot removes a snapshot; volumes made from it keep their data. One that is not there is fine.
func (d *Driver) DeleteSnapshot(ctx context.Context, request *csi.DeleteSnapshotRequest) (*csi.DeleteSnapshotResponse, error) {
	var wrong problems
	wrong.needs("snapshot id", request.GetSnapshotId())
	if err := wrong.err(); err != nil {
		return nil, err
	}
	if pool.ValidID(pool.KindSnapshot, request.GetSnapshotId()) {
		if err := d.pool.Delete(ctx, request.GetSnapshotId()); err != nil {
			return nil, err
		}
	}
	return &csi.DeleteSnapshotResponse{}, nil
}

// ListSnapshots lists by id, all or those of one volume or id; nothing matching is an empty list.
func (d *Driver) ListSnapshots(_ context.Context, request *csi.ListSnapshotsRequest) (*csi.ListSnapshotsResponse, error) {
	records, err := d.pool.List(pool.KindSnapshot)
	if err != nil {
		return nil, err
	}
	records = slices.DeleteFunc(records, func(record *pool.Record) bool {
		return (request.GetSnapshotId() != "" && record.ID != request.GetSnapshotId()) ||
			(request.GetSourceVolumeId() != "" && record.Source != request.GetSourceVolumeId())
	})
	part, next, err := page(records, request.GetStartingToken(), request.GetMaxEntries())
	if err != nil {
		return nil, err
	}
	response := &csi.ListSnapshotsResponse{NextToken: next}
	for _, record := range part {
		response.Entries = append(response.Entries, &csi.ListSnapshotsResponse_Entry{Snapshot: snapshotOf(record)})
	}
	return response, nil
}

// GetSnapshot returns one snapshot, or NotFound.
func (d *Driver) GetSnapshot(_ context.Context, request *csi.GetSnapshotRequest) (*csi.GetSnapshotResponse, error) {
	var wrong problems
	wrong.needs("snapshot id", request.GetSnapshotId())
	if err := wrong.err(); err != nil {
		return nil, err
	}
	if !pool.ValidID(pool.KindSnapshot, request.GetSnapshotId()) {
		return nil, status.Errorf(codes.NotFound, "%q is no snapshot of this pool", request.GetSnapshotId())
	}
	record, err := d.pool.Find(request.GetSnapshotId())
	if err != nil {
		return nil, err
	}
	return &csi.GetSnapshotResponse{Snapshot: snapshotOf(record)}, nil
}

func snapshotOf(record *pool.Record) *csi.Snapshot {
	return &csi.Snapshot{
		SnapshotId:     record.ID,
		SourceVolumeId: record.Source,
		SizeBytes:      record.SizeBytes,
		CreationTime:   timestamppb.New(record.CreatedAt),
		ReadyToUse:     true,
	}
}
