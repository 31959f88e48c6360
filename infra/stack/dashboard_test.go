package stack

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"riposte/pkg/observe"
)

// dashboard returns the metrics that the dashboard shows, each as namespace, name and dimensions, and its searches.
func dashboard(t *testing.T, tpl template) (metrics, searches []string, widgets int) {
	t.Helper()
	var body struct {
		Widgets []struct {
			X, Y, Width, Height int
			Properties          struct {
				Title, Region, Stat string
				Metrics             [][]any
			}
		}
	}
	if err := json.Unmarshal([]byte(text(tpl.one(t, "AWS::CloudWatch::Dashboard", "Dashboard").Properties["DashboardBody"])), &body); err != nil {
		t.Fatal(err)
	}
	taken := map[[2]int]string{}
	for _, w := range body.Widgets {
		at := [2]int{w.X, w.Y}
		if other := taken[at]; other != "" || w.X+w.Width > 24 {
			t.Errorf("%s lies on %s or outside", w.Properties.Title, other)
		}
		taken[at] = w.Properties.Title
		if w.Properties.Title == "" || len(w.Properties.Metrics) == 0 {
			t.Errorf("a widget shows nothing: %+v", w)
		}
		for _, m := range w.Properties.Metrics {
			if search, ok := m[0].(map[string]any); ok {
				searches = append(searches, search["expression"].(string))
				continue
			}
			var parts []string
			for _, part := range m {
				if s, ok := part.(string); ok {
					parts = append(parts, s)
				}
			}
			metrics = append(metrics, strings.Join(parts, " "))
		}
	}
	return metrics, searches, len(body.Widgets)
}

// TestDashboard holds that the dashboard shows what Riposte counts and whether what carries it works, at home's region.
func TestDashboard(t *testing.T) {
	for name, tpl := range map[string]template{"plain": plainTemplate(t), "hub": hubTemplate(t)} {
		metrics, searches, _ := dashboard(t, tpl)
		for _, m := range observe.Metrics() {
			shown := slices.Contains(metrics, "Riposte "+m.Name+" Stack Riposte")
			if m.ByClass {
				shown = slices.ContainsFunc(searches, func(s string) bool {
					return strings.Contains(s, "{Riposte,Stack,Class,Mode}") && strings.Contains(s, `MetricName="`+m.Name+`"`) && strings.Contains(s, `Stack="Riposte"`)
				})
			}
			if !shown {
				t.Errorf("%s: %s is not shown", name, m.Name)
			}
		}
		for _, q := range lines(tpl) {
			if want := "AWS/SQS ApproximateNumberOfMessagesVisible QueueName " + strings.TrimSuffix(q, "Arn>") + "QueueName>"; !slices.Contains(metrics, want) {
				t.Errorf("%s: %s is not shown", name, want)
			}
		}
		for _, f := range deployedFunctions(tpl) {
			for _, m := range []string{"Errors", "Throttles", "Duration"} {
				if want := "AWS/Lambda " + m + " FunctionName Riposte-" + string(f); !slices.Contains(metrics, want) {
					t.Errorf("%s: %s is not shown", name, want)
				}
			}
		}
	}
	_, _, widgets := dashboard(t, plainTemplate(t))
	quiet, err := synth(Settings{}, func(s *Settings) { s.Heartbeat = false })
	if err != nil {
		t.Fatal(err)
	}
	if _, _, without := dashboard(t, quiet); without >= widgets {
		t.Errorf("%d widgets without heartbeats and %d with them", without, widgets)
	}
}
