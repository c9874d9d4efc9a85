package pool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"holdfast.local/sandbox/csi-driver/internal/btrfs"
)

// writtenAs is how the kernel will write a file or directory: "zstd", or "in place".
func writtenAs(t *testing.T, path string) string {
	t.Helper()
	value := make([]byte, 16)
	n, err := unix.Getxattr(path, "btrfs.compression", value)
	file, openErr := os.Open(path)
	if openErr != nil {
		t.Fatal(openErr)
	}
	defer file.Close()
	flags, flagsErr := unix.IoctlGetInt(int(file.Fd()), unix.FS_IOC_GETFLAGS)
	if flagsErr != nil {
		t.Fatal(flagsErr)
	}
	inPlace := flags&0x800000 != 0
	switch {
	case err == nil && !inPlace:
		return string(value[:n])
	case errors.Is(err, unix.ENODATA) && inPlace:
		return "in place"
	}
	t.Fatalf("%s: flags %#x, compression %q (%v)", path, flags, value, err)
	return ""
}

// text writes n MiB that compress well, and says how much more the volume holds then.
func text(t *testing.T, p *Pool, id, name string, n int64) int64 {
	t.Helper()
	before := referenced(t, p, id)
	file := openIn(t, p, id, name)
	if _, err := file.Write(bytes.Repeat([]byte("all work and no play makes jack\n"), int(n*mebibyte/32))); err != nil {
		t.Fatal(err)
	}
	return referenced(t, p, id) - before
}

func referenced(t *testing.T, p *Pool, id string) int64 {
	t.Helper()
	if out, err := exec.Command("btrfs", "filesystem", "sync", p.root).CombinedOutput(); err != nil {
		t.Fatal(string(out))
	}
	usage, err := p.Usage(id)
	if err != nil {
		t.Fatal(err)
	}
	return usage.Referenced
}

func TestCompressionChangesOnAVolumeInUse(t *testing.T) {
	p := testPool(t, "")
	ctx := context.Background()
	volume := create(t, p, "compressed", 64*mebibyte, "")
	in := func(name string) string { return filepath.Join(p.dataPath(volume.ID), name) }
	if err := os.MkdirAll(in("deep/er"), 0o700); err != nil {
		t.Fatal(err)
	}
	if grown := text(t, p, volume.ID, "old", 8); grown < 8*mebibyte {
		t.Fatalf("8 MiB written in place took %d bytes", grown)
	}
	open := openIn(t, p, volume.ID, "deep/open")

	// Twice: the resizer repeats.
	for range 2 {
		if err := p.SetCompression(ctx, volume.ID, btrfs.Zstd); err != nil {
			t.Fatal(err)
		}
	}
	if grown := text(t, p, volume.ID, "deep/er/new", 100); grown > 8*mebibyte {
		t.Fatalf("100 MiB of text in a volume of 64 MiB took %d bytes compressed", grown)
	}
	if _, err := open.WriteString("still writable"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"": "zstd", "deep": "zstd", "deep/er": "zstd", "deep/er/new": "zstd", "old": "in place"} {
		if got := writtenAs(t, in(name)); got != want {
			t.Errorf("%q is written %s, not %s", name, got, want)
		}
	}

	// Another process finds it so.
	if record, err := testPool(t, "").Find(volume.ID); err != nil || record.Compression != btrfs.Zstd {
		t.Fatalf("%+v %v", record, err)
	}
	if err := p.SetCompression(ctx, volume.ID, ""); err != nil || writtenAs(t, in("deep")) != "zstd" {
		t.Fatalf("nothing was asked for, and it changed: %v", err)
	}
	if err := p.SetCompression(ctx, volume.ID, btrfs.NoCompression); err != nil {
		t.Fatal(err)
	}
	if grown := text(t, p, volume.ID, "deep/last", 8); grown < 8*mebibyte || writtenAs(t, in("deep/last")) != "in place" {
		t.Fatalf("8 MiB took %d bytes after compression was lifted", grown)
	}
	if _, err := unix.Getxattr(in("deep/er/new"), "btrfs.compression", make([]byte, 16)); !errors.Is(err, unix.ENODATA) {
		t.Fatalf("what is written to a compressed file is compressed still: %v", err)
	}
}

func TestCopiesAreCompressedAsTheirSourceUnlessToldOtherwise(t *testing.T) {
	p := testPool(t, "")
	ctx := context.Background()
	source, err := p.CreateVolume(ctx, "zstd", SizeRange{Required: 16 * mebibyte}, "", btrfs.Zstd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Delete(ctx, source.ID) })
	if _, err := p.CreateVolume(ctx, "zstd", SizeRange{Required: 16 * mebibyte}, "", btrfs.NoCompression); status.Code(err) != codes.AlreadyExists {
		t.Fatal(err)
	}
	snapshot, err := p.CreateSnapshot(ctx, "zstd", source.ID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Delete(ctx, snapshot.ID) })
	if err := p.SetCompression(ctx, source.ID, btrfs.NoCompression); err != nil {
		t.Fatal(err)
	}
	restored := create(t, p, "restored-zstd", 0, snapshot.ID)
	other, err := p.CreateVolume(ctx, "restored-in-place", SizeRange{}, snapshot.ID, btrfs.NoCompression)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Delete(ctx, other.ID) })
	for id, want := range map[string]string{source.ID: "in place", restored.ID: "zstd", other.ID: "in place"} {
		if got := writtenAs(t, p.dataPath(id)); got != want {
			t.Errorf("%s is written %s, not %s", id, got, want)
		}
	}
	if restored.Compression != btrfs.Zstd || !other.Compression.Same(btrfs.NoCompression) {
		t.Fatal(restored.Compression, other.Compression)
	}
	if err := p.SetCompression(ctx, snapshot.ID, btrfs.NoCompression); status.Code(err) != codes.NotFound {
		t.Fatalf("a snapshot is no volume: %v", err)
	}
}

// A container's root may lay links anywhere; the driver runs as the machine's root.
func TestCompressionStaysWithinItsVolume(t *testing.T) {
	p := testPool(t, "")
	volume, other := create(t, p, "inside", 16*mebibyte, ""), create(t, p, "outside", 16*mebibyte, "")
	inner := filepath.Join(p.dataPath(volume.ID), "subvolume")
	if err := (btrfs.Runner{}).Create(inner); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(
		os.Symlink(p.dataPath(other.ID), filepath.Join(p.dataPath(volume.ID), "link")),
		unix.Mkfifo(filepath.Join(p.dataPath(volume.ID), "fifo"), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	if err := p.SetCompression(context.Background(), volume.ID, btrfs.Zstd); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{p.dataPath(volume.ID): "zstd", p.dataPath(other.ID): "in place", inner: "in place"} {
		if got := writtenAs(t, path); got != want {
			t.Errorf("%s is written %s, not %s", path, got, want)
		}
	}
}

func TestCompressionOfAFullVolumeIsRefusedUntilThereIsRoom(t *testing.T) {
	p := testPool(t, "")
	ctx := context.Background()
	volume := create(t, p, "full", 16*mebibyte, "")
	for i := range 300 {
		openIn(t, p, volume.ID, fmt.Sprintf("file-%d", i))
	}
	if _, err := fill(openIn(t, p, volume.ID, "data")); !errors.Is(err, unix.EDQUOT) {
		t.Fatal(err)
	}
	if err := p.SetCompression(ctx, volume.ID, btrfs.Zstd); status.Code(err) != codes.ResourceExhausted {
		t.Fatal(err)
	}
	if _, err := p.ExpandVolume(ctx, volume.ID, SizeRange{Required: 24 * mebibyte}); err != nil {
		t.Fatal(err)
	}
	if err := p.SetCompression(ctx, volume.ID, btrfs.Zstd); err != nil || writtenAs(t, filepath.Join(p.dataPath(volume.ID), "file-299")) != "zstd" {
		t.Fatal(err)
	}
}
