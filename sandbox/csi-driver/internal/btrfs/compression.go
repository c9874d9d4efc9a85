package btrfs

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// Compression is how the files of a volume are written.
type Compression string

const (
	// NoCompression writes files in place. The empty value, of records made before there was a choice, means the same.
	NoCompression Compression = "none"
	// Zstd writes compressed copies: more fits in, but a page that is overwritten takes room until its whole extent is.
	Zstd Compression = "zstd"
)

// Compressions are all there are.
var Compressions = []Compression{NoCompression, Zstd}

// Valid tells whether it is one of them.
func (c Compression) Valid() bool { return slices.Contains(Compressions, c) }

// Same tells whether files are written the same way.
func (c Compression) Same(other Compression) bool { return c.orNone() == other.orNone() }

func (c Compression) orNone() Compression {
	if c == "" {
		return NoCompression
	}
	return c
}

const (
	compressionAttribute = "btrfs.compression"
	compressed           = 0x4      // FS_COMPR_FL of linux/fs.h, `chattr +c`
	notCompressed        = 0x400    // FS_NOCOMP_FL, `chattr +m`
	writtenInPlace       = 0x800000 // FS_NOCOW_FL, `chattr +C`
)

// SetCompression gives a directory and all below it, in use or not, one way of being written; files and directories made in it later
// inherit it. The kernel can't change how a file with content is written in place, so such a file stays as it is; a compressed one is
// written uncompressed from then on. May be repeated, and costs little where nothing is left to change.
func SetCompression(path string, wanted Compression) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	var st unix.Stat_t
	if err := unix.Fstat(int(dir.Fd()), &st); err != nil {
		return err
	}
	return setBelow(dir, st.Dev, wanted.orNone())
}

// setBelow changes the directory first: what a workload makes in it meanwhile has the new way already.
func setBelow(dir *os.File, device uint64, wanted Compression) error {
	if err := setOne(dir, true, wanted); err != nil {
		return err
	}
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !entry.IsDir() && !entry.Type().IsRegular() {
			continue
		}
		if err := setEntry(dir, entry.Name(), device, wanted); err != nil {
			return err
		}
	}
	return nil
}

// setEntry leaves alone what a workload removed or replaced meanwhile, and subvolumes of its own making.
func setEntry(dir *os.File, name string, device uint64, wanted Compression) error {
	// Relative to the open directory and without following links: a workload can't lead the driver out of its volume.
	fd, err := unix.Openat(int(dir.Fd()), name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ELOOP) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open %s/%s: %w", dir.Name(), name, err)
	}
	file := os.NewFile(uintptr(fd), dir.Name()+"/"+name)
	defer file.Close()
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Dev != device {
		return err
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		return setBelow(file, device, wanted)
	case unix.S_IFREG:
		return setOne(file, false, wanted)
	}
	return nil
}

func setOne(file *os.File, isDir bool, wanted Compression) error {
	fd := int(file.Fd())
	flags, err := unix.IoctlGetInt(fd, unix.FS_IOC_GETFLAGS)
	if err != nil {
		return fmt.Errorf("flags of %s: %w", file.Name(), err)
	}
	// The kernel changes from one to the other only by way of neither, and ignores writtenInPlace on a file that has content.
	neither := flags &^ (compressed | notCompressed | writtenInPlace)
	if wanted == NoCompression {
		if flags&writtenInPlace != 0 {
			return nil
		}
		return errors.Join(setFlags(file, flags, neither), setFlags(file, neither, neither|writtenInPlace))
	}
	if isCompressed(fd, wanted) {
		return nil
	}
	if err := setFlags(file, flags, neither); err != nil {
		return err
	}
	err = unix.Fsetxattr(fd, compressionAttribute, []byte(wanted), 0)
	if errors.Is(err, unix.EINVAL) && !isDir {
		// It has content that is written in place.
		return nil
	}
	if err != nil {
		return fmt.Errorf("compression of %s: %w", file.Name(), err)
	}
	return nil
}

func setFlags(file *os.File, now, wanted int) error {
	if now == wanted {
		return nil
	}
	if err := unix.IoctlSetPointerInt(int(file.Fd()), unix.FS_IOC_SETFLAGS, wanted); err != nil {
		return fmt.Errorf("flags of %s: %w", file.Name(), err)
	}
	return nil
}

func isCompressed(fd int, wanted Compression) bool {
	value := make([]byte, 16)
	n, err := unix.Fgetxattr(fd, compressionAttribute, value)
	return err == nil && Compression(value[:n]) == wanted
}
