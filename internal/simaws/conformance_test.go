package simaws_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/internal/simaws"
	"riposte/internal/testkit/moto"
	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies"
	"riposte/pkg/remedy"
)

func clock() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

// A play runs a scenario in a way of its own and writes down what every step came to.
type play struct {
	name string
	run  func(p *stage)
}

// A stage is a scenario in a world.
type stage struct {
	*world
	scenario
	remedy  remedy.Remedy
	finding detect.Finding
	phase   func(undo bool) // what is called from now on is part of an undo, or not
	trace   []string
}

func plays() []play {
	return []play{
		{"applied and undone, each twice", func(s *stage) {
			c := s.plan()
			s.fails("verify before apply", s.verify(s.remedy.Verify, c))
			s.holds("apply", s.remedy.Apply(s.t.Context(), c))
			s.holds("verify", s.verify(s.remedy.Verify, c))
			s.holds("apply again", s.remedy.Apply(s.t.Context(), c))
			s.nothing()
			s.phase(true)
			if s.irreversible {
				s.refuses("undo", s.remedy.Undo(s.t.Context(), c))
				return
			}
			s.holds("undo", s.remedy.Undo(s.t.Context(), c))
			s.holds("verify undo", s.verify(s.remedy.VerifyUndo, c))
			s.holds("undo again", s.remedy.Undo(s.t.Context(), c))
			s.phase(false)
			s.holds("apply anew", s.remedy.Apply(s.t.Context(), c))
			s.holds("verify anew", s.verify(s.remedy.Verify, c))
		}},
		{"changed before apply", func(s *stage) {
			c := s.plan()
			if s.meddle == nil {
				return
			}
			s.meddle(s.world, s.finding)
			s.fails("apply", s.remedy.Apply(s.t.Context(), c))
			s.fails("verify", s.verify(s.remedy.Verify, c))
		}},
		{"changed before undo", func(s *stage) {
			c := s.plan()
			s.holds("apply", s.remedy.Apply(s.t.Context(), c))
			if s.meddle == nil {
				return
			}
			s.meddle(s.world, s.finding)
			s.fails("undo", s.remedy.Undo(s.t.Context(), c))
			s.fails("verify undo", s.verify(s.remedy.VerifyUndo, c))
		}},
		{"gone before plan", func(s *stage) {
			if s.remove == nil {
				return
			}
			s.remove(s.world, s.finding)
			s.nothing()
		}},
		{"gone before apply", func(s *stage) {
			c := s.plan()
			if s.remove == nil {
				return
			}
			s.remove(s.world, s.finding)
			s.fails("apply", s.remedy.Apply(s.t.Context(), c))
			s.fails("verify", s.verify(s.remedy.Verify, c))
		}},
		{"gone before undo", func(s *stage) {
			c := s.plan()
			s.holds("apply", s.remedy.Apply(s.t.Context(), c))
			if s.remove == nil {
				return
			}
			s.remove(s.world, s.finding)
			s.fails("undo", s.remedy.Undo(s.t.Context(), c))
		}},
	}
}

// known returns what the ledger knows of the aspect; nil where the scenario says nothing of it.
func (s *stage) known() remedy.Known {
	if s.good == nil {
		return nil
	}
	return func(context.Context, string, remedy.Target) (json.RawMessage, bool, error) {
		raw, err := json.Marshal(s.good(s.world, s.finding))
		return raw, err == nil, err
	}
}

func (s *stage) plan() remedy.Change {
	s.t.Helper()
	c, nothing, err := s.remedy.Plan(s.t.Context(), s.finding, s.known())
	if err != nil || c == nil {
		s.t.Fatalf("plan: %v, %q, %v; want a change", c, nothing, err)
	}
	s.note("plan: %s: %s → %s", c.Summary, c.Before, c.After)
	raw, err := json.Marshal(c) // a change lives in the journal
	if err != nil {
		s.t.Fatal(err)
	}
	var read remedy.Change
	if err := json.Unmarshal(raw, &read); err != nil {
		s.t.Fatal(err)
	}
	return read
}

func (s *stage) nothing() {
	s.t.Helper()
	c, nothing, err := s.remedy.Plan(s.t.Context(), s.finding, s.known())
	if c != nil || nothing == "" || err != nil {
		s.t.Fatalf("plan: %v, %q, %v; want nothing left to do, with a sentence", c, nothing, err)
	}
	s.note("plan: nothing: %s", nothing)
}

func (s *stage) holds(step string, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("%s: %v", step, err)
	}
	s.note("%s: done", step)
}

func (s *stage) fails(step string, err error) {
	s.t.Helper()
	var drift *remedy.DriftError
	if !errors.As(err, &drift) {
		s.t.Fatalf("%s: %v; want a drift", step, err)
	}
	s.note("%s: %v", step, drift)
}

func (s *stage) refuses(step string, err error) {
	s.t.Helper()
	var refusal *remedy.Refusal
	if !errors.As(err, &refusal) || s.remedy.Action().Reversible {
		s.t.Fatalf("%s: %v; want a refusal, of an action that says that it cannot be undone", step, err)
	}
	s.note("%s: %v", step, refusal)
}

func (s *stage) verify(check func(context.Context, remedy.Change) (json.RawMessage, error), c remedy.Change) error {
	live, err := check(s.t.Context(), c)
	s.note("reads %s", live)
	return err
}

var madeUp = regexp.MustCompile(`((?:fl|sgr|sg|snap|ami|acl|rtb|igw|vpc|pcx|tms)-|AKIA|LKIA)[0-9A-Za-z]+|(\bp-|\bi-)[0-9a-z]{8,}|()[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(?:[0-9a-f]{8}|[0-9a-f]{32}|[0-9a-f]{64})\b`)

var atTime = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z`)

var wholeDocument = regexp.MustCompile(`"document":"(?:[^"\\]|\\.)*"`)

// respelled returns a member "document" with the policy in the one spelling: of some, moto keeps what they say alone.
func respelled(member string) string {
	var was struct{ Document string }
	var policy bytes.Buffer
	if json.Unmarshal([]byte("{"+member+"}"), &was) != nil || json.Compact(&policy, []byte(was.Document)) != nil {
		return member
	}
	return fmt.Sprintf(`"document":%q`, policy.String())
}

// note writes a step down without the identifiers that the accounts make up.
func (s *stage) note(format string, args ...any) {
	text := atTime.ReplaceAllString(fmt.Sprintf(format, args...), "…")
	if s.finding.Resource.Parent != "" { // a credential, whose identifier is made up
		text = strings.ReplaceAll(text, s.finding.Resource.ID, "…")
	}
	text = wholeDocument.ReplaceAllStringFunc(text, respelled)
	s.trace = append(s.trace, madeUp.ReplaceAllString(text, "$1…"))
}

func TestConformance(t *testing.T) {
	t.Parallel()
	server := moto.Start(t)
	used := map[string]map[string]bool{} // API actions by remedy; the value says whether undo alone used it
	n := 0
	for _, sc := range scenarios() {
		used[sc.action] = orNew(used[sc.action])
		for _, p := range plays() {
			t.Run(sc.name+" "+p.name, func(t *testing.T) {
				n++
				name := fmt.Sprintf("name-%d", n)
				simulated := playSimulated(t, sc, p, name, used[sc.action])
				if sc.simulated != "" {
					return
				}
				w := newWorld(t, server.Config())
				w.bucket = func(bucket string) { server.CreateBucket(t, bucket) }
				real := enact(w, sc, p, name, func(bool) {})
				if sc.unsaid != nil {
					for i, step := range simulated {
						simulated[i] = sc.unsaid.Replace(step)
					}
				}
				if diff := cmp.Diff(real, simulated); diff != "" {
					t.Errorf("the simulated account behaves unlike moto (-moto +simulated):\n%s", diff)
				}
			})
		}
	}
	checkGrants(t, used)
}

func orNew(m map[string]bool) map[string]bool {
	if m == nil {
		return map[string]bool{}
	}
	return m
}

// enact plays a scenario in a world and returns the trace.
func enact(w *world, sc scenario, p play, name string, phase func(undo bool)) []string {
	w.t.Helper()
	s := &stage{world: w, scenario: sc, phase: phase}
	s.remedy = remedy.ByAction(remedies.All(ways(w.cfg)))[sc.action]
	s.finding = sc.seed(w, name)
	phase(false)
	p.run(s)
	return s.trace
}

// playSimulated plays on a simulated account with pages of one item, checks that drift and repetition write nothing, and
// notes which API actions the remedy used.
func playSimulated(t *testing.T, sc scenario, p play, name string, used map[string]bool) []string {
	t.Helper()
	sim := simaws.New(account, clock)
	// The stage has clients of its own, so that the log of calls is the remedy's alone.
	w := newWorld(t, sim.Config(region))
	sim.PageSize(1)
	s := &stage{world: w, scenario: sc}
	s.finding = sc.seed(w, name)
	sim.ForgetCalls()
	undo := false
	s.phase = func(on bool) { collect(sim, undo, used); undo = on }
	if meddle := sc.meddle; meddle != nil {
		s.meddle = func(w *world, f detect.Finding) { aside(sim, undo, used, func() { meddle(w, f) }) }
	}
	if sc.remove != nil {
		s.remove = func(w *world, f detect.Finding) {
			aside(sim, undo, used, func() { sc.remove(w, f) })
		}
	}
	s.remedy = &watched{t: t, sim: sim, most: sc.writes, Remedy: remedy.ByAction(remedies.All(ways(sim.Config(region))))[sc.action]}
	p.run(s)
	collect(sim, undo, used)
	return s.trace
}

// aside makes calls that are not the remedy's.
func aside(sim *simaws.Account, undo bool, used map[string]bool, calls func()) {
	collect(sim, undo, used)
	sim.PageSize(0)
	calls()
	sim.PageSize(1)
	sim.ForgetCalls()
}

// prefix is what IAM calls a service in the names of its actions.
func prefix(service string) string {
	switch service {
	case "SSO Admin":
		return "sso"
	case "Config Service":
		return "config"
	case "AccessAnalyzer":
		return "access-analyzer"
	case "EventBridge":
		return "events"
	case "Secrets Manager":
		return "secretsmanager"
	}
	return strings.ToLower(service)
}

func collect(sim *simaws.Account, undo bool, used map[string]bool) {
	for _, c := range sim.Calls() {
		name := permission(c)
		only, known := used[name]
		used[name] = undo && (only || !known)
	}
	sim.ForgetCalls()
}

// watched holds that nothing is written by a plan, by a verification, on drift, or where the goal is reached.
type watched struct {
	remedy.Remedy
	t       *testing.T
	sim     *simaws.Account
	applied bool
	most    int // how many calls one write may take; 0 for one
}

func (w *watched) count(write func() error, allowed bool) error {
	w.t.Helper()
	before := len(w.sim.Writes())
	err := write()
	if n := len(w.sim.Writes()) - before; n > max(w.most, 1) || n > 0 && (!allowed || err != nil) {
		w.t.Errorf("%d writes, with error %v", n, err)
	}
	return err
}

func (w *watched) Plan(ctx context.Context, f detect.Finding, known remedy.Known) (c *remedy.Change, nothing string, err error) {
	err = w.count(func() error { c, nothing, err = w.Remedy.Plan(ctx, f, known); return err }, false)
	return c, nothing, err
}

func (w *watched) Apply(ctx context.Context, c remedy.Change) error {
	err := w.count(func() error { return w.Remedy.Apply(ctx, c) }, !w.applied)
	w.applied = w.applied || err == nil
	return err
}

func (w *watched) Undo(ctx context.Context, c remedy.Change) error {
	err := w.count(func() error { return w.Remedy.Undo(ctx, c) }, w.applied)
	w.applied = w.applied && err != nil
	return err
}

func (w *watched) Verify(ctx context.Context, c remedy.Change) (live json.RawMessage, err error) {
	err = w.count(func() error { live, err = w.Remedy.Verify(ctx, c); return err }, false)
	return live, err
}

func (w *watched) VerifyUndo(ctx context.Context, c remedy.Change) (live json.RawMessage, err error) {
	err = w.count(func() error { live, err = w.Remedy.VerifyUndo(ctx, c); return err }, false)
	return live, err
}

// implied are permissions that AWS asks for beside the one of the call that is made.
var implied = []string{"ec2:CreateTags", "logs:CreateLogDelivery", "logs:DeleteLogDelivery"}

// checkGrants holds that what an action's grants allow and what its remedy calls are the same.
func checkGrants(t *testing.T, used map[string]map[string]bool) {
	t.Helper()
	for _, a := range actions.All() {
		if used[a.ID] == nil {
			t.Errorf("no scenario plays %s", a.ID)
			continue
		}
		var granted []string
		for _, g := range a.Grants {
			for _, name := range g.Actions {
				if name == "iam:PassRole" {
					continue // a right that other calls need, and no call
				}
				granted = append(granted, name)
				undoOnly, ok := used[a.ID][name]
				switch {
				case slices.Contains(implied, name):
				case !ok:
					t.Errorf("%s is granted %s and never calls it", a.ID, name)
				case g.Undo && !undoOnly:
					t.Errorf("%s is granted %s for undo alone and calls it otherwise", a.ID, name)
				case !g.Undo && undoOnly:
					t.Errorf("%s is granted %s always and calls it for undo alone", a.ID, name)
				}
			}
		}
		for name := range used[a.ID] {
			if !slices.Contains(granted, name) {
				t.Errorf("%s calls %s, which it is not granted", a.ID, name)
			}
		}
	}
}
