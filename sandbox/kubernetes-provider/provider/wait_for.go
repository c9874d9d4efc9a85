package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/jsonpath"
)

const waitForAnnotation = "pulumi.com/waitFor"

// waitForForms is what an annotation may say.
const waitForForms = `write condition=Ready, condition=Ready=False, jsonpath={.status.phase}=Running, jsonpath={.status.phase}, or a JSON array ` +
	`of such strings`

// waitCondition is one thing to wait for.
type waitCondition struct {
	text      string // as it was written
	condition string // type of a status condition, or ""
	path      *jsonpath.JSONPath
	value     string // what the condition's status or the path's value must be
	anyValue  bool   // a path that only has to exist
}

type waitConditions []waitCondition

// parseWaitFor reads the annotation: one condition, or a JSON array of conditions that must all hold.
func parseWaitFor(given string) (waitConditions, error) {
	texts := []string{given}
	if strings.HasPrefix(strings.TrimSpace(given), "[") {
		if err := json.Unmarshal([]byte(given), &texts); err != nil {
			return nil, fmt.Errorf("the annotation %s is %q, which is no JSON array of strings: %s", waitForAnnotation, given, waitForForms)
		}
	}
	if len(texts) == 0 {
		return nil, fmt.Errorf("the annotation %s names nothing to wait for: %s", waitForAnnotation, waitForForms)
	}
	var conditions waitConditions
	for _, text := range texts {
		c, err := parseWaitCondition(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("the annotation %s has %q: %w: %s", waitForAnnotation, text, err, waitForForms)
		}
		conditions = append(conditions, c)
	}
	return conditions, nil
}

func parseWaitCondition(given string) (waitCondition, error) {
	c := waitCondition{text: given, value: "True"}
	form, rest, _ := strings.Cut(given, "=")
	switch form {
	case "condition":
		kind, status, hasStatus := strings.Cut(rest, "=")
		if kind == "" {
			return c, fmt.Errorf("it names no condition")
		}
		c.condition = kind
		if hasStatus {
			c.value = strings.Trim(status, `"'`)
		}
		return c, nil
	case "jsonpath":
		end := strings.LastIndex(rest, "}")
		if !strings.HasPrefix(rest, "{") || end < 0 {
			return c, fmt.Errorf("its path is not in braces")
		}
		path, value := rest[:end+1], rest[end+1:]
		c.path = jsonpath.New("waitFor").AllowMissingKeys(true)
		if err := c.path.Parse(path); err != nil {
			return c, fmt.Errorf("its path can't be read (%w)", err)
		}
		switch {
		case value == "":
			c.anyValue = true
		case strings.HasPrefix(value, "="):
			c.value = strings.Trim(value[1:], `"'`)
		default:
			return c, fmt.Errorf("there is %q after the path", value)
		}
		return c, nil
	}
	return c, fmt.Errorf("it is neither a condition nor a jsonpath")
}

// judge waits until all conditions hold. A status that speaks about an older version of the object counts for nothing.
func (list waitConditions) judge(_ context.Context, _ *cluster, obj *unstructured.Unstructured, _ view) verdict {
	if _, reports, _ := unstructured.NestedInt64(obj.Object, "status", "observedGeneration"); reports && !observed(obj) {
		return verdict{waiting: "Waiting for its controller to take the change up"}
	}
	var missing []string
	for _, c := range list {
		if lacks := c.lacks(obj); lacks != "" {
			missing = append(missing, lacks)
		}
	}
	if len(missing) == 0 {
		return verdict{ready: true}
	}
	return verdict{waiting: "Waiting for " + strings.Join(missing, "; "), missing: missing}
}

// lacks says what the object lacks of the condition, or "".
func (c waitCondition) lacks(obj *unstructured.Unstructured) string {
	if c.condition != "" {
		found := conditionOf(obj, c.condition)
		switch {
		case strings.EqualFold(found.status, c.value):
			return ""
		case found.kind == "":
			return fmt.Sprintf("%s (it reports no such condition)", c.text)
		}
		return fmt.Sprintf("%s (it is %s, %q)", c.text, found.status, found.message)
	}
	var out bytes.Buffer
	results, err := c.path.FindResults(obj.Object)
	if err != nil || len(results) == 0 || len(results[0]) == 0 {
		return c.text + " (there is no such field)"
	}
	for i, value := range results[0] {
		if i > 0 {
			out.WriteByte(' ')
		}
		fmt.Fprint(&out, value.Interface())
	}
	if c.anyValue || out.String() == c.value {
		return ""
	}
	return fmt.Sprintf("%s (it is %q)", c.text, out.String())
}
