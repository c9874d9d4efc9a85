package process

import (
	"bytes"
	"context"
	"syscall"
	"testing"
	"time"
)

func shell(script string) Spec {
	return Spec{Path: "/bin/sh", Args: []string{"-c", script}, Stdout: new(bytes.Buffer), Stderr: new(bytes.Buffer)}
}

func TestRunPassesOutputAndExitCode(t *testing.T) {
	spec := shell("echo out; echo err >&2; exit 32")
	result, err := Run(context.Background(), spec)
	if err != nil || result.ExitCode != 32 || result.Signal != 0 {
		t.Fatalf("%+v %v", result, err)
	}
	if out, errs := spec.Stdout.(*bytes.Buffer).String(), spec.Stderr.(*bytes.Buffer).String(); out != "out\n" || errs != "err\n" {
		t.Fatalf("%q %q", out, errs)
	}
}

func TestRunReportsTheSignal(t *testing.T) {
	result, err := Run(context.Background(), shell("kill -TERM $$"))
	if err != nil || result.Signal != syscall.SIGTERM {
		t.Fatalf("%+v %v", result, err)
	}
}

func TestRunReportsWhatCannotStart(t *testing.T) {
	if _, err := Run(context.Background(), Spec{Path: "/no/such/program"}); err == nil {
		t.Fatal("no error")
	}
}

func TestCancelInterruptsThenKills(t *testing.T) {
	for _, each := range []struct {
		name, script string
		limit        time.Duration
	}{
		{"ends when asked", "exec sleep 60", Grace / 2},
		{"has to be killed", "trap '' INT; while :; do sleep 0.1; done", Grace + 2*time.Second},
	} {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
			defer cancel()
			start := time.Now()
			result, err := Run(ctx, shell(each.script))
			if err != nil || result.Signal == 0 || time.Since(start) > each.limit {
				t.Fatalf("%+v %v after %s", result, err, time.Since(start))
			}
		})
	}
}
