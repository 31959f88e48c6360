package remediator

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// contained makes the incidents of the lamps containments, and has each lamp switched off.
func contained(t *testing.T, f *Function, store ledger.Store, lamps ...string) {
	t.Helper()
	for _, name := range lamps {
		_, err := store.Update(t.Context(), name, func(i *ledger.Incident) error {
			i.Mode = "contain"
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if again := failed(t, f, job("j", name, `{"incident":"`+name+`"}`, "1")); len(again) != 0 {
			t.Fatalf("%s is not contained", name)
		}
	}
}

// TestSettle holds what the schedule's message does with containments that nobody has decided about.
func TestSettle(t *testing.T) {
	for name, tt := range map[string]struct {
		silence engine.Silence
		state   ledger.State
		lamp    string
		told    string
	}{
		"kept":    {engine.Silence{After: time.Hour}, ledger.Kept, "off", notify.IncidentKept},
		"undone":  {engine.Silence{After: time.Hour, Undo: true}, ledger.Undone, "on", notify.IncidentUndone},
		"not yet": {engine.Silence{After: 3 * time.Hour}, ledger.Remediated, "off", notify.IncidentRemediated},
		"never":   {engine.Silence{}, ledger.Remediated, "off", notify.IncidentRemediated},
	} {
		t.Run(name, func(t *testing.T) {
			l := &lamps{live: map[string]string{"hall": "on"}}
			f, store, log := l.function(t)
			contained(t, f, store, "hall")
			f.silence = tt.silence
			f.engine.Now = func() time.Time { return clock().Add(2 * time.Hour) }
			for range 2 { // the schedule goes on
				if again := failed(t, f, job("1", "settle", `{"settle":true}`, "1")); len(again) != 0 {
					t.Fatalf("%v come again:\n%s", again, log)
				}
			}
			in, err := store.Get(t.Context(), "hall")
			if err != nil || in.State != tt.state || l.live["hall"] != tt.lamp {
				t.Errorf("incident is %s, lamp is %s, %v; want %s and %s", in.State, l.live["hall"], err, tt.state, tt.lamp)
			}
			if got := l.bus[len(l.bus)-1]; got != "hall "+tt.told {
				t.Errorf("last told %q, want %s", got, tt.told)
			}
		})
	}
}

// TestSettleComesAgain holds that a round which failed comes again, also where the time was up, and keeps no job waiting.
func TestSettleComesAgain(t *testing.T) {
	l := &lamps{live: map[string]string{"hall": "on", "attic": "on", "porch": "on"}}
	f, store, _ := l.function(t)
	contained(t, f, store, "hall", "attic")
	f.silence = engine.Silence{After: time.Hour, Undo: true}
	f.engine.Now = func() time.Time { return clock().Add(2 * time.Hour) }
	l.live["hall"] = "broken"
	batch := []events.SQSMessage{job("1", "settle", `{"settle":true}`, "1"), job("2", "porch", `{"incident":"porch"}`, "1")}
	if diff := cmp.Diff([]string{"1"}, failed(t, f, batch...)); diff != "" {
		t.Errorf("messages that come again (-want +got):\n%s", diff)
	}
	if l.live["attic"] != "on" || l.live["porch"] != "off" {
		t.Errorf("lamps %v: want the one containment undone and the job done", l.live)
	}

	l.live["hall"] = "off"
	f.engine.Now = func() time.Time { return clock().Add(3 * time.Hour) } // the undo that died is taken up again
	late, cancel := context.WithTimeout(t.Context(), toAnswer)
	defer cancel()
	answer, err := f.Handle(late, events.SQSEvent{Records: batch[:1]})
	if err != nil || len(answer.BatchItemFailures) != 1 || late.Err() != nil || l.live["hall"] != "off" {
		t.Errorf("without time: %v, %+v, lamps %v; want nothing done and the message again, in time", err, answer, l.live)
	}
	if again := failed(t, f, batch[0]); len(again) != 0 || l.live["hall"] != "on" {
		t.Errorf("%v come again, lamps %v; want what was begun finished", again, l.live)
	}
}

func TestSettleMessage(t *testing.T) {
	l := &lamps{live: map[string]string{"hall": "on"}}
	f, _, log := l.function(t)
	for _, body := range []string{`{"settle":true,"incident":"hall"}`, `{"settle":false}`, `{"settle":"true"}`, `{"settle":1}`} {
		if again := failed(t, f, job("1", "a", body, "1")); len(again) != 1 || l.live["hall"] != "on" {
			t.Errorf("%s: %v come again, lamps %v", body, again, l.live)
		}
	}
	if !strings.Contains(log.String(), "is no remediation job") {
		t.Errorf("log:\n%s", log)
	}
}

func TestSilenceOf(t *testing.T) {
	for name, tt := range map[string]struct {
		after, silence string
		want           engine.Silence
		says           string
	}{
		"nothing":            {},
		"keep for ever":      {silence: "keep"},
		"keep":               {after: "4h0m0s", silence: "keep", want: engine.Silence{After: 4 * time.Hour}},
		"keep unless said":   {after: "90m", want: engine.Silence{After: 90 * time.Minute}},
		"undo":               {after: "4h0m0s", silence: "undo", want: engine.Silence{After: 4 * time.Hour, Undo: true}},
		"undo at no time":    {silence: "undo", says: "RIPOSTE_SILENCE_AFTER"},
		"something else":     {after: "4h", silence: "revert", says: "RIPOSTE_SILENCE"},
		"no duration":        {after: "4", says: "RIPOSTE_SILENCE_AFTER"},
		"at once":            {after: "0s", says: "RIPOSTE_SILENCE_AFTER"},
		"before it happened": {after: "-4h", silence: "undo", says: "RIPOSTE_SILENCE_AFTER"},
	} {
		env := map[string]string{"RIPOSTE_SILENCE_AFTER": tt.after, "RIPOSTE_SILENCE": tt.silence}
		got, err := silenceOf(func(name string) string { return env[name] })
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) || err == nil && got != tt.want {
			t.Errorf("%s: %+v, %v; want %+v, %q", name, got, err, tt.want, tt.says)
		}
	}
}
