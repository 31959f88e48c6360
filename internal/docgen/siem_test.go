package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"riposte/pkg/app/awsbus"
	"riposte/pkg/notify"
	"riposte/pkg/notify/notifytest"
	"riposte/pkg/routing"
)

// patternsOf returns the patterns in a page, in order.
func patternsOf(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, page))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for part := range strings.SplitSeq(string(text), "```json\n") {
		if block, _, ok := strings.Cut(part, "```"); ok && strings.HasPrefix(block, `{"source"`) {
			out = append(out, block)
		}
	}
	return out
}

// matches returns which of the example events a pattern matches.
func matches(t *testing.T, pattern string) map[string]bool {
	t.Helper()
	m, err := routing.Parse([]byte(pattern))
	if err != nil {
		t.Fatalf("%s: %v", pattern, err)
	}
	out := map[string]bool{}
	for _, c := range notifytest.Cases() {
		out[c.Name] = matchesEvent(t, m, envelope(t, c.Message))
	}
	detail, err := json.Marshal(awsbus.Detail{Version: awsbus.Version, Message: notifytest.Cases()[0].Message})
	if err != nil {
		t.Fatal(err)
	}
	out["too large"] = matchesEvent(t, m, fmt.Sprintf(`{"source":%q,"detail-type":%q,"detail":%s}`, notify.Source, notify.IncidentOpened, detail))
	return out
}

func matchesEvent(t *testing.T, m *routing.Matcher, event string) bool {
	t.Helper()
	ok, err := m.Match([]byte(event))
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

// TestPatternsOfThePage holds that the patterns in docs/siem.md match the events that the page says, and no others.
func TestPatternsOfThePage(t *testing.T) {
	tests := []struct {
		matches, not string
	}{
		{"key-opened-act key-undone too+large chain-same-event group-attempt", ""},
		{"key-opened-act trail-failed root-login-opened-alert", "too+large"},
		{"key-opened-act admin-remediated-contain trail-failed inline-opened-ask", "key-remediated-act admin-kept inline-dismissed too+large"},
		{"trail-failed group-failed-half key-undo-failed", "key-opened-act key-undone key-remediated-act too+large"},
		{"key-remediated-act china-remediated-act", "key-opened-act trail-failed key-undone"},
		{"key-opened-act inline-opened-ask root-login-opened-alert", "trail-failed group-opened-alert"},
		{"too+large", "key-opened-act trail-failed"},
	}
	patterns := patternsOf(t, "docs/siem.md")
	if len(patterns) != len(tests) {
		t.Fatalf("%d patterns, want %d", len(patterns), len(tests))
	}
	for i, tt := range tests {
		got := matches(t, patterns[i])
		check := func(names string, want bool) {
			for name := range strings.FieldsSeq(names) {
				name = strings.ReplaceAll(name, "+", " ")
				if match, ok := got[name]; !ok || match != want {
					t.Errorf("%s%s: match %v", patterns[i], name, match)
				}
			}
		}
		check(tt.matches, true)
		check(tt.not, false)
	}
}

const subscription = "docs/siem/subscription.yaml"

// TestSubscription holds that the template's rule matches grave events and no others, and sends what they have.
func TestSubscription(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, subscription))
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources struct {
			Subscription struct {
				Properties struct {
					EventPattern map[string]any `yaml:"EventPattern"`
					Targets      []struct {
						InputPath string `yaml:"InputPath"`
					} `yaml:"Targets"`
				} `yaml:"Properties"`
			} `yaml:"Subscription"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	rule := template.Resources.Subscription.Properties
	pattern, err := json.Marshal(rule.EventPattern)
	if err != nil {
		t.Fatal(err)
	}
	got := matches(t, string(pattern))
	for _, c := range notifytest.Cases() {
		var event struct {
			Detail struct {
				OCSF struct {
					SeverityID int `json:"severity_id"`
				} `json:"ocsf"`
			} `json:"detail"`
		}
		if err := json.Unmarshal([]byte(envelope(t, c.Message)), &event); err != nil {
			t.Fatal(err)
		}
		if want := event.Detail.OCSF.SeverityID >= 4; got[c.Name] != want {
			t.Errorf("%s of severity %d: match %v", c.Name, event.Detail.OCSF.SeverityID, got[c.Name])
		}
	}
	if got["too large"] || len(rule.Targets) != 1 || rule.Targets[0].InputPath != "$.detail.ocsf" {
		t.Errorf("an event without OCSF matches: %v; targets %+v", got["too large"], rule.Targets)
	}
}

// TestSubscriptionIsLinted holds that cfn-lint has nothing to say about the template.
func TestSubscriptionIsLinted(t *testing.T) {
	lint, err := filepath.Abs(filepath.Join(root, ".venv/bin/cfn-lint"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(lint); err != nil {
		t.Fatalf("no cfn-lint: run \"make venv\" first: %v", err)
	}
	cmd := exec.CommandContext(t.Context(), lint, "--non-zero-exit-code", "informational", subscription)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v:\n%s", err, out)
	}
}
