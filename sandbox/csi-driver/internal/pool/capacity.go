package pool

import (
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Available is how many bytes can still be promised to volumes: 95 % of the file system, the rest being its own metadata, less the
// limits of all volumes. The pool doesn't promise one byte twice, so a volume that exists can be filled.
func (p *Pool) Available() (int64, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(p.root, &fs); err != nil {
		return 0, err
	}
	records, err := p.allRecords(KindVolume)
	if err != nil {
		return 0, err
	}
	available := int64(fs.Blocks) * fs.Bsize / 100 * 95
	for _, record := range records {
		if !record.Deleting {
			available -= record.SizeBytes
		}
	}
	return max(available, 0), nil
}

func (p *Pool) reserve(bytes int64) error {
	available, err := p.Available()
	if err != nil {
		return err
	}
	if bytes > available {
		return status.Errorf(codes.ResourceExhausted, "%d bytes asked for, %d left in the pool: delete volumes, or make the pool larger", bytes, available)
	}
	return nil
}
