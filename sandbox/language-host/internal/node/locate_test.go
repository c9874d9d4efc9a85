package node

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLocateLooksInTheDirectoriesAbove(t *testing.T) {
	root, _ := filepath.EvalSymlinks(t.TempDir())
	run := filepath.Join(root, "node_modules", "@pulumi", "pulumi", "cmd", "run", "index.js")
	program := filepath.Join(root, "stacks", "one")
	for _, dir := range []string{filepath.Dir(run), program} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(run, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := Locate(context.Background(), "/no/node", RunProgram, program); err != nil || got != run {
		t.Fatalf("%q %v", got, err)
	}
}

func TestLocateSaysWhatToDo(t *testing.T) {
	node, err := Binary()
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	_, err = Locate(context.Background(), node, RunPolicyPack, dir)
	if err == nil || !strings.Contains(err.Error(), "npm install") || !strings.Contains(err.Error(), "has no @pulumi/pulumi:") {
		t.Fatal(err)
	}
	if _, err := Locate(context.Background(), node, RunProgram, filepath.Join(dir, "gone")); err == nil {
		t.Fatal("a missing directory was accepted")
	}
}
