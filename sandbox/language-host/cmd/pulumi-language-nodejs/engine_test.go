package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// engine is a Pulumi CLI with this host on its PATH and a stack of its own. It needs
// HOLDFAST_TEST_PULUMI (the CLI's path) and HOLDFAST_TEST_NODE_MODULES (a node_modules with @pulumi/pulumi and @pulumi/policy).
type engine struct {
	t   *testing.T
	dir string
	env []string
}

const program = `
	const pulumi = require("@pulumi/pulumi");
	new pulumi.ComponentResource("t:i:C", "one");
	console.log("in " + process.cwd());
	%s
	exports.password = new pulumi.Config().getSecret("password");`

func newEngine(t *testing.T) *engine {
	pulumi, modules := os.Getenv("HOLDFAST_TEST_PULUMI"), os.Getenv("HOLDFAST_TEST_NODE_MODULES")
	if pulumi == "" || modules == "" {
		t.Skip("needs a Pulumi CLI: set HOLDFAST_TEST_PULUMI and HOLDFAST_TEST_NODE_MODULES")
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "bin")+"/", ".").CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	e := &engine{t: t, dir: dir, env: append(os.Environ(),
		"PATH="+filepath.Join(dir, "bin")+":"+filepath.Dir(pulumi)+":"+os.Getenv("PATH"),
		"PULUMI_BACKEND_URL=file://"+dir, "PULUMI_HOME="+filepath.Join(dir, "home"), "PULUMI_CONFIG_PASSPHRASE=x",
		"PULUMI_SKIP_UPDATE_CHECK=true", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
	)}
	e.write("package.json", `{"name": "tiny", "main": "index.js"}`)
	e.write("Pulumi.yaml", "name: tiny\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n")
	e.write("policy/package.json", `{"name": "pack", "version": "0.0.1", "main": "index.js"}`)
	e.write("policy/PulumiPolicy.yaml", "runtime: nodejs\n")
	e.write("policy/index.js", `const { PolicyPack } = require("@pulumi/policy");
		new PolicyPack("pack", { policies: [{ name: "count", description: "counts", enforcementLevel: process.env.LEVEL || "advisory",
			validateStack: (args, report) => report("saw " + args.resources.length + " resources") }] });`)
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	e.mustRun("stack", "init", "dev")
	e.mustRun("config", "set", "--secret", "password", "hidden")
	return e
}

func (e *engine) write(name, content string) {
	path := filepath.Join(e.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		e.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		e.t.Fatal(err)
	}
}

func (e *engine) command(args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd, out := exec.Command(os.Getenv("HOLDFAST_TEST_PULUMI"), append(args, "--non-interactive")...), new(bytes.Buffer)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = e.dir, e.env, out, out
	return cmd, out
}

// run ends the command after a minute, which then shows as exit code -1.
func (e *engine) run(args ...string) (code int, output string) {
	cmd, out := e.command(args...)
	if err := cmd.Start(); err != nil {
		e.t.Fatal(err)
	}
	timer := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	_ = cmd.Wait()
	return cmd.ProcessState.ExitCode(), out.String()
}

func (e *engine) mustRun(args ...string) {
	if code, out := e.run(args...); code != 0 {
		e.t.Fatalf("pulumi %q: %d\n%s", args, code, out)
	}
}

// left lists the processes that work in the engine's directory.
func (e *engine) left() (found []string) {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		if cwd, err := os.Readlink(link); err == nil && strings.HasPrefix(cwd, e.dir) {
			found = append(found, filepath.Base(filepath.Dir(link)))
		}
	}
	return found
}

func (e *engine) expectNothingLeft(within time.Duration) {
	e.t.Helper()
	for deadline := time.Now().Add(within); len(e.left()) > 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			e.t.Fatalf("processes %v are left after %s", e.left(), within)
		}
	}
}

func TestProgramsUnderTheRealEngine(t *testing.T) {
	e := newEngine(t)
	for _, each := range []struct {
		name, statement string
		args            []string
		code            int
		says            string
	}{
		{"preview", "", []string{"preview"}, 0, "+ 2 to create"},
		{"up", "", []string{"up", "--yes", "--skip-preview"}, 0, "+ 2 created"},
		{"output of the program", "", []string{"preview"}, 0, "in " + e.dir},
		{"secret config stays secret", "", []string{"up", "--yes", "--skip-preview"}, 0, "[secret]"},
		{"policy pack", "", []string{"preview", "--policy-pack", "policy"}, 0, "saw 2 resources"},
		{"exception", `throw new Error("kaputt");`, []string{"preview"}, 1, "Error: kaputt"},
		{"rejected promise", `Promise.reject(new Error("kaputt later"));`, []string{"preview"}, 1, "Error: kaputt later"},
		{"exit code", `process.exit(3);`, []string{"preview"}, 1, "non-zero exit code: 3"},
		{"killed program", `process.kill(process.pid, "SIGKILL");`, []string{"preview"}, 1, "signal 9"},
	} {
		t.Run(each.name, func(t *testing.T) {
			e.write("index.js", fmt.Sprintf(program, each.statement))
			code, out := e.run(each.args...)
			if (code != 0) != (each.code != 0) || code < 0 || !strings.Contains(out, each.says) || strings.Contains(out, "hidden") {
				t.Fatalf("exit code %d, %q expected\n%s", code, each.says, out)
			}
			e.expectNothingLeft(2 * time.Second)
		})
	}
}

func TestNothingOutlivesTheEngine(t *testing.T) {
	e := newEngine(t)
	// A process of the program's own is in its directory too.
	e.write("index.js", fmt.Sprintf(program, `require("node:child_process").spawn("sleep", ["300"]); setInterval(() => {}, 1000);
		require("node:fs").writeFileSync("started", "");`))
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL} {
		for _, args := range [][]string{{"preview"}, {"preview", "--policy-pack", "policy"}} {
			t.Run(fmt.Sprintf("%s %s", signal, args[len(args)-1]), func(t *testing.T) {
				started := filepath.Join(e.dir, "started")
				_ = os.Remove(started)
				cmd, out := e.command(args...)
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
					if _, err := os.Stat(started); err == nil {
						break
					}
					if time.Now().After(deadline) {
						_ = cmd.Process.Kill()
						t.Fatalf("the program did not start\n%s", out)
					}
				}
				if len(e.left()) < 3 {
					t.Fatalf("only %v are running", e.left())
				}
				sent := time.Now()
				_ = cmd.Process.Signal(signal)
				_ = cmd.Wait()
				e.expectNothingLeft(6*time.Second - time.Since(sent))
				t.Logf("all gone %s after the signal", time.Since(sent).Round(time.Millisecond))
			})
		}
	}
}
