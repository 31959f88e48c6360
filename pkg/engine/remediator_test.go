package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/decide"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/remedy"
)

type notifier struct {
	name string
	err  error
	told int
}

func (n *notifier) Name() string { return n.name }

func (n *notifier) Notify(context.Context, notify.Message) error {
	if n.err == nil {
		n.told++
	}
	return n.err
}

// detectOnly delivers an event to the detector alone.
func (w *world) detectOnly(event []byte) engine.Job {
	w.t.Helper()
	if _, err := w.detector().Handle(w.t.Context(), event); err != nil {
		w.t.Fatal(err)
	}
	return w.jobs[len(w.jobs)-1]
}

func TestRemediatorEnds(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(*world)
		last    bool
		state   ledger.State
		told    string
		writes  int
		says    string
	}{
		{name: "reversed", prepare: func(*world) {}, state: ledger.Remediated, told: notify.IncidentRemediated, writes: 1},
		{
			name: "somebody was faster", prepare: func(w *world) { w.lamps["hall"] = "off" },
			state: ledger.Resolved, told: notify.IncidentResolved, says: "hall is off",
		},
		{
			name: "gone", prepare: func(w *world) { delete(w.lamps, "hall") },
			state: ledger.Resolved, told: notify.IncidentResolved, says: "no longer exists",
		},
		{
			name: "kill switch", prepare: func(w *world) {
				_ = w.store.SetSwitch(w.t.Context(), ledger.Switch{Stopped: true, By: "ann", Reason: "drill"})
			},
			state: ledger.Failed, told: notify.RemediationFailed, says: "kill switch",
		},
		{
			name: "waited too long", prepare: func(w *world) { w.now = w.now.Add(7 * time.Hour) },
			state: ledger.Failed, told: notify.RemediationFailed, says: "waited",
		},
		{
			name: "last try", prepare: func(w *world) { w.readErr = errors.New("throttled") }, last: true,
			state: ledger.Failed, told: notify.RemediationFailed, says: "throttled",
		},
		{
			name: "somebody puts it back each time", prepare: func(w *world) { w.stubborn = true },
			state: ledger.Failed, told: notify.RemediationFailed, writes: 2, says: "it came back again after it was reversed",
		},
		{
			name: "somebody puts it back once", prepare: func(w *world) { w.stubborn, w.tires = true, 1 },
			state: ledger.Remediated, told: notify.IncidentRemediated, writes: 2, says: "is changed once more",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
			tt.prepare(w)
			for range 2 { // again: nothing more may happen
				if _, err := w.remediator().Handle(t.Context(), job, tt.last); err != nil {
					t.Fatal(err)
				}
			}
			in := w.onlyIncident(tt.state, "")
			if diff := cmp.Diff([]string{notify.IncidentOpened, tt.told}, w.told()); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
			said := in.Error
			for _, n := range in.Notes {
				said += n.Text
			}
			if !strings.Contains(said, tt.says) || w.writes != tt.writes {
				t.Errorf("%d writes and %q, want %d and something about %q", w.writes, said, tt.writes, tt.says)
			}
		})
	}
}

func TestRemediatorTriesAgain(t *testing.T) {
	w := newWorld(t)
	job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
	w.writeErr = errors.New("throttled")
	if _, err := w.remediator().Handle(t.Context(), job, false); err == nil || !strings.Contains(err.Error(), "throttled") {
		t.Fatalf("error %v, want the cause, so that the job comes again", err)
	}
	if len(w.told()) != 1 {
		t.Error("people were told of a try that is not the last")
	}
	w.writeErr = nil
	w.work()
	w.onlyIncident(ledger.Remediated, ledger.Verified)
}

func TestApproveAfterFailure(t *testing.T) {
	for name, prepare := range map[string]func(*world){
		"never written": func(w *world) { w.writeErr = errors.New("denied") },
		"did not hold":  func(w *world) { w.stubborn = true },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
			prepare(w)
			in, err := w.remediator().Handle(t.Context(), job, true)
			if err != nil || in.State != ledger.Failed {
				t.Fatalf("%s, %v, want failed", in.State, err)
			}
			w.writeErr, w.stubborn = nil, false
			if _, err := w.remediator().Approve(t.Context(), in.ID, engine.Person{Name: "ann"}); err != nil {
				t.Fatal(err)
			}
			if in = w.onlyIncident(ledger.Remediated, ledger.Verified); in.Error != "" || w.lamps["hall"] != "off" {
				t.Errorf("error %q, lamp %s, want none and off", in.Error, w.lamps["hall"])
			}
		})
	}
}

func TestUndoRefused(t *testing.T) {
	w := newWorld(t)
	w.deliver(lampEvent("1", "hall", w.now, bob()))
	in := w.onlyIncident(ledger.Remediated, ledger.Verified)
	w.lamps["hall"] = "broken"
	for range 2 {
		_, err := w.remediator().Undo(t.Context(), in.ID, engine.Person{Name: "ann"})
		if _, ok := errors.AsType[*remedy.DriftError](err); !ok {
			t.Fatalf("error %v, want a drift", err)
		}
	}
	if w.onlyIncident(ledger.Remediated, ledger.Verified); w.writes != 1 || w.lamps["hall"] != "broken" {
		t.Errorf("lamp %s after %d writes, want nothing overwritten", w.lamps["hall"], w.writes)
	}
	want := []string{notify.IncidentOpened, notify.IncidentRemediated, notify.UndoFailed, notify.UndoFailed}
	if diff := cmp.Diff(want, w.told()); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	delete(w.lamps, "hall")
	if _, err := w.remediator().Undo(t.Context(), in.ID, engine.Person{Name: "ann"}); err == nil {
		t.Error("undo of what is gone was not refused")
	}
}

func TestUndoOfNothing(t *testing.T) {
	w := newWorld(t)
	w.mode = decide.Alert
	w.deliver(lampEvent("1", "hall", w.now, bob()))
	in := w.onlyIncident(ledger.Open, "")
	if _, err := w.remediator().Undo(t.Context(), in.ID, engine.Person{}); !errors.Is(err, ledger.ErrTransition) {
		t.Errorf("error %v, want %v", err, ledger.ErrTransition)
	}
	if _, err := w.remediator().Undo(t.Context(), "inc-none", engine.Person{}); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("error %v, want %v", err, ledger.ErrNotFound)
	}
}

func TestKeepAndDismiss(t *testing.T) {
	w := newWorld(t)
	w.deliver(lampEvent("1", "hall", w.now, bob()))
	in := w.onlyIncident(ledger.Remediated, ledger.Verified)
	for range 2 {
		if _, err := w.remediator().Keep(t.Context(), in.ID, engine.Person{Name: "ann"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.remediator().Dismiss(t.Context(), in.ID, engine.Person{Name: "ann"}); !errors.Is(err, ledger.ErrTransition) {
		t.Errorf("dismissed what was kept: %v", err)
	}
	want := []string{notify.IncidentOpened, notify.IncidentRemediated, notify.IncidentKept}
	if diff := cmp.Diff(want, w.told()); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// TestYoungEvent holds that an account which does not show the change yet is read again before nothing is done.
func TestYoungEvent(t *testing.T) {
	w := newWorld(t)
	delete(w.lamps, "hall")
	job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
	r := w.remediator()
	sleep := r.Sleep
	r.Sleep = func(ctx context.Context, d time.Duration) error {
		if d == time.Second {
			w.lamps["hall"] = "on" // now the change is seen everywhere
		}
		return sleep(ctx, d)
	}
	if _, err := r.Handle(t.Context(), job, false); err != nil {
		t.Fatal(err)
	}
	w.onlyIncident(ledger.Remediated, ledger.Verified)
}

// TestPanic holds that a remedy that panics is tried again, and that people are told when it was the last try.
func TestPanic(t *testing.T) {
	w := newWorld(t)
	job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
	r := w.remediator()
	r.Remedies = map[string]remedy.Remedy{"switch-off": nil} // calling it panics
	if _, err := r.Handle(t.Context(), job, false); err == nil || !strings.Contains(err.Error(), "panicked") {
		t.Fatalf("error %v, want one that says what happened", err)
	}
	if _, err := r.Handle(t.Context(), job, true); err != nil {
		t.Fatal(err)
	}
	w.onlyIncident(ledger.Failed, "")
	if diff := cmp.Diff([]string{notify.IncidentOpened, notify.RemediationFailed}, w.told()); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// TestUndoDenied holds that an undo that AWS does not allow leaves the incident as it was, and tells.
func TestUndoDenied(t *testing.T) {
	w := newWorld(t)
	w.deliver(lampEvent("1", "hall", w.now, bob()))
	in := w.onlyIncident(ledger.Remediated, ledger.Verified)
	w.writeErr = errors.New("access denied")
	if _, err := w.remediator().Undo(t.Context(), in.ID, engine.Person{Name: "ann"}); err == nil {
		t.Fatal("no error")
	}
	w.onlyIncident(ledger.Remediated, ledger.Verified)
	w.writeErr = nil
	if _, err := w.remediator().Undo(t.Context(), in.ID, engine.Person{Name: "ann"}); err != nil {
		t.Fatal(err)
	}
	want := []string{notify.IncidentOpened, notify.IncidentRemediated, notify.UndoFailed, notify.IncidentUndone}
	if diff := cmp.Diff(want, w.told()); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// TestUndoOfUndo holds that what was undone can be made again, and undone again.
func TestUndoOfUndo(t *testing.T) {
	w := newWorld(t)
	w.mode = decide.Ask
	w.deliver(lampEvent("1", "hall", w.now, bob()))
	in := w.onlyIncident(ledger.Asked, "")
	r, ann := w.remediator(), engine.Person{Name: "ann"}
	for n := range 3 {
		if _, err := r.Approve(t.Context(), in.ID, ann); err != nil {
			t.Fatal(err)
		}
		w.onlyIncident(ledger.Remediated, ledger.Verified)
		if w.lamps["hall"] != "off" {
			t.Errorf("round %d: lamp is %s", n, w.lamps["hall"])
		}
		if _, err := r.Undo(t.Context(), in.ID, ann); err != nil {
			t.Fatal(err)
		}
		w.onlyIncident(ledger.Undone, ledger.Reverted)
		if w.lamps["hall"] != "on" {
			t.Errorf("round %d: lamp is %s", n, w.lamps["hall"])
		}
	}
	if _, err := r.Dismiss(t.Context(), in.ID, ann); !errors.Is(err, ledger.ErrTransition) {
		t.Errorf("error %v, want %v: there is nothing to dismiss", err, ledger.ErrTransition)
	}
}

// TestForcedUndo holds that an undo which is refused because somebody has changed the resource since can be forced, that
// the journal keeps what it overwrote, and that it can be undone itself.
func TestForcedUndo(t *testing.T) {
	w := newWorld(t)
	w.deliver(lampEvent("1", "hall", w.now, bob()))
	in := w.onlyIncident(ledger.Remediated, ledger.Verified)
	w.lamps["hall"] = "dimmed"
	r, ann := w.remediator(), engine.Person{Name: "ann"}
	if _, err := r.Undo(t.Context(), in.ID, ann); err == nil || !strings.Contains(err.Error(), "dimmed") || w.lamps["hall"] != "dimmed" {
		t.Fatalf("undo over a drift: %v, lamp %s", err, w.lamps["hall"])
	}
	in, err := r.ForceUndo(t.Context(), in.ID, ann)
	if err != nil || w.lamps["hall"] != "on" || in.State != ledger.Undone {
		t.Fatalf("forced: %v, lamp %s, %s", err, w.lamps["hall"], in.State)
	}
	if note := in.Notes[len(in.Notes)-2]; note.By != "ann" || !strings.Contains(note.Text, `expected "off", found "dimmed"`) {
		t.Errorf("the journal says %+v", note)
	}
	if _, err := r.Approve(t.Context(), in.ID, ann); err != nil || w.lamps["hall"] != "dimmed" {
		t.Errorf("made again: %v, lamp %s; want what was overwritten", err, w.lamps["hall"])
	}
}

// TestForcedUndoDeathAtAnyStep lets a forced undo die at any step and be repeated: the journal keeps what was overwritten.
func TestForcedUndoDeathAtAnyStep(t *testing.T) {
	for _, after := range []bool{false, true} {
		for dieAt := 1; ; dieAt++ {
			w := newWorld(t)
			w.deliver(lampEvent("1", "hall", w.now, bob()))
			in := w.onlyIncident(ledger.Remediated, ledger.Verified)
			w.lamps["hall"] = "dimmed"
			w.steps, w.dieAt, w.after = 0, dieAt, after
			force := func() { _, _ = w.remediator().ForceUndo(t.Context(), in.ID, engine.Person{Name: "ann"}) }
			died := !w.lives(force)
			w.dieAt = 0
			force()
			in = w.onlyIncident(ledger.Undone, ledger.Reverted)
			if w.lamps["hall"] != "on" || string(in.Changes[0].After) != `"dimmed"` {
				t.Fatalf("step %d: lamp %s, the journal says it was %s", dieAt, w.lamps["hall"], in.Changes[0].After)
			}
			if !died {
				if dieAt < 8 {
					t.Fatalf("the process survived %d steps: the test does not reach the steps any more", dieAt)
				}
				break
			}
		}
	}
}

// TestDismissedAfterFailure holds that a change which could not be verified can be undone after somebody closed the
// incident.
func TestDismissedAfterFailure(t *testing.T) {
	w := newWorld(t)
	job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
	w.stubborn = true
	in, err := w.remediator().Handle(t.Context(), job, true)
	if err != nil || in.State != ledger.Failed {
		t.Fatalf("%s, %v, want failed", in.State, err)
	}
	w.stubborn, w.lamps["hall"] = false, "off" // it held after all
	if _, err := w.remediator().Dismiss(t.Context(), in.ID, engine.Person{Name: "ann"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.remediator().Undo(t.Context(), in.ID, engine.Person{Name: "ann"}); err != nil || w.lamps["hall"] != "on" {
		t.Errorf("undo: %v, lamp %s", err, w.lamps["hall"])
	}
}

// TestStoppedMeanwhile holds that the kill switch ends a race: nothing is changed once more, and nobody is contained.
func TestStoppedMeanwhile(t *testing.T) {
	for _, writes := range []int{1, 2} {
		w := newWorld(t)
		w.stubborn, w.doors = true, map[string]string{"bob": "open"}
		job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
		r := w.remediator()
		r.Sleep = func(ctx context.Context, d time.Duration) error {
			if w.writes == writes {
				_ = w.store.SetSwitch(ctx, ledger.Switch{Stopped: true, By: "ann", Reason: "drill"})
			}
			return w.sleep(ctx, d)
		}
		if _, err := r.Handle(t.Context(), job, false); err != nil {
			t.Fatal(err)
		}
		in := w.onlyIncident(ledger.Failed, "")
		if w.writes != writes || w.doors["bob"] != "open" || !strings.Contains(in.Error, "the kill switch is on") {
			t.Errorf("stopped after %d: %d writes, door %s, error %q", writes, w.writes, w.doors["bob"], in.Error)
		}
	}
}
