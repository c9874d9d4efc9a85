// Package btrfs runs the few commands of btrfs-progs the driver needs: subvolumes, snapshots and quota groups.
//
// Commands are run rather than ioctls issued: the tool and the kernel agree with each other on every distribution, and a person can
// repeat by hand what the driver did.
package btrfs

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// FirstInode is the inode number of the root directory of every subvolume.
const FirstInode = 256

// Runner runs btrfs commands.
type Runner struct {
	// Inherit is handed to every command as an open file. A lock held on it outlives a killed driver until the command it
	// started has ended, so nobody else works on the pool while half an operation is still running.
	Inherit *os.File
}

// run returns what the command printed; its error carries what the command said on stderr.
func (r Runner) run(args ...string) (stdout, stderr string, err error) {
	var out, errs bytes.Buffer
	cmd := exec.Command("btrfs", args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	if r.Inherit != nil {
		cmd.ExtraFiles = []*os.File{r.Inherit}
	}
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return "", "", errors.New("the command btrfs is missing: install the package btrfs-progs")
		}
		return out.String(), errs.String(), fmt.Errorf("btrfs %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(errs.String()))
	}
	return out.String(), errs.String(), nil
}

// CheckFilesystem reports why path can't be a pool: it must be the root directory of a mounted btrfs file system or subvolume.
func CheckFilesystem(path string) error {
	var fs unix.Statfs_t
	if err := unix.Statfs(path, &fs); err != nil {
		return fmt.Errorf("pool %s: %w", path, err)
	}
	if fs.Type != unix.BTRFS_SUPER_MAGIC {
		return fmt.Errorf("pool %s is not on btrfs: mount a btrfs file system there (mkfs.btrfs <file>; mount -o loop <file> %s)", path, path)
	}
	if !IsSubvolume(path) {
		return fmt.Errorf("pool %s is a plain directory: give the directory on which the btrfs file system is mounted", path)
	}
	return nil
}

// IsSubvolume tells whether path is the root directory of a btrfs subvolume.
func IsSubvolume(path string) bool {
	var st unix.Stat_t
	return unix.Lstat(path, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR && st.Ino == FirstInode
}

// Create makes an empty subvolume whose files are written in place, as on other file systems. With copy-on-write an extent counts whole
// until its last page is overwritten: PostgreSQL met the limit of a 1 GiB volume with 752 MiB in its files, and 1,001 MiB written in place.
func (r Runner) Create(path string) error {
	if _, _, err := r.run("subvolume", "create", path); err != nil {
		return err
	}
	return SetCompression(path, NoCompression)
}

// Snapshot makes target an instant copy of source that shares its blocks; data written before is in it, flushed or not.
func (r Runner) Snapshot(source, target string, readonly bool) error {
	args := []string{"subvolume", "snapshot"}
	if readonly {
		args = append(args, "-r")
	}
	_, _, err := r.run(append(args, source, target)...)
	return err
}

// Delete removes a subvolume with those that a workload made inside it. A path that does not exist is no error.
func (r Runner) Delete(path string) error {
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	nested, err := r.nested(path)
	if err != nil {
		return err
	}
	if len(nested) > 0 {
		// A readonly snapshot can't lose its inner subvolumes; a writable one can.
		if _, _, err := r.run("property", "set", "-f", "-t", "subvol", path, "ro", "false"); err != nil {
			return err
		}
	}
	for _, inner := range nested {
		if err := r.Delete(inner); err != nil {
			return err
		}
	}
	_, _, err = r.run("subvolume", "delete", path)
	return err
}

// nested lists the subvolumes directly below a subvolume, as absolute paths.
func (r Runner) nested(path string) ([]string, error) {
	out, _, err := r.run("subvolume", "list", "-o", path)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, inner := range parseSubvolumeList(out) {
		// The list names paths from the top of the file system; what follows the volume's own name is the part below it.
		if _, below, ok := strings.Cut(inner, filepath.Base(path)+"/"); ok {
			found = append(found, filepath.Join(path, below))
		}
	}
	return found, nil
}

func parseSubvolumeList(out string) []string {
	var paths []string
	for line := range strings.Lines(out) {
		if _, path, ok := strings.Cut(strings.TrimRight(line, "\n"), " path "); ok {
			paths = append(paths, path)
		}
	}
	return paths
}
