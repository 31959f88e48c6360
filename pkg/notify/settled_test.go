package notify_test

import (
	"testing"

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/notifytest"
)

// TestSettled holds when nobody has to look any more, which is what closes a finding and resolves an alert.
func TestSettled(t *testing.T) {
	settled := map[string]bool{
		"key-remediated-act": true, "trail-remediated-act": true, "group-remediated-act": true, "inline-remediated-ask": true,
		"china-remediated-act": true, "chain-lead-remediated-act": true, "key-undone": true, "admin-kept": true,
		"inline-dismissed": true, "inline-resolved": true,
	}
	answered := map[string]bool{"key-undone": true, "admin-kept": true, "inline-dismissed": true}
	for _, c := range notifytest.Cases() {
		if got := c.Message.Settled(); got != settled[c.Name] {
			t.Errorf("%s: settled %v", c.Name, got)
		}
		if got := c.Message.Answered(); got != answered[c.Name] {
			t.Errorf("%s: answered %v", c.Name, got)
		}
	}
	for _, c := range notifytest.Hostile() {
		if c.Message.Settled() {
			t.Errorf("%s: settled, although it failed", c.Name)
		}
	}
}

// TestSettledDoubts holds that what is not certain is not settled.
func TestSettledDoubts(t *testing.T) {
	made := notifytest.Remediated(notifytest.KeyForOtherUser())
	made.Mode = "act"
	unverified := made
	unverified.Changes = []ledger.Change{{State: ledger.Verified}, {State: ledger.Applied}}
	nothing := made
	nothing.Changes = nil
	silence := made
	silence.State = ledger.Undone
	silence.Notes = []ledger.Note{{By: "riposte, since nobody decided within 4h0m0s", Text: "undo"}}
	person := silence
	person.Notes = []ledger.Note{{By: "jane", Text: "undo"}}
	odd := made
	odd.State = "eaten"
	for _, tt := range []struct {
		name string
		m    notify.Message
		want bool
	}{
		{"reversed and verified", notify.Message{DetailType: notify.IncidentRemediated, Incident: made}, true},
		{"an undo was refused", notify.Message{DetailType: notify.UndoFailed, Incident: made}, false},
		{"one change is not verified", notify.Message{DetailType: notify.IncidentRemediated, Incident: unverified}, false},
		{"no change", notify.Message{DetailType: notify.IncidentRemediated, Incident: nothing}, false},
		{"undone on silence", notify.Message{DetailType: notify.IncidentUndone, Incident: silence}, false},
		{"undone by a person", notify.Message{DetailType: notify.IncidentUndone, Incident: person}, true},
		{"a state of a later version", notify.Message{DetailType: notify.IncidentUndone, Incident: odd}, false},
	} {
		if got := tt.m.Settled(); got != tt.want {
			t.Errorf("%s: settled %v", tt.name, got)
		}
	}
}
