package sigma

import (
	"os"
	"regexp"
	"testing"
	"testing/fstest"

	"riposte/pkg/actions"
)

// TestDocumentedRule holds that the rule that docs/sigma.md shows is one.
func TestDocumentedRule(t *testing.T) {
	text, err := os.ReadFile("../../docs/sigma.md")
	if err != nil {
		t.Fatal(err)
	}
	rule := regexp.MustCompile("(?s)```yaml\n(title: .*?)```").FindSubmatch(text)
	if rule == nil {
		t.Fatal("the page shows no rule")
	}
	set, err := Load(fstest.MapFS{"rule.yml": {Data: rule[1]}}, actions.All())
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Rules) != 1 || len(set.Rules[0].Actions) != 1 {
		t.Errorf("rules %+v, want one with an action", set.Rules)
	}
}
