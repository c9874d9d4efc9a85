package btrfs

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Usage is what a quota group says of one subvolume, in bytes.
type Usage struct {
	// Referenced is the data and metadata reachable from the subvolume, shared or not, as of the last commit (30 s at most).
	Referenced int64
	// Limit is the most it may reference; 0 means no limit.
	Limit int64
}

// Group is one line of `btrfs qgroup show`.
type Group struct {
	ID    string
	Stale bool
	Usage
}

// EnableQuota switches quotas on where they are off, and waits until the numbers are right.
func (r Runner) EnableQuota(pool string) error {
	if _, _, err := r.run("qgroup", "show", "--raw", pool); err != nil {
		if !strings.Contains(err.Error(), "quotas not enabled") {
			return err
		}
		if _, _, err := r.run("quota", "enable", pool); err != nil {
			return err
		}
	}
	keepConsistent(pool)
	return r.Repair(pool)
}

// keepConsistent tells the kernel to account for every block of a large deleted subvolume. By default it gives up above a tree height
// of 3, and then no limit is enforced until the next rescan. Where /sys can't be written, Repair has more to do, and that is all.
func keepConsistent(pool string) {
	if id, err := filesystemID(pool); err == nil {
		_ = os.WriteFile("/sys/fs/btrfs/"+id+"/qgroups/drop_subtree_threshold", []byte("8"), 0)
	}
}

// filesystemID is the file system's UUID, by which /sys knows it.
func filesystemID(pool string) (string, error) {
	// _IOR(0x94, 31, struct btrfs_ioctl_fs_info_args): two 64-bit numbers, then the UUID, 1024 bytes in all.
	const fsInfo = 0x8400941f
	dir, err := os.Open(pool)
	if err != nil {
		return "", err
	}
	defer dir.Close()
	var info [1024]byte
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, dir.Fd(), fsInfo, uintptr(unsafe.Pointer(&info[0]))); errno != 0 {
		return "", errno
	}
	id := info[16:32]
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]), nil
}

// Repair rescans when the kernel says that its numbers can't be trusted, as after a crash; otherwise it costs one listing.
func (r Runner) Repair(pool string) error {
	_, warnings, err := r.run("qgroup", "show", "--raw", pool)
	if err != nil || !needsRescan(warnings) {
		return err
	}
	_, _, err = r.run("quota", "rescan", "-w", pool)
	return err
}

func needsRescan(warnings string) bool {
	return strings.Contains(warnings, "inconsistent") || strings.Contains(warnings, "rescan is running")
}

// SetLimit makes writes beyond bytes fail with "Disk quota exceeded". It may be called on a volume in use.
func (r Runner) SetLimit(path string, bytes int64) error {
	_, _, err := r.run("qgroup", "limit", strconv.FormatInt(bytes, 10), path)
	return err
}

// Usage reads a subvolume's quota group.
func (r Runner) Usage(path string) (Usage, error) {
	out, _, err := r.run("qgroup", "show", "--raw", "-r", "-f", path)
	if err != nil {
		return Usage{}, err
	}
	groups := parseGroups(out)
	if len(groups) == 0 {
		return Usage{}, fmt.Errorf("subvolume %s has no quota group: %q", path, out)
	}
	return groups[0].Usage, nil
}

// RemoveStale destroys quota groups whose subvolume is gone. The kernel frees a deleted subvolume in the background and refuses until
// it is done: such a group is left for the next call. Returns how many are left.
func (r Runner) RemoveStale(pool string) (int, error) {
	out, _, err := r.run("qgroup", "show", "--raw", "-r", pool)
	if err != nil {
		return 0, err
	}
	left := 0
	for _, group := range parseGroups(out) {
		if !group.Stale {
			continue
		}
		if _, _, err := r.run("qgroup", "destroy", group.ID, pool); err != nil {
			left++
		}
	}
	return left, nil
}

// parseGroups reads the table of `btrfs qgroup show --raw -r`: id, referenced, exclusive, limit, path.
func parseGroups(out string) []Group {
	var groups []Group
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "0/") {
			continue
		}
		referenced, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			continue
		}
		group := Group{ID: fields[0], Usage: Usage{Referenced: referenced}, Stale: len(fields) > 4 && fields[4] == "<stale>"}
		if limit, err := strconv.ParseInt(fields[3], 10, 64); err == nil {
			group.Limit = limit
		}
		groups = append(groups, group)
	}
	return groups
}
