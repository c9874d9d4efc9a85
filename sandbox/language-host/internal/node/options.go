// Package node knows how Pulumi runs a Node.js program: options, arguments, environment, and where the SDK is.
package node

import (
	"fmt"
	"sort"
	"strings"
)

// Options are the runtime options of a Pulumi.yaml (`runtime: {name: nodejs, options: {…}}`).
type Options struct {
	// TypeScript loads ts-node, so that .ts files run as they are. Default true.
	TypeScript bool
	// TSConfig is the path of the tsconfig.json to use. Default: the program's own.
	TSConfig string
	// NodeArgs go to node before the program.
	NodeArgs []string
	// PackageManager installs dependencies: auto (npm) or npm.
	PackageManager string
}

// ParseOptions reports everything that is wrong at once. Options of later versions of the SDK are let through, as Pulumi does.
func ParseOptions(given map[string]any) (Options, error) {
	options := Options{TypeScript: true, PackageManager: "npm"}
	var wrong []string
	text := func(name string) string {
		value, ok := given[name]
		if !ok {
			return ""
		}
		if text, ok := value.(string); ok {
			return text
		}
		wrong = append(wrong, fmt.Sprintf("%s is %v: must be a string", name, value))
		return ""
	}
	if value, ok := given["typescript"]; ok {
		if options.TypeScript, ok = value.(bool); !ok {
			wrong = append(wrong, fmt.Sprintf("typescript is %v: must be true or false", value))
		}
	}
	options.TSConfig = text("tsconfig")
	args, err := SplitArgs(text("nodeargs"))
	if err != nil {
		wrong = append(wrong, fmt.Sprintf("nodeargs is %q: %v", given["nodeargs"], err))
	}
	options.NodeArgs = args
	switch manager := text("packagemanager"); manager {
	case "", "auto", "npm":
	default:
		wrong = append(wrong, fmt.Sprintf("packagemanager is %q: this language host has npm only; leave it out, or install with %s yourself", manager, manager))
	}
	if len(wrong) > 0 {
		sort.Strings(wrong)
		return options, fmt.Errorf("runtime options in Pulumi.yaml: %s", strings.Join(wrong, "; "))
	}
	return options, nil
}

// Environment is what these options add to the program's environment.
func (o Options) Environment() []string {
	var env []string
	if o.TypeScript {
		env = append(env, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	if o.TSConfig != "" {
		env = append(env, "PULUMI_NODEJS_TSCONFIG_PATH="+o.TSConfig)
	}
	return env
}

// SplitArgs splits as a shell does: blanks separate, quotes and backslashes join. Nothing is expanded.
func SplitArgs(line string) ([]string, error) {
	var args []string
	var word strings.Builder
	started := false
	quote := rune(0)
	escaped := false
	for _, char := range line {
		switch {
		case escaped:
			// Within double quotes only these lose their backslash.
			if quote == '"' && !strings.ContainsRune(`"\$`+"`", char) {
				word.WriteRune('\\')
			}
			word.WriteRune(char)
			escaped = false
		case char == '\\' && quote != '\'':
			escaped, started = true, true
		case quote != 0:
			if char == quote {
				quote = 0
			} else {
				word.WriteRune(char)
			}
		case char == '"' || char == '\'':
			quote, started = char, true
		case strings.ContainsRune(" \t\n", char):
			if started {
				args = append(args, word.String())
				word.Reset()
				started = false
			}
		default:
			word.WriteRune(char)
			started = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("the quote %c is not closed", quote)
	}
	if escaped {
		return nil, fmt.Errorf("a backslash at the end quotes nothing")
	}
	if started {
		args = append(args, word.String())
	}
	return args, nil
}
