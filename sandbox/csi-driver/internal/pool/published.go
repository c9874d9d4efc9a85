package pool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"holdfast.local/sandbox/csi-driver/internal/btrfs"
)

// Sharing is how many may mount a volume at once.
type Sharing int

const (
	// ManyNodes: any number of nodes (RWX, ROX).
	ManyNodes Sharing = iota
	// OneNode: any number of pods of one node (RWO).
	OneNode
	// OnePath: one pod (RWOP).
	OnePath
)

var nodePattern = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$`)

// published says where one node has one volume mounted.
type published struct {
	Targets []string `json:"targets"`
	// Exclusive keeps other nodes away for as long as this node lives.
	Exclusive bool `json:"exclusive"`
}

func (p *Pool) publishedDir(id string) string {
	return filepath.Join(p.root, ".holdfast", "published", id)
}

func (p *Pool) nodeLockPath(node string) string {
	return filepath.Join(p.root, ".holdfast", "nodes", node)
}

// claimNode takes the node's lock for the life of this process. The kernel gives it back however the process ends.
func (p *Pool) claimNode(node string) (*os.File, error) {
	if !nodePattern.MatchString(node) {
		return nil, fmt.Errorf("node id %q: letters, digits, '.', '_' and '-' only, 253 at most, a letter or digit at each end", node)
	}
	lock, err := os.OpenFile(p.nodeLockPath(node), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("a driver for node %s already runs on this pool", node), lock.Close())
	}
	return lock, nil
}

// alive tells whether a node's driver runs, whatever the API server thinks of the node.
func (p *Pool) alive(node string) bool {
	lock, err := os.Open(p.nodeLockPath(node))
	if err != nil {
		return false
	}
	defer lock.Close()
	return unix.Flock(int(lock.Fd()), unix.LOCK_SH|unix.LOCK_NB) != nil
}

// Publish runs mount with the volume's directory, unless it would let two nodes write where one was promised. A node that has died does not
// count: that is how a volume follows its pod. A node that is only cut off does, as a cloud's disk stays attached to it.
// Errors: NotFound, FailedPrecondition (in use elsewhere).
func (p *Pool) Publish(ctx context.Context, id, target string, sharing Sharing, mount func(source, mountRoot string) error) error {
	return p.locked(ctx, func(btrfs.Runner) error {
		if _, err := p.find(id); err != nil {
			return err
		}
		if err := p.checkOthers(id, sharing); err != nil {
			return err
		}
		own, err := p.loadPublished(id, p.node)
		if err != nil {
			return err
		}
		if sharing == OnePath && slices.ContainsFunc(own.Targets, func(used string) bool { return used != target }) {
			return status.Errorf(codes.FailedPrecondition, "volume %s is for one pod only, and another has it at %v", id, own.Targets)
		}
		if !slices.Contains(own.Targets, target) {
			own.Targets = append(own.Targets, target)
		}
		own.Exclusive = own.Exclusive || sharing != ManyNodes
		if err := p.savePublished(id, own); err != nil {
			return err
		}
		return mount(p.dataPath(id), p.mountedAs(id))
	})
}

// Unpublish runs unmount, and then forgets the mount. It works for a volume that is gone.
func (p *Pool) Unpublish(ctx context.Context, id, target string, unmount func() error) error {
	return p.locked(ctx, func(btrfs.Runner) error {
		if err := unmount(); err != nil {
			return err
		}
		if !ValidID(KindVolume, id) {
			return nil
		}
		own, err := p.loadPublished(id, p.node)
		if err != nil {
			return err
		}
		own.Targets = slices.DeleteFunc(own.Targets, func(used string) bool { return used == target })
		return p.savePublished(id, own)
	})
}

// checkOthers refuses what would break the sharing promised here or there.
func (p *Pool) checkOthers(id string, sharing Sharing) error {
	entries, err := os.ReadDir(p.publishedDir(id))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, entry := range entries {
		node := entry.Name()
		if node == p.node || filepath.Ext(node) == ".tmp" {
			continue
		}
		other, err := p.loadPublished(id, node)
		if err != nil {
			return err
		}
		if sharing == ManyNodes && !other.Exclusive {
			continue
		}
		if p.alive(node) {
			return status.Errorf(codes.FailedPrecondition, "volume %s is mounted on node %s, whose driver runs: delete the pod there, or stop the node", id, node)
		}
		if err := os.Remove(filepath.Join(p.publishedDir(id), node)); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pool) loadPublished(id, node string) (published, error) {
	var found published
	content, err := os.ReadFile(filepath.Join(p.publishedDir(id), node))
	if errors.Is(err, os.ErrNotExist) {
		return found, nil
	}
	if err == nil {
		err = json.Unmarshal(content, &found)
	}
	return found, err
}

func (p *Pool) savePublished(id string, own published) error {
	path := filepath.Join(p.publishedDir(id), p.node)
	if len(own.Targets) == 0 {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		// Fails where other nodes have the volume, which is right.
		_ = os.Remove(p.publishedDir(id))
		return nil
	}
	if err := os.MkdirAll(p.publishedDir(id), 0o700); err != nil {
		return err
	}
	return writeJSON(path, own)
}

// forgetUnmounted drops what this node's last driver mounted and its mount table no longer has, as after a restart of the node.
func (p *Pool) forgetUnmounted() error {
	if p.node == "" {
		return nil
	}
	mounts, err := Mounts()
	if err != nil {
		return err
	}
	volumes, err := os.ReadDir(filepath.Join(p.root, ".holdfast", "published"))
	if err != nil {
		return err
	}
	for _, volume := range volumes {
		own, err := p.loadPublished(volume.Name(), p.node)
		if err != nil {
			return err
		}
		mounted := slices.DeleteFunc(slices.Clone(own.Targets), func(target string) bool {
			return !slices.ContainsFunc(mounts, func(m Mount) bool { return m.Target == target && m.Root == p.mountedAs(volume.Name()) })
		})
		if len(mounted) != len(own.Targets) || len(own.Targets) == 0 {
			own.Targets = mounted
			if err := p.savePublished(volume.Name(), own); err != nil {
				return err
			}
		}
	}
	return nil
}
