package pool

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"holdfast.local/sandbox/csi-driver/internal/btrfs"
)

const mebibyte = int64(1) << 20

// testPool opens the pool that test-on-pool.sh mounts, as a node or as a controller.
func testPool(t *testing.T, node string) *Pool {
	t.Helper()
	root := os.Getenv("HOLDFAST_TEST_POOL")
	if root == "" {
		t.Skip("needs a btrfs pool: run test-on-pool.sh")
	}
	p, err := Open(context.Background(), root, node)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func create(t *testing.T, p *Pool, name string, bytes int64, source string) *Record {
	t.Helper()
	record, err := p.CreateVolume(context.Background(), name, SizeRange{Required: bytes}, source, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Delete(context.Background(), record.ID) })
	return record
}

// fill writes until an error, and returns how much was written.
func fill(file *os.File) (written int64, err error) {
	block := make([]byte, mebibyte)
	_, _ = rand.Read(block)
	for err == nil {
		var n int
		n, err = file.Write(block)
		written += int64(n)
	}
	return written, err
}

func openIn(t *testing.T, p *Pool, id, name string) *os.File {
	t.Helper()
	file, err := os.OpenFile(filepath.Join(p.dataPath(id), name), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func TestSizeIsEnforcedAndGrowsUnderAnOpenFile(t *testing.T) {
	p := testPool(t, "")
	volume := create(t, p, "enforced", 64*mebibyte, "")
	file := openIn(t, p, volume.ID, "data")
	first, err := fill(file)
	if !errors.Is(err, unix.EDQUOT) || first < 62*mebibyte || first > 64*mebibyte {
		t.Fatalf("64 MiB took %d bytes, then %v", first, err)
	}
	size, err := p.ExpandVolume(context.Background(), volume.ID, SizeRange{Required: 128 * mebibyte})
	if err != nil || size != 128*mebibyte {
		t.Fatal(size, err)
	}
	second, err := fill(file)
	if total := first + second; !errors.Is(err, unix.EDQUOT) || total < 125*mebibyte || total > 128*mebibyte {
		t.Fatalf("128 MiB took %d bytes, then %v", total, err)
	}
	usage, err := p.Usage(volume.ID)
	if err != nil || usage.Limit != 128*mebibyte || usage.Referenced < 120*mebibyte {
		t.Fatalf("%+v %v", usage, err)
	}
	t.Logf("EDQUOT after %d of %d bytes, and after %d of %d", first, 64*mebibyte, first+second, 128*mebibyte)
	if size, err := p.ExpandVolume(context.Background(), volume.ID, SizeRange{Required: mebibyte}); err != nil || size != 128*mebibyte {
		t.Fatalf("shrunk to %d: %v", size, err)
	}
	if _, err := p.ExpandVolume(context.Background(), volume.ID, SizeRange{Limit: mebibyte}); status.Code(err) != codes.OutOfRange {
		t.Fatal(err)
	}
	if err := os.Remove(file.Name()); err != nil {
		t.Fatalf("a full volume can't be emptied: %v", err)
	}
}

// A database overwrites pages of files it has. With copy-on-write an extent counts whole until its last page is overwritten, so that the
// volume would be full long before it holds its size.
func TestOverwrittenPagesTakeNoMoreRoom(t *testing.T) {
	p := testPool(t, "")
	volume := create(t, p, "overwritten", 64*mebibyte, "")
	pages, err := os.Create(filepath.Join(p.dataPath(volume.ID), "pages"))
	if err != nil {
		t.Fatal(err)
	}
	defer pages.Close()
	const size, page = 24 * mebibyte, int64(8192)
	if _, err := pages.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	if err := pages.Sync(); err != nil {
		t.Fatal(err)
	}
	for offset := int64(0); offset < size; offset += 2 * page {
		if _, err := pages.WriteAt(bytes.Repeat([]byte{7}, int(page)), offset); err != nil {
			t.Fatal(err)
		}
	}
	if err := pages.Sync(); err != nil {
		t.Fatal(err)
	}
	if left, err := fill(openIn(t, p, volume.ID, "data")); !errors.Is(err, unix.EDQUOT) || left < 38*mebibyte {
		t.Fatalf("beside 24 of 64 MiB there was room for %d bytes, then %v", left, err)
	}
}

func TestSnapshotRestoreAndCloneKeepTheirContent(t *testing.T) {
	p := testPool(t, "")
	ctx := context.Background()
	read := func(id string) string {
		content, err := os.ReadFile(filepath.Join(p.dataPath(id), "data"))
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	source := create(t, p, "source", 32*mebibyte, "")
	file := openIn(t, p, source.ID, "data")
	_, _ = file.WriteString("one")
	snapshot, err := p.CreateSnapshot(ctx, "snap", source.ID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Delete(ctx, snapshot.ID) })
	_, _ = file.WriteString(" two")
	clone := create(t, p, "clone", 48*mebibyte, source.ID)
	_, _ = file.WriteString(" three")
	restored := create(t, p, "restored", 0, snapshot.ID)
	if got := []string{read(snapshot.ID), read(clone.ID), read(restored.ID)}; got[0] != "one" || got[1] != "one two" || got[2] != "one" {
		t.Fatalf("%q", got)
	}
	if err := os.WriteFile(filepath.Join(p.dataPath(snapshot.ID), "data"), nil, 0o600); !errors.Is(err, unix.EROFS) {
		t.Fatalf("a snapshot can be written: %v", err)
	}
	if clone.SizeBytes != 48*mebibyte || restored.SizeBytes != 32*mebibyte {
		t.Fatal(clone.SizeBytes, restored.SizeBytes)
	}
	if _, err := p.CreateVolume(ctx, "small", SizeRange{Required: 16 * mebibyte}, snapshot.ID, ""); status.Code(err) != codes.OutOfRange {
		t.Fatal(err)
	}
	if written, err := fill(openIn(t, p, clone.ID, "more")); !errors.Is(err, unix.EDQUOT) || written < 45*mebibyte {
		t.Fatalf("the clone's limit: %d, %v", written, err)
	}
	for _, id := range []string{source.ID, snapshot.ID} {
		if err := p.Delete(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	if read(restored.ID) != "one" || read(clone.ID) != "one two" {
		t.Fatal("a copy lost its content with its source")
	}
	if again := create(t, p, "restored", 0, snapshot.ID); again.ID != restored.ID {
		t.Fatal("the repeated request made another volume")
	}
}

func TestDeleteTakesNestedSubvolumesAndQuotaGroups(t *testing.T) {
	p := testPool(t, "")
	volume := create(t, p, "nested", 32*mebibyte, "")
	inner := filepath.Join(p.dataPath(volume.ID), "inner")
	for _, path := range []string{inner, filepath.Join(inner, "deeper")} {
		if err := (btrfs.Runner{}).Create(path); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Delete(context.Background(), volume.ID); err != nil {
		t.Fatal(err)
	}
	if exists(p.dataPath(volume.ID)) || exists(p.recordPath(volume.ID)) {
		t.Fatal("something is left")
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		if out, err := exec.Command("btrfs", "filesystem", "sync", p.root).CombinedOutput(); err != nil {
			t.Fatal(string(out))
		}
		left, err := (btrfs.Runner{}).RemoveStale(p.root)
		if err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d quota groups are left", left)
		}
	}
}

func TestLimitsComeBackAfterQuotasWereLost(t *testing.T) {
	p := testPool(t, "")
	volume := create(t, p, "lost", 32*mebibyte, "")
	if out, err := exec.Command("btrfs", "quota", "disable", p.root).CombinedOutput(); err != nil {
		t.Fatal(string(out))
	}
	testPool(t, "")
	if usage, err := p.Usage(volume.ID); err != nil || usage.Limit != 32*mebibyte {
		t.Fatalf("%+v %v", usage, err)
	}
}

func TestThePoolPromisesNothingTwice(t *testing.T) {
	p := testPool(t, "")
	available, err := p.Available()
	if err != nil {
		t.Fatal(err)
	}
	create(t, p, "half", available/2, "")
	if _, err := p.CreateVolume(context.Background(), "more", SizeRange{Required: available/2 + 2*mebibyte}, "", ""); status.Code(err) != codes.ResourceExhausted {
		t.Fatal(err)
	}
}

func TestTwoMountNamespacesShareAVolume(t *testing.T) {
	p := testPool(t, "")
	volume := create(t, p, "shared", 32*mebibyte, "")
	if _, err := openIn(t, p, volume.ID, "here").WriteString("from here"); err != nil {
		t.Fatal(err)
	}
	device, err := exec.Command("findmnt", "-no", "SOURCE", p.root).Output()
	if err != nil {
		t.Fatal(err)
	}
	script := `umount "$2" && mount "$1" "$3" && cat "$3/volumes/$4/here" && echo from there > "$3/volumes/$4/there"`
	out, err := exec.Command("unshare", "--mount", "--propagation", "private", "sh", "-ec", script, "sh",
		strings.TrimSpace(string(device)), p.root, t.TempDir(), volume.ID).CombinedOutput()
	if err != nil || string(out) != "from here" {
		t.Fatalf("%q %v", out, err)
	}
	if content, err := os.ReadFile(filepath.Join(p.dataPath(volume.ID), "there")); err != nil || !bytes.Equal(content, []byte("from there\n")) {
		t.Fatalf("%q %v", content, err)
	}
}
