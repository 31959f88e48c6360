package engine_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/decide"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// TestDeathAtAnyStep lets the process die before and after every single thing that leaves it. The next deliveries must
// finish what was begun: one incident, one change, each message.
func TestDeathAtAnyStep(t *testing.T) {
	for _, after := range []bool{false, true} {
		for dieAt := 1; ; dieAt++ {
			name := fmt.Sprintf("before step %d", dieAt)
			if after {
				name = fmt.Sprintf("after step %d", dieAt)
			}
			died := false
			ok := t.Run(name, func(t *testing.T) {
				w := newWorld(t)
				w.dieAt, w.after = dieAt, after
				event := lampEvent("1", "hall", w.now, bob())
				died = !w.lives(func() { w.deliver(event) })
				w.dieAt = 0
				for range 2 { // both deliveries come again, more often than they need to
					w.deliver(event)
				}
				w.onlyIncident(ledger.Remediated, ledger.Verified)
				if w.lamps["hall"] != "off" || w.writes != 1 {
					t.Errorf("lamp is %s after %d writes, want off after 1", w.lamps["hall"], w.writes)
				}
				want := []string{notify.IncidentOpened, notify.IncidentRemediated}
				if diff := cmp.Diff(want, w.told()); diff != "" {
					t.Errorf("messages (-want +got):\n%s", diff)
				}
			})
			if !ok {
				return
			}
			if !died {
				if dieAt < 10 {
					t.Fatalf("the process survived %d steps: the test does not reach the steps any more", dieAt)
				}
				break
			}
		}
	}
}

// TestUndoDeathAtAnyStep does the same to an undo.
func TestUndoDeathAtAnyStep(t *testing.T) {
	for _, after := range []bool{false, true} {
		for dieAt := 1; ; dieAt++ {
			died := false
			ok := t.Run(fmt.Sprintf("step %d, after %v", dieAt, after), func(t *testing.T) {
				w := newWorld(t)
				w.deliver(lampEvent("1", "hall", w.now, bob()))
				in := w.onlyIncident(ledger.Remediated, ledger.Verified)
				w.steps, w.dieAt, w.after = 0, dieAt, after
				undo := func() { _, _ = w.remediator().Undo(t.Context(), in.ID, engine.Person{Name: "ann"}) }
				died = !w.lives(undo)
				w.dieAt = 0
				undo()
				undo()
				w.onlyIncident(ledger.Undone, ledger.Reverted)
				if w.lamps["hall"] != "on" || w.writes != 2 {
					t.Errorf("lamp is %s after %d writes, want on after 2", w.lamps["hall"], w.writes)
				}
				want := []string{notify.IncidentOpened, notify.IncidentRemediated, notify.IncidentUndone}
				if diff := cmp.Diff(want, w.told()); diff != "" {
					t.Errorf("messages (-want +got):\n%s", diff)
				}
			})
			if !ok {
				return
			}
			if !died {
				if dieAt < 6 {
					t.Fatalf("the process survived %d steps: the test does not reach the steps any more", dieAt)
				}
				break
			}
		}
	}
}

// TestApprovalDeathAtAnyStep does the same to an approval.
func TestApprovalDeathAtAnyStep(t *testing.T) {
	for dieAt := 1; ; dieAt++ {
		died := false
		ok := t.Run(fmt.Sprintf("step %d", dieAt), func(t *testing.T) {
			w := newWorld(t)
			w.mode = decide.Ask
			w.deliver(lampEvent("1", "hall", w.now, bob()))
			in := w.onlyIncident(ledger.Asked, "")
			if w.writes != 0 {
				t.Fatal("acted without approval")
			}
			w.steps, w.dieAt = 0, dieAt
			approve := func() { _, _ = w.remediator().Approve(t.Context(), in.ID, engine.Person{Name: "ann"}) }
			died = !w.lives(approve)
			w.dieAt = 0
			approve()
			w.onlyIncident(ledger.Remediated, ledger.Verified)
			if w.writes != 1 {
				t.Errorf("%d writes, want 1", w.writes)
			}
		})
		if !ok {
			return
		}
		if !died {
			if dieAt < 10 {
				t.Fatalf("the process survived %d steps: the test does not reach the steps any more", dieAt)
			}
			return
		}
	}
}

// deliver hands an event to the detector and all jobs that wait to the remediator.
func (w *world) deliver(event []byte) {
	w.t.Helper()
	if _, err := w.detector().Handle(w.t.Context(), event); err != nil {
		w.t.Fatalf("detector: %v", err)
	}
	w.work()
}

func (w *world) work() {
	w.t.Helper()
	for len(w.jobs) > 0 {
		job := w.jobs[0]
		if _, err := w.remediator().Handle(w.t.Context(), job, false); err != nil {
			w.t.Fatalf("remediator: %v", err)
		}
		w.jobs = w.jobs[1:]
	}
}

// onlyIncident returns the one incident of the ledger and holds its state, and that of its one change if it has one.
func (w *world) onlyIncident(state ledger.State, change ledger.ChangeState) ledger.Incident {
	w.t.Helper()
	list, err := w.store.List(w.t.Context(), ledger.Query{})
	if err != nil || len(list) != 1 {
		w.t.Fatalf("the ledger has %d incidents, want 1: %v", len(list), err)
	}
	in := list[0]
	if in.State != state || len(in.Outbox) != 0 {
		w.t.Errorf("incident is %s with outbox %v, want %s and an empty outbox; error %q", in.State, in.Outbox, state, in.Error)
	}
	if change != "" && (len(in.Changes) != 1 || in.Changes[0].State != change) {
		w.t.Errorf("changes %+v, want one that is %s", in.Changes, change)
	}
	return in
}
