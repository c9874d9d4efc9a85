package process

import (
	"context"
	"io"
	"os"
	"syscall"
	"time"
)

const parentPoll = 250 * time.Millisecond

// ParentGone returns when the process that started this one has died, or ctx ends. The engine gives its plugins a pipe as standard input
// and never writes to it: the end of that pipe is the first sign. A changed parent is the other, for those started in another way.
func ParentGone(ctx context.Context) {
	parent := os.Getppid()
	closed := make(chan struct{})
	if info, err := os.Stdin.Stat(); err == nil && info.Mode()&os.ModeNamedPipe != 0 {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			close(closed)
		}()
	}
	ticker := time.NewTicker(parentPoll)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-closed:
			return
		case <-ticker.C:
			if os.Getppid() != parent {
				return
			}
		}
	}
}

// KillGroup kills this process with everything it started, and what those started. The engine makes each plugin the leader of a group of
// its own; where this process leads none, it only ends itself, and its children with it.
func KillGroup() {
	if syscall.Getpgrp() == os.Getpid() {
		_ = syscall.Kill(-os.Getpid(), syscall.SIGKILL)
	}
	os.Exit(1)
}
