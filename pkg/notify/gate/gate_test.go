package gate

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/config"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// TestRedelivery gives every message several times, at once and late: none is told twice or counted twice.
func TestRedelivery(t *testing.T) {
	w := newWorld(t)
	for i := range 200 {
		for range 3 {
			w.mustDeliver(slack, message(i, "IAM-002", detect.High, "bob"))
		}
	}
	w.tick(5 * time.Minute)
	for i := range 200 {
		w.mustDeliver(slack, message(i, "IAM-002", detect.High, "bob"))
	}
	w.tick(5 * time.Minute)
	w.wantAll(200)
	if w.stands != 100 { // 1, 2, 3, 10, 30, 100
		t.Errorf("those that were told stand for %d, want 100", w.stands)
	}
}

// TestFailing has people out of reach: what is to be told stays so, and is not counted again.
func TestFailing(t *testing.T) {
	w := newWorld(t)
	w.down = errors.New("no line")
	for i := range 12 {
		for range 3 {
			err := w.deliver(slack, message(i, "IAM-002", detect.High, "bob"))
			if told := i < 3 || i == 9; (err != nil) != told {
				t.Errorf("message %d: %v", i, err)
			}
		}
	}
	w.now = w.now.Add(5 * time.Minute)
	for range 2 {
		if err := w.flush(); !errors.Is(err, w.down) {
			t.Errorf("Flush = %v, want the cause", err)
		}
	}
	w.down = nil
	for i := range 12 {
		w.mustDeliver(slack, message(i, "IAM-002", detect.High, "bob"))
	}
	w.tick(0)
	w.wantAll(12)
	if len(w.told) != 4 || w.stands != 10 || len(w.digests) != 1 || w.digests[0].Total != 8 {
		t.Errorf("%d told for %d, digests %v", len(w.told), w.stands, w.digests)
	}
}

// TestWaysAreApart holds that one way of telling that is out of reach keeps only its own.
func TestWaysAreApart(t *testing.T) {
	w := newWorld(t)
	sns := To{Receiver: "default", Notifier: "sns"}
	for i := range 20 {
		w.mustDeliver(slack, message(i, "IAM-002", detect.High, "bob"))
		w.mustDeliver(sns, message(i, "IAM-002", detect.High, "bob"))
	}
	w.now = w.now.Add(5 * time.Minute)
	var told []To
	away := errors.New("away")
	tell := func(_ context.Context, to To, d notify.Digest) error {
		if told = append(told, to); to == slack {
			return away
		}
		if d.Total != 16 {
			t.Errorf("%v is told of %d, want 16", to, d.Total)
		}
		return nil
	}
	if err := w.gate.Flush(t.Context(), tell); !errors.Is(err, away) {
		t.Errorf("Flush = %v, want the cause", err)
	}
	if err := w.gate.Flush(t.Context(), tell); !errors.Is(err, away) || len(told) != 3 || told[2] != slack {
		t.Errorf("Flush = %v, told %v; want the one that failed told again, and no other", err, told)
	}
}

func TestDigest(t *testing.T) {
	w := newWorld(t)
	w.gate.Digest = daily(8, detect.Medium)
	low, medium := message(1, "IAM-002", detect.Low, "bob"), message(2, "IAM-003", detect.Medium, "bob")
	unrated := message(3, "IAM-004", detect.Inherit, "bob")
	critical := message(4, "IAM-002", detect.Low, "bob")
	critical.Lead = &ledger.Incident{ID: "inc-lead", Severity: detect.Critical}
	w.mustDeliver(slack, low, medium, unrated, critical)
	if len(w.told) != 3 {
		t.Errorf("told %v, want what is as grave as the digest's bound, what nobody rated, and what belongs to a critical chain", w.told)
	}
	w.tick(22 * time.Hour)
	if len(w.digests) != 0 {
		t.Errorf("told %v before its time", w.digests)
	}
	w.mustDeliver(slack, message(5, "IAM-002", detect.Info, "eve"))
	w.tick(time.Hour)
	want := []notify.Digest{{
		Title: "2 messages in the daily digest", From: start, To: start.Add(22 * time.Hour), Total: 2,
		Lines: []notify.DigestLine{{
			Rule: "IAM-002", Title: "Title of IAM-002", Severity: detect.Low, Account: "111122223333", Count: 2, Actors: []string{"bob", "eve"},
			Incidents: []string{"inc-00001", "inc-00005"}, DetailType: notify.IncidentOpened,
		}},
	}}
	for i := range w.digests {
		w.digests[i].Key = ""
	}
	if diff := cmp.Diff(want, w.digests); diff != "" {
		t.Errorf("digests (-want +got):\n%s", diff)
	}
	w.tick(24 * time.Hour)
	w.wantAll(5)
	w.mustDeliver(slack, message(6, "IAM-002", detect.Low, "bob"))
	w.gate.Digest = nil // the operator has taken it away
	w.tick(0)
	w.wantAll(6)
}

func TestQuiet(t *testing.T) {
	w := newWorld(t)
	w.now = time.Date(2026, 11, 25, 23, 0, 0, 0, time.UTC)
	w.gate.Quiet = &config.Quiet{From: 22 * time.Hour, To: 7 * time.Hour, Zone: time.UTC, Below: detect.High}
	medium, high := message(1, "IAM-002", detect.Medium, "bob"), message(2, "IAM-002", detect.High, "bob")
	soon := message(3, "IAM-002", detect.Medium, "bob") // ends before anybody would read it
	soon.Deadline = w.now.Add(4 * time.Hour)
	late := message(4, "IAM-002", detect.Medium, "bob")
	late.Deadline = w.now.Add(9 * time.Hour)
	reminder := message(5, "IAM-002", detect.Medium, "bob")
	reminder.DetailType = notify.IncidentReminder
	w.mustDeliver(slack, medium, high, soon, late, reminder)
	if len(w.told) != 3 {
		t.Errorf("told %v, want the high one, the one that would end, and the reminder", w.told)
	}
	w.tick(7 * time.Hour)
	if len(w.digests) != 0 {
		t.Errorf("told %v in quiet hours", w.digests)
	}
	w.tick(time.Hour)
	w.wantAll(5)
	if len(w.digests) != 1 || w.digests[0].Title != "2 messages from quiet hours" {
		t.Errorf("digests %v", w.digests)
	}
	w.gate.Quiet.Below = detect.Critical + 1 // which no configuration says
	w.now = w.now.Add(16 * time.Hour)
	w.mustDeliver(slack, message(6, "IAM-002", detect.Critical, "bob"))
	w.wantAll(6)
}

func TestSilence(t *testing.T) {
	w := newWorld(t)
	w.gate.Silenced = func(in ledger.Incident, now time.Time) (config.Muting, bool) {
		return config.Muting{Owner: "sec-team", Reason: "drill\nforged", Until: start.Add(time.Hour)}, in.Severity < detect.Critical && now.Before(start.Add(time.Hour))
	}
	verdict, err := w.gate.Pass(t.Context(), slack, message(1, "IAM-002", detect.High, "bob"))
	if want := "silenced until 2026-11-25T10:00:00Z by sec-team (drill\uFFFDforged)"; err != nil || verdict.Tell || verdict.Why != want {
		t.Errorf("Pass = %+v, %v; want %q", verdict, err, want)
	}
	part := partOf(message(2, "IAM-002", detect.Low, "bob"), "inc-lead")
	part.Lead = &ledger.Incident{ID: "inc-lead", Severity: detect.Critical}
	w.mustDeliver(slack, part)
	w.now = w.now.Add(time.Hour)
	w.mustDeliver(slack, message(3, "IAM-002", detect.High, "bob"))
	w.wantAll(2)
}

// TestDeath walks a burst with a digest through a death before and after each of its steps. Deliveries come again, as the bus
// and the tick do. Nothing is lost; what was told just before the death may be told again, and nothing else.
func TestDeath(t *testing.T) {
	const n = 8
	run := func(w *world) {
		w.gate.Digest = daily(10, detect.Medium)
		severities := []detect.Severity{detect.High, detect.Low}
		try := func(do func() error) {
			for do() != nil {
				w.dieAt = 0 // the next process lives
			}
		}
		for i := range n { // every rule has a line of its own, which names the incident
			m := partOf(message(i, fmt.Sprint("IAM-", i), severities[i%4/3], "bob"), "inc-lead")
			try(func() error { return w.deliver(slack, m) })
		}
		for range 3 {
			w.now = w.now.Add(30 * time.Minute)
			try(w.flush)
		}
	}
	whole := newWorld(t)
	run(whole)
	whole.wantAll(n)
	if len(whole.digests) != 2 || whole.steps < 30 {
		t.Fatalf("%d digests in %d steps: this test proves little", len(whole.digests), whole.steps)
	}
	for step := 1; step <= whole.steps; step++ {
		for _, after := range []bool{false, true} {
			w := newWorld(t)
			w.dieAt, w.after = step, after
			run(w)
			heard := map[string]bool{}
			told := w.inDigests()
			for key, times := range w.told {
				heard[strings.Split(key, "/")[1][len("slack"):]] = true
				told += times
			}
			for _, d := range w.digests {
				for _, l := range d.Lines {
					for _, id := range l.Incidents {
						heard[id] = true
					}
				}
			}
			if len(heard) != n || told > n+4 || w.held() != 0 { // the larger digest may be told again
				t.Errorf("death at step %d, after %t: %d heard of, %d times; %d held", step, after, len(heard), told, w.held())
			}
		}
	}
}

// TestNothingIsLost throws random messages, failures, hours and policies at the gate.
func TestNothingIsLost(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		w := newWorld(t)
		if r.IntN(2) == 0 {
			w.gate.Digest = daily(time.Duration(r.IntN(24)), detect.Severity(2+r.IntN(3)))
		}
		if r.IntN(2) == 0 {
			w.gate.Quiet = &config.Quiet{
				From: time.Duration(r.IntN(24)) * time.Hour, To: time.Duration(r.IntN(24)) * time.Hour, Zone: time.UTC, Below: detect.Severity(2 + r.IntN(4)),
			}
		}
		muted, lastTick, given := 0, w.now, map[string]notify.Message{}
		w.gate.Silenced = func(in ledger.Incident, _ time.Time) (config.Muting, bool) {
			return config.Muting{}, in.Rule == "IAM-000" && in.Severity < detect.Critical
		}
		n := 50 + r.IntN(300)
		ways := []To{slack, {Receiver: "pci", Notifier: "sns"}}
		for i := range n {
			m := message(i, fmt.Sprintf("IAM-%03d", r.IntN(6)), detect.Severity(1+r.IntN(5)), "bob")
			if r.IntN(3) == 0 {
				m = partOf(m, fmt.Sprint("lead-", r.IntN(3)))
			}
			if m.Incident.Rule == "IAM-000" && m.Weight() < detect.Critical {
				muted += len(ways)
			}
			given[m.Key()] = m
			for _, to := range ways {
				w.down = nil
				if r.IntN(10) == 0 {
					w.down = errors.New("away")
				}
				for w.deliver(to, m) != nil {
					w.down = nil
				}
			}
			w.now = w.now.Add(time.Duration(r.IntN(300)) * time.Second)
			if r.IntN(8) == 0 {
				w.down = nil
				if r.IntN(5) == 0 {
					w.down = errors.New("away")
				}
				if err := w.flush(); err == nil {
					lastTick = w.now
				}
				w.criticalIsTold(seed)
			}
		}
		w.down = nil
		for range 50 {
			w.tick(time.Hour)
		}
		if lastTick.Equal(start) {
			t.Errorf("seed %d: nothing was ever flushed", seed)
		}
		w.wantAll(len(ways)*n - muted)
	}
}

// criticalIsTold makes sure that after a flush that succeeded nothing critical is held.
func (w *world) criticalIsTold(seed uint64) {
	w.t.Helper()
	if w.down != nil {
		return
	}
	for _, family := range Families() {
		slots, err := w.store.Slots(w.t.Context(), family)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, s := range slots {
			if strings.Contains(string(s.Value), `"grave":"CRITICAL"`) || strings.Contains(string(s.Value), `"severity":"CRITICAL"`) {
				w.t.Errorf("seed %d: %s holds %s", seed, family, s.Value)
			}
		}
	}
}

// TestHostile gathers texts of the worst kind until their digest is full.
func TestHostile(t *testing.T) {
	w := newWorld(t)
	w.gate.Digest = daily(8, detect.Critical)
	bad := strings.Repeat("\"\\\u2028<é\x00", 400)
	const n = 1100
	for i := range n {
		m := message(i, fmt.Sprint(i%70, bad), detect.Severity(1+i%4), fmt.Sprint(i, bad))
		m.Incident.Title, m.Incident.Account, m.Incident.ID = bad, fmt.Sprint(i, bad), fmt.Sprint(i, bad[:200])
		m.DetailType = bad
		w.mustDeliver(slack, m)
	}
	w.tick(24 * time.Hour)
	w.wantAll(n)
	if len(w.digests) != 1 || len(w.digests[0].Lines) != maxLines {
		t.Fatalf("%d digests", len(w.digests))
	}
	for _, l := range w.digests[0].Lines {
		if len(l.Title) > maxTitle || len(l.Rule) > maxName || len(l.Account) > maxName || strings.ContainsAny(l.Title+l.Rule, "\x00\u2028\n") {
			t.Errorf("a line of %d bytes: %q", len(l.Title), l.Title)
		}
	}
}

// TestUnreadable has somebody else write into the slots: it is told that there is something, and the others are told.
func TestUnreadable(t *testing.T) {
	w := newWorld(t)
	for i := range 4 {
		w.mustDeliver(slack, message(i, "IAM-002", detect.High, "bob"))
	}
	for _, key := range []string{heldKey + "x", heldKey + "y"} {
		if _, err := w.store.PutSlot(t.Context(), "pending", ledger.Slot{Key: key, Value: []byte(`"?"`), Expires: start.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	w.tick(5 * time.Minute)
	if len(w.digests) != 2 || w.inDigests() != 3 || w.held() != 0 {
		t.Errorf("digests %+v and %d held", w.digests, w.held())
	}
}
