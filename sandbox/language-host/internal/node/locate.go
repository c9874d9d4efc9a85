package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Entry points of the SDK.
const (
	RunProgram    = "@pulumi/pulumi/cmd/run"
	RunPlugin     = "@pulumi/pulumi/cmd/run-plugin"
	RunPolicyPack = "@pulumi/pulumi/cmd/run-policy-pack"
)

// Binary finds node on PATH.
func Binary() (string, error) {
	path, err := exec.LookPath("node")
	if err != nil {
		return "", errors.New("node is not on PATH: install Node.js 20.19 or later (https://nodejs.org), or add its directory to PATH")
	}
	return path, nil
}

// Locate finds a module as a program in dir would: in node_modules there and above. It starts node only where that finds nothing
// (NODE_PATH, plug'n'play), because starting node costs more than all else this host does.
func Locate(ctx context.Context, node, module, dir string) (string, error) {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", fmt.Errorf("program directory %s: %w", dir, err)
	}
	for at := real; ; at = filepath.Dir(at) {
		path := filepath.Join(at, "node_modules", filepath.FromSlash(module), "index.js")
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	cmd := exec.CommandContext(ctx, node, "-p", "require.resolve(process.argv[1])", module)
	cmd.Dir = real
	if out, err := cmd.Output(); err == nil {
		return strings.TrimSpace(string(out)), nil
	}
	return "", fmt.Errorf("%s has no %s: run `npm install` there (the Pulumi SDK @pulumi/pulumi must be among the dependencies in package.json)", dir, strings.Join(strings.Split(module, "/")[:2], "/"))
}
