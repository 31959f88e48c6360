package simaws_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"slices"
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
	"riposte/pkg/remedy"
)

var deathSeeds = flag.Int("death-seeds", 1, "in how many generated states the process dies at every step of each action")

// informed plans with what a scenario knows.
type informed struct {
	remedy.Remedy
	known remedy.Known
}

func (i informed) Plan(ctx context.Context, f detect.Finding, _ remedy.Known) (*remedy.Change, string, error) {
	return i.Remedy.Plan(ctx, f, i.known)
}

// A plot is a risky change that has been made, in an account of which each trial has a copy.
type plot struct {
	action       string
	sim          *simaws.Account
	finding      detect.Finding
	known        remedy.Known
	irreversible bool
	start        snapshot
	moments      []simaws.Moment // of a step, at which the process dies
}

func (sc scenario) plot(t *testing.T) plot {
	t.Helper()
	sim := simaws.New(account, clock)
	s := &stage{world: newWorld(t, sim.Config(region)), scenario: sc}
	s.finding = sc.seed(s.world, "trial")
	return plot{
		action: sc.action, sim: sim, finding: s.finding, known: s.known(), irreversible: sc.irreversible, start: photograph(t, sim, nil),
		moments: []simaws.Moment{simaws.Before, simaws.After},
	}
}

// plot returns the risky change of a generated state, with small pages.
func (gr generator) plot(t *testing.T, seed int) plot {
	t.Helper()
	a := simulates(t, gr, seed)
	a.begins()
	return plot{
		action: gr.action, sim: a.sim, finding: a.finding, known: a.known,
		irreversible: !a.remedy.Action().Reversible, start: photograph(t, a.sim, nil),
		moments: []simaws.Moment{simaws.After}, // before a step is after the one before
	}
}

// A trial is a plot with the remediator around it, as a job would find it.
type trial struct {
	t        *testing.T
	sim      *simaws.Account
	store    ledger.Store
	now      time.Time
	remedy   remedy.Remedy
	incident string
	told     []notify.Message // what came onto the bus
	start    snapshot
}

func newTrial(t *testing.T, p plot) *trial {
	t.Helper()
	tr := &trial{t: t, now: clock().Add(time.Minute), sim: p.sim.Copy(), start: p.start}
	f := p.finding
	tr.remedy = informed{remedy.ByAction(remedies.All(ways(tr.sim.Config(region))))[p.action], p.known}
	tr.store = memory.New(func() time.Time { return tr.now })
	in := ledger.Incident{
		ID: f.Incident(), State: ledger.Open, Mode: "act", Rule: f.Rule, Account: f.Event.Account, Region: f.Event.Region,
		Resource: f.Resource.String(), EventIDs: []string{f.Event.ID}, Finding: f, Action: p.action, Changes: []ledger.Change{},
		Times: ledger.Times{Event: f.Event.Time, Received: tr.now, Decided: tr.now},
	}
	if _, _, err := tr.store.Open(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	tr.incident = in.ID
	return tr
}

func (tr *trial) remediator() *engine.Remediator { return tr.mortal(&fate{}) }

// mortal returns a remediator that meets its fate.
func (tr *trial) mortal(f *fate) *engine.Remediator {
	return &engine.Remediator{
		Remedies: map[string]remedy.Remedy{tr.remedy.Action().ID: tr.remedy}, Store: mortalStore{tr.store, f}, Bus: mortalBus{f, &tr.told},
		Now:   func() time.Time { return tr.now },
		Sleep: func(_ context.Context, d time.Duration) error { tr.now = tr.now.Add(d); return nil },
		Log:   slog.New(slog.DiscardHandler),
	}
}

// dies runs do as a process that dies at one of its steps, before or after it, and reports whether it came so far.
func (tr *trial) dies(dieAt int, at simaws.Moment, do func(*engine.Remediator)) (reached bool) {
	f := &fate{dieAt: dieAt, at: at}
	tr.sim.OnCall(func(_ simaws.Call, m simaws.Moment) error { return f.step(m) })
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		do(tr.mortal(f))
	}()
	<-ended
	tr.sim.OnCall(nil)
	return f.steps >= dieAt
}

// An ending is what an account, the journal and the messages came to.
type ending struct {
	state   ledger.State
	journal []string
	told    []string
	account snapshot
}

// ending returns how things stand. Of a message that was told twice people hear once, by its key.
func (tr *trial) ending() ending {
	tr.t.Helper()
	in, err := tr.store.Get(tr.t.Context(), tr.incident)
	if err != nil {
		tr.t.Fatal(err)
	}
	e := ending{state: in.State, account: photograph(tr.t, tr.sim, &tr.start)}
	for _, c := range in.Changes {
		e.journal = append(e.journal, fmt.Sprintf("%s: %s, %s → %s, %s", c.State, c.Summary, c.Before, c.After, c.Error))
	}
	keys := map[string]bool{}
	for _, m := range tr.told {
		if !keys[m.Key()] {
			e.told = append(e.told, m.DetailType)
		}
		keys[m.Key()] = true
	}
	return e
}

// like fails where things ended otherwise than they do without a death.
func (e ending) like(t *testing.T, what string, want ending) {
	t.Helper()
	if e.state != want.state || !slices.Equal(e.journal, want.journal) || !slices.Equal(e.told, want.told) {
		t.Fatalf("%s: %s, %q, told %q; without it %s, %q, told %q", what, e.state, e.journal, e.told, want.state, want.journal, want.told)
	}
	same(t, what, e.account, want.account)
}

// ends fails where the incident does not stand as it should, or its change does not hold or is not undone.
func (tr *trial) ends(what string, state ledger.State, check func(context.Context, remedy.Change) error) {
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
}

func (tr *trial) holds(ctx context.Context, c remedy.Change) error {
	_, err := tr.remedy.Verify(ctx, c)
	return err
}

func (tr *trial) undone(ctx context.Context, c remedy.Change) error {
	_, err := tr.remedy.VerifyUndo(ctx, c)
	return err
}

// TestDeathAtEveryStep lets the process die before and after every call, every ledger write and every message of every
// action, and of its undo, in every scenario and in generated states. The next delivery has to end where one that lived would
// have: with the same account, the same journal and the same messages.
func TestDeathAtEveryStep(t *testing.T) {
	plots := map[string]func(*testing.T) plot{}
	for _, sc := range scenarios() {
		plots[sc.name] = sc.plot
	}
	for _, gr := range generators() {
		for seed := range *deathSeeds {
			plots[fmt.Sprintf("%s in state %d", gr, seed)] = func(t *testing.T) plot { return gr.plot(t, seed) }
		}
	}
	for name, stage := range plots {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			p := stage(t)
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
			lived := newTrial(t, p)
			job(lived)(lived.remediator())
			lived.ends("without a death", ledger.Remediated, lived.holds)
			remediated := lived.ending()
			var undone ending
			if !p.irreversible {
				undo(lived)(lived.remediator())
				lived.ends("without a death", ledger.Undone, lived.undone)
				undone = lived.ending()
			}
			for _, at := range p.moments {
				deaths := 0
				for dieAt := 1; ; dieAt++ {
					tr := newTrial(t, p)
					what := fmt.Sprintf("death at step %d, moment %d", dieAt, at)
					reached := tr.dies(dieAt, at, job(tr))
					job(tr)(tr.remediator())
					tr.ends(what, ledger.Remediated, tr.holds)
					tr.ending().like(t, what, remediated)
					if !reached {
						break
					}
					deaths++
				}
				if deaths < 6 {
					t.Errorf("the action takes %d steps: the test proves nothing", deaths)
				}
				for dieAt := 1; !p.irreversible; dieAt++ {
					tr := newTrial(t, p)
					job(tr)(tr.remediator())
					what := fmt.Sprintf("undo, death at step %d, moment %d", dieAt, at)
					reached := tr.dies(dieAt, at, undo(tr))
					undo(tr)(tr.remediator())
					tr.ends(what, ledger.Undone, tr.undone)
					tr.ending().like(t, what, undone)
					if !reached {
						break
					}
				}
			}
			same(t, "a trial changed another one's account", photograph(t, p.sim, nil), p.start)
		})
	}
}
