package cli

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/remedy"
)

// run runs a command that has to succeed and returns what it wrote, line by line.
func run(t *testing.T, line string) []string {
	t.Helper()
	stdout, stderr, status := parse(t, line).run(t)
	if status != exitDone || stdout == "" {
		t.Fatalf("%s: exit status %d, wrote %q and %q", line, status, stdout, stderr)
	}
	return strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
}

// object reads a JSON object and its names.
func object(t *testing.T, raw []byte) (map[string]json.RawMessage, []string) {
	t.Helper()
	var o map[string]json.RawMessage
	if err := json.Unmarshal(raw, &o); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	return o, slices.Sorted(maps.Keys(o))
}

// holds compares the names of an object with those that people script.
func holds(t *testing.T, what, want string, got []string) {
	t.Helper()
	sorted := cmpopts.SortSlices(strings.Compare)
	if diff := cmp.Diff(strings.Fields(want), got, sorted); diff != "" {
		t.Errorf("%s: the names are not those that were promised (-want +got):\n%s", what, diff)
	}
}

// TestFindingNames holds the names of a line of "riposte detect", on every kind of sample event, judged or not.
func TestFindingNames(t *testing.T) {
	enter(t, nil)
	judged := map[string]int{}
	for _, line := range run(t, "riposte detect events") {
		finding, names := object(t, []byte(line))
		want := "rule class severity title summary event_id event_name event_source event_time account region actor " +
			"resource mode reason judged"
		if finding["event_ids"] != nil { // told because there are many
			want += " event_ids"
		}
		holds(t, line, want, names)
		judged[string(finding["judged"])]++
	}
	if judged["true"] == 0 || judged["false"] == 0 || len(judged) != 2 {
		t.Errorf("judged %v, want findings with true and with false", judged)
	}
}

// TestIncidentNames holds the names of an incident, as the design promises them and nothing but what is known beyond.
func TestIncidentNames(t *testing.T) {
	const promised = "id state mode reason rule class severity title summary event_ids account region actor resource changes times "
	enter(t, nil)
	whole, err := json.Marshal(wholeIncident())
	if err != nil {
		t.Fatal(err)
	}
	seed(t, "whole.db", whole)

	incident, names := object(t, []byte(run(t, "riposte incidents --ledger whole.db")[0]))
	holds(t, "a whole incident", promised+"error notes finding action outbox version", names)
	_, names = object(t, incident["times"])
	holds(t, "times", "event received decided acted verified closed", names)
	var changes []json.RawMessage
	if err := json.Unmarshal(incident["changes"], &changes); err != nil || len(changes) != 1 {
		t.Fatalf("changes %s: %v", incident["changes"], err)
	}
	_, names = object(t, changes[0])
	holds(t, "a change", "action target summary before after state error read_back", names)

	incident, names = object(t, []byte(run(t, "riposte respond --ledger fresh.db events/iam/CreateAccessKey.other-user.json")[0]))
	holds(t, "an incident that alerts", promised+"finding version", names)
	if got := string(incident["changes"]); got != "[]" {
		t.Errorf("changes %s, want an empty list and not null", got)
	}
	_, names = object(t, incident["times"])
	holds(t, "times of an incident that alerts", "event received decided", names)
}

// TestDemoNames holds what a line of "riposte demo --json" has, and that its incidents are like any other.
func TestDemoNames(t *testing.T) {
	story, names := object(t, []byte(run(t, "riposte demo --json")[0]))
	holds(t, "a story", "title event delivered routed_by incidents slack", names)
	var incidents []json.RawMessage
	if err := json.Unmarshal(story["incidents"], &incidents); err != nil || len(incidents) == 0 {
		t.Fatalf("incidents %s: %v", story["incidents"], err)
	}
	_, names = object(t, incidents[0])
	for _, name := range []string{"id", "state", "mode", "reason", "changes", "times"} {
		if !slices.Contains(names, name) {
			t.Errorf("the incident of a story has no %q: %v", name, names)
		}
	}
}

// wholeIncident has everything that an incident can have.
func wholeIncident() ledger.Incident {
	return ledger.Incident{
		ID: "inc-0000000000000001", State: ledger.Failed, Mode: "act", Reason: "r", Rule: "IAM-002", Class: "access-key-created",
		Severity: detect.High, Title: "t", Summary: "s", EventIDs: []string{"e"}, Account: "111122223333", Region: "us-east-1",
		Actor: "alice", Resource: "AccessKey/AKIAIOSFODNN7EXAMPLE", Error: "denied", Action: "deactivate-access-key", Version: 1,
		Times: ledger.Times{
			Event: clock(), Received: clock(), Decided: clock(), Acted: clock(), Verified: clock(), Closed: clock(),
		},
		Notes:  []ledger.Note{{Time: clock(), By: "ann", Text: "approved"}},
		Outbox: []ledger.Owed{{DetailType: "Remediation Failed", Version: 1}},
		Changes: []ledger.Change{{
			Change: remedy.Change{
				Action: "deactivate-access-key", Target: remedy.Target{Account: "111122223333", Type: "AccessKey"},
				Before: json.RawMessage(`"Active"`), After: json.RawMessage(`"Inactive"`), Summary: "s",
			},
			State: ledger.Broken, ReadBack: json.RawMessage(`"Active"`), Error: "denied",
		}},
	}
}
