package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

func TestDetectorWithoutActing(t *testing.T) {
	tests := []struct {
		name    string
		mode    decide.Mode
		prepare func(*world)
		state   ledger.State
		told    int
	}{
		{name: "alert", mode: decide.Alert, state: ledger.Open, told: 1},
		{name: "ask", mode: decide.Ask, state: ledger.Asked, told: 1},
		{
			name: "stopped", mode: decide.Act, state: ledger.Open, told: 1,
			prepare: func(w *world) { _ = w.store.SetSwitch(w.t.Context(), ledger.Switch{Stopped: true, By: "ann"}) },
		},
		{
			name: "breaker", mode: decide.Act, state: ledger.Open, told: 1,
			prepare: func(w *world) { w.breaks.PerAccount = 0 },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.mode = tt.mode
			if tt.prepare != nil {
				tt.prepare(w)
			}
			event := lampEvent("1", "hall", w.now, bob())
			w.deliver(event)
			w.deliver(event)
			w.onlyIncident(tt.state, "")
			if len(w.published) != tt.told || w.writes != 0 {
				t.Errorf("%d messages and %d writes, want %d and none", len(w.published), w.writes, tt.told)
			}
		})
	}
}

func TestDetectorDropsNothing(t *testing.T) {
	t.Run("an event that is no record", func(t *testing.T) {
		w := newWorld(t)
		if _, err := w.detector().Handle(t.Context(), []byte(`{"source":"aws.lamps","detail":`)); err == nil {
			t.Error("no error: the delivery would be lost")
		}
	})
	t.Run("queue out of reach", func(t *testing.T) {
		w := newWorld(t)
		w.sendErr = errors.New("queue away")
		event := lampEvent("1", "hall", w.now, bob())
		if _, err := w.detector().Handle(t.Context(), event); err == nil {
			t.Fatal("no error")
		}
		if got := w.told(); len(got) != 1 {
			t.Errorf("told %v: people must hear of it while the queue is away", got)
		}
		w.sendErr = nil
		w.deliver(event)
		w.onlyIncident(ledger.Remediated, ledger.Verified)
	})
	t.Run("bus out of reach", func(t *testing.T) {
		w := newWorld(t)
		w.busErr = errors.New("bus away")
		event := lampEvent("1", "hall", w.now, bob())
		if _, err := w.detector().Handle(t.Context(), event); err == nil {
			t.Fatal("no error")
		}
		w.busErr = nil
		w.deliver(event)
		w.onlyIncident(ledger.Remediated, ledger.Verified)
		if got := w.told(); len(got) != 2 {
			t.Errorf("told %v, want opened and remediated", got)
		}
	})
	t.Run("a payload that is left out", func(t *testing.T) {
		w := newWorld(t)
		w.mode = decide.Alert
		event := []byte(strings.Replace(string(lampEvent("1", "hall", w.now, bob())), `{"lamp":"hall"}`, `null`, 1))
		w.deliver(event)
		if in := w.onlyIncident(ledger.Open, ""); in.Finding.Unjudged == "" {
			t.Errorf("finding %+v, want one that says that it could not be judged", in.Finding)
		}
	})
	t.Run("an event that no rule wants", func(t *testing.T) {
		w := newWorld(t)
		event := strings.Replace(string(lampEvent("1", "hall", w.now, bob())), "SwitchOn", "SwitchOff", 1)
		if in, err := w.detector().Handle(t.Context(), []byte(event)); err != nil || len(in) != 0 {
			t.Errorf("got %v, %v, want nothing", in, err)
		}
	})
}

func TestUntrusted(t *testing.T) {
	tests := map[string][2]string{
		"replay":        {`"id":"e-1"`, `"id":"e-1","replay-name":"last week"`},
		"source":        {`"source":"aws.lamps"`, `"source":"my.lamps"`},
		"other account": {`"recipientAccountId":"111122223333"`, `"recipientAccountId":"999988887777"`},
		"envelope":      {`{"account":"111122223333"`, `{"account":"444455556666"`},
	}
	for name, edit := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			event := string(lampEvent("1", "hall", w.now, bob()))
			if !strings.Contains(event, edit[0]) {
				t.Fatalf("%s is not in %s", edit[0], event)
			}
			w.deliver([]byte(strings.Replace(event, edit[0], edit[1], 1)))
			if w.facts.Untrusted == "" || w.writes != 0 {
				t.Errorf("untrusted %q, %d writes: want a reason and no write", w.facts.Untrusted, w.writes)
			}
		})
	}
}

// TestOwnCalls holds that the journal explains what Riposte does and nothing else, whoever does it.
func TestOwnCalls(t *testing.T) {
	ann := map[string]any{"type": "IAMUser", "userName": "ann", "arn": "arn:aws:iam::111122223333:user/ann", "accountId": "111122223333"}
	tests := []struct {
		name     string
		identity map[string]any
		lamp     string
		later    time.Duration
		want     bool // explained
	}{
		{"our undo", ourselves(), "hall", time.Second, true},
		{"the person who ran the undo", ann, "hall", time.Second, true},
		{"somebody else at the same time", bob(), "hall", time.Second, false},
		{"our role on what no journal names", ourselves(), "attic", time.Second, false},
		{"our role long after", ourselves(), "hall", time.Hour, false},
		{"our role long before", ourselves(), "hall", -time.Hour, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.lamps["attic"] = "off"
			w.deliver(lampEvent("1", "hall", w.now, bob()))
			in := w.onlyIncident(ledger.Remediated, ledger.Verified)
			by := engine.Person{Name: "ann", Principal: "arn:aws:iam::111122223333:user/ann"}
			if _, err := w.remediator().Undo(t.Context(), in.ID, by); err != nil {
				t.Fatal(err)
			}
			w.mode = decide.Alert
			got, err := w.detector().Handle(t.Context(), lampEvent("2", tt.lamp, w.now.Add(tt.later), tt.identity))
			if err != nil || len(got) != 1 {
				t.Fatalf("got %v, %v", got, err)
			}
			if explained := got[0].State == ledger.Suppressed; explained != tt.want {
				t.Errorf("explained %v (%s), want %v", explained, got[0].Reason, tt.want)
			}
		})
	}
}

func TestBreaker(t *testing.T) {
	w := newWorld(t)
	w.breaks = engine.Breaker{PerRule: 3, PerAccount: -1, Total: -1}
	for n := range 5 {
		id := string(rune('a' + n))
		w.lamps[id] = "on"
		w.deliver(lampEvent(id, id, w.now, bob()))
	}
	if w.writes != 3 {
		t.Errorf("%d writes, want 3: the breaker allows 3 an hour", w.writes)
	}
	if !strings.Contains(w.spent, "LAMP-001") {
		t.Errorf("the policy was told %q, want the rule whose budget is spent", w.spent)
	}
	if n := len(w.told()); n != 5+3 {
		t.Errorf("%d messages, want 5 opened and 3 remediated", n)
	}
	w.now = w.now.Add(time.Hour)
	w.lamps["z"] = "on"
	w.deliver(lampEvent("z", "z", w.now, bob()))
	if w.lamps["z"] != "off" {
		t.Error("the breaker does not close again in the next hour")
	}
}

func TestNotificationsOnce(t *testing.T) {
	w := newWorld(t)
	good, bad := &notifier{name: "good"}, &notifier{name: "bad", err: errors.New("away")}
	n := &engine.Notifications{Notifiers: []notify.Notifier{bad, good}, Store: w.store, Sleep: w.sleep, Log: silent()}
	m := notify.Message{DetailType: notify.IncidentOpened, Due: 1, Incident: ledger.Incident{ID: "inc-1"}}
	for range 3 {
		if err := n.Handle(t.Context(), m); err == nil {
			t.Fatal("no error although one way of telling failed")
		}
	}
	bad.err = nil
	for range 3 {
		if err := n.Handle(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if good.told != 1 || bad.told != 1 {
		t.Errorf("told %d and %d times, want once each", good.told, bad.told)
	}
	m.Due = 2
	if err := n.Handle(t.Context(), m); err != nil || good.told != 2 {
		t.Errorf("a second message of the same kind was told %d times in all, want 2: %v", good.told, err)
	}
	for _, broken := range []notify.Message{{DetailType: notify.IncidentOpened}, {Incident: ledger.Incident{ID: "inc-1"}}} {
		if err := n.Handle(t.Context(), broken); err == nil {
			t.Errorf("no error for %+v", broken)
		}
	}
}

// TestNotificationsWait holds that a delivery waits for another that is at work on the same message, and takes over when
// that one has died.
func TestNotificationsWait(t *testing.T) {
	for name, died := range map[string]bool{"the other tells": false, "the other dies": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			to := &notifier{name: "slack"}
			m := notify.Message{DetailType: notify.IncidentOpened, Due: 1, Incident: ledger.Incident{ID: "inc-1"}}
			key := m.Key() + "/slack"
			if _, err := w.store.Begin(t.Context(), key, engine.NotifyLease); err != nil {
				t.Fatal(err)
			}
			n := &engine.Notifications{
				Notifiers: []notify.Notifier{to}, Store: w.store, Log: silent(),
				Sleep: func(ctx context.Context, d time.Duration) error {
					if died {
						return w.sleep(ctx, d)
					}
					return w.store.Finish(ctx, key, time.Hour)
				},
			}
			if err := n.Handle(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			if told := to.told == 1; told != died {
				t.Errorf("told %d times", to.told)
			}
		})
	}
}

// TestBreakerIsNotDrained holds that events beyond a rule's bound do not use up what other rules may do.
func TestBreakerIsNotDrained(t *testing.T) {
	w := newWorld(t)
	w.breaks = engine.Breaker{PerRule: 2, PerAccount: 4, Total: 4}
	spend := func(rule, id string) string {
		d := w.detector()
		other := lampRule()
		other.ID = rule
		d.Index = detect.NewIndex([]*detect.Rule{other})
		w.spent = ""
		if _, err := d.Handle(t.Context(), lampEvent(id, id, w.now, bob())); err != nil {
			t.Fatal(err)
		}
		return w.spent
	}
	for n := range 10 {
		if spent := spend("LAMP-001", fmt.Sprint("a", n)); (spent == "") != (n < 2) {
			t.Errorf("event %d: %q", n, spent)
		}
	}
	if spent := spend("LAMP-002", "b"); spent != "" {
		t.Errorf("another rule is stopped: %s", spent)
	}
}

// TestHome holds that what happened in another account than that of the credentials is told and not acted on.
func TestHome(t *testing.T) {
	for home, acts := range map[string]bool{"111122223333": true, "444455556666": false} {
		w := newWorld(t)
		d := w.detector()
		d.Home = func(context.Context) (string, error) { return home, nil }
		got, err := d.Handle(t.Context(), lampEvent("1", "hall", w.now, bob()))
		if err != nil || len(got) != 1 || (got[0].Mode == "act") != acts {
			t.Errorf("home %s: %+v, %v, want acting %v", home, got, err, acts)
		}
	}
	w := newWorld(t)
	d := w.detector()
	d.Home = func(context.Context) (string, error) { return "", errors.New("no credentials") }
	got, err := d.Handle(t.Context(), lampEvent("1", "hall", w.now, bob()))
	if err != nil || len(got) != 1 || got[0].Mode == "act" || !strings.Contains(w.facts.Untrusted, "no credentials") || w.writes != 0 {
		t.Errorf("nobody knows which account may be changed: %+v, %v; want it told, with the cause, and nothing done", got, err)
	}

	w = newWorld(t)
	d = w.detector()
	ctx, cancel := context.WithCancel(t.Context())
	d.Home = func(ctx context.Context) (string, error) { cancel(); return "", ctx.Err() }
	if got, err := d.Handle(ctx, lampEvent("1", "hall", w.now, bob())); err == nil || len(got) != 0 {
		t.Errorf("interrupted: %+v, %v; want an error, so that the event comes again", got, err)
	}

	w = newWorld(t)
	d = w.detector()
	d.Home = func(context.Context) (string, error) { return "", fmt.Errorf("throttled: %w", engine.ErrNotNow) }
	if got, err := d.Handle(t.Context(), lampEvent("1", "hall", w.now, bob())); err != nil || len(got) != 1 || got[0].Mode != "act" || len(w.jobs) != 1 {
		t.Errorf("throttled: %+v, %v; want what it would be otherwise", got, err)
	}
}
