package pool

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"holdfast.local/sandbox/csi-driver/internal/btrfs"
)

// CreateSnapshot takes a readonly snapshot of a volume at one moment, in use or not, or returns the one of that name.
// Errors: AlreadyExists (same name, other volume), NotFound (no such volume).
func (p *Pool) CreateSnapshot(ctx context.Context, name, volume string) (*Record, error) {
	var record *Record
	err := p.locked(ctx, func(b btrfs.Runner) (err error) {
		id := ID(KindSnapshot, name)
		if record, err = p.loadLive(b, id); err != nil {
			return err
		}
		if record != nil {
			if record.Source != volume {
				return status.Errorf(codes.AlreadyExists, "snapshot %q exists and is one of %s, not of %s", name, record.Source, volume)
			}
			return p.finishCreate(b, record)
		}
		if !ValidID(KindVolume, volume) {
			return status.Errorf(codes.NotFound, "%q is no volume of this pool", volume)
		}
		source, err := p.find(volume)
		if err != nil {
			return err
		}
		record = &Record{
			ID: id, Name: name, SizeBytes: source.SizeBytes, CreatedAt: time.Now().UTC(), Source: volume, Compression: source.Compression,
		}
		return p.create(b, record)
	})
	return record, err
}
