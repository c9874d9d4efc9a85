package pool

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"holdfast.local/sandbox/csi-driver/internal/btrfs"
)

// Kind is what a record describes, and the prefix of its id.
type Kind string

const (
	KindVolume   Kind = "vol"
	KindSnapshot Kind = "snap"
)

// Record is all the pool knows of a volume or a snapshot beside its data.
type Record struct {
	ID string `json:"id"`
	// Name is the caller's: asking twice for one name gives one thing.
	Name string `json:"name"`
	// SizeBytes is a volume's limit; of a snapshot, the limit of its source when it was taken.
	SizeBytes int64     `json:"sizeBytes"`
	CreatedAt time.Time `json:"createdAt"`
	// Source is the id of the snapshot or volume a volume was made from, or of the volume a snapshot was taken of.
	Source string `json:"source,omitempty"`
	// Compression is how files are written that are made in the volume; of a snapshot, in its source when it was taken.
	Compression btrfs.Compression `json:"compression,omitempty"`
	// Deleting marks a deletion that has begun and must end, whoever finds it.
	Deleting bool `json:"deleting,omitempty"`
}

var idPattern = regexp.MustCompile(`^(vol|snap)-[0-9a-f]{20}$`)

// ID is derived from the name alone, so a repeated request finds the remains of an interrupted one.
func ID(kind Kind, name string) string {
	sum := sha256.Sum256([]byte(name))
	return string(kind) + "-" + hex.EncodeToString(sum[:10])
}

// ValidID tells whether id can be one of ours; nothing else is ever turned into a path.
func ValidID(kind Kind, id string) bool {
	return idPattern.MatchString(id) && strings.HasPrefix(id, string(kind)+"-")
}

func kindOf(id string) Kind {
	if strings.HasPrefix(id, string(KindSnapshot)+"-") {
		return KindSnapshot
	}
	return KindVolume
}

// load returns nil where there is no record.
func (p *Pool) load(id string) (*Record, error) {
	content, err := os.ReadFile(p.recordPath(id))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var record Record
	if err := json.Unmarshal(content, &record); err != nil {
		return nil, fmt.Errorf("record %s: %w", p.recordPath(id), err)
	}
	return &record, nil
}

func (p *Pool) save(record *Record) error {
	return writeJSON(p.recordPath(record.ID), record)
}

// writeJSON replaces a file as a whole: a reader, or whoever comes after a crash, sees the old content or the new.
func writeJSON(path string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	temporary := path + ".tmp"
	file, err := os.OpenFile(temporary, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(content, '\n'))
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// records lists what is there for callers to see, ordered by id: complete and not being deleted.
func (p *Pool) records(kind Kind) ([]*Record, error) {
	all, err := p.allRecords(kind)
	if err != nil {
		return nil, err
	}
	var visible []*Record
	for _, record := range all {
		if !record.Deleting && exists(p.dataPath(record.ID)) {
			visible = append(visible, record)
		}
	}
	return visible, nil
}

func (p *Pool) allRecords(kind Kind) ([]*Record, error) {
	entries, err := os.ReadDir(filepath.Dir(p.recordPath(string(kind) + "-")))
	if err != nil {
		return nil, err
	}
	var all []*Record
	for _, entry := range entries {
		id, ok := strings.CutSuffix(entry.Name(), ".json")
		if !ok || !ValidID(kind, id) {
			continue
		}
		record, err := p.load(id)
		if err != nil {
			return nil, err
		}
		if record != nil {
			all = append(all, record)
		}
	}
	return all, nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
