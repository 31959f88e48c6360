package simaws_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"riposte/internal/simaws"
	"riposte/pkg/actions"
	"riposte/pkg/catalog"
	"riposte/pkg/config"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// listener is a detector whose queue and bus only listen.
type listener struct {
	jobs     []engine.Job
	messages []notify.Message
}

func (l *listener) Send(_ context.Context, j engine.Job) error {
	l.jobs = append(l.jobs, j)
	return nil
}

func (l *listener) Publish(_ context.Context, m notify.Message) error {
	l.messages = append(l.messages, m)
	return nil
}

// played is an action that was done and undone, with the calls that it made when it made them.
type played struct {
	*trial
	calls []cloudRecord
	undos int // from which of the calls on it is the undo
}

// ann undoes from her own machine, under her own name.
const ann = "arn:aws:iam::" + account + ":user/ann"

// playOut does an action and its undo, and notes every call that changed the account.
func playOut(t *testing.T, sc scenario) *played {
	t.Helper()
	p := &played{trial: newTrial(t, sc.plot(t))}
	p.sim.OnCall(func(c simaws.Call, m simaws.Moment) error {
		if m == simaws.Before && c.Writes {
			p.calls = append(p.calls, recordOf(t, c, p.now))
		}
		return nil
	})
	if in, err := p.remediator().Handle(t.Context(), engine.Job{Incident: p.incident}, false); err != nil || in.State != ledger.Remediated {
		t.Fatalf("%s: %v", in.State, err)
	}
	p.undos = len(p.calls)
	if !sc.irreversible {
		p.now = p.now.Add(time.Minute)
		if _, err := p.remediator().Undo(t.Context(), p.incident, engine.Person{Name: "ann", Principal: ann}); err != nil {
			t.Fatal(err)
		}
	}
	p.sim.OnCall(nil)
	if len(p.calls) == 0 {
		t.Fatal("the action makes no calls: the test proves nothing")
	}
	return p
}

// hear gives the detector an event and returns the incidents that it made, with what was sent and told.
func (p *played) hear(event []byte, roles []string, watched []string) ([]ledger.Incident, *listener) {
	p.t.Helper()
	cfg, err := config.Parse("own.yaml", []byte("stance: enforce\n"))
	if err != nil {
		p.t.Fatal(err)
	}
	l := &listener{}
	d := &engine.Detector{
		Index: catalog.Index(cfg, roles...), Policy: decide.New(cfg, decide.Options{OwnRoles: roles}), Accounts: watched,
		Breaker: engine.Breaker{PerRule: -1, PerAccount: -1, Total: -1}, Store: p.store, Queue: l, Bus: l,
		Now: func() time.Time { return p.now }, Log: slog.New(slog.DiscardHandler),
	}
	incidents, err := d.Handle(p.t.Context(), event)
	if err != nil {
		p.t.Fatalf("%s: %v", event, err)
	}
	return incidents, l
}

// A deployment says under which role Riposte made the calls, and which accounts it watches.
type deployment struct {
	name  string
	role  string
	roles []string
	watch []string
}

func deployments() []deployment {
	const remediate, hub = "arn:aws:iam::" + account + ":role/Riposte-remediate", "arn:aws:iam::999988887777:role/Riposte-remediate"
	return []deployment{
		{"one account", remediate, []string{remediate}, []string{account}},
		{"a member's responder", "arn:aws:iam::" + account + ":role/Riposte-responder", []string{hub, "arn:aws:iam::*:role/Riposte-responder"}, nil},
	}
}

// TestOwnCallsOfEveryAction lets every call by which an action and its undo change an account come back through CloudTrail,
// as a call by Riposte's own role and as one by the responder's role of another account. Whatever rules see it, the journal
// explains it: it is recorded, nobody is told, and nothing is done about it.
func TestOwnCallsOfEveryAction(t *testing.T) {
	missing := map[string]bool{}
	for _, a := range actions.All() {
		missing[a.ID] = !a.AsRoot // which calls in a session of the account's root, and not under a role
	}
	for _, sc := range byRole() {
		delete(missing, sc.action)
	}
	for id, really := range missing {
		if really {
			t.Errorf("no scenario plays %s", id)
		}
	}
	for _, d := range deployments() {
		for _, sc := range byRole() {
			t.Run(strings.ReplaceAll(d.name+"/"+sc.name, " ", "-"), func(t *testing.T) {
				t.Parallel()
				p := playOut(t, sc)
				for n, call := range p.calls {
					incidents, l := p.hear(call.event(t, fmt.Sprint("own-", n), d.role), d.roles, d.watch)
					seen := false
					for _, in := range incidents {
						seen = seen || in.Finding.Resource.Type == detect.OwnCalls
						if in.State != ledger.Suppressed || !strings.Contains(in.Reason, p.incident) {
							t.Errorf("%s of %s on %s is %s: %s\n%s", in.Rule, call.name, in.Resource, in.State, in.Reason, params(call))
						}
					}
					if !seen {
						t.Errorf("no rule sees %s", call.name)
					}
					if len(l.jobs)+len(l.messages) > 0 {
						t.Errorf("%s: %d jobs and %d messages", call.name, len(l.jobs), len(l.messages))
					}
				}
			})
		}
	}
}

// TestUndoByAPerson lets the calls of every action's undo come back as calls of the person who ran it. Whatever rule sees them,
// the undo is not taken for a risky change of theirs: it would be reversed again.
func TestUndoByAPerson(t *testing.T) {
	d, seen := deployments()[0], atomic.Int64{}
	t.Run("all", func(t *testing.T) {
		for _, sc := range scenarios() {
			t.Run(strings.ReplaceAll(sc.name, " ", "-"), func(t *testing.T) {
				t.Parallel()
				p := playOut(t, sc)
				for n, call := range p.calls[p.undos:] {
					incidents, l := p.hear(call.event(t, fmt.Sprint("undo-", n), ann), d.roles, d.watch)
					for _, in := range incidents {
						seen.Add(1)
						if in.State != ledger.Suppressed {
							t.Errorf("%s of %s on %s is %s: %s\n%s", in.Rule, call.name, in.Resource, in.State, in.Reason, params(call))
						}
					}
					if len(l.jobs)+len(l.messages) > 0 {
						t.Errorf("%s: %d jobs and %d messages", call.name, len(l.jobs), len(l.messages))
					}
				}
			})
		}
	})
	if seen.Load() < 40 {
		t.Errorf("rules see %d of the calls: the test proves little", seen.Load())
	}
}

// TestOwnCallsNearMisses changes one thing of each of those calls: another resource, another grantee, another value, another
// statement, another region, or an hour too late. Riposte's own role made it, and nothing explains it: that is critical.
func TestOwnCallsNearMisses(t *testing.T) {
	d := deployments()[1]
	for _, sc := range byRole() {
		t.Run(strings.ReplaceAll(sc.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			p := playOut(t, sc)
			for n, call := range p.calls {
				for m, miss := range nearMisses(t, call) {
					now := p.now
					p.now = later(p.now, miss.at)
					incidents, l := p.hear(miss.event(t, fmt.Sprintf("miss-%d-%d", n, m), d.role), d.roles, d.watch)
					p.now = now
					alarm := false
					for _, in := range incidents {
						alarm = alarm || in.Rule == "LOG-023" && in.Severity == detect.Critical && in.State == ledger.Open && strings.Contains(in.Reason, "no journal entry explains it")
					}
					if !alarm || len(l.messages) == 0 || len(l.jobs) > 0 {
						t.Errorf("%s, %s: alarm %t, %d messages, %d jobs\n%s", call.name, miss.what, alarm, len(l.messages), len(l.jobs), params(miss.cloudRecord))
					}
				}
			}
		})
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func params(r cloudRecord) string {
	raw, _ := json.Marshal(r.params)
	return string(raw)
}
