package engine_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/observe"
)

// outcomes is a log, read back as what was said and what it counts.
type outcomes struct {
	t *testing.T
	bytes.Buffer
}

// lines returns each line as its level, its message and its metrics; measured times as their names alone.
func (o *outcomes) lines() (out []string) {
	o.t.Helper()
	for text := range strings.Lines(o.String()) {
		var root map[string]any
		if err := json.Unmarshal([]byte(text), &root); err != nil {
			o.t.Fatal(err)
		}
		line := fmt.Sprintf("%s %s", root["level"], root["msg"])
		for _, m := range observe.Metrics() {
			switch value, ok := root[m.Name]; {
			case ok && m.Unit == observe.Count:
				line += fmt.Sprintf(" %s=%v", m.Name, value)
			case ok:
				line += " " + m.Name
			}
		}
		if root["incident"] == nil {
			line += " of no incident"
		}
		out = append(out, line)
	}
	o.Reset()
	return out
}

func (o *outcomes) want(lines ...string) {
	o.t.Helper()
	if diff := cmp.Diff(lines, o.lines()); diff != "" {
		o.t.Errorf("logged (-want +got):\n%s", diff)
	}
}

// heard returns the world's detector and remediator with a log that is kept.
func (w *world) heard(policy engine.Decider) (*outcomes, *engine.Detector, *engine.Remediator) {
	log := &outcomes{t: w.t}
	logger := observe.NewLogger(log, func(string) string { return "" })
	d, r := w.detector(), w.remediator()
	d.Log, r.Log = logger, logger
	if policy != nil {
		d.Policy = policy
	}
	return log, d, r
}

const opened = "INFO incident opened IncidentsOpened=1 EventToReceived ReceivedToDecided"

// TestOutcomesOnce holds that each outcome is one line that counts it, however often deliveries come.
func TestOutcomesOnce(t *testing.T) {
	w := newWorld(t)
	log, d, r := w.heard(nil)
	event := lampEvent("e1", "hall", w.now.Add(-time.Minute), bob())
	for range 3 {
		if _, err := d.Handle(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	log.want(opened)
	job := w.jobs[0]
	for range 3 {
		if _, err := r.Handle(t.Context(), job, false); err != nil {
			t.Fatal(err)
		}
	}
	log.want("INFO incident remediated DecidedToActed ActedToVerified EventToVerified Remediated=1")
	for range 2 {
		if _, err := r.Keep(t.Context(), job.Incident, engine.Person{Name: "ann"}); err != nil {
			t.Fatal(err)
		}
	}
	log.want("INFO incident kept")
	if _, err := r.Undo(t.Context(), job.Incident, engine.Person{Name: "ann"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Undo(t.Context(), job.Incident, engine.Person{Name: "ann"}); err == nil {
		t.Error("undone twice, and no error")
	}
	log.want("INFO incident undone")
	if _, err := r.Approve(t.Context(), job.Incident, engine.Person{Name: "ann"}); err != nil {
		t.Fatal(err)
	}
	log.want("INFO incident remediated ActedToVerified Remediated=1") // how long the person took is not Riposte's
}

func TestOutcomesOfRemediator(t *testing.T) {
	for name, tt := range map[string]struct {
		prepare func(*world)
		want    string
	}{
		"fails":              {func(w *world) { w.readErr = errors.New("throttled") }, "ERROR remediation failed RemediationFailed=1"},
		"nothing left to do": {func(w *world) { w.lamps["hall"] = "off" }, "INFO incident resolved"},
		"gone":               {func(w *world) { delete(w.lamps, "hall") }, "INFO incident resolved"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			log, d, r := w.heard(nil)
			if _, err := d.Handle(t.Context(), lampEvent("e1", "hall", w.now.Add(-time.Minute), bob())); err != nil {
				t.Fatal(err)
			}
			log.lines()
			tt.prepare(w)
			for range 2 {
				if _, err := r.Handle(t.Context(), w.jobs[0], true); err != nil {
					t.Fatal(err)
				}
			}
			log.want(tt.want)
		})
	}
}

// fixed is a policy that always decides the same.
type fixed struct{ decision decide.Decision }

func (f fixed) Decide(detect.Finding, decide.Facts) decide.Decision { return f.decision }
func (fixed) Own(detect.Actor) bool                                 { return false }

func TestOutcomesOfDetector(t *testing.T) {
	const timed = "INFO incident opened EventToReceived ReceivedToDecided"
	for name, tt := range map[string]struct {
		decision decide.Decision
		want     string
	}{
		"alert":             {decide.Decision{Mode: decide.Alert}, opened},
		"an exception":      {decide.Decision{Mode: decide.Alert, Suppressed: true, Exception: "x"}, timed + " ExceptionsHit=1"},
		"the journal":       {decide.Decision{Mode: decide.Alert, Suppressed: true}, timed},
		"one that expired":  {decide.Decision{Mode: decide.Alert, Held: decide.HeldByException}, opened + " ExceptionsExpired=1"},
		"the breaker":       {decide.Decision{Mode: decide.Alert, Held: decide.HeldByBreaker}, opened + " BreakerOpened=1"},
		"a fight is ended":  {decide.Decision{Mode: decide.Alert, Held: decide.HeldAsFight}, opened + " FightsEnded=1"},
		"nobody is told it": {decide.Decision{Mode: decide.Off}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			log, d, _ := w.heard(fixed{tt.decision})
			for range 2 {
				if _, err := d.Handle(t.Context(), lampEvent("e1", "hall", w.now.Add(-time.Minute), bob())); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(log.lines(), "\n")); diff != "" {
				t.Errorf("logged (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOutcomesOfMessages holds that a message is counted once for each way of telling, and what people decided once in
// all.
func TestOutcomesOfMessages(t *testing.T) {
	w := newWorld(t)
	log := &outcomes{t: t}
	slow := &notifier{name: "slack", err: errors.New("no line")}
	n := &engine.Notifications{
		Notifiers: []notify.Notifier{&notifier{name: "sns"}, slow}, Store: w.store, Sleep: w.sleep,
		Log: observe.NewLogger(log, func(string) string { return "" }),
	}
	undone := notify.Message{DetailType: notify.IncidentUndone, Due: 1, Incident: ledger.Incident{ID: "inc-1"}}
	if err := n.Handle(t.Context(), undone); err == nil {
		t.Error("one way failed, and no error: it would not be tried again")
	}
	log.want("INFO told Undone=1 MessagesTold=1", "WARN not told MessagesFailed=1")
	slow.err = nil
	for range 2 {
		if err := n.Handle(t.Context(), undone); err != nil {
			t.Fatal(err)
		}
	}
	log.want("INFO told MessagesTold=1")
	kept := notify.Message{DetailType: notify.IncidentKept, Due: 2, Incident: ledger.Incident{ID: "inc-1"}}
	if err := n.Handle(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	log.want("INFO told Kept=1 MessagesTold=1", "INFO told MessagesTold=1")
}
