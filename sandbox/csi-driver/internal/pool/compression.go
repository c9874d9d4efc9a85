package pool

import (
	"context"
	"errors"

	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"holdfast.local/sandbox/csi-driver/internal/btrfs"
)

// SetCompression changes how files are written in a volume, in use or not; empty leaves it. The record comes first: whatever interrupts the
// walk through the files, the repeated call goes on with it.
// Errors: NotFound, ResourceExhausted (the volume is full: changing a file's attributes takes room).
func (p *Pool) SetCompression(ctx context.Context, id string, compression btrfs.Compression) error {
	return p.locked(ctx, func(btrfs.Runner) error {
		if !ValidID(KindVolume, id) {
			return status.Errorf(codes.NotFound, "%q is no volume of this pool", id)
		}
		record, err := p.find(id)
		if err != nil || compression == "" {
			return err
		}
		if !record.Compression.Same(compression) {
			record.Compression = compression
			if err := p.save(record); err != nil {
				return err
			}
		}
		err = btrfs.SetCompression(p.dataPath(id), compression)
		if errors.Is(err, unix.EDQUOT) || errors.Is(err, unix.ENOSPC) {
			return status.Errorf(codes.ResourceExhausted, "volume %s is full, its files' attributes can't be changed (%v): grow it or delete something", id, err)
		}
		return err
	})
}

// compressionOf is what a copy of a volume or snapshot gets; none for an empty volume.
func (p *Pool) compressionOf(source string) (btrfs.Compression, error) {
	if source == "" {
		return btrfs.NoCompression, nil
	}
	origin, err := p.find(source)
	if err != nil {
		return "", err
	}
	return origin.Compression, nil
}

// recompress gives a new volume's files the compression asked for, where they don't have it from what they were copied from.
func (p *Pool) recompress(data string, record *Record) error {
	inherited, err := p.compressionOf(record.Source)
	if err != nil || record.Compression.Same(inherited) {
		return err
	}
	return btrfs.SetCompression(data, record.Compression)
}
