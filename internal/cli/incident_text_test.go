package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
)

// TestIncidentText holds what a person sees of one incident on a terminal: one with everything, a part, and one that
// carries an attacker's characters.
func TestIncidentText(t *testing.T) {
	step := func(n int, summary string) ledger.Step {
		return ledger.Step{
			Incident: fmt.Sprintf("inc-%016d", n), Time: clock().Add(time.Duration(n) * time.Minute), Rule: "IAM-002",
			Severity: detect.High, Summary: summary,
		}
	}
	whole := wholeIncident()
	whole.Finding.Actor.SourceIP, whole.Finding.Why = "203.0.113.9", "A key never expires."
	whole.Chain = &ledger.Chain{
		Lead: whole.ID, Severity: detect.Critical, Why: "2 tactics within 2m0s: persistence, impact", LeftOut: 3,
		Timeline: []ledger.Step{step(1, "first"), step(2, "second \x1b[2J\u202e")},
	}
	part := ledger.Incident{
		ID: "inc-0000000000000002", State: ledger.Open, Mode: "alert", Reason: "r", Rule: "IAM-002", Severity: detect.High,
		Title: "t", Summary: "hostile \x1b[2J\n\u202e", Times: ledger.Times{Event: clock()}, PartOf: whole.ID,
		EventIDs: []string{"1", "2", "3", "4", "5", "6", "7"},
		Chain:    &ledger.Chain{Lead: whole.ID, Severity: detect.High, Timeline: whole.Chain.Timeline},
	}
	var out bytes.Buffer
	for _, in := range []ledger.Incident{whole, part} {
		if err := writeIncident(&out, in); err != nil {
			t.Fatal(err)
		}
		out.WriteString("\n")
	}
	path := filepath.Join("testdata", "incident.golden")
	if *update {
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("run with -update where this is meant (-want +got):\n%s", diff)
	}
}

// TestLeadBehindParts holds that parts, however many and new, hide no lead from a short list.
func TestLeadBehindParts(t *testing.T) {
	at := clock()
	store := memory.New(func() time.Time { return at })
	create := func(n int, lead string) {
		t.Helper()
		in := ledger.Incident{
			ID: fmt.Sprintf("inc-%016d", n), State: ledger.Open, PartOf: lead, Rule: "IAM-002",
			Times: ledger.Times{Received: clock().Add(time.Duration(n) * time.Second)},
		}
		if _, _, err := store.Open(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	create(1, "")
	create(2, "")
	for n := range 40 {
		create(3+n, "inc-0000000000000002")
	}
	for limit, want := range map[int][]string{
		1:  {"inc-0000000000000002"},
		2:  {"inc-0000000000000002", "inc-0000000000000001"},
		50: {"inc-0000000000000002", "inc-0000000000000001"},
	} {
		found, _, err := choice{query: ledger.Query{Limit: limit}, leads: true}.find(t.Context(), store)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, in := range found {
			got = append(got, in.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("at most %d (-want +got):\n%s", limit, diff)
		}
	}
}

// TestRuleEvents holds that a rule which looks at reads and at other calls names an event once.
func TestRuleEvents(t *testing.T) {
	line := lineOfRule(&detect.Rule{Pattern: []detect.Events{
		{Source: "s3.amazonaws.com", Names: []string{"A", "B"}}, {Source: "s3.amazonaws.com", Names: []string{"B"}}, {}, {},
	}})
	if diff := cmp.Diff([]string{"s3.amazonaws.com:A", "s3.amazonaws.com:B", "*:*"}, line.Events); diff != "" {
		t.Error(diff)
	}
}
