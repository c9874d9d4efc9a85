package node

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Without the guard, an affected node never ends here.
func TestGuardPrintsTheErrorThatNodeCannot(t *testing.T) {
	node, err := Binary()
	if err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	const script = `
		const util = require("node:util");
		const bad = new Error("boom");
		bad.stack = "Error: boom\n    at f (/a/node_modules/@pulumi/output.ts:1:2)";
		console.log(util.inspect(bad, { colors: true }));
		console.log(util.inspect({ inner: bad }, false, 3, true).includes("boom"));
		console.log(JSON.stringify(util.inspect(1, { colors: true })), typeof util.inspect.custom, util.inspect.defaultOptions.depth);`
	out, err := exec.CommandContext(ctx, node, guardArgument(), "-e", script).CombinedOutput()
	want := "Error: boom\n    at f (/a/node_modules/@pulumi/output.ts:1:2)\ntrue\n\"\\u001b[33m1\\u001b[39m\" symbol 2\n"
	if err != nil || string(out) != want {
		t.Fatalf("%v\n%s\nwant\n%s", err, out, want)
	}
	if strings.Contains(guardArgument(), "hang") {
		t.Error("comments are in the argument")
	}
}
