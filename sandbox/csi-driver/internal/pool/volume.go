package pool

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"holdfast.local/sandbox/csi-driver/internal/btrfs"
)

// CreateVolume makes a volume, or returns the one of that name. source is empty, or the id of a snapshot or volume to copy; compression is
// empty, or what it is to be: a copy is as its source was, unless told otherwise.
// Errors: AlreadyExists (same name, other size, source or compression), OutOfRange (no size fits), NotFound (no such source),
// ResourceExhausted (the pool is promised to others).
func (p *Pool) CreateVolume(ctx context.Context, name string, size SizeRange, source string, compression btrfs.Compression) (*Record, error) {
	var record *Record
	err := p.locked(ctx, func(b btrfs.Runner) (err error) {
		id := ID(KindVolume, name)
		if record, err = p.loadLive(b, id); err != nil {
			return err
		}
		if record != nil {
			if record.Source != source {
				return status.Errorf(codes.AlreadyExists, "volume %q exists and was made from %s, not from %s", name, orNothing(record.Source), orNothing(source))
			}
			if !size.Allows(record.SizeBytes) {
				return status.Errorf(codes.AlreadyExists, "volume %q exists with %d bytes, which is not %s", name, record.SizeBytes, size)
			}
			if compression != "" && !record.Compression.Same(compression) {
				return status.Errorf(codes.AlreadyExists, "volume %q exists with another compression than %s", name, compression)
			}
			return p.finishCreate(b, record)
		}
		bytes, err := p.sizeFor(size, source)
		if err != nil {
			return err
		}
		if err := p.reserve(bytes); err != nil {
			return err
		}
		if compression == "" {
			if compression, err = p.compressionOf(source); err != nil {
				return err
			}
		}
		record = &Record{ID: id, Name: name, SizeBytes: bytes, CreatedAt: time.Now().UTC(), Source: source, Compression: compression}
		return p.create(b, record)
	})
	return record, err
}

// sizeFor chooses the size of a new volume; a copy is never smaller than what it copies.
func (p *Pool) sizeFor(size SizeRange, source string) (int64, error) {
	if source == "" {
		return size.Choose(DefaultBytes, MinimumBytes)
	}
	origin, err := p.find(source)
	if err != nil {
		return 0, err
	}
	if size.Required > 0 && size.Required < origin.SizeBytes {
		return 0, status.Errorf(codes.OutOfRange, "%d bytes are too few for a copy of %s: ask for %d or more", size.Required, source, origin.SizeBytes)
	}
	return size.Choose(origin.SizeBytes, origin.SizeBytes)
}

// ExpandVolume raises a volume's limit while it is in use, and returns its size. It never lowers one.
func (p *Pool) ExpandVolume(ctx context.Context, id string, size SizeRange) (int64, error) {
	var result int64
	err := p.locked(ctx, func(b btrfs.Runner) error {
		record, err := p.find(id)
		if err != nil {
			return err
		}
		if size.Limit > 0 && size.Limit < record.SizeBytes {
			return status.Errorf(codes.OutOfRange, "volume %s has %d bytes already, more than the %d allowed: volumes don't shrink", id, record.SizeBytes, size.Limit)
		}
		wanted, err := size.Choose(record.SizeBytes, record.SizeBytes)
		if err != nil {
			return err
		}
		if wanted > record.SizeBytes {
			if err := p.reserve(wanted - record.SizeBytes); err != nil {
				return err
			}
			record.SizeBytes = wanted
			if err := p.save(record); err != nil {
				return err
			}
		}
		result = record.SizeBytes
		// Also where the record had the size: a kill may have come between the record and the limit.
		return b.SetLimit(p.dataPath(id), record.SizeBytes)
	})
	return result, err
}

// create builds data and record from nothing; the record is the point of no return.
func (p *Pool) create(b btrfs.Runner, record *Record) error {
	final := p.dataPath(record.ID)
	partial := final + partialSuffix
	if exists(final) {
		return status.Errorf(codes.Internal, "%s holds data but has no record: move it away, or restore %s", final, p.recordPath(record.ID))
	}
	if err := b.Delete(partial); err != nil {
		return err
	}
	var err error
	if record.Source == "" {
		err = b.Create(partial)
	} else {
		err = b.Snapshot(p.dataPath(record.Source), partial, kindOf(record.ID) == KindSnapshot)
	}
	if err == nil {
		err = p.recompress(partial, record)
	}
	if err == nil {
		err = p.save(record)
	}
	if err == nil {
		err = p.finishCreate(b, record)
	}
	return err
}

// finishCreate takes a recorded volume or snapshot from wherever it was left to complete. It may be repeated.
func (p *Pool) finishCreate(b btrfs.Runner, record *Record) error {
	final := p.dataPath(record.ID)
	partial := final + partialSuffix
	if !exists(final) {
		if !exists(partial) {
			// The record came through a power cut and the data, never acknowledged, did not.
			if err := os.Remove(p.recordPath(record.ID)); err != nil {
				return err
			}
			return status.Errorf(codes.Aborted, "%s %q was lost while it was being made: ask again", kindOf(record.ID), record.Name)
		}
		if kindOf(record.ID) == KindVolume {
			if err := b.SetLimit(partial, record.SizeBytes); err != nil {
				return err
			}
		}
		if err := os.Rename(partial, final); err != nil {
			return err
		}
		return syncDir(filepath.Dir(final))
	}
	if kindOf(record.ID) == KindVolume {
		return b.SetLimit(final, record.SizeBytes)
	}
	return nil
}

// Delete removes a volume or snapshot with all its data; what was copied from it stays. An unknown id is no error.
func (p *Pool) Delete(ctx context.Context, id string) error {
	return p.locked(ctx, func(b btrfs.Runner) error {
		record, err := p.load(id)
		if err != nil {
			return err
		}
		if record != nil {
			record.Deleting = true
			if err := p.save(record); err != nil {
				return err
			}
		}
		return p.finishDelete(b, id)
	})
}

func (p *Pool) finishDelete(b btrfs.Runner, id string) error {
	for _, path := range []string{p.dataPath(id) + partialSuffix, p.dataPath(id)} {
		if err := b.Delete(path); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(p.publishedDir(id)); err != nil {
		return err
	}
	if err := os.Remove(p.recordPath(id)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// loadLive is load, after ending a deletion that had begun.
func (p *Pool) loadLive(b btrfs.Runner, id string) (*Record, error) {
	record, err := p.load(id)
	if err != nil || record == nil || !record.Deleting {
		return record, err
	}
	return nil, p.finishDelete(b, id)
}

// find returns a complete volume or snapshot, or NotFound.
func (p *Pool) find(id string) (*Record, error) {
	if !ValidID(kindOf(id), id) {
		return nil, status.Errorf(codes.NotFound, "%q is no id of this pool", id)
	}
	record, err := p.load(id)
	if err != nil {
		return nil, err
	}
	if record == nil || record.Deleting || !exists(p.dataPath(id)) {
		return nil, status.Errorf(codes.NotFound, "the pool has no %s", id)
	}
	return record, nil
}

// Find returns a volume or snapshot by its id, or NotFound.
func (p *Pool) Find(id string) (*Record, error) { return p.find(id) }

// List returns the volumes or snapshots there are, ordered by id.
func (p *Pool) List(kind Kind) ([]*Record, error) { return p.records(kind) }

// Usage returns what a volume holds and may hold, in bytes.
func (p *Pool) Usage(id string) (btrfs.Usage, error) {
	if _, err := p.find(id); err != nil {
		return btrfs.Usage{}, err
	}
	return btrfs.Runner{}.Usage(p.dataPath(id))
}

func orNothing(source string) string {
	if source == "" {
		return "nothing"
	}
	return source
}
