package driver

import (
	"slices"
	"strings"
	"testing"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"holdfast.local/sandbox/csi-driver/internal/btrfs"
)

func mountCapability(mode csi.VolumeCapability_AccessMode_Mode) *csi.VolumeCapability {
	return &csi.VolumeCapability{
		AccessType: &csi.VolumeCapability_Mount{Mount: &csi.VolumeCapability_MountVolume{}},
		AccessMode: &csi.VolumeCapability_AccessMode{Mode: mode},
	}
}

func TestEverythingWrongIsReportedAtOnce(t *testing.T) {
	var wrong problems
	wrong.needs("name", "")
	wrong.parameters("parameter", map[string]string{"compresion": "zstd", "csi.storage.k8s.io/pvc/name": "a"})
	bad := mountCapability(csi.VolumeCapability_AccessMode_UNKNOWN)
	bad.GetMount().FsType, bad.GetMount().MountFlags = "ext4", []string{"sync", "ro"}
	wrong.capabilities([]*csi.VolumeCapability{bad, {AccessType: &csi.VolumeCapability_Block{Block: &csi.VolumeCapability_BlockVolume{}}}})
	err := wrong.err()
	if status.Code(err) != codes.InvalidArgument {
		t.Fatal(err)
	}
	for _, part := range []string{"name is missing", `"compresion" unknown`, "takes no parameters", `"ext4"`, `"sync" is not possible, allowed are noatime`, "UNKNOWN", "raw block"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %q", part, err)
		}
	}
	if strings.Contains(err.Error(), "pvc/name") || strings.Contains(err.Error(), `"ro" is not`) {
		t.Errorf("refuses what is allowed: %q", err)
	}
}

func TestAttributesAreReadOrRefusedWithWhatIsAllowed(t *testing.T) {
	for _, each := range []struct {
		given map[string]string
		want  btrfs.Compression
	}{
		{nil, ""}, {map[string]string{"compression": "none"}, btrfs.NoCompression},
		{map[string]string{"compression": "zstd", "csi.storage.k8s.io/pvc/name": "a"}, btrfs.Zstd},
	} {
		var wrong problems
		if got := wrong.attributes(each.given); got != each.want || wrong.err() != nil {
			t.Errorf("%v is read as %q: %v", each.given, got, wrong.err())
		}
	}
	var wrong problems
	wrong.attributes(map[string]string{"compression": "gzip", "iops": "3000"})
	err := wrong.err()
	if status.Code(err) != codes.InvalidArgument {
		t.Fatal(err)
	}
	for _, part := range []string{`compression is "gzip": allowed are none and zstd`, `"iops" unknown: allowed is compression`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %q", part, err)
		}
	}
	wrong = nil
	if wrong.attributes(map[string]string{"compression": ""}); wrong.err() == nil {
		t.Error("an empty value is accepted")
	}
}

func TestEveryAccessModeOfKubernetesIsServed(t *testing.T) {
	for _, mode := range []csi.VolumeCapability_AccessMode_Mode{
		csi.VolumeCapability_AccessMode_SINGLE_NODE_MULTI_WRITER, csi.VolumeCapability_AccessMode_SINGLE_NODE_SINGLE_WRITER,
		csi.VolumeCapability_AccessMode_MULTI_NODE_MULTI_WRITER, csi.VolumeCapability_AccessMode_MULTI_NODE_READER_ONLY,
		csi.VolumeCapability_AccessMode_SINGLE_NODE_WRITER,
	} {
		var wrong problems
		wrong.capabilities([]*csi.VolumeCapability{mountCapability(mode)})
		if err := wrong.err(); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
	}
}

func TestPages(t *testing.T) {
	all := []int{1, 2, 3, 4, 5}
	var got []int
	token := ""
	for range 3 {
		part, next, err := page(all, token, 2)
		if err != nil {
			t.Fatal(err)
		}
		got, token = append(got, part...), next
	}
	if !slices.Equal(got, all) || token != "" {
		t.Fatalf("%v, then %q", got, token)
	}
	for _, bad := range []string{"x", "-1", "6"} {
		if _, _, err := page(all, bad, 0); status.Code(err) != codes.Aborted {
			t.Errorf("token %q: %v", bad, err)
		}
	}
	if _, _, err := page(all, "", -1); status.Code(err) != codes.InvalidArgument {
		t.Error(err)
	}
}
