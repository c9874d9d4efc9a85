// Package pool keeps volumes and snapshots in one btrfs file system that several processes, in several mount namespaces, work on.
//
// All state is in the pool:
//
//	volumes/<id>                     a subvolume per volume
//	snapshots/<id>                   a readonly subvolume per snapshot
//	.holdfast/volumes/<id>.json      its Record; likewise .holdfast/snapshots
//	.holdfast/published/<id>/<node>  where a node has a volume mounted
//	.holdfast/nodes/<node>           locked by the node's driver for as long as it lives
//	.holdfast/lock                   locked around every change
//
// A volume is made under the name `<id>.partial`, then its record is written, then it is renamed: a kill at any moment leaves something
// that the repeated call, or the next driver to start, completes or throws away. Data under its final name is only ever removed by Delete.
//
// Errors that a caller can act on are gRPC statuses; any other error is an internal one.
package pool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"holdfast.local/sandbox/csi-driver/internal/btrfs"
)

const partialSuffix = ".partial"

// Pool is an opened pool. Its methods may be called at once, from any number of processes.
type Pool struct {
	root string
	// mountRoot is the path of the pool's directory inside the file system, as mount tables show it.
	mountRoot string
	node      string
	nodeLock  *os.File
}

// Open prepares the directory, switches quotas on, and completes what a killed driver left unfinished.
// node is empty for a process that mounts nothing; two living processes can't be the same node.
func Open(ctx context.Context, root, node string) (*Pool, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	if err := btrfs.CheckFilesystem(root); err != nil {
		return nil, err
	}
	p := &Pool{root: root, node: node}
	for _, dir := range []string{"volumes", "snapshots", ".holdfast/volumes", ".holdfast/snapshots", ".holdfast/published", ".holdfast/nodes"} {
		// 0711 lets a container's user walk through, and list nothing.
		if err := os.MkdirAll(filepath.Join(root, dir), 0o711); err != nil {
			return nil, err
		}
	}
	if p.mountRoot, err = mountRootOf(root); err != nil {
		return nil, err
	}
	if node != "" {
		if p.nodeLock, err = p.claimNode(node); err != nil {
			return nil, err
		}
	}
	err = p.locked(ctx, func(b btrfs.Runner) error {
		if err := b.EnableQuota(root); err != nil {
			return err
		}
		return p.recover(b)
	})
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// Close gives the node's name back.
func (p *Pool) Close() error {
	if p.nodeLock == nil {
		return nil
	}
	return p.nodeLock.Close()
}

// Check reports whether the pool is still there.
func (p *Pool) Check() error { return btrfs.CheckFilesystem(p.root) }

// dataPath is where the data of a volume or snapshot is.
func (p *Pool) dataPath(id string) string {
	if kindOf(id) == KindSnapshot {
		return filepath.Join(p.root, "snapshots", id)
	}
	return filepath.Join(p.root, "volumes", id)
}

func (p *Pool) recordPath(id string) string {
	return filepath.Join(p.root, ".holdfast", filepath.Base(filepath.Dir(p.dataPath(id))), id+".json")
}

// locked runs change while no other process changes the pool.
func (p *Pool) locked(ctx context.Context, change func(btrfs.Runner) error) error {
	lock, err := os.OpenFile(filepath.Join(p.root, ".holdfast", "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	// Closing is not enough: a command may have been handed the file. The lock goes when the last holder has ended.
	defer lock.Close()
	for {
		err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return change(btrfs.Runner{Inherit: lock})
		}
		if !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("lock %s: %w", lock.Name(), err)
		}
		select {
		case <-ctx.Done():
			return status.Error(codes.Aborted, "another operation on the pool has not ended: try again")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Maintain does what must be done now and then: destroy quota groups of deleted subvolumes, rescan inconsistent ones. It returns when
// ctx ends. Problems are reported and tried again.
func (p *Pool) Maintain(ctx context.Context, every time.Duration, report func(error)) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
		err := p.locked(ctx, func(b btrfs.Runner) error {
			_, stale := b.RemoveStale(p.root)
			return errors.Join(stale, b.Repair(p.root))
		})
		if err != nil && ctx.Err() == nil {
			report(err)
		}
	}
}

// recover ends every change that a killed process began. It holds the lock, so nothing it finds is still under way.
func (p *Pool) recover(b btrfs.Runner) error {
	for _, kind := range []Kind{KindVolume, KindSnapshot} {
		all, err := p.allRecords(kind)
		if err != nil {
			return err
		}
		for _, record := range all {
			if record.Deleting {
				err = p.finishDelete(b, record.ID)
			} else if exists(p.dataPath(record.ID)) || exists(p.dataPath(record.ID)+partialSuffix) {
				err = p.finishCreate(b, record)
			}
			if err != nil {
				return err
			}
		}
		if err := p.dropUnrecorded(b, filepath.Dir(p.dataPath(string(kind)+"-"))); err != nil {
			return err
		}
	}
	if _, err := b.RemoveStale(p.root); err != nil {
		return err
	}
	return p.forgetUnmounted()
}

// dropUnrecorded removes what was begun and never recorded: nobody was told that it exists.
func (p *Pool) dropUnrecorded(b btrfs.Runner, dir string) error {
	partial, err := filepath.Glob(filepath.Join(dir, "*"+partialSuffix))
	if err != nil {
		return err
	}
	for _, path := range partial {
		if err := b.Delete(path); err != nil {
			return err
		}
	}
	return nil
}
