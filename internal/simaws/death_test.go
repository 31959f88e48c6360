package simaws_test

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	"riposte/internal/simaws"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/notify"
	"riposte/pkg/remedies"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// informed plans with what a scenario knows.
type informed struct {
	remedy.Remedy
	known remedy.Known
}

func (i informed) Plan(ctx context.Context, f detect.Finding, _ remedy.Known) (*remedy.Change, string, error) {
	return i.Remedy.Plan(ctx, f, i.known)
}

// deaf takes every message.
type deaf struct{}

func (deaf) Publish(context.Context, notify.Message) error { return nil }

// A trial is a scenario with the remediator around it, as a job would find it.
type trial struct {
	t        *testing.T
	sim      *simaws.Account
	store    ledger.Store
	now      time.Time
	remedy   remedy.Remedy
	incident string
}

func newTrial(t *testing.T, sc scenario) *trial {
	t.Helper()
	tr := &trial{t: t, now: clock().Add(time.Minute)}
	tr.sim = simaws.New(account, clock)
	w := newWorld(t, tr.sim.Config(region))
	f := sc.seed(w, "trial")
	all := remedy.ByAction(remedies.All(access.HomeAccount(w.cfg, access.Known(account))))
	s := &stage{world: w, scenario: sc, remedy: all[sc.action], finding: f}
	tr.remedy = informed{all[sc.action], s.known()}
	tr.store = memory.New(func() time.Time { return tr.now })
	in := ledger.Incident{
		ID: f.Incident(), State: ledger.Open, Mode: "act", Rule: f.Rule, Account: f.Event.Account, Region: f.Event.Region,
		Resource: f.Resource.String(), EventIDs: []string{f.Event.ID}, Finding: f, Action: sc.action, Changes: []ledger.Change{},
		Times: ledger.Times{Event: f.Event.Time, Received: tr.now, Decided: tr.now},
	}
	if _, _, err := tr.store.Open(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	tr.incident = in.ID
	tr.sim.ForgetCalls()
	return tr
}

func (tr *trial) remediator() *engine.Remediator {
	return &engine.Remediator{
		Remedies: map[string]remedy.Remedy{tr.remedy.Action().ID: tr.remedy}, Store: tr.store, Bus: deaf{},
		Now:   func() time.Time { return tr.now },
		Sleep: func(_ context.Context, d time.Duration) error { tr.now = tr.now.Add(d); return nil },
		Log:   slog.New(slog.DiscardHandler),
	}
}

// dies runs do as a process that dies at call number dieAt, before or after it, and reports whether it came so far. A call
// that AWS refuses has no moment after it.
func (tr *trial) dies(dieAt int, at simaws.Moment, do func(*engine.Remediator)) (reached bool) {
	calls := 0
	tr.sim.OnCall(func(_ simaws.Call, m simaws.Moment) error {
		if m == simaws.Before {
			calls++
		}
		if calls == dieAt && m == at {
			runtime.Goexit()
		}
		return nil
	})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		do(tr.remediator())
	}()
	<-ended
	tr.sim.OnCall(nil)
	return calls >= dieAt
}

// ends reports how the incident stands, and fails where its change does not hold or is not undone.
func (tr *trial) ends(what string, state ledger.State, check func(context.Context, remedy.Change) error) string {
	tr.t.Helper()
	in, err := tr.store.Get(tr.t.Context(), tr.incident)
	if err != nil {
		tr.t.Fatal(err)
	}
	if in.State != state || len(in.Changes) != 1 {
		tr.t.Fatalf("%s: incident is %s with %d changes: %s %+v", what, in.State, len(in.Changes), in.Error, in.Notes)
	}
	if err := check(tr.t.Context(), in.Changes[0].Change); err != nil {
		tr.t.Fatalf("%s: %v", what, err)
	}
	return in.Changes[0].Summary
}

func (tr *trial) holds(ctx context.Context, c remedy.Change) error {
	_, err := tr.remedy.Verify(ctx, c)
	return err
}

func (tr *trial) undone(ctx context.Context, c remedy.Change) error {
	_, err := tr.remedy.VerifyUndo(ctx, c)
	return err
}

// TestDeathAtEveryCall lets the process die before and after every call of every action, and of its undo. The next delivery
// has to end where one that lived would have.
func TestDeathAtEveryCall(t *testing.T) {
	for _, sc := range scenarios() {
		t.Run(strings.ReplaceAll(sc.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			job := func(tr *trial) func(*engine.Remediator) {
				return func(r *engine.Remediator) {
					_, _ = r.Handle(t.Context(), engine.Job{Incident: tr.incident}, false)
				}
			}
			undo := func(tr *trial) func(*engine.Remediator) {
				return func(r *engine.Remediator) {
					_, _ = r.Undo(t.Context(), tr.incident, engine.Person{Name: "ann"})
				}
			}
			for _, at := range []simaws.Moment{simaws.Before, simaws.After} {
				deaths := 0
				for dieAt := 1; ; dieAt++ {
					tr := newTrial(t, sc)
					what := fmt.Sprintf("death at call %d, moment %d", dieAt, at)
					reached := tr.dies(dieAt, at, job(tr))
					job(tr)(tr.remediator())
					tr.ends(what, ledger.Remediated, tr.holds)
					if !reached {
						break
					}
					deaths++
				}
				if deaths < 2 {
					t.Errorf("the action makes %d calls: the test proves nothing", deaths)
				}
				for dieAt := 1; !sc.irreversible; dieAt++ {
					tr := newTrial(t, sc)
					job(tr)(tr.remediator())
					what := fmt.Sprintf("undo, death at call %d, moment %d", dieAt, at)
					reached := tr.dies(dieAt, at, undo(tr))
					undo(tr)(tr.remediator())
					tr.ends(what, ledger.Undone, tr.undone)
					if !reached {
						break
					}
				}
			}
		})
	}
}
