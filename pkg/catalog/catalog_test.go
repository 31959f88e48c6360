package catalog_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/internal/testkit/ruletest"
	"riposte/pkg/actions"
	"riposte/pkg/catalog"
	"riposte/pkg/config"
	"riposte/pkg/detect"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestRulesAreValid(t *testing.T) {
	if err := detect.Validate(catalog.Rules()); err != nil {
		t.Error(err)
	}
	classes := map[string]string{}
	for _, r := range catalog.Rules() {
		if other, taken := classes[r.Class]; taken {
			t.Errorf("%s and %s share the class %s", other, r.ID, r.Class)
		}
		classes[r.Class] = r.ID
		for _, ref := range r.Refs {
			if !strings.HasPrefix(ref.URL, "https://") || ref.Name == "" || ref.Kind == "" {
				t.Errorf("%s: incomplete reference %+v", r.ID, ref)
			}
		}
	}
}

// TestActionsHandleTheirRules holds that a rule names only actions that exist and that answer its class.
func TestActionsHandleTheirRules(t *testing.T) {
	for _, r := range catalog.Rules() {
		for _, id := range r.Actions {
			a, ok := actions.ByID(id)
			if !ok {
				t.Errorf("%s: no action %q", r.ID, id)
			} else if !slices.Contains(a.Handles, r.Class) {
				t.Errorf("%s: action %s handles %v, not %s", r.ID, id, a.Handles, r.Class)
			}
		}
	}
}

func TestLookUp(t *testing.T) {
	if r, ok := catalog.ByID("iam-002"); !ok || r.Class != "access-key-created" {
		t.Errorf("ByID(iam-002) = %v, %v", r, ok)
	}
	if r, ok := catalog.ByClass("sg-open-to-world"); !ok || r.ID != "NET-001" {
		t.Errorf("ByClass(sg-open-to-world) = %v, %v", r, ok)
	}
	if r, ok := catalog.ByID("IAM-999"); ok {
		t.Errorf("ByID(IAM-999) = %v", r)
	}
	if r, ok := catalog.ByClass("IAM-002"); ok {
		t.Errorf("ByClass(IAM-002) = %v", r)
	}
}

// TestMatrix shows every rule that is in use by default on every sample event: a new rule's blast radius in one
// difference.
func TestMatrix(t *testing.T) {
	const golden = "testdata/matrix.golden"
	all := ruletest.Events(t)
	index := catalog.Index(config.Default())
	var got bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(all)) {
		cells := []string{}
		for _, f := range index.Match(all[name]) {
			cell := f.Rule + " " + f.Severity.String()
			if f.Unjudged != "" {
				cell += " not judged"
			}
			if f.Attempt {
				cell += " failed"
			}
			if f.Rate != nil && f.Rate.Threshold > 1 {
				cell += " counted"
			}
			cells = append(cells, cell)
		}
		slices.Sort(cells)
		if len(cells) == 0 {
			cells = []string{"-"}
		}
		fmt.Fprintf(&got, "%-76s %s\n", name, strings.Join(cells, ", "))
	}
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s (-want +got)\n%s", golden, diff)
	}
}

// TestEvents holds that the sample events are what EventBridge would deliver: named after what they hold, complete, of
// one account, each with an identifier of its own.
func TestEvents(t *testing.T) {
	ids := map[string]string{}
	for name, ev := range ruletest.Events(t) {
		env := ev.Envelope
		if env == nil {
			t.Errorf("%s: no envelope", name)
			continue
		}
		service := strings.TrimSuffix(ev.Source, ".amazonaws.com")
		if want := filepath.Join(service, ev.Name); !strings.HasPrefix(name, want+".") {
			t.Errorf("%s: holds %s", name, want)
		}
		if env.Source != "aws."+service || env.Account != ev.Account || env.Region != ev.Region || !env.Time.Equal(ev.Time) {
			t.Errorf("%s: the envelope %+v does not fit the record", name, *env)
		}
		if ev.Account != "111122223333" || ev.Version != "1.11" || ev.Time.IsZero() || ev.RequestID == "" {
			t.Errorf("%s: incomplete record", name)
		}
		if other, taken := ids[ev.ID]; taken {
			t.Errorf("%s: has the eventID of %s", name, other)
		}
		ids[ev.ID] = name
	}
	if len(ids) < 45 {
		t.Errorf("%d sample events", len(ids))
	}
}

// TestSignInSpellings holds that the samples cover every spelling of the console sign-in's detail-type, so that what
// routes them is tested on each.
func TestSignInSpellings(t *testing.T) {
	fired := map[string]bool{}
	index := detect.NewIndex(catalog.Rules())
	for name, ev := range ruletest.Events(t) {
		if strings.HasPrefix(name, "signin/ConsoleLogin.") && len(index.Match(ev)) > 0 {
			fired[ev.Envelope.DetailType] = true
		}
	}
	want := []string{"AWS API Call via CloudTrail", "AWS Console Sign In via CloudTrail", "AWS Console Signin via CloudTrail"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(fired))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
