package engine_test

import (
	"cmp"
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
)

// seenAgain lets the detector see events while the remediator watches a change that keeps coming back, once it was made.
func (w *world) seenAgain(event func() []byte) engine.Sleep {
	return func(ctx context.Context, d time.Duration) error {
		if w.writes > 0 {
			w.now = w.now.Add(3 * time.Second)
			dieAt := w.dieAt
			w.dieAt = 0 // the detector is another process
			steps := w.steps
			if _, err := w.detector().Handle(ctx, event()); err != nil {
				w.t.Error(err)
			}
			w.dieAt, w.steps = dieAt, steps
		}
		return w.sleep(ctx, d)
	}
}

func (w *world) incident(id string) ledger.Incident {
	w.t.Helper()
	in, err := w.store.(*dyingStore).Get(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return in
}

// TestEscalation holds that the caller is contained where what was reversed comes back again, an event shows that it was
// they who made it again, and the policy would let Riposte contain them; the incident fails all the same, and the
// containment can be undone.
func TestEscalation(t *testing.T) {
	for _, after := range []bool{false, true} {
		for dieAt := 0; ; dieAt++ {
			w := newWorld(t)
			w.stubborn, w.doors = true, map[string]string{"bob": "open"}
			job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
			remediator := func() *engine.Remediator {
				r := w.remediator()
				r.Sleep = w.seenAgain(func() []byte { return lampEvent(fmt.Sprint("again ", w.now), "hall", w.now, bob()) })
				return r
			}
			w.steps, w.dieAt, w.after = 0, dieAt, after
			died := !w.lives(func() { _, _ = remediator().Handle(t.Context(), job, false) })
			w.dieAt = 0
			w.now = w.now.Add(3 * time.Minute) // until what it has claimed is free
			for range 2 {
				if _, err := remediator().Handle(t.Context(), job, false); err != nil {
					t.Fatal(err)
				}
			}
			in := w.incident(job.Incident)
			if in.State != ledger.Failed || w.doors["bob"] != "shut" || len(in.Changes) != 2 || in.Changes[1].State != ledger.Verified {
				t.Fatalf("step %d: %s, door %s, changes %+v", dieAt, in.State, w.doors["bob"], in.Changes)
			}
			if !strings.Contains(in.Error, "came back again") || !strings.Contains(in.Error, "contained instead") {
				t.Errorf("step %d: error %q", dieAt, in.Error)
			}
			if _, err := w.remediator().Undo(t.Context(), in.ID, engine.Person{Name: "ann"}); err != nil || w.doors["bob"] != "open" {
				t.Errorf("step %d: undo: %v, door %s", dieAt, err, w.doors["bob"])
			}
			if dieAt > 0 && !died {
				if dieAt < 12 {
					t.Fatalf("the process survived %d steps: the test does not reach the steps any more", dieAt)
				}
				break
			}
		}
	}
}

// TestEscalationByTheSecondEvent holds that an event which comes only after its change was reversed, and given up, proves
// who made it again when that incident's own change comes back too.
func TestEscalationByTheSecondEvent(t *testing.T) {
	w := newWorld(t)
	w.stubborn, w.doors = true, map[string]string{"bob": "open"}
	for n, id := range []string{"1", "2"} {
		job := w.detectOnly(lampEvent(id, "hall", w.now, bob()))
		if _, err := w.remediator().Handle(t.Context(), job, false); err != nil {
			t.Fatal(err)
		}
		in := w.incident(job.Incident)
		if shut := w.doors["bob"] == "shut"; in.State != ledger.Failed || shut != (n == 1) {
			t.Errorf("event %s: %s, door %s, %s", id, in.State, w.doors["bob"], in.Error)
		}
		w.now = w.now.Add(time.Minute)
	}
}

// TestNoEscalation holds that nobody is contained where the policy does not let Riposte, where no event shows that the same
// principal made it again, and never who Riposte runs as.
func TestNoEscalation(t *testing.T) {
	stranger, ann := bob(), bob()
	stranger["arn"] = "arn:aws:iam::444455556666:user/bob"
	ann["userName"], ann["arn"] = "ann", "arn:aws:iam::111122223333:user/ann"
	is := func(arn string, err error) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return arn, err }
	}
	const bobARN = "arn:aws:iam::111122223333:user/bob"
	for name, tt := range map[string]struct {
		who, again map[string]any // again: who makes it again; nil where no event says
		at         time.Duration  // when, after the first event; 0 for when it is watched
		lamp       string
		mode       decide.Mode // for people
		caller     func(context.Context) (string, error)
		shut       bool
	}{
		"allowed, by the same":      {who: bob(), again: bob(), shut: true},
		"by the same, not by us":    {who: bob(), again: bob(), caller: is("arn:aws:iam::111122223333:user/ann", nil), shut: true},
		"not allowed":               {who: bob(), again: bob(), mode: decide.Ask},
		"another's person":          {who: stranger, again: stranger},
		"no event yet":              {who: bob()},
		"somebody else":             {who: bob(), again: ann},
		"before it was reversed":    {who: bob(), again: bob(), at: time.Millisecond},
		"another resource":          {who: bob(), again: bob(), lamp: "stairs"},
		"we are the caller":         {who: bob(), again: bob(), caller: is(bobARN, nil)},
		"the caller is not known":   {who: bob(), again: bob(), caller: is("", errors.New("sts is away"))},
		"nobody says who we are":    {who: bob(), again: bob(), caller: is("", nil)},
		"our own role, if it could": {who: ourselves(), again: ourselves()},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.stubborn, w.doors, w.doorMode = true, map[string]string{"bob": "open", "Riposte-remediate": "open"}, tt.mode
			w.lamps["stairs"] = "on"
			d := w.detector()
			d.Caller = tt.caller
			start := w.now
			if _, err := d.Handle(t.Context(), lampEvent("1", "hall", start, tt.who)); err != nil {
				t.Fatal(err)
			}
			job := w.jobs[0]
			r := w.remediator()
			if tt.again != nil {
				r.Sleep = w.seenAgain(func() []byte {
					at := w.now
					if tt.at != 0 {
						at = start.Add(tt.at)
					}
					return lampEvent("2", cmp.Or(tt.lamp, "hall"), at, tt.again)
				})
			}
			if _, err := r.Handle(t.Context(), job, false); err != nil {
				t.Fatal(err)
			}
			in := w.incident(job.Incident)
			if shut := w.doors["bob"] == "shut" || w.doors["Riposte-remediate"] == "shut"; in.State != ledger.Failed || shut != tt.shut {
				t.Errorf("%s, doors %v, error %q", in.State, w.doors, in.Error)
			}
		})
	}
}

// TestNoEscalationOfWhoAnswers holds that nobody locks themselves out: who approves an incident under the principal that
// made the change is not contained.
func TestNoEscalationOfWhoAnswers(t *testing.T) {
	for arn, shut := range map[string]bool{
		"arn:aws:iam::111122223333:user/bob": false, "arn:aws:iam::111122223333:user/ops/bob": false,
		"arn:aws:iam::111122223333:user/ann": true, "": true,
	} {
		w := newWorld(t)
		w.stubborn, w.doors = true, map[string]string{"bob": "open"}
		job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
		if _, err := w.remediator().Handle(t.Context(), job, false); err != nil || w.doors["bob"] != "open" {
			t.Fatalf("%v, door %s", err, w.doors["bob"])
		}
		w.writes = 0
		r := w.remediator()
		r.Sleep = w.seenAgain(func() []byte { return lampEvent(fmt.Sprint("again ", w.now), "hall", w.now, bob()) })
		if _, err := r.Approve(t.Context(), job.Incident, engine.Person{Name: "x", Principal: arn}); err != nil {
			t.Fatal(err)
		}
		if in := w.incident(job.Incident); in.State != ledger.Failed || (w.doors["bob"] == "shut") != shut {
			t.Errorf("%q: %s, door %s, error %q", arn, in.State, w.doors["bob"], in.Error)
		}
	}
}

// TestNoEscalationWithoutTheLedger holds that nobody is contained while it cannot be read who made it again.
func TestNoEscalationWithoutTheLedger(t *testing.T) {
	w := newWorld(t)
	w.stubborn, w.doors = true, map[string]string{"bob": "open"}
	job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
	r := w.remediator()
	r.Store = &blindStore{Store: w.store}
	r.Sleep = w.seenAgain(func() []byte { return lampEvent(fmt.Sprint("again ", w.now), "hall", w.now, bob()) })
	if _, err := r.Handle(t.Context(), job, false); err != nil {
		t.Fatal(err)
	}
	if in := w.incident(job.Incident); in.State != ledger.Failed || w.doors["bob"] != "open" || !strings.Contains(in.Error, "nobody is contained") {
		t.Errorf("%s, door %s, error %q", in.State, w.doors["bob"], in.Error)
	}
}

// blindStore cannot read what was seen.
type blindStore struct{ ledger.Store }

func (s *blindStore) Observed(context.Context, string, time.Time, time.Time) ([]ledger.Sighting, error) {
	return nil, errors.New("the ledger does not answer")
}

// TestUndoneEscalation holds that approving what was undone makes the incident's own change again, and does not contain the
// caller once more, whom a person has let go.
func TestUndoneEscalation(t *testing.T) {
	w := newWorld(t)
	w.stubborn, w.doors = true, map[string]string{"bob": "open"}
	job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
	r := w.remediator()
	r.Sleep = w.seenAgain(func() []byte { return lampEvent(fmt.Sprint("again ", w.now), "hall", w.now, bob()) })
	if _, err := r.Handle(t.Context(), job, false); err != nil || w.doors["bob"] != "shut" {
		t.Fatalf("%v, door %s", err, w.doors["bob"])
	}
	ann := engine.Person{Name: "ann"}
	if _, err := w.remediator().Undo(t.Context(), job.Incident, ann); err != nil {
		t.Fatal(err)
	}
	w.stubborn = false
	if _, err := w.remediator().Approve(t.Context(), job.Incident, ann); err != nil {
		t.Fatal(err)
	}
	if in := w.incident(job.Incident); in.State != ledger.Remediated {
		t.Errorf("%s: %s", in.State, in.Error)
	}
	if w.doors["bob"] != "open" || w.lamps["hall"] != "off" {
		t.Errorf("door %s, lamp %s", w.doors["bob"], w.lamps["hall"])
	}
}

// TestContainmentClaims holds that nobody is contained, or let go, while somebody else works on them: it comes again.
func TestContainmentClaims(t *testing.T) {
	w := newWorld(t)
	w.stubborn, w.doors = true, map[string]string{"bob": "open"}
	job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
	r := w.remediator()
	r.Sleep = w.seenAgain(func() []byte { return lampEvent(fmt.Sprint("again ", w.now), "hall", w.now, bob()) })
	ofBob := detect.Finding{Event: detect.EventRef{Account: "111122223333", Region: "us-east-1"}, Resource: detect.Resource{Type: detect.User, ID: "bob"}}
	key := "work/" + ofBob.Group()
	claim := func() {
		t.Helper()
		if _, err := w.store.Begin(t.Context(), key, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	give := func() {
		t.Helper()
		if err := w.store.Release(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	claim()
	if in, err := r.Handle(t.Context(), job, true); !errors.Is(err, ledger.ErrBusy) || w.doors["bob"] != "open" || in.State != ledger.Remediating {
		t.Errorf("busy: %s, door %s, %v", in.State, w.doors["bob"], err)
	}
	give()
	if in, err := r.Handle(t.Context(), job, true); err != nil || w.doors["bob"] != "shut" || in.State != ledger.Failed {
		t.Fatalf("free: %s, door %s, %v", in.State, w.doors["bob"], err)
	}
	ann := engine.Person{Name: "ann"}
	claim()
	if in, err := w.remediator().Undo(t.Context(), job.Incident, ann); !errors.Is(err, ledger.ErrBusy) || w.doors["bob"] != "shut" || in.State != ledger.Undoing {
		t.Errorf("undo while busy: %s, door %s, %v", in.State, w.doors["bob"], err)
	}
	give()
	if in, err := w.remediator().Undo(t.Context(), job.Incident, ann); err != nil || w.doors["bob"] != "open" || in.State != ledger.Undone {
		t.Errorf("undo: %s, door %s, %v", in.State, w.doors["bob"], err)
	}
}

// TestNoLateEscalation holds that nobody is contained by a decision of another day: since then somebody may have vouched for
// them.
func TestNoLateEscalation(t *testing.T) {
	for waited, shut := range map[time.Duration]bool{time.Hour: true, 7 * time.Hour: false} {
		w := newWorld(t)
		w.stubborn, w.doors = true, map[string]string{"bob": "open"}
		job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
		if in, err := w.remediator().Handle(t.Context(), job, false); err != nil || in.State != ledger.Failed || w.doors["bob"] != "open" {
			t.Fatalf("%s, %v, door %s", in.State, err, w.doors["bob"])
		}
		w.now = w.now.Add(waited)
		w.writes = 0
		r := w.remediator()
		r.Sleep = w.seenAgain(func() []byte { return lampEvent(fmt.Sprint("again ", w.now), "hall", w.now, bob()) })
		in, err := r.Approve(t.Context(), job.Incident, engine.Person{Name: "ann"})
		if err != nil || in.State != ledger.Failed || (w.doors["bob"] == "shut") != shut {
			t.Errorf("after %s: %s, door %s, %q, %v", waited, in.State, w.doors["bob"], in.Error, err)
		}
	}
}
