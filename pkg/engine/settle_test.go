package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/decide"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// TestSettle holds what becomes of containments on silence: nothing before the time, then what is configured, once.
func TestSettle(t *testing.T) {
	for name, tt := range map[string]struct {
		mode    decide.Mode
		silence engine.Silence
		waited  time.Duration
		state   ledger.State
		lamp    string
	}{
		"kept":              {decide.Contain, engine.Silence{After: time.Hour}, 2 * time.Hour, ledger.Kept, "off"},
		"undone":            {decide.Contain, engine.Silence{After: time.Hour, Undo: true}, 2 * time.Hour, ledger.Undone, "on"},
		"not yet":           {decide.Contain, engine.Silence{After: time.Hour}, time.Minute, ledger.Remediated, "off"},
		"never":             {decide.Contain, engine.Silence{}, 1000 * time.Hour, ledger.Remediated, "off"},
		"not a containment": {decide.Act, engine.Silence{After: time.Hour, Undo: true}, 2 * time.Hour, ledger.Remediated, "off"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.mode = tt.mode
			w.deliver(lampEvent("1", "hall", w.now, bob()))
			w.onlyIncident(ledger.Remediated, ledger.Verified)
			w.now = w.now.Add(tt.waited)
			for range 2 {
				if _, err := w.remediator().Settle(t.Context(), tt.silence); err != nil {
					t.Fatal(err)
				}
			}
			w.onlyIncident(tt.state, "")
			if w.lamps["hall"] != tt.lamp {
				t.Errorf("lamp is %s, want %s", w.lamps["hall"], tt.lamp)
			}
		})
	}
}

// TestSettleGoesOn holds that a containment which cannot be undone is told and does not keep the others waiting.
func TestSettleGoesOn(t *testing.T) {
	w := newWorld(t)
	w.mode = decide.Contain
	w.lamps["stairs"] = "on"
	w.deliver(lampEvent("1", "hall", w.now, bob()))
	w.deliver(lampEvent("2", "stairs", w.now, bob()))
	w.lamps["hall"] = "dimmed"
	w.now = w.now.Add(2 * time.Hour)
	settled, err := w.remediator().Settle(t.Context(), engine.Silence{After: time.Hour, Undo: true})
	if err == nil || len(settled) != 1 || w.lamps["stairs"] != "on" || w.lamps["hall"] != "dimmed" {
		t.Errorf("settled %d, %v; lamps %v", len(settled), err, w.lamps)
	}
	if errors.Is(err, ledger.ErrNotFound) {
		t.Error(err)
	}
}

// TestSettleOnce holds that an undo on silence which is refused is not tried, and told, again and again.
func TestSettleOnce(t *testing.T) {
	w := newWorld(t)
	w.mode = decide.Contain
	w.deliver(lampEvent("1", "hall", w.now, bob()))
	w.lamps["hall"] = "dimmed"
	w.now = w.now.Add(2 * time.Hour)
	silence := engine.Silence{After: time.Hour, Undo: true}
	if _, err := w.remediator().Settle(t.Context(), silence); err == nil {
		t.Fatal("the undo was not refused")
	}
	notes := len(w.onlyIncident(ledger.Remediated, "").Notes)
	if settled, err := w.remediator().Settle(t.Context(), silence); err != nil || len(settled) != 0 {
		t.Errorf("settled %d, %v", len(settled), err)
	}
	if in := w.onlyIncident(ledger.Remediated, ""); len(in.Notes) != notes {
		t.Errorf("notes %+v", in.Notes)
	}
}

// TestSettleStopped holds that the kill switch keeps what nobody decided about from being undone.
func TestSettleStopped(t *testing.T) {
	w := newWorld(t)
	w.mode = decide.Contain
	w.deliver(lampEvent("1", "hall", w.now, bob()))
	w.now = w.now.Add(2 * time.Hour)
	if err := w.store.SetSwitch(t.Context(), ledger.Switch{Stopped: true, By: "ann"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.remediator().Settle(t.Context(), engine.Silence{After: time.Hour, Undo: true}); err == nil {
		t.Error("want an error that names the kill switch")
	}
	w.onlyIncident(ledger.Remediated, ledger.Verified)
}

// TestSettleDeathAtAnyStep lets the process die before and after every single thing that settling does, and holds that a
// later round ends where one that lived would have: one undo, each message, whether containments are kept or undone.
func TestSettleDeathAtAnyStep(t *testing.T) {
	for _, tt := range []struct {
		silence engine.Silence
		state   ledger.State
		lamp    string
		writes  int
		told    string
		least   int
	}{
		{engine.Silence{After: time.Hour, Undo: true}, ledger.Undone, "on", 2, notify.IncidentUndone, 6},
		{engine.Silence{After: time.Hour}, ledger.Kept, "off", 1, notify.IncidentKept, 3},
	} {
		for _, after := range []bool{false, true} {
			for dieAt := 1; ; dieAt++ {
				died := false
				ok := t.Run(fmt.Sprintf("%s, step %d, after %v", tt.state, dieAt, after), func(t *testing.T) {
					w := newWorld(t)
					w.mode = decide.Contain
					w.deliver(lampEvent("1", "hall", w.now, bob()))
					w.onlyIncident(ledger.Remediated, ledger.Verified)
					w.now = w.now.Add(2 * time.Hour)
					settle := func() { _, _ = w.remediator().Settle(t.Context(), tt.silence) }
					w.steps, w.dieAt, w.after = 0, dieAt, after
					died = !w.lives(settle)
					w.dieAt = 0
					for range 3 {
						w.now = w.now.Add(time.Hour)
						settle()
					}
					in := w.onlyIncident(tt.state, "")
					if w.lamps["hall"] != tt.lamp || w.writes != tt.writes {
						t.Errorf("lamp is %s after %d writes, want %s after %d: %+v", w.lamps["hall"], w.writes, tt.lamp, tt.writes, in.Notes)
					}
					if diff := cmp.Diff([]string{notify.IncidentOpened, notify.IncidentRemediated, tt.told}, w.told()); diff != "" {
						t.Errorf("messages (-want +got):\n%s", diff)
					}
				})
				if !ok {
					return
				}
				if !died {
					if dieAt < tt.least {
						t.Fatalf("the process survived %d steps: the test does not reach the steps any more", dieAt)
					}
					break
				}
			}
		}
	}
}

// TestSettleFinishesRefusal holds that people hear of an undo that was refused although the process died before it could
// tell them, and that it is not tried again.
func TestSettleFinishesRefusal(t *testing.T) {
	for dieAt := 1; ; dieAt++ {
		w := newWorld(t)
		w.mode = decide.Contain
		w.deliver(lampEvent("1", "hall", w.now, bob()))
		w.lamps["hall"] = "dimmed"
		w.now = w.now.Add(2 * time.Hour)
		settle := func() { _, _ = w.remediator().Settle(t.Context(), engine.Silence{After: time.Hour, Undo: true}) }
		w.steps, w.dieAt = 0, dieAt
		died := !w.lives(settle)
		w.dieAt = 0
		for range 3 {
			w.now = w.now.Add(time.Hour)
			settle()
		}
		w.onlyIncident(ledger.Remediated, "")
		if diff := cmp.Diff([]string{notify.IncidentOpened, notify.IncidentRemediated, notify.UndoFailed}, w.told()); diff != "" || w.lamps["hall"] != "dimmed" {
			t.Fatalf("death at step %d: lamp %s, messages (-want +got):\n%s", dieAt, w.lamps["hall"], diff)
		}
		if !died {
			break
		}
	}
}

// TestSettleLeavesOthersAlone holds that an undo which somebody else has just begun is left to them, that one which died is
// finished whoever began it and whatever is configured for silence, and neither while Riposte is stopped.
func TestSettleLeavesOthersAlone(t *testing.T) {
	for name, tt := range map[string]struct {
		waited  time.Duration
		stopped bool
		state   ledger.State
	}{
		"just begun":  {time.Minute, false, ledger.Undoing},
		"died":        {time.Hour, false, ledger.Undone},
		"but stopped": {time.Hour, true, ledger.Undoing},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.deliver(lampEvent("1", "hall", w.now, bob()))
			in := w.onlyIncident(ledger.Remediated, ledger.Verified)
			w.steps, w.dieAt, w.after = 0, 2, true // after the undo was begun and the resource marked
			if w.lives(func() { _, _ = w.remediator().Undo(t.Context(), in.ID, engine.Person{Name: "ann"}) }) {
				t.Fatal("the undo lived")
			}
			w.dieAt = 0
			w.onlyIncident(ledger.Undoing, ledger.Reverting)
			w.now = w.now.Add(tt.waited)
			if err := w.store.SetSwitch(t.Context(), ledger.Switch{Stopped: tt.stopped, By: "ann"}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.remediator().Settle(t.Context(), engine.Silence{}); (err != nil) != tt.stopped {
				t.Errorf("settle: %v", err)
			}
			w.onlyIncident(tt.state, "")
		})
	}
}

// TestSettleFinishesApprovals holds that an approval which died on its way, wherever that was, is finished: not while it may
// still live, not when it is too old for the account to be the one that was judged, and not while Riposte is stopped. What the
// queue brings is left to the queue.
func TestSettleFinishesApprovals(t *testing.T) {
	for name, tt := range map[string]struct {
		waited  time.Duration
		stopped bool
		mode    decide.Mode
		ends    bool
	}{
		"may live":      {time.Minute, false, decide.Ask, false},
		"died":          {time.Hour, false, decide.Ask, true},
		"died long ago": {7 * time.Hour, false, decide.Ask, false},
		"but stopped":   {time.Hour, true, decide.Ask, false},
		"from a queue":  {time.Hour, false, decide.Act, false},
	} {
		for dieAt := 1; ; dieAt++ {
			w := newWorld(t)
			w.mode = tt.mode
			if _, err := w.detector().Handle(t.Context(), lampEvent("1", "hall", w.now, bob())); err != nil {
				t.Fatal(err)
			}
			in := w.onlyIncident(map[decide.Mode]ledger.State{decide.Ask: ledger.Asked, decide.Act: ledger.Open}[tt.mode], "")
			w.steps, w.dieAt, w.after = 0, dieAt, true
			if w.lives(func() {
				if tt.mode == decide.Ask {
					_, _ = w.remediator().Approve(t.Context(), in.ID, engine.Person{Name: "ann"})
				} else {
					_, _ = w.remediator().Handle(t.Context(), w.jobs[0], false)
				}
			}) {
				if dieAt < 8 {
					t.Fatalf("%s: it survived %d steps: the test does not reach the steps any more", name, dieAt)
				}
				break
			}
			w.dieAt = 0
			was, err := w.store.Get(t.Context(), in.ID)
			if err != nil {
				t.Fatal(err)
			}
			if was.State == ledger.Remediated {
				continue // it has only still to be told
			}
			w.now = w.now.Add(tt.waited)
			if err := w.store.SetSwitch(t.Context(), ledger.Switch{Stopped: tt.stopped, By: "ann"}); err != nil {
				t.Fatal(err)
			}
			settled, err := w.remediator().Settle(t.Context(), engine.Silence{})
			if (err != nil) != (tt.stopped && was.State != ledger.Open) {
				t.Errorf("%s, step %d: %v", name, dieAt, err)
			}
			now, err := w.store.Get(t.Context(), in.ID)
			if err != nil || (len(settled) == 1 && now.State == ledger.Remediated) != tt.ends || !tt.ends && now.Version != was.Version || w.writes > 1 {
				t.Errorf("%s, step %d: %s was %s, %d writes, %v", name, dieAt, now.State, was.State, w.writes, err)
			}
		}
	}
}

// TestSettleDoesNotWait holds that an undo whose resource somebody else works on is left for the next round, and does not keep
// the others waiting.
func TestSettleDoesNotWait(t *testing.T) {
	w := newWorld(t)
	w.mode = decide.Contain
	w.lamps["stairs"] = "on"
	w.deliver(lampEvent("1", "hall", w.now, bob()))
	busy := w.onlyIncident(ledger.Remediated, "")
	w.deliver(lampEvent("2", "stairs", w.now, bob()))
	w.now = w.now.Add(2 * time.Hour)
	if _, err := w.store.Begin(t.Context(), "work/"+busy.Finding.Group(), time.Minute); err != nil {
		t.Fatal(err)
	}
	r, slept := w.remediator(), time.Duration(0)
	r.Sleep = func(_ context.Context, d time.Duration) error { slept += d; return nil }
	silence := engine.Silence{After: time.Hour, Undo: true}
	settled, err := r.Settle(t.Context(), silence)
	if !errors.Is(err, ledger.ErrBusy) || len(settled) != 1 || w.lamps["stairs"] != "on" || slept > time.Second {
		t.Errorf("settled %d after %s, %v; lamps %v", len(settled), slept, err, w.lamps)
	}
	w.now = w.now.Add(time.Hour)
	if settled, err := r.Settle(t.Context(), silence); err != nil || len(settled) != 1 || w.lamps["hall"] != "on" {
		t.Errorf("the next round: settled %d, %v; lamps %v", len(settled), err, w.lamps)
	}
}
