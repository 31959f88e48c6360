package simaws_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"riposte/internal/simaws"
	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies"
	"riposte/pkg/remedy"
)

var seeds = flag.Int("seeds", 2, "in how many generated states the property tests play each action")

// A generator makes risky changes for one action in states of its choice.
type generator struct {
	action string
	name   string // unique; the action where it is empty
	make   func(g *gen) *episode
	// alone is set where the account has one of what the change is about, so that nothing beside it is of the same action.
	alone bool
	// forbids are the actions whose risky changes the account refuses while this one's state is good.
	forbids []string
	// simulated says why moto does not play it; empty where it does.
	simulated string
}

func (gr generator) String() string {
	if gr.name != "" {
		return gr.action + " " + gr.name
	}
	return gr.action
}

// An episode is one risky change in a state that was made for it.
type episode struct {
	// change makes the risky change and returns what a rule finds.
	change func() detect.Finding
	// expected is the finding, where it is known before the change: it is then that the ledger notes what is good. The ledger
	// knows nothing where it is nil.
	expected *detect.Finding
	// differs says why the account is not as it was before the change after the action; empty where it is.
	differs string
	// ideal makes the calls that a careful person would make after the change in place of the action; nil where differs is empty.
	ideal func()
	// also are paths that the action changes beside those that the change changed, as they are read on moto.
	also []string
	// beside changes a neighbour: something of the same resource that is not the change's. nil where there is none.
	beside func()
	// whole says why an undo refuses after beside rather than keep the neighbour's change; empty where it keeps it.
	whole string
	// late says why the action does less after beside than before it; empty where it does the same.
	late string
	// meddle brings what the change is about to a third state; nil where there is none.
	meddle func()
}

// A gen makes a state up.
type gen struct {
	*world
	*rand.Rand
	names string // how all names begin
	made  int
}

func (g *gen) coin() bool { return g.IntN(2) == 0 }

// pick returns one of some values.
func pick[T any](g *gen, values ...T) T { return values[g.IntN(len(values))] }

// some returns a few of some values in their order, all of them at times and none at others.
func some[T any](g *gen, values ...T) []T {
	return slices.DeleteFunc(slices.Clone(values), func(T) bool { return g.coin() })
}

// knows has the ledger know what is good, or not.
func (g *gen) knows(f detect.Finding) *detect.Finding {
	if g.coin() {
		return &f
	}
	return nil
}

func shuffled[T any](g *gen, values ...T) []T {
	out := slices.Clone(values)
	g.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// called returns a name that no other thing has, with one of some odd endings that the service takes.
func (g *gen) called(odd ...string) string {
	g.made++
	return fmt.Sprintf("%s%d%s", g.names, g.made, pick(g, append(odd, "")...))
}

// An act is an episode that is being played on an account.
type act struct {
	*episode
	t      *testing.T
	world  *world
	sim    *simaws.Account // nil on moto
	remedy remedy.Remedy
	look   func(since *snapshot) snapshot
	// twin makes the same account with the same episode anew; nil where there can be no second one.
	twin   func() *act
	others func(later string) // makes other changes in the account, unrelated ones
	count  func(from int)     // makes the account make up identifiers from a number on

	// respells is set where the account keeps what policies say and not how they are spelled, and looks otherwise than the
	// simulated one, whose paths an episode knows.
	respells bool

	start   snapshot // before the change
	risky   snapshot // after it
	finding detect.Finding
	known   remedy.Known
}

// live is the account as it is, in the terms of the account before the change.
func (a *act) live() snapshot { return a.look(&a.start) }

// begins plays up to the risky change.
func (a *act) begins() {
	a.t.Helper()
	a.start = a.look(nil)
	if a.expected != nil {
		a.known = a.baseline()
		same(a.t, "looking for what is good changed something", a.live(), a.start)
	}
	a.finding = a.change()
	a.risky = a.live()
}

// baseline returns what the ledger would know from before the change.
func (a *act) baseline() remedy.Known {
	states := map[string]json.RawMessage{}
	_, _, _ = a.remedy.Plan(a.t.Context(), *a.expected, func(ctx context.Context, aspect string, t remedy.Target) (json.RawMessage, bool, error) {
		live, err := a.remedy.Read(ctx, t)
		if err != nil && !errors.Is(err, remedy.ErrGone) {
			a.t.Fatalf("read what is good: %v", err)
		}
		if err == nil {
			states[aspect+" "+t.String()] = live
		}
		return nil, false, nil
	})
	if len(states) == 0 {
		a.t.Fatal("the action asks for no baseline before the change: the episode need not expect a finding")
	}
	return func(_ context.Context, aspect string, t remedy.Target) (json.RawMessage, bool, error) {
		live, ok := states[aspect+" "+t.String()]
		if !ok {
			a.t.Fatalf("the action asks for %s of %s, which is not what it asked for before the change", aspect, t)
		}
		return live, ok, nil
	}
}

// plans returns the change that the action would make in the account as it is, as the journal keeps it, and holds that planning
// changes nothing.
func (a *act) plans(is snapshot) remedy.Change {
	a.t.Helper()
	c, nothing, err := a.remedy.Plan(a.t.Context(), a.finding, a.known)
	if err != nil || c == nil {
		a.t.Fatalf("plan: %v, %q, %v; want a change", c, nothing, err)
	}
	same(a.t, "the plan changed something", a.live(), is)
	raw, err := json.Marshal(c)
	if err != nil {
		a.t.Fatal(err)
	}
	var read remedy.Change
	if err := json.Unmarshal(raw, &read); err != nil {
		a.t.Fatal(err)
	}
	return read
}

// twice makes a change or an undo, and makes it again as a second delivery does: that changes nothing. It returns the account.
func (a *act) twice(what string, do func(context.Context, remedy.Change) error, verify func(context.Context, remedy.Change) (json.RawMessage, error), c remedy.Change) snapshot {
	a.t.Helper()
	if err := do(a.t.Context(), c); err != nil {
		a.t.Fatalf("%s: %v", what, err)
	}
	done := a.live()
	if err := do(a.t.Context(), c); err != nil {
		a.t.Fatalf("%s again: %v", what, err)
	}
	if live, err := verify(a.t.Context(), c); err != nil {
		a.t.Fatalf("verify %s: %v, reads %s", what, err, live)
	}
	same(a.t, what+" again changed something", a.live(), done)
	return done
}

func (a *act) applies(c remedy.Change) snapshot {
	a.t.Helper()
	return a.twice("apply", a.remedy.Apply, a.remedy.Verify, c)
}

func (a *act) undoes(c remedy.Change) snapshot {
	a.t.Helper()
	return a.twice("undo", a.remedy.Undo, a.remedy.VerifyUndo, c)
}

// drifts holds that something refuses because of a drift and changes nothing.
func (a *act) drifts(what string, do func(context.Context, remedy.Change) error, c remedy.Change) {
	a.t.Helper()
	before := a.live()
	err := do(a.t.Context(), c)
	if _, drift := errors.AsType[*remedy.DriftError](err); !drift {
		a.t.Fatalf("%s: %v; want a drift", what, err)
	}
	same(a.t, what+" changed something although it refused", a.live(), before)
}

// restored plays change → act → undo → act, and holds what an operator is promised.
func (a *act) restored() {
	a.t.Helper()
	a.begins()
	c := a.plans(a.risky)
	acted := a.applies(c)
	switch {
	case a.differs == "":
		same(a.t, "the account is not as it was before the change", acted, a.start)
	case a.twin != nil:
		if len(changes(a.start, acted)) == 0 {
			a.t.Fatalf("the account is as it was before the change, but the generator says: %s", a.differs)
		}
		same(a.t, "the action did not do what it is for", acted, a.twin().idealized())
	default:
		allowed := append(changes(a.risky, a.start), a.also...)
		if stray := outside(changes(a.risky, acted), allowed); len(stray) > 0 && (len(a.also) == 0 || !a.respells) {
			a.t.Fatalf("the action changed %q; the change only %q", stray, allowed)
		}
	}
	if again, nothing, err := a.remedy.Plan(a.t.Context(), a.finding, a.known); again != nil || nothing == "" && err == nil {
		a.t.Fatalf("plan again: %v, %q, %v; want nothing left to do", again, nothing, err)
	}
	same(a.t, "the second plan changed something", a.live(), acted)
	if !a.remedy.Action().Reversible {
		err := a.remedy.Undo(a.t.Context(), c)
		if _, refused := errors.AsType[*remedy.Refusal](err); !refused {
			a.t.Fatalf("undo: %v; want a refusal", err)
		}
		same(a.t, "an undo that refused changed something", a.live(), acted)
		return
	}
	same(a.t, "undo did not bring the account back", a.undoes(c), a.risky)
	same(a.t, "acting anew came to something else", a.applies(c), acted)
}

// idealized plays what a careful person would do in place of the action, and returns the account afterwards.
func (a *act) idealized() snapshot {
	a.t.Helper()
	a.begins()
	a.ideal()
	return a.live()
}

// unused is above every identifier that a generated state has made up.
const unused = 1_000_000

// kept plays what others do between act and undo, and returns the account afterwards; ok is false where undo refused.
func (a *act) kept(undo bool) (end snapshot, ok bool) {
	a.t.Helper()
	a.begins()
	var c remedy.Change
	if undo {
		c = a.plans(a.risky)
		a.applies(c)
	}
	a.count(unused)
	if a.beside != nil {
		a.beside()
	}
	a.others("later")
	if undo && a.beside != nil && a.whole != "" {
		a.drifts("undo after a neighbour's change", a.remedy.Undo, c)
		return end, false
	}
	if undo {
		acted := a.live()
		end = a.undoes(c)
		same(a.t, "acting anew after others' changes came to something else", a.applies(c), acted)
		return end, true
	}
	return a.live(), true
}

// A race says when others change things.
type race int

const (
	beforePlan race = iota
	beforeAction
	afterAction
)

// raced plays what others do before or after the action, and returns the account afterwards; ok is false where the action
// refused.
func (a *act) raced(when race) (end snapshot, ok bool) {
	a.t.Helper()
	a.begins()
	meanwhile := func() {
		a.count(unused)
		if a.beside != nil {
			a.beside()
		}
		a.others("later")
	}
	risky := a.risky
	if when == beforePlan {
		meanwhile()
		risky = a.live()
		if c, nothing, err := a.remedy.Plan(a.t.Context(), a.finding, a.known); c == nil {
			if _, refused := errors.AsType[*remedy.Refusal](err); !refused && (nothing == "" || err != nil) {
				a.t.Fatalf("plan after others' changes: %v", err)
			}
			same(a.t, "a plan that refused changed something", a.live(), risky)
			return end, false
		}
	}
	c := a.plans(risky)
	if when == beforeAction {
		meanwhile()
		risky = a.live()
		if a.beside != nil && a.whole != "" {
			a.drifts("apply after a neighbour's change", a.remedy.Apply, c)
			return end, false
		}
	}
	end = a.applies(c)
	switch {
	case when == afterAction:
		meanwhile()
		return a.live(), true
	case a.remedy.Action().Reversible:
		same(a.t, "undo did not bring back what the action found", a.undoes(c), risky)
	}
	return end, when != beforePlan || a.late == ""
}

// meddled plays a third state that somebody brings about before the action, or between it and its undo.
func (a *act) meddled(undo bool) {
	a.t.Helper()
	a.begins()
	c := a.plans(a.risky)
	if !undo {
		a.meddle()
		a.drifts("apply after somebody's change", a.remedy.Apply, c)
		return
	}
	a.applies(c)
	a.meddle()
	a.drifts("undo after somebody's change", a.remedy.Undo, c)
}

// mistaken gives the action a finding about a resource that does not exist.
func (a *act) mistaken() {
	a.t.Helper()
	a.begins()
	f := a.finding
	if f.Resource.Type == detect.Account {
		return
	}
	real := strings.TrimPrefix(f.Resource.ID, "https://")
	unreal := real[:len(real)-3] + "997"
	f.Resource.ID = strings.ReplaceAll(f.Resource.ID, real, unreal)
	f.Params = maps.Clone(f.Params)
	for name, value := range f.Params {
		f.Params[name] = strings.ReplaceAll(value, real, unreal)
	}
	if c, nothing, err := a.remedy.Plan(a.t.Context(), f, nil); c != nil || nothing == "" && err == nil {
		a.t.Fatalf("plan for %s, which does not exist: %+v, %q, %v", f.Resource, c, nothing, err)
	}
	same(a.t, "a plan about something that does not exist changed something", a.live(), a.risky)
}

// simulates makes an account from a seed and returns an act on it.
func simulates(t *testing.T, gr generator, seed int) *act {
	t.Helper()
	sim := simaws.New(account, clock)
	w := newWorld(t, sim.Config(region))
	g := &gen{world: w, Rand: rand.New(rand.NewPCG(uint64(seed), 5)), names: "own"}
	left := shuffled(g, scenarios()...) // each once: some are about what an account has one of
	others := func(when string) {
		for n := range 3 + g.IntN(6) {
			if sc := left[n]; (!gr.alone || sc.action != gr.action) && !slices.Contains(gr.forbids, sc.action) {
				sc.seed(w, fmt.Sprintf("%s-%d", when, n))
			}
		}
		left = left[8:]
	}
	others("other")
	e := gr.make(g)
	// The action reads small pages; everybody else reads everything.
	size := 1 + g.IntN(3)
	whole := func(do func()) func() {
		return func() {
			sim.PageSize(0)
			do()
			sim.PageSize(size)
		}
	}
	for _, do := range []*func(){&e.beside, &e.meddle} {
		if *do != nil {
			*do = whole(*do)
		}
	}
	sim.PageSize(size)
	return &act{
		episode: e, t: t, world: w, sim: sim, others: others,
		remedy: remedy.ByAction(remedies.All(ways(sim.Config(region))))[gr.action],
		look:   func(since *snapshot) snapshot { return photograph(t, sim, since) },
		count:  sim.CountFrom,
		twin:   func() *act { return simulates(t, gr, seed) },
	}
}

// TestReversal plays risky changes in generated states of a whole account: the action brings it back to what it was, the
// undo to what it was after the change, and nothing else moves.
func TestReversal(t *testing.T) {
	for _, gr := range generators() {
		t.Run(strings.ReplaceAll(gr.String(), " ", "-"), func(t *testing.T) {
			t.Parallel()
			for seed := range *seeds {
				t.Run(fmt.Sprint(seed), func(t *testing.T) {
					simulates(t, gr, seed).restored()
					simulates(t, gr, seed).mistaken()
					first := simulates(t, gr, seed)
					if first.meddle != nil {
						first.meddled(false)
						simulates(t, gr, seed).meddled(true)
					}
					after, _ := simulates(t, gr, seed).raced(afterAction)
					for when, what := range map[race]string{beforePlan: "the plan", beforeAction: "the action"} {
						if got, acted := simulates(t, gr, seed).raced(when); acted {
							same(t, what+" did not leave alone what others changed before it", got, after)
						}
					}
					if !first.remedy.Action().Reversible {
						return
					}
					if got, undone := simulates(t, gr, seed).kept(true); undone {
						want, _ := simulates(t, gr, seed).kept(false)
						same(t, "undo did not leave alone what others changed meanwhile", got, want)
					}
				})
			}
		})
	}
}

// TestEveryActionIsGenerated fails where an action has no generator.
func TestEveryActionIsGenerated(t *testing.T) {
	covered, names := map[string]bool{}, map[string]bool{}
	for _, gr := range generators() {
		if names[gr.String()] {
			t.Errorf("two generators are called %s", gr)
		}
		covered[gr.action], names[gr.String()] = true, true
	}
	for _, a := range actions.All() {
		if !covered[a.ID] {
			t.Errorf("no generator makes changes for %s", a.ID)
		}
		delete(covered, a.ID)
	}
	for id := range covered {
		t.Errorf("a generator makes changes for %s, which is no action", id)
	}
}

func generators() []generator {
	return slices.Concat(identityGenerators(), loggingGenerators(), storageGenerators(), sharingGenerators(), networkGenerators(), dataGenerators(), rootGenerators())
}
