package driver

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"holdfast.local/sandbox/csi-driver/internal/pool"
)

func TestPublishedVolumeLifecycle(t *testing.T) {
	root := os.Getenv("HOLDFAST_TEST_POOL")
	if root == "" {
		t.Skip("needs a btrfs pool: run test-on-pool.sh")
	}
	ctx := context.Background()
	p, err := pool.Open(ctx, root, "lifecycle")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	d := New(p, "lifecycle")
	many := mountCapability(csi.VolumeCapability_AccessMode_MULTI_NODE_MULTI_WRITER)
	created, err := d.CreateVolume(ctx, &csi.CreateVolumeRequest{
		Name: "lifecycle", VolumeCapabilities: []*csi.VolumeCapability{many}, CapacityRange: &csi.CapacityRange{RequiredBytes: 32 << 20},
		Parameters: map[string]string{"csi.storage.k8s.io/pvc/name": "data-a-0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	id := created.GetVolume().GetVolumeId()
	defer d.DeleteVolume(ctx, &csi.DeleteVolumeRequest{VolumeId: id})
	publish := func(target string, readonly bool, flags ...string) error {
		capability := mountCapability(csi.VolumeCapability_AccessMode_MULTI_NODE_MULTI_WRITER)
		capability.GetMount().MountFlags = flags
		_, err := d.NodePublishVolume(ctx, &csi.NodePublishVolumeRequest{VolumeId: id, TargetPath: target, VolumeCapability: capability, Readonly: readonly})
		return err
	}
	writable, readable := filepath.Join(t.TempDir(), "deep", "rw"), filepath.Join(t.TempDir(), "ro")
	// Twice each: the kubelet repeats.
	for range 2 {
		if err := errors.Join(publish(writable, false, "noatime", "noexec"), publish(readable, true)); err != nil {
			t.Fatal(err)
		}
	}
	if err := publish(readable, false); status.Code(err) != codes.AlreadyExists {
		t.Fatalf("read-only turned writable: %v", err)
	}
	if err := os.WriteFile(filepath.Join(writable, "f"), make([]byte, 8<<20), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(readable, "g"), nil, 0o600); !errors.Is(err, unix.EROFS) {
		t.Fatalf("read-only is not: %v", err)
	}
	if info, err := os.Stat(filepath.Join(readable, "f")); err != nil || info.Size() != 8<<20 {
		t.Fatal(err)
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(writable, &fs); err != nil || fs.Flags&unix.ST_NOATIME == 0 || fs.Flags&unix.ST_NOEXEC == 0 {
		t.Fatalf("mount options: %#x %v", fs.Flags, err)
	}
	unix.Sync()
	stats, err := d.NodeGetVolumeStats(ctx, &csi.NodeGetVolumeStatsRequest{VolumeId: id, VolumePath: writable})
	if err != nil {
		t.Fatal(err)
	}
	if usage := stats.GetUsage()[0]; usage.GetTotal() != 32<<20 || usage.GetUsed() < 8<<20 || usage.GetAvailable() != usage.GetTotal()-usage.GetUsed() {
		t.Fatalf("%v", usage)
	}
	for range 2 {
		for _, target := range []string{writable, readable} {
			if _, err := d.NodeUnpublishVolume(ctx, &csi.NodeUnpublishVolumeRequest{VolumeId: id, TargetPath: target}); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Lstat(target); !errors.Is(err, os.ErrNotExist) {
				t.Fatalf("%s is left: %v", target, err)
			}
		}
	}
}
