package driver

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"holdfast.local/sandbox/csi-driver/internal/btrfs"
	"holdfast.local/sandbox/csi-driver/internal/pool"
)

// provisionerPrefix marks what the provisioner and the snapshotter add to a class's parameters (names of the claim, secrets).
const provisionerPrefix = "csi.storage.k8s.io/"

// problems gathers everything that is wrong with a request, so that it can be put right at once.
type problems []string

func (p *problems) add(format string, args ...any) { *p = append(*p, fmt.Sprintf(format, args...)) }

// err is nil where there were none.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return status.Error(codes.InvalidArgument, strings.Join(p, "; "))
}

func (p *problems) needs(what, value string) {
	if value == "" {
		p.add("%s is missing", what)
	}
}

// unknownKeys are those that neither the driver nor the provisioner put a meaning to, sorted and quoted.
func unknownKeys(given map[string]string, known ...string) []string {
	var unknown []string
	for key := range given {
		if !strings.HasPrefix(key, provisionerPrefix) && !slices.Contains(known, key) {
			unknown = append(unknown, strconv.Quote(key))
		}
	}
	sort.Strings(unknown)
	return unknown
}

// parameters refuses what would be ignored: a class with a misspelt parameter should not look as if it worked.
func (p *problems) parameters(where string, given map[string]string) {
	if unknown := unknownKeys(given); len(unknown) > 0 {
		p.add("%s %s unknown: %s takes no parameters (allowed are only those that begin with %s); remove them", where, strings.Join(unknown, ", "), Name, provisionerPrefix)
	}
}

// compressionKey is the one attribute of a volume that can be changed.
const compressionKey = "compression"

// attributes reads the parameters of a VolumeAttributesClass; the answer is empty where none is given.
func (p *problems) attributes(given map[string]string) btrfs.Compression {
	var allowed []string
	for _, compression := range btrfs.Compressions {
		allowed = append(allowed, string(compression))
	}
	if unknown := unknownKeys(given, compressionKey); len(unknown) > 0 {
		p.add("mutable parameter %s unknown: allowed is %s, with the values %s", strings.Join(unknown, ", "), compressionKey, strings.Join(allowed, " and "))
	}
	text, found := given[compressionKey]
	if found && !btrfs.Compression(text).Valid() {
		p.add("mutable parameter %s is %q: allowed are %s", compressionKey, text, strings.Join(allowed, " and "))
	}
	return btrfs.Compression(text)
}

// capabilities refuses what the driver can't give.
func (p *problems) capabilities(all []*csi.VolumeCapability) {
	if len(all) == 0 {
		p.add("volume capabilities are missing")
	}
	for _, capability := range all {
		p.capability(capability)
	}
}

func (p *problems) capability(capability *csi.VolumeCapability) {
	if capability == nil {
		p.add("volume capability is missing")
		return
	}
	switch {
	case capability.GetBlock() != nil:
		p.add("raw block volumes are not possible, a volume here is a directory: use volumeMode: Filesystem")
	case capability.GetMount() == nil:
		p.add("access type is missing: mount is allowed")
	default:
		if fs := capability.GetMount().GetFsType(); fs != "" && fs != "btrfs" {
			p.add("file system type %q is not possible, the pool is btrfs: leave %sfstype out", fs, provisionerPrefix)
		}
		for _, flag := range capability.GetMount().GetMountFlags() {
			if _, ok := mountFlags[flag]; !ok {
				p.add("mount option %q is not possible, allowed are %s", flag, strings.Join(mountFlagNames(), ", "))
			}
		}
	}
	if _, ok := sharingOf(capability); !ok {
		p.add("access mode %s is not possible, allowed are ReadWriteOnce, ReadWriteOncePod, ReadWriteMany and ReadOnlyMany", capability.GetAccessMode().GetMode())
	}
}

// sharingOf says who may mount a volume at once under an access mode.
func sharingOf(capability *csi.VolumeCapability) (pool.Sharing, bool) {
	sharing, ok := map[csi.VolumeCapability_AccessMode_Mode]pool.Sharing{
		csi.VolumeCapability_AccessMode_SINGLE_NODE_WRITER:        pool.OneNode,
		csi.VolumeCapability_AccessMode_SINGLE_NODE_READER_ONLY:   pool.OneNode,
		csi.VolumeCapability_AccessMode_SINGLE_NODE_MULTI_WRITER:  pool.OneNode,
		csi.VolumeCapability_AccessMode_SINGLE_NODE_SINGLE_WRITER: pool.OnePath,
		csi.VolumeCapability_AccessMode_MULTI_NODE_READER_ONLY:    pool.ManyNodes,
		csi.VolumeCapability_AccessMode_MULTI_NODE_SINGLE_WRITER:  pool.ManyNodes,
		csi.VolumeCapability_AccessMode_MULTI_NODE_MULTI_WRITER:   pool.ManyNodes,
	}[capability.GetAccessMode().GetMode()]
	return sharing, ok
}

func readOnlyMode(capability *csi.VolumeCapability) bool {
	return slices.Contains([]csi.VolumeCapability_AccessMode_Mode{
		csi.VolumeCapability_AccessMode_SINGLE_NODE_READER_ONLY,
		csi.VolumeCapability_AccessMode_MULTI_NODE_READER_ONLY,
	}, capability.GetAccessMode().GetMode())
}

func sizeRange(given *csi.CapacityRange) pool.SizeRange {
	return pool.SizeRange{Required: given.GetRequiredBytes(), Limit: given.GetLimitBytes()}
}

// page cuts a list as asked: from the token (an index) on, maximum entries at most, 0 for all. The next token is empty at the end.
func page[T any](all []T, token string, maximum int32) (part []T, next string, err error) {
	start := 0
	if token != "" {
		if start, err = strconv.Atoi(token); err != nil || start < 0 || start > len(all) {
			return nil, "", status.Errorf(codes.Aborted, "starting token %q is none of ours: list from the beginning", token)
		}
	}
	if maximum < 0 {
		return nil, "", status.Errorf(codes.InvalidArgument, "max entries %d: must be 0 (all) or more", maximum)
	}
	end := len(all)
	if maximum > 0 && start+int(maximum) < end {
		end = start + int(maximum)
		next = strconv.Itoa(end)
	}
	return all[start:end], next, nil
}
