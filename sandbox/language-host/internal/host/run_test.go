package host

import (
	"strings"
	"testing"

	"holdfast.local/sandbox/language-host/internal/process"
)

func TestEndOfAProgramInWords(t *testing.T) {
	if got := responseTo(process.Result{}); got.GetError() != "" || got.GetBail() {
		t.Errorf("success: %v", got)
	}
	if got := responseTo(process.Result{ExitCode: 32}); got.GetError() != "" || !got.GetBail() {
		t.Errorf("the user was told: %v", got)
	}
	if got := responseTo(process.Result{ExitCode: 3}); !strings.HasSuffix(got.GetError(), "code: 3") || got.GetBail() {
		t.Errorf("exit code: %v", got)
	}
	if got := responseTo(process.Result{ExitCode: -1, Signal: 9}); !strings.Contains(got.GetError(), "signal 9 (killed)") {
		t.Errorf("signal: %v", got)
	}
}

func TestOutputIsCopied(t *testing.T) {
	var sent []string
	var kept [][]byte
	out := &output[[]byte]{send: func(text []byte) error { kept = append(kept, text); sent = append(sent, string(text)); return nil }}
	write := out.writer(func(text []byte) []byte { return text })
	text := []byte("one")
	_, _ = write(text)
	copy(text, "two")
	if sent[0] != "one" || string(kept[0]) != "one" {
		t.Fatalf("%q %q", sent, kept)
	}
}
