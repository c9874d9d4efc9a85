// Package process starts programs that can't outlive this one, and ends this one when whoever started it is gone.
package process

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Grace is how long a program may take to end after SIGINT before it is killed. The engine kills this host 5 s after asking it to end.
const Grace = 3 * time.Second

// Spec says what to run.
type Spec struct {
	Path string
	Args []string
	Dir  string
	// Env is the whole environment.
	Env            []string
	Stdout, Stderr io.Writer
}

// Result says how a program ended.
type Result struct {
	ExitCode int
	// Signal is what killed it, or 0.
	Signal syscall.Signal
}

// Run starts a program and waits until it has ended and all its output has been passed on. When ctx ends, it gets SIGINT and, after Grace,
// SIGKILL. It dies with this process, however this process dies. The error is one of starting it, never its exit code.
func Run(ctx context.Context, spec Spec) (Result, error) {
	// The kernel sends the death signal when the thread that started the child ends, so the thread must stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	cmd := exec.CommandContext(ctx, spec.Path, spec.Args...)
	cmd.Dir, cmd.Env = spec.Dir, spec.Env
	// Never the files themselves: node may make a terminal or pipe it is given non-blocking, for everybody who has it.
	cmd.Stdout, cmd.Stderr = struct{ io.Writer }{spec.Stdout}, struct{ io.Writer }{spec.Stderr}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = Grace
	if err := cmd.Start(); err != nil {
		return Result{}, err
	}
	err := cmd.Wait()
	if cmd.ProcessState == nil {
		return Result{}, err
	}
	result := Result{ExitCode: cmd.ProcessState.ExitCode()}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		result.Signal = status.Signal()
	}
	var exit *exec.ExitError
	if err == nil || errors.As(err, &exit) || errors.Is(err, exec.ErrWaitDelay) || ctx.Err() != nil {
		return result, nil
	}
	return result, err
}
