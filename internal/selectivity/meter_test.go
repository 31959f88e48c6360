package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/internal/corpus"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

func lamps() []*detect.Rule {
	rule := func(id string, pattern detect.Pattern, severity detect.Severity) *detect.Rule {
		return &detect.Rule{
			ID: id, Title: "Lamp switched", Class: "lamp-" + id, Severity: severity, Pattern: pattern,
			Match: func(e *cloudtrail.Event) ([]detect.Finding, error) {
				request, err := cloudtrail.RequestOf[struct{ Lamp string }](e)
				if err != nil || request.Lamp == "" {
					return nil, err
				}
				return []detect.Finding{{Summary: request.Lamp, Resource: detect.Resource{Type: "Lamp", ID: request.Lamp}}}, nil
			},
		}
	}
	return []*detect.Rule{
		rule("LAMP-001", detect.Pattern{{Source: "lamps.amazonaws.com", Names: []string{"SwitchOn", "DescribeLamps"}}}, detect.High),
		rule("LAMP-002", detect.Pattern{{Source: "lamps.amazonaws.com", Names: []string{"SwitchOff"}}}, detect.Info),
		rule("DOOR-001", detect.Pattern{{Identity: "Root", Writes: true}}, detect.High),
	}
}

// row is a record of a call by a caller of the given type; more are further members of the record.
func row(id, name, caller, request, more string) corpus.Row {
	return corpus.Row{ID: id, Record: json.RawMessage(fmt.Sprintf(
		`{"eventVersion":"1.11","eventID":"...","eventSource":"lamps.amazonaws.com","eventName":%q,"eventTime":"2026-11-01T12:00:00Z",`+
			`"awsRegion":"us-east-1","recipientAccountId":"111122223333","userIdentity":{"type":%q,"accountId":"111122223333"},`+
			`"requestParameters":%s%s}`, name, caller, request, more))}
}

func TestMeter(t *testing.T) {
	m, err := newMeter(lamps(), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []corpus.Row{
		row("fires", "SwitchOn", "IAMUser", `{"lamp":"hall"}`, ``),
		row("quiet", "SwitchOn", "IAMUser", `{}`, ``),
		row("failed", "SwitchOn", "IAMUser", `{"lamp":"hall"}`, `,"errorMessage":"no such lamp"`),
		row("ordinary", "SwitchOff", "IAMUser", `{"lamp":"hall"}`, ``),
		row("unwanted", "PaintLamp", "IAMUser", `{"lamp":"hall"}`, ``),
		row("twice", "SwitchOn", "Root", `{"lamp":"hall"}`, `,"readOnly":false`),
		row("reads", "DescribeLamps", "IAMUser", `{"lamp":"hall"}`, `,"readOnly":true,"eventCategory":"Management"`),
		row("reads-long-ago", "DescribeLamps", "IAMUser", `{"lamp":"hall"}`, `,"readOnly":true`),
		row("reads-data", "DescribeLamps", "IAMUser", `{"lamp":"hall"}`, `,"readOnly":true,"eventCategory":"Data"`),
	} {
		if err := m.add("file", r); err != nil {
			t.Fatal(err)
		}
	}
	opt := cmp.AllowUnexported(tally{})
	if diff := cmp.Diff(map[string]*tally{"file": {in: 9, routed: 6, failed: 1, found: 4, told: 3, findings: 5}}, m.files, opt); diff != "" {
		t.Errorf("files: -want +got\n%s", diff)
	}
	// The event of the root user goes through two rules, and each counts what its own rules found.
	if diff := cmp.Diff(map[string]*tally{
		"lamps":       {in: 6, routed: 6, failed: 1, found: 4, told: 3, findings: 4},
		"root-writes": {in: 1, routed: 1, found: 1, told: 1, findings: 1},
	}, m.rules, opt); diff != "" {
		t.Errorf("rules: -want +got\n%s", diff)
	}
	if diff := cmp.Diff(map[string]*tally{
		"lamps.amazonaws.com SwitchOn":      {in: 4, routed: 4, failed: 1, found: 2, told: 2, findings: 3},
		"lamps.amazonaws.com SwitchOff":     {in: 1, routed: 1, found: 1, findings: 1},
		"lamps.amazonaws.com PaintLamp":     {in: 1},
		"lamps.amazonaws.com DescribeLamps": {in: 3, routed: 1, found: 1, told: 1, findings: 1},
	}, m.names, opt); diff != "" {
		t.Errorf("names: -want +got\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"LAMP-001 on lamps.amazonaws.com DescribeLamps": 2}, m.unseen); diff != "" {
		t.Errorf("findings that are not delivered: -want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"quiet lamps.amazonaws.com SwitchOn", "failed lamps.amazonaws.com SwitchOn"}, m.idle); diff != "" {
		t.Errorf("idle events: -want +got\n%s", diff)
	}

	var out bytes.Buffer
	m.print(&out, 1)
	for _, text := range []string{
		"9 events in, 6 routed, 5 findings; 33.3% of the routed events gave no finding, 50.0% none that people are told\n",
		"1 event names were routed without a finding at least once\n",
		"    2  LAMP-001 on lamps.amazonaws.com DescribeLamps\n",
		"2 EventBridge rules; the 0 that are not listed matched nothing\n",
	} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("no %q in\n%s", text, &out)
		}
	}
}

// TestReads holds that rules for read-only events see them once they are deployed.
func TestReads(t *testing.T) {
	rules := lamps()
	rules[0].Pattern = detect.Pattern{{Source: "lamps.amazonaws.com", Names: []string{"DescribeLamps"}, Reads: true}}
	for _, tt := range []struct {
		reads bool
		want  tally
		off   []string
	}{
		{false, tally{in: 1}, []string{"lamps-reads"}},
		{true, tally{in: 1, routed: 1, found: 1, told: 1, findings: 1}, nil},
	} {
		m, err := newMeter(rules, tt.reads)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.add("file", row("reads", "DescribeLamps", "IAMUser", `{"lamp":"hall"}`, `,"readOnly":true`)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, *m.files["file"], cmp.AllowUnexported(tally{})); diff != "" {
			t.Errorf("reads %t: -want +got\n%s", tt.reads, diff)
		}
		if diff := cmp.Diff(tt.off, m.off); diff != "" {
			t.Errorf("reads %t: not deployed: -want +got\n%s", tt.reads, diff)
		}
	}
}

func TestBrokenRowIsAnError(t *testing.T) {
	m, err := newMeter(lamps(), false)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.add("file", corpus.Row{ID: "broken", Record: []byte(`{}`)}); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("%v, want an error that names the row", err)
	}
}

func TestNoEvents(t *testing.T) {
	if err := run(&bytes.Buffer{}, t.TempDir(), 1, false, false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, want fs.ErrNotExist", err)
	}
}
