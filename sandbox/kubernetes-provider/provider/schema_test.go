package provider

import (
	"context"
	"encoding/json"
	"os"
	"regexp"
	"testing"
)

// YAML programs may set what the schema names, so it names all that parseOptions reads.
func TestSchemaNamesEveryOption(t *testing.T) {
	response, err := (&Provider{}).GetSchema(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Provider struct {
			InputProperties map[string]struct{ Type string }
		}
	}
	if err := json.Unmarshal([]byte(response.Schema), &schema); err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("config.go")
	if err != nil {
		t.Fatal(err)
	}
	read := regexp.MustCompile(`\b(?:text|flag)\("(\w+)"`).FindAllStringSubmatch(string(source), -1)
	if len(read) < 15 {
		t.Fatalf("only %d options found in config.go", len(read))
	}
	for _, match := range read {
		if schema.Provider.InputProperties[match[1]].Type == "" {
			t.Errorf("%s is not in the schema", match[1])
		}
	}
}
