package driver

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"holdfast.local/sandbox/csi-driver/internal/pool"
)

// mountFlags are the mount options of a class that a bind mount can have of its own; the others are the whole pool's.
var mountFlags = map[string]uint64{
	"rw":         0,
	"ro":         unix.MOUNT_ATTR_RDONLY,
	"nosuid":     unix.MOUNT_ATTR_NOSUID,
	"nodev":      unix.MOUNT_ATTR_NODEV,
	"noexec":     unix.MOUNT_ATTR_NOEXEC,
	"noatime":    unix.MOUNT_ATTR_NOATIME,
	"nodiratime": unix.MOUNT_ATTR_NODIRATIME,
}

func mountFlagNames() []string { return slices.Sorted(maps.Keys(mountFlags)) }

func mountAttributes(capability *csi.VolumeCapability, readonly bool) uint64 {
	var attributes uint64
	if readonly || readOnlyMode(capability) {
		attributes |= unix.MOUNT_ATTR_RDONLY
	}
	for _, flag := range capability.GetMount().GetMountFlags() {
		attributes |= mountFlags[flag]
	}
	return attributes
}

// bind mounts source, which the mount table shows as root, at target. The mount appears with all its attributes at once: `mount --bind`
// followed by a remount would leave a writable mount behind if killed in between.
func bind(source, root, target string, attributes uint64) error {
	mounted, err := mountAt(target)
	if err != nil {
		return err
	}
	if mounted != nil {
		readonly := attributes&unix.MOUNT_ATTR_RDONLY != 0
		if mounted.Root == root && mounted.ReadOnly == readonly {
			return nil
		}
		return status.Errorf(codes.AlreadyExists, "%s has %s mounted (read-only: %t): unpublish that first", target, mounted.Root, mounted.ReadOnly)
	}
	if err := os.MkdirAll(target, 0o750); err != nil {
		return err
	}
	tree, err := unix.OpenTree(unix.AT_FDCWD, source, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err != nil {
		return fmt.Errorf("bind %s: %w", source, err)
	}
	defer unix.Close(tree)
	attribute := unix.MountAttr{Attr_set: attributes}
	if attributes&(unix.MOUNT_ATTR_NOATIME) != 0 {
		// The access-time modes exclude each other, so the old one must be cleared.
		attribute.Attr_clr = unix.MOUNT_ATTR__ATIME
	}
	if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH, &attribute); err != nil {
		return fmt.Errorf("bind %s with attributes %#x: %w", source, attributes, err)
	}
	if err := unix.MoveMount(tree, "", unix.AT_FDCWD, target, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return fmt.Errorf("bind %s at %s: %w", source, target, err)
	}
	return nil
}

// unbind takes away every mount at target and then the empty directory; it never deletes a file.
func unbind(target string) error {
	for {
		mounted, err := mountAt(target)
		if err != nil {
			return err
		}
		if mounted == nil {
			break
		}
		if err := unix.Unmount(target, unix.UMOUNT_NOFOLLOW); err != nil {
			return fmt.Errorf("unmount %s: %w", target, err)
		}
	}
	if err := os.Remove(target); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// mountAt returns the topmost mount at target, or nil.
func mountAt(target string) (*pool.Mount, error) {
	mounts, err := pool.Mounts()
	if err != nil {
		return nil, err
	}
	for i := len(mounts) - 1; i >= 0; i-- {
		if mounts[i].Target == target {
			return &mounts[i], nil
		}
	}
	return nil, nil
}
