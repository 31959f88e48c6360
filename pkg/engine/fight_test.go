package engine_test

import (
	"strings"
	"testing"
	"time"

	"riposte/pkg/decide"
	"riposte/pkg/ledger"
)

// TestFight switches a lamp on again each time it was switched off: after the second time Riposte stops and says so.
func TestFight(t *testing.T) {
	w := newWorld(t)
	round := func(id string, who map[string]any, at time.Time) ledger.Incident {
		t.Helper()
		w.lamps["hall"] = "on"
		w.deliver(lampEvent(id, "hall", at, who))
		list, err := w.store.List(t.Context(), ledger.Query{})
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range list {
			if in.EventIDs[0] == id {
				return in
			}
		}
		t.Fatalf("event %s has no incident", id)
		return ledger.Incident{}
	}
	ann := map[string]any{"type": "IAMUser", "userName": "ann", "arn": "arn:aws:iam::111122223333:user/ann", "accountId": "111122223333"}
	start := w.now
	for n, id := range []string{"1", "2"} {
		if in := round(id, bob(), start.Add(time.Duration(n)*time.Hour)); in.State != ledger.Remediated {
			t.Fatalf("round %s: %s", id, in.State)
		}
	}
	w.now = start.Add(3 * time.Hour)
	if in := round("3", ann, w.now); in.State != ledger.Remediated {
		t.Errorf("somebody else's change: %s, %s", in.State, in.Reason)
	}
	in := round("4", bob(), w.now)
	if in.State != ledger.Open || decide.Mode(in.Mode) != decide.Alert || w.lamps["hall"] != "on" {
		t.Errorf("the third time: %s in mode %s, lamp %s", in.State, in.Mode, w.lamps["hall"])
	}
	if !strings.Contains(w.facts.Fight, "bob has made this change of Lamp/hall again after it was reversed 2 times") {
		t.Errorf("the policy was told %q", w.facts.Fight)
	}
	w.now = start.Add(40 * time.Hour)
	if in := round("5", bob(), w.now); in.State != ledger.Remediated {
		t.Errorf("long after: %s, %s", in.State, in.Reason)
	}
}
