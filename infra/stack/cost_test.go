package stack

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/internal/cost"
)

// TestCostIsCounted holds that the page on costs is computed from what the stacks have, and that a region beside the home
// region has nothing that costs more than its alarm.
func TestCostIsCounted(t *testing.T) {
	home, outpost, spoke := billed(t, plainTemplate(t)), billed(t, get(t, plain, outpostStack)), billed(t, spokeTemplateOf(t))
	if home.Alarms == 0 || home.Dashboards != 1 || home.Keys != 1 {
		t.Errorf("the home stack has %+v: are they counted?", home)
	}
	if want := (cost.Stack{Alarms: 1}); outpost != want || spoke != want {
		t.Errorf("another region has %+v and a member's %+v, want %+v: it is paid for in each region of each account", outpost, spoke, want)
	}
	got := cost.Stacks{Home: home, Region: outpost}
	if *update {
		data, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("..", "..", "internal", "cost", "stacks.json"), append(data, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return // what is compiled in is the file as it was
	}
	want, err := cost.Counted()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("internal/cost/stacks.json (-want +template); if that is wanted, run \"go test ./infra/stack -update\" and \"make docs\":\n%s", diff)
	}
}

// billed counts what is billed by the month whether anything happens or not. CloudWatch bills an alarm for each metric that it
// looks at.
func billed(t *testing.T, tpl template) (s cost.Stack) {
	t.Helper()
	for id, r := range tpl.ofType("AWS::CloudWatch::Alarm") {
		n := len(metricsOf(r.Properties))
		if n == 0 {
			t.Errorf("%s looks at no metric that is known here", id)
		}
		s.Alarms += n
	}
	s.Dashboards = len(tpl.ofType("AWS::CloudWatch::Dashboard"))
	s.Keys = len(tpl.ofType("AWS::KMS::Key"))
	return s
}
