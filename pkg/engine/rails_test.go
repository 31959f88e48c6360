package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"riposte/pkg/decide"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
)

// errAway is what a ledger that is out of reach answers.
var errAway = errors.New("the ledger is away")

// awayStore is a ledger whose methods that away names are out of reach.
type awayStore struct {
	ledger.Store
	away map[string]bool
}

func (s *awayStore) reach(method string) error {
	if s.away[method] {
		return errAway
	}
	return nil
}

func (s *awayStore) Open(ctx context.Context, in ledger.Incident) (ledger.Incident, bool, error) {
	if err := s.reach("Open"); err != nil {
		return in, false, err
	}
	return s.Store.Open(ctx, in)
}

func (s *awayStore) Get(ctx context.Context, id string) (ledger.Incident, error) {
	if err := s.reach("Get"); err != nil {
		return ledger.Incident{}, err
	}
	return s.Store.Get(ctx, id)
}

func (s *awayStore) Update(ctx context.Context, id string, change func(*ledger.Incident) error) (ledger.Incident, error) {
	if err := s.reach("Update"); err != nil {
		return ledger.Incident{}, err
	}
	return s.Store.Update(ctx, id, change)
}

func (s *awayStore) Count(ctx context.Context, key string, ttl time.Duration) (int64, error) {
	if err := s.reach("Count"); err != nil {
		return 0, err
	}
	return s.Store.Count(ctx, key, ttl)
}

func (s *awayStore) Switch(ctx context.Context) (ledger.Switch, error) {
	if err := s.reach("Switch"); err != nil {
		return ledger.Switch{}, err
	}
	return s.Store.Switch(ctx)
}

func (s *awayStore) Touch(ctx context.Context, key, incident string, at time.Time) error {
	if err := s.reach("Touch"); err != nil {
		return err
	}
	return s.Store.Touch(ctx, key, incident, at)
}

func (s *awayStore) Touches(ctx context.Context, key string, from, to time.Time) ([]ledger.Touch, error) {
	if err := s.reach("Touches"); err != nil {
		return nil, err
	}
	return s.Store.Touches(ctx, key, from, to)
}

func (s *awayStore) Observe(ctx context.Context, key string, seen []ledger.Sighting, keep time.Duration) error {
	if err := s.reach("Observe"); err != nil {
		return err
	}
	return s.Store.Observe(ctx, key, seen, keep)
}

func (s *awayStore) Thread(ctx context.Context, key, candidate string, at time.Time, window time.Duration) (string, error) {
	if err := s.reach("Thread"); err != nil {
		return "", err
	}
	return s.Store.Thread(ctx, key, candidate, at, window)
}

func (s *awayStore) Begin(ctx context.Context, key string, lease time.Duration) (bool, error) {
	if err := s.reach("Begin"); err != nil {
		return false, err
	}
	return s.Store.Begin(ctx, key, lease)
}

func (s *awayStore) Remembered(ctx context.Context, key string, before time.Time) (ledger.Baseline, error) {
	if err := s.reach("Remembered"); err != nil {
		return ledger.Baseline{}, err
	}
	return s.Store.Remembered(ctx, key, before)
}

// TestDetectorWithoutLedger holds which way the detector fails while a part of the ledger is out of reach: what the rails need
// to know and cannot read becomes an alert, and what cannot be kept makes the delivery come again. Neither is ever acted on
// blindly, or lost.
func TestDetectorWithoutLedger(t *testing.T) {
	for method, tt := range map[string]struct {
		alerts bool   // people are told, and nothing is done, also when the ledger is back
		says   string // what the policy was told
	}{
		"Switch":  {alerts: true},
		"Count":   {alerts: true, says: "the breaker's counters could not be read"},
		"Get":     {},
		"Touches": {},
		"Observe": {},
		"Open":    {},
		"Thread":  {},
		"Update":  {},
	} {
		t.Run(method, func(t *testing.T) {
			w := newWorld(t)
			away := &awayStore{w.store, map[string]bool{method: true}}
			d := w.detector()
			d.Store = away
			d.Breaker = engine.Breaker{PerRule: 10, PerAccount: 10, Total: 10}
			event := lampEvent("1", "hall", w.now, bob())
			_, err := d.Handle(t.Context(), event)
			if (err == nil) != tt.alerts || err != nil && !errors.Is(err, errAway) {
				t.Errorf("error %v, want one: %v", err, !tt.alerts)
			}
			if !strings.Contains(w.spent, tt.says) {
				t.Errorf("the policy was told %q, want %q", w.spent, tt.says)
			}
			if tt.alerts && (len(w.jobs) > 0 || len(w.told()) != 1) {
				t.Errorf("%d jobs and %v told, want an alert", len(w.jobs), w.told())
			}
			away.away = nil
			if _, err := d.Handle(t.Context(), event); err != nil {
				t.Fatal(err)
			}
			w.work()
			want := ledger.Remediated
			if tt.alerts {
				want = ledger.Open
			}
			if in := w.onlyIncident(want, ""); (w.writes == 0) != tt.alerts || in.State == "" {
				t.Errorf("%d writes", w.writes)
			}
		})
	}
}

// TestRemediatorWithoutLedger holds that nothing is changed that the ledger does not know of, and nothing while it cannot say
// whether Riposte is stopped: the job comes again, and ends well when the ledger is back.
func TestRemediatorWithoutLedger(t *testing.T) {
	for _, method := range []string{"Get", "Switch", "Update", "Touch", "Remembered", "Begin"} {
		t.Run(method, func(t *testing.T) {
			w := newWorld(t)
			w.restores = true
			job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
			r := w.remediator()
			r.Store = &awayStore{w.store, map[string]bool{method: true}}
			if _, err := r.Handle(t.Context(), job, false); !errors.Is(err, errAway) || w.writes != 0 {
				t.Errorf("%v after %d writes, want an error before any", err, w.writes)
			}
			w.work()
			w.onlyIncident(ledger.Remediated, ledger.Verified)
		})
	}
}

// TestBrokenConfiguration holds that nothing is acted on while the operator's configuration cannot be read, and that people
// are told of everything.
func TestBrokenConfiguration(t *testing.T) {
	w := newWorld(t)
	d := w.detector()
	d.ConfigError = errors.New("riposte.yaml:3:1: unknown key")
	if _, err := d.Handle(t.Context(), lampEvent("1", "hall", w.now, bob())); err != nil {
		t.Fatal(err)
	}
	if in := w.onlyIncident(ledger.Open, ""); decide.Mode(in.Mode) != decide.Alert || len(w.jobs) > 0 || len(w.told()) != 1 {
		t.Errorf("mode %s, %d jobs, told %v", in.Mode, len(w.jobs), w.told())
	}
}

// inAccount is an event of another account.
func inAccount(event []byte, account string) []byte {
	return []byte(strings.ReplaceAll(string(event), "111122223333", account))
}

// TestAccounts holds where Riposte acts: in the accounts that it watches, and in every account that arrives where it watches
// all of an organization. What it does not watch is told and left alone.
func TestAccounts(t *testing.T) {
	for name, tt := range map[string]struct {
		watches []string
		account string
		acts    bool
	}{
		"the own account":          {[]string{"111122223333"}, "111122223333", true},
		"a stranger's":             {[]string{"111122223333"}, "444455556666", false},
		"a member's":               {nil, "444455556666", true},
		"no account at all":        {[]string{"111122223333"}, "", false},
		"one that is listed twice": {[]string{"111122223333", "444455556666"}, "444455556666", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			d := w.detector()
			d.Accounts = tt.watches
			if _, err := d.Handle(t.Context(), inAccount(lampEvent("1", "hall", w.now, bob()), tt.account)); err != nil {
				t.Fatal(err)
			}
			if len(w.told()) != 1 || len(w.jobs) > 0 != tt.acts || (w.facts.Untrusted == "") != tt.acts {
				t.Errorf("told %v, %d jobs, untrusted %q", w.told(), len(w.jobs), w.facts.Untrusted)
			}
		})
	}
}

// TestBreakerScopes holds that an account that is flooded leaves the others what they may do, as far as all together may do
// it.
func TestBreakerScopes(t *testing.T) {
	w := newWorld(t)
	d := w.detector()
	d.Accounts, d.Breaker = nil, engine.Breaker{PerRule: -1, PerAccount: 1, Total: 2}
	for n, tt := range []struct{ account, spent string }{
		{"111122223333", ""},
		{"111122223333", "in account 111122223333"},
		{"444455556666", ""},
		{"444455556666", "in account 444455556666"},
		{"999988887777", "in all accounts"},
	} {
		w.spent = ""
		if _, err := d.Handle(t.Context(), inAccount(lampEvent(fmt.Sprint(n), "hall", w.now, bob()), tt.account)); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(w.spent, tt.spent) || tt.spent == "" && w.spent != "" {
			t.Errorf("event %d of %s: %q, want %q", n, tt.account, w.spent, tt.spent)
		}
	}
}

// TestClocks holds that the journal explains own calls although clocks differ a little, and no call of another time.
func TestClocks(t *testing.T) {
	for later, want := range map[time.Duration]bool{
		-50 * time.Second: true, 10 * time.Minute: true, -2 * time.Minute: false, 16 * time.Minute: false,
	} {
		w := newWorld(t)
		w.deliver(lampEvent("1", "hall", w.now, bob()))
		w.mode = decide.Alert
		at := w.now.Add(later)
		w.now = w.now.Add(time.Hour) // CloudTrail is late
		got, err := w.detector().Handle(t.Context(), lampEvent("2", "hall", at, ourselves()))
		if err != nil || len(got) != 1 || (got[0].State == ledger.Suppressed) != want {
			t.Errorf("%s after the change: %+v, %v; want it explained: %v", later, got, err, want)
		}
	}
}

// TestStaleJob holds that a job which waited too long starts nothing: the account is another than the one that was judged.
func TestStaleJob(t *testing.T) {
	w := newWorld(t)
	job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
	w.now = w.now.Add(7 * time.Hour)
	if _, err := w.remediator().Handle(t.Context(), job, false); err != nil {
		t.Fatal(err)
	}
	if in := w.onlyIncident(ledger.Failed, ""); w.writes != 0 || !strings.Contains(in.Error, "has waited for") {
		t.Errorf("%d writes, error %q", w.writes, in.Error)
	}
}

// TestStaleJobThatHadBegun holds the same for one whose delivery died before anything was planned, and that an approval is a
// word of its own from which the time counts.
func TestStaleJobThatHadBegun(t *testing.T) {
	for name, tt := range map[string]struct {
		state    ledger.State
		approved time.Duration // after the decision; 0 for never
		ends     ledger.State
	}{
		"begun":                        {ledger.Remediating, 0, ledger.Failed},
		"begun after an old approval":  {ledger.Remediating, time.Minute, ledger.Failed},
		"begun after a late approval":  {ledger.Remediating, 48 * time.Hour, ledger.Remediated},
		"approved, and never begun":    {ledger.Approved, time.Minute, ledger.Failed},
		"approved late, and not begun": {ledger.Approved, 48 * time.Hour, ledger.Remediated},
	} {
		w := newWorld(t)
		job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
		_, err := w.store.Update(t.Context(), job.Incident, func(in *ledger.Incident) error {
			in.State = tt.state
			if tt.approved > 0 {
				in.Notes = append(in.Notes, ledger.Note{Time: in.Times.Decided.Add(tt.approved), By: "ann", Text: "approved"})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(49 * time.Hour)
		if _, err := w.remediator().Handle(t.Context(), job, false); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if in, err := w.store.Get(t.Context(), job.Incident); err != nil || in.State != tt.ends || (w.writes > 0) != (tt.ends == ledger.Remediated) {
			t.Errorf("%s: %s with %d writes (%s), %v; want %s", name, in.State, w.writes, in.Error, err, tt.ends)
		}
	}
}
