package pool

import (
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"
)

// Mount is one line of this process's mount table.
type Mount struct {
	// Root is the directory inside the file system that is mounted.
	Root     string
	Target   string
	Type     string
	ReadOnly bool
}

// Mounts reads the mount table; where mounts are stacked, the last one is on top.
func Mounts() ([]Mount, error) {
	content, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	return parseMounts(string(content)), nil
}

// parseMounts reads lines such as `64 43 0:39 /volumes/a /mnt ro,relatime shared:1 - btrfs /dev/loop0 rw`.
func parseMounts(table string) []Mount {
	var mounts []Mount
	for line := range strings.Lines(table) {
		before, after, ok := strings.Cut(line, " - ")
		fields := strings.Fields(before)
		if !ok || len(fields) < 6 {
			continue
		}
		readOnly := false
		for option := range strings.SplitSeq(fields[5], ",") {
			readOnly = readOnly || option == "ro"
		}
		kind, _, _ := strings.Cut(after, " ")
		mounts = append(mounts, Mount{Root: unescape(fields[3]), Target: unescape(fields[4]), Type: kind, ReadOnly: readOnly})
	}
	return mounts
}

// unescape turns the kernel's \040 back into a space.
func unescape(field string) string {
	var out strings.Builder
	for i := 0; i < len(field); i++ {
		if field[i] == '\\' && i+3 < len(field) {
			if code, err := strconv.ParseUint(field[i+1:i+4], 8, 8); err == nil {
				out.WriteByte(byte(code))
				i += 3
				continue
			}
		}
		out.WriteByte(field[i])
	}
	return out.String()
}

// mountRootOf returns the directory of the file system that is mounted at the pool.
func mountRootOf(pool string) (string, error) {
	mounts, err := Mounts()
	if err != nil {
		return "", err
	}
	for i := len(mounts) - 1; i >= 0; i-- {
		if mounts[i].Target == pool && mounts[i].Type == "btrfs" {
			return mounts[i].Root, nil
		}
	}
	return "", fmt.Errorf("pool %s is no mount point: mount a btrfs file system there, and name it without symbolic links", pool)
}

// mountedAs is how the mount table shows the root of a mounted volume.
func (p *Pool) mountedAs(id string) string { return path.Join(p.mountRoot, "volumes", id) }

// MountedAs is how the mount table shows the root of a mounted volume.
func (p *Pool) MountedAs(id string) string { return p.mountedAs(id) }
