package simaws_test

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/internal/simaws"
	"riposte/internal/testkit/calls"
	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies"
	"riposte/pkg/remedy"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestPermissions plays every way of every scenario and writes down which permissions the calls of each remedy need, on
// which resources, and in which phase. The infrastructure's tests hold the file against the policies that are deployed.
func TestPermissions(t *testing.T) {
	var records []calls.Record
	played := map[string]bool{}
	for _, sc := range scenarios() {
		played[sc.action] = true
		for _, p := range plays() {
			records = append(records, recordPlay(t, sc, p)...)
		}
	}
	for _, a := range actions.All() {
		if !played[a.ID] {
			t.Errorf("no scenario plays %s: nobody knows what it needs", a.ID)
		}
	}
	got, err := calls.Lines(records)
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/calls.golden.jsonl"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("what the remedies call differs; where that is meant, run with -update (-want +got):\n%s", diff)
	}
}

// recordPlay plays a scenario in one way and returns what its remedy needs.
func recordPlay(t *testing.T, sc scenario, p play) []calls.Record {
	t.Helper()
	sim := simaws.New(account, clock)
	s := &stage{world: newWorld(t, sim.Config(region)), scenario: sc, phase: func(bool) {}}
	s.finding = sc.seed(s.world, "thing")
	r := &recorder{t: t, sim: sim, Remedy: remedy.ByAction(remedies.All(ways(sim.Config(region))))[sc.action]}
	s.remedy = r
	p.run(s)
	return r.records
}

// recorder writes down the calls of each phase. Those in between are the stage's.
type recorder struct {
	remedy.Remedy
	t       *testing.T
	sim     *simaws.Account
	records []calls.Record
}

func (r *recorder) during(phase string, do func()) {
	r.t.Helper()
	r.sim.ForgetCalls()
	do()
	for _, c := range r.sim.Calls() {
		needs, err := calls.Needs(calls.Call{Service: c.Service, Operation: c.Operation, Region: c.Region, Account: account, Input: c.Input})
		if err != nil {
			r.t.Errorf("%s: %v", r.Action().ID, err)
		}
		for _, n := range needs {
			r.records = append(r.records, calls.Record{By: r.holder(c, n), Remedy: r.Action().ID, Phase: phase, Need: n})
		}
	}
	r.sim.ForgetCalls()
}

// holder says with whose rights a call is made.
func (r *recorder) holder(c simaws.Call, n calls.Need) string {
	if c.Signer != "" {
		return calls.ByRoot
	}
	for _, g := range r.Action().Grants {
		if g.Holder == actions.Hub && slices.Contains(g.Actions, n.Action) {
			return calls.ByHub
		}
	}
	return calls.ByResponder
}

func (r *recorder) Plan(ctx context.Context, f detect.Finding, known remedy.Known) (c *remedy.Change, nothing string, err error) {
	r.during(calls.Plan, func() { c, nothing, err = r.Remedy.Plan(ctx, f, known) })
	return c, nothing, err
}

func (r *recorder) Apply(ctx context.Context, c remedy.Change) (err error) {
	r.during(calls.Apply, func() { err = r.Remedy.Apply(ctx, c) })
	return err
}

func (r *recorder) Verify(ctx context.Context, c remedy.Change) (live json.RawMessage, err error) {
	r.during(calls.Verify, func() { live, err = r.Remedy.Verify(ctx, c) })
	return live, err
}

func (r *recorder) Undo(ctx context.Context, c remedy.Change) (err error) {
	r.during(calls.Undo, func() { err = r.Remedy.Undo(ctx, c) })
	return err
}

func (r *recorder) VerifyUndo(ctx context.Context, c remedy.Change) (live json.RawMessage, err error) {
	r.during(calls.Undo, func() { live, err = r.Remedy.VerifyUndo(ctx, c) })
	return live, err
}
