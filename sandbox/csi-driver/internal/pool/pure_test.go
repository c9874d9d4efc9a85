package pool

import (
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestSizeChosen(t *testing.T) {
	for _, each := range []struct {
		name             string
		size             SizeRange
		preferred, floor int64
		want             int64
	}{
		{"nothing asked", SizeRange{}, DefaultBytes, MinimumBytes, DefaultBytes},
		{"exactly", SizeRange{Required: 5 << 20, Limit: 5 << 20}, DefaultBytes, MinimumBytes, 5 << 20},
		{"too small is raised", SizeRange{Required: 1}, DefaultBytes, MinimumBytes, MinimumBytes},
		{"limit below the default", SizeRange{Limit: 8 << 20}, DefaultBytes, MinimumBytes, 8 << 20},
		{"limit below the minimum", SizeRange{Limit: 1}, DefaultBytes, MinimumBytes, 0},
		{"limit below what is required", SizeRange{Required: 9 << 20, Limit: 8 << 20}, DefaultBytes, MinimumBytes, 0},
		{"negative", SizeRange{Required: -1}, DefaultBytes, MinimumBytes, 0},
		{"copy of something larger than the limit", SizeRange{Limit: 8 << 20}, 16 << 20, 16 << 20, 0},
		{"expansion to less", SizeRange{Required: 8 << 20}, 16 << 20, 16 << 20, 16 << 20},
	} {
		got, err := each.size.Choose(each.preferred, each.floor)
		if got != each.want || (each.want == 0) != (status.Code(err) == codes.OutOfRange) {
			t.Errorf("%s: %d %v, want %d", each.name, got, err, each.want)
		}
	}
}

func TestIDsAreStableAndNothingElseIsOne(t *testing.T) {
	id := ID(KindVolume, "pvc-1")
	if id != ID(KindVolume, "pvc-1") || id == ID(KindVolume, "pvc-2") || !ValidID(KindVolume, id) || ValidID(KindSnapshot, id) {
		t.Fatal(id)
	}
	for _, bad := range []string{"", "vol-", "../vol-00000000000000000000", "vol-0000000000000000000g", id + "/", id + "\n", id + partialSuffix} {
		if ValidID(KindVolume, bad) {
			t.Errorf("%q is taken for an id", bad)
		}
	}
}

func TestMountTable(t *testing.T) {
	mounts := parseMounts("64 43 0:39 /volumes/a /mnt/with\\040blank ro,relatime shared:1 master:2 - btrfs /dev/loop0 rw\nnonsense\n" +
		"65 43 0:40 / /x rw,nosuid - tmpfs tmpfs rw,size=1k\n")
	want := []Mount{{"/volumes/a", "/mnt/with blank", "btrfs", true}, {"/", "/x", "tmpfs", false}}
	if len(mounts) != 2 || mounts[0] != want[0] || mounts[1] != want[1] {
		t.Fatalf("%+v", mounts)
	}
}
