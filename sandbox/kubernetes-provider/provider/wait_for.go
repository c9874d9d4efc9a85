package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/theory/jsonpath"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const waitForAnnotation = "pulumi.com/waitFor"

// waitForForms is what an annotation may say.
const waitForForms = `write condition=Ready, condition=Ready=False, jsonpath={.status.phase}=Running, jsonpath={.status.phase}, or a JSON array ` +
	`of such strings`

// waitCondition is one thing to wait for.
type waitCondition struct {
	text      string // as it was written
	condition string // type of a status condition, or ""
	path      *jsonpath.Path
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
	var err error
	switch form {
	case "condition":
		kind, status, hasStatus := strings.Cut(rest, "=")
		if kind == "" {
			return c, fmt.Errorf("it names no condition")
		}
		c.condition = kind
		if hasStatus {
			c.value, err = literal(status)
		}
		return c, err
	case "jsonpath":
		path, after, err := cutBraces(rest)
		if err != nil {
			return c, err
		}
		// The dialect of RFC 9535, in which a path begins with $; kubectl's begins with the first field.
		if !strings.HasPrefix(path, "$") {
			path = "$" + path
		}
		if c.path, err = jsonpath.Parse(path); err != nil {
			return c, fmt.Errorf("its path can't be read (%w)", err)
		}
		switch {
		case after == "":
			c.anyValue = true
		case strings.HasPrefix(after, "="):
			c.value, err = literal(after[1:])
		default:
			err = fmt.Errorf("there is %q after the path", after)
		}
		return c, err
	}
	return c, fmt.Errorf("it is neither a condition nor a jsonpath")
}

// cutBraces separates the path in braces from what follows; braces in the path's string literals don't count.
func cutBraces(given string) (path, after string, err error) {
	depth := 0
	var quote rune
	for i, c := range given {
		switch {
		case i == 0 && c != '{':
			return "", "", fmt.Errorf("its path is not in braces")
		case quote != 0:
			if c == quote && given[i-1] != '\\' {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return strings.TrimSpace(given[1:i]), given[i+1:], nil
			}
		}
	}
	return "", "", fmt.Errorf("its path is not in braces")
}

// literal is a value as it is compared: as a whole and with every character, so what can never be equal is refused.
func literal(value string) (string, error) {
	switch {
	case value == "":
		return "", fmt.Errorf("there is no value after the last =")
	case strings.HasPrefix(value, "{"):
		return "", fmt.Errorf("a path can't be compared with another one")
	case strings.ContainsAny(value[:1], `"'`):
		return "", fmt.Errorf("the value's quotes would be compared too: leave them out")
	case strings.Contains(value, "="):
		return "", fmt.Errorf("the value holds a =")
	}
	return value, nil
}

// judge waits until all conditions hold.
func (list waitConditions) judge(_ context.Context, _ *cluster, obj *unstructured.Unstructured, _ view) verdict {
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
		return c.lacksCondition(obj)
	}
	results := c.path.Select(obj.Object)
	switch {
	case len(results) == 0:
		return c.text + " (there is no such field)"
	case c.anyValue:
		return ""
	}
	// Where the path selects several values, the first decides.
	if found := fmt.Sprint(results[0]); found != c.value {
		return fmt.Sprintf("%s (it is %q)", c.text, found)
	}
	return ""
}

// lacksCondition doesn't count a condition that speaks about an older version of the object, if it says about which.
func (c waitCondition) lacksCondition(obj *unstructured.Unstructured) string {
	for _, found := range conditionsOf(obj) {
		switch {
		case !strings.EqualFold(found.kind, c.condition):
			continue
		case found.observed < obj.GetGeneration():
			return fmt.Sprintf("%s (its controller has not taken the change up)", c.text)
		case !strings.EqualFold(found.status, c.value):
			return fmt.Sprintf("%s (it is %s, %q)", c.text, found.status, found.message)
		}
		return ""
	}
	return fmt.Sprintf("%s (it reports no such condition)", c.text)
}
