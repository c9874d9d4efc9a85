package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAllWrongFlagsAreReportedAtOnce(t *testing.T) {
	_, err := parse([]string{"--endpoint", "tcp://0.0.0.0:1", "--registration-dir", "/r", "extra"})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, part := range []string{"must be unix://", "--pool is missing", "without --node-id", `"extra"`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %q", part, err)
		}
	}
	opts, err := parse([]string{"--endpoint=unix:///run/x.sock", "--pool=/p"})
	if err != nil || opts.endpoint != "/run/x.sock" {
		t.Fatal(opts, err)
	}
}

func TestSocketIsPrivateAndReplacesADeadOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "s.sock")
	first, err := listen(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info.Mode(), err)
	}
	if _, err := listen(path); err == nil || !strings.Contains(err.Error(), "served by another process") {
		t.Fatalf("took a living socket: %v", err)
	}
	// What a killed process leaves: the file without a listener.
	first.(*net.UnixListener).SetUnlinkOnClose(false)
	first.Close()
	second, err := listen(path)
	if err != nil {
		t.Fatal(err)
	}
	second.Close()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := listen(path); err == nil {
		t.Fatal("replaced a file that is no socket")
	}
}
