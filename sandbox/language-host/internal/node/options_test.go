package node

import (
	"slices"
	"strings"
	"testing"
)

func TestOptionsDefaultToTypeScript(t *testing.T) {
	options, err := ParseOptions(nil)
	if err != nil || !slices.Equal(options.Environment(), []string{"PULUMI_NODEJS_TYPESCRIPT=true"}) {
		t.Fatalf("%v %v", options.Environment(), err)
	}
}

func TestOptionsAreHonoured(t *testing.T) {
	options, err := ParseOptions(map[string]any{"typescript": false, "tsconfig": "a.json", "nodeargs": `--title 'a b'`, "later": 1.0})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(options.Environment(), []string{"PULUMI_NODEJS_TSCONFIG_PATH=a.json"}) || !slices.Equal(options.NodeArgs, []string{"--title", "a b"}) {
		t.Fatalf("%+v", options)
	}
}

func TestAllWrongOptionsAreReportedAtOnce(t *testing.T) {
	_, err := ParseOptions(map[string]any{"typescript": "no", "tsconfig": true, "nodeargs": `"x`, "packagemanager": "yarn"})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, name := range []string{"typescript is no", "tsconfig is true", "nodeargs is", "packagemanager is"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q not in %q", name, err)
		}
	}
}

func TestArgumentsAreSplitAsAShellDoes(t *testing.T) {
	for line, want := range map[string][]string{
		"":                    nil,
		"  -a \t-b\n":         {"-a", "-b"},
		`-e 'a "b" \n' "c d"`: {"-e", `a "b" \n`, "c d"},
		`a\ b "x\"y\z"`:       {"a b", `x"y\z`},
		`--x=''  ""`:          {"--x=", ""},
		`--t="é ü"`:           {"--t=é ü"},
	} {
		got, err := SplitArgs(line)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q %v, want %q", line, got, err, want)
		}
	}
	for _, line := range []string{`'a`, `"a`, `a\`} {
		if got, err := SplitArgs(line); err == nil {
			t.Errorf("%q: accepted as %q", line, got)
		}
	}
}
