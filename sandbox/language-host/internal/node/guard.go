package node

import (
	_ "embed"
	"net/url"
	"strings"
)

//go:embed guard.js
var guard string

// guardArgument makes node load guard.js before anything else, without a file. It is one argument: the SDK takes a separate `--import` for
// a loader of the user's and then changes how it loads TypeScript. Comments stay out of what `ps` shows.
func guardArgument() string {
	var code strings.Builder
	for line := range strings.Lines(guard) {
		if !strings.HasPrefix(line, "//") {
			code.WriteString(line)
		}
	}
	return "--import=data:text/javascript," + url.PathEscape(code.String())
}
