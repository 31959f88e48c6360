package stack

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestOperatingPageIsTrue holds that the operator's page says what every alarm means, and names no alarm, output or setting
// that does not exist.
func TestOperatingPageIsTrue(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "operating.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	tpl := plainTemplate(t)
	var names []string
	for _, r := range tpl.Resources {
		for _, property := range []string{"AlarmName", "FunctionName", "RoleName", "Name"} {
			if name, ok := r.Properties[property].(string); ok {
				names = append(names, name)
			}
		}
		if name, ok := r.Properties["AlarmName"].(string); ok {
			if begin, _, of := strings.Cut(name, "NotKept"); of { // one for ten rules each, one line for all
				name = begin + "NotKept"
			}
			if !strings.Contains(text, "`"+name+"`") {
				t.Errorf("the page does not say what %s means", name)
			}
		}
	}
	for _, m := range regexp.MustCompile("`(Riposte-[A-Za-z-]+)`").FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, m[1]) {
			t.Errorf("the page names %s, which is not deployed", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`\bout ([A-Z]\w+)`).FindAllStringSubmatch(text, -1) {
		if _, ok := tpl.Outputs[m[1]]; !ok {
			t.Errorf("the page uses the output %s, which does not exist", m[1])
		}
	}
	settings := regexp.MustCompile(`\briposte:([a-z]\w+)`).FindAllStringSubmatch(text, -1)
	for _, m := range settings {
		_, err := ReadSettings(map[string]any{m[0]: []any{}}, none, t.TempDir())
		if err == nil || strings.Contains(err.Error(), "has no setting") {
			t.Errorf("the page names the setting %s: %v", m[0], err)
		}
	}
	reserved := 0.0
	for _, f := range tpl.ofType("AWS::Lambda::Function") {
		n, _ := f.Properties["ReservedConcurrentExecutions"].(float64)
		reserved += n
	}
	if want := fmt.Sprintf("%v executions are reserved", reserved); !strings.Contains(text, want) {
		t.Errorf("the page does not say that %s", want)
	}
	if len(settings) == 0 {
		t.Error("the page names no setting: has its form changed?")
	}
}
