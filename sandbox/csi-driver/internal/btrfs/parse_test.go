package btrfs

import (
	"slices"
	"testing"
)

func TestQuotaGroups(t *testing.T) {
	got := parseGroups(`Qgroupid    Referenced    Exclusive  Max referenced   Path
--------    ----------    ---------  --------------   ----
0/5              16384        16384            none   <toplevel>
0/256         67092480     67092480        67108864   volumes/vol-a
0/257            16384        16384        67108864   <stale>
1/100            16384        16384            none   <0 member qgroups>
`)
	want := []Group{
		{ID: "0/5", Usage: Usage{Referenced: 16384}},
		{ID: "0/256", Usage: Usage{Referenced: 67092480, Limit: 67108864}},
		{ID: "0/257", Stale: true, Usage: Usage{Referenced: 16384, Limit: 67108864}},
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%+v", got)
	}
}

func TestSubvolumeList(t *testing.T) {
	got := parseSubvolumeList("ID 260 gen 12 top level 256 path volumes/vol-a/with path in it\nID 261 gen 12 top level 256 path volumes/vol-a/b\n")
	if !slices.Equal(got, []string{"volumes/vol-a/with path in it", "volumes/vol-a/b"}) {
		t.Fatalf("%q", got)
	}
}

func TestRescanIsNeededWhenTheToolSaysSo(t *testing.T) {
	for warning, want := range map[string]bool{
		"": false,
		"WARNING: qgroup data inconsistent, rescan recommended\n":    true,
		"WARNING: rescan is running, qgroup data may be incorrect\n": true,
	} {
		if needsRescan(warning) != want {
			t.Errorf("%q", warning)
		}
	}
}
