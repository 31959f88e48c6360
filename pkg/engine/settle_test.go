package engine_test

import (
	"errors"
	"testing"
	"time"

	"riposte/pkg/decide"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
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
