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
	for _, name := range alarmNames(every(t)) {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("the page does not say what %s means", name)
		}
	}
	names := deployedNames(every(t))
	for _, m := range regexp.MustCompile("`(Riposte-[A-Za-z0-9-]+)`").FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, anyRegion(m[1])) {
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

// alarmNames returns the alarms of all stacks.
func alarmNames(templates map[string]template) []string {
	var names []string
	for _, tpl := range templates {
		for _, r := range tpl.ofType("AWS::CloudWatch::Alarm") {
			name := r.Properties["AlarmName"].(string)
			if begin, _, of := strings.Cut(name, "NotKept"); of { // one for ten rules each, one line for all
				name = begin + "NotKept"
			}
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// deployedNames returns the names of the stacks, and of what is in them.
func deployedNames(templates map[string]template) []string {
	names := alarmNames(templates)
	for of, tpl := range templates {
		names = append(names, anyRegion(of[strings.LastIndexByte(of, ' ')+1:]))
		for _, r := range tpl.Resources {
			for _, property := range []string{"FunctionName", "RoleName", "Name", "StackSetName", "DashboardName", "QueueName"} {
				names = append(names, anyRegion(text(r.Properties[property])))
			}
		}
	}
	return names
}

// anyRegion puts a word in the place of regions.
func anyRegion(name string) string {
	return regexp.MustCompile(`[a-z]{2}-[a-z]+-[0-9]\b|<AWS::Region>`).ReplaceAllString(name, "REGION")
}
