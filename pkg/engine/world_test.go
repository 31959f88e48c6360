package engine_test

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"runtime"
	"slices"
	"testing"
	"time"

	"riposte/pkg/actions"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/notify"
	"riposte/pkg/remedy"
)

const ownRole = "arn:aws:iam::111122223333:role/Riposte-remediate"

// world is an account with one setting per lamp, a rule that wants lamps off, and an engine around them. Every step that
// leaves the process counts; the process dies before or after step number dieAt.
type world struct {
	t     *testing.T
	now   time.Time
	store ledger.Store

	lamps    map[string]string // "on" is the risky state
	writes   int
	readErr  error
	writeErr error
	stubborn bool              // whatever is written, somebody writes "on" again
	tires    int               // after so many writes; 0 for never
	doors    map[string]string // by user; nil where nobody can be contained
	doorMode decide.Mode       // what the policy says about containing somebody; empty for Act
	restores bool              // the remedy puts back what was last known to be good
	narrow   bool              // but takes only a part back
	excepts  bool              // an exception covers everything

	exceptionEnds time.Time
	jobs          []engine.Job
	sendErr       error
	published     []notify.Message
	busErr        error

	mode   decide.Mode
	spent  string // what the policy was told about the breaker
	facts  decide.Facts
	steps  int
	dead   bool // the process has died: what it defers does not happen
	dieAt  int
	after  bool // die after the step was done and not before
	breaks engine.Breaker
}

func newWorld(t *testing.T) *world {
	w := &world{
		t: t, now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), lamps: map[string]string{"hall": "on"},
		mode: decide.Act, breaks: engine.Breaker{PerRule: -1, PerAccount: -1, Total: -1},
	}
	w.store = &dyingStore{Store: memory.New(w.clock), w: w}
	return w
}

// clock moves on by a millisecond each time, so that no two moments are the same.
func (w *world) clock() time.Time {
	w.now = w.now.Add(time.Millisecond)
	return w.now
}

func (w *world) sleep(_ context.Context, d time.Duration) error {
	w.now = w.now.Add(d)
	return nil
}

// step does one thing that leaves the process, unless the process dies of it.
func (w *world) step(do func() error) error {
	w.steps++
	if w.steps == w.dieAt && !w.after {
		w.die()
	}
	err := do()
	if w.steps == w.dieAt {
		w.die()
	}
	return err
}

func (w *world) die() {
	w.dead = true
	runtime.Goexit()
}

// lives runs do in a goroutine of its own, which stands for a process, and reports whether it survived.
func (w *world) lives(do func()) (alive bool) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		do()
		alive = true
	}()
	<-ended
	w.dead = false
	return alive
}

func (w *world) detector() *engine.Detector {
	return &engine.Detector{
		Index: detect.NewIndex([]*detect.Rule{lampRule()}), Policy: w, Breaker: w.breaks, Actions: func(string) (actions.Action, bool) { return lampAction(), true }, Accounts: []string{"111122223333"},
		Store: w.store, Queue: w, Bus: w, Now: w.clock, Log: silent(),
	}
}

func (w *world) remediator() *engine.Remediator {
	return &engine.Remediator{
		Remedies: remedy.ByAction([]remedy.Remedy{w.lampRemedy(), w.doorRemedy()}), Store: w.store, Bus: w, Now: w.clock,
		Sleep: w.sleep, Log: silent(),
	}
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// Decide gives the world's mode unless a guard that the engine is responsible for speaks against it.
func (w *world) Decide(f detect.Finding, facts decide.Facts) decide.Decision {
	w.facts = facts
	switch {
	case w.excepts:
		return decide.Decision{Mode: decide.Alert, Reason: "an exception", Suppressed: true, Exception: "x", Until: w.exceptionEnds}
	case facts.OwnIncident != "":
		return decide.Decision{Mode: decide.Alert, Reason: "explained by " + facts.OwnIncident, Suppressed: true}
	case facts.Fight != "" || facts.Spent != "" || facts.Stopped != "" || facts.StopUnknown != nil || facts.Untrusted != "" || facts.ConfigError != nil:
		w.spent = facts.Spent
		return decide.Decision{Mode: decide.Alert, Reason: "a guard"}
	}
	if slices.Contains(f.Actions, "quarantine-user") {
		mode := cmp.Or(w.doorMode, decide.Act)
		if w.doors == nil {
			mode = decide.Alert
		}
		return decide.Decision{Mode: mode, Action: f.Actions[0]}
	}
	d := decide.Decision{Mode: w.mode, Reason: "the test says so"}
	if (w.mode.Acts() || w.mode == decide.Ask) && len(f.Actions) > 0 {
		d.Action = f.Actions[0]
	}
	return d
}

func (w *world) Own(a detect.Actor) bool { return a.Role == ownRole }

func (w *world) Send(_ context.Context, j engine.Job) error {
	return w.step(func() error {
		if w.sendErr == nil {
			w.jobs = append(w.jobs, j)
		}
		return w.sendErr
	})
}

func (w *world) Publish(_ context.Context, m notify.Message) error {
	return w.step(func() error {
		if w.busErr == nil {
			w.published = append(w.published, m)
		}
		return w.busErr
	})
}

// told returns the detail types that were published, each message once however often it was.
func (w *world) told() []string {
	seen := map[string]bool{}
	types := []string{}
	for _, m := range w.published {
		if !seen[m.Key()] {
			seen[m.Key()] = true
			types = append(types, m.DetailType)
		}
	}
	return types
}

// toldOf counts the messages of a type that told returns.
func (w *world) toldOf(detailType string) int {
	n := 0
	for _, t := range w.told() {
		if t == detailType {
			n++
		}
	}
	return n
}

func lampRule() *detect.Rule {
	return &detect.Rule{
		ID: "LAMP-001", Title: "Lamp switched on", Class: "lamp-on", Severity: detect.High,
		Pattern: detect.Pattern{{Source: "lamps.amazonaws.com", Names: []string{"SwitchOn"}}},
		Actions: []string{"switch-off"},
		Match: func(e *cloudtrail.Event) ([]detect.Finding, error) {
			request, err := cloudtrail.RequestOf[struct{ Lamp string }](e)
			if err != nil {
				return nil, err
			}
			return []detect.Finding{{Summary: "lamp on", Resource: detect.Resource{Type: "Lamp", ID: request.Lamp}}}, nil
		},
	}
}

func lampAction() actions.Action {
	return actions.Action{ID: "switch-off", Reversible: true, Grants: []actions.Grant{
		{Actions: []string{"lamps:SwitchOff", "lamps:SwitchOn"}, Writes: true},
	}}
}

func (w *world) lampRemedy() remedy.Remedy {
	spec := remedy.Spec[*world, string]{
		Action: lampAction(),
		Lens: remedy.Lens[*world, string]{
			Client: func(context.Context, remedy.Target) (*world, error) { return w, nil },
			Read: func(_ context.Context, w *world, t remedy.Target) (live string, err error) {
				err = w.step(func() error {
					var there bool
					if live, there = w.lamps[t.ID]; !there {
						return remedy.ErrGone
					}
					return w.readErr
				})
				return live, err
			},
			Write: func(ctx context.Context, w *world, t remedy.Target, _, to string) error {
				w.journalled(ctx, t)
				return w.step(func() error {
					if w.writeErr != nil {
						return w.writeErr
					}
					w.writes++
					w.lamps[t.ID] = to
					if w.stubborn && (w.tires == 0 || w.writes <= w.tires) {
						w.lamps[t.ID] = "on"
					}
					return nil
				})
			},
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			return remedy.Target{Account: f.Event.Account, Region: f.Event.Region, Type: "Lamp", ID: f.Resource.ID}, nil
		},
		Want: func(context.Context, *world, detect.Finding, remedy.Target, string) (string, error) {
			return "off", nil
		},
		Summary: func(t remedy.Target, before, after string) string { return t.ID + ": " + before + " → " + after },
		Nothing: func(t remedy.Target, live string) string { return t.ID + " is " + live },
	}
	if w.restores {
		spec.Aspect = "brightness"
		spec.Restore = func(_ context.Context, _ *world, _ detect.Finding, _ remedy.Target, _, good string) (string, error) {
			if w.narrow {
				return "dimmed", nil
			}
			return good, nil
		}
	}
	return remedy.Bind(spec)
}

// journalled holds that no write is made that the ledger does not know of and that no mark explains.
func (w *world) journalled(ctx context.Context, t remedy.Target) {
	w.t.Helper()
	inner := w.store.(*dyingStore).Store
	id, _, err := inner.Touched(ctx, ledger.ResourceKey("111122223333", "Lamp/"+t.ID))
	if err != nil || id == "" {
		w.t.Fatalf("write of %s without a mark before it: %v", t, err)
	}
	in, err := inner.Get(ctx, id)
	if err != nil {
		w.t.Fatal(err)
	}
	if !slices.ContainsFunc(in.Changes, func(c ledger.Change) bool {
		return c.Target.ID == t.ID && (c.State == ledger.Planned || c.State == ledger.Reverting)
	}) {
		w.t.Errorf("write of %s while the journal says %+v", t, in.Changes)
	}
}

// dyingStore counts the ledger's writes as steps.
type dyingStore struct {
	ledger.Store
	w *world
}

func (s *dyingStore) Open(ctx context.Context, in ledger.Incident) (stored ledger.Incident, created bool, err error) {
	err = s.w.step(func() error { stored, created, err = s.Store.Open(ctx, in); return err })
	return stored, created, err
}

func (s *dyingStore) Update(ctx context.Context, id string, change func(*ledger.Incident) error) (in ledger.Incident, err error) {
	err = s.w.step(func() error { in, err = s.Store.Update(ctx, id, change); return err })
	return in, err
}

func (s *dyingStore) Touch(ctx context.Context, key, incident string, at time.Time) error {
	return s.w.step(func() error { return s.Store.Touch(ctx, key, incident, at) })
}

func (s *dyingStore) Thread(ctx context.Context, key, candidate string, at time.Time, window time.Duration) (lead string, err error) {
	err = s.w.step(func() error { lead, err = s.Store.Thread(ctx, key, candidate, at, window); return err })
	return lead, err
}

func (s *dyingStore) Observe(ctx context.Context, key string, seen []ledger.Sighting, keep time.Duration) error {
	return s.w.step(func() error { return s.Store.Observe(ctx, key, seen, keep) })
}

func (s *dyingStore) Release(ctx context.Context, key string) error {
	if s.w.dead {
		return nil
	}
	return s.Store.Release(ctx, key)
}

// lampEvent is an envelope that says that somebody switched a lamp on.
func lampEvent(id, lamp string, at time.Time, identity map[string]any) []byte {
	detail := map[string]any{
		"eventVersion": "1.11", "eventID": id, "eventSource": "lamps.amazonaws.com", "eventName": "SwitchOn",
		"eventTime": at.UTC().Format(time.RFC3339), "awsRegion": "us-east-1", "recipientAccountId": "111122223333",
		"userIdentity": identity, "requestParameters": map[string]any{"lamp": lamp},
	}
	raw, err := json.Marshal(map[string]any{
		"id": "e-" + id, "source": "aws.lamps", "detail-type": "AWS API Call via CloudTrail", "account": "111122223333",
		"region": "us-east-1", "time": at.UTC().Format(time.RFC3339), "detail": detail,
	})
	if err != nil {
		panic(err)
	}
	return raw
}

func bob() map[string]any {
	return map[string]any{"type": "IAMUser", "userName": "bob", "arn": "arn:aws:iam::111122223333:user/bob", "accountId": "111122223333"}
}

func ourselves() map[string]any {
	return map[string]any{
		"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Riposte-remediate/riposte", "accountId": "111122223333",
		"sessionContext": map[string]any{"sessionIssuer": map[string]any{"type": "Role", "arn": ownRole, "userName": "Riposte-remediate"}},
	}
}

// doorRemedy shuts a user out.
func (w *world) doorRemedy() remedy.Remedy {
	return remedy.Bind(remedy.Spec[*world, string]{
		Action: actions.Action{ID: "quarantine-user", Reversible: true},
		Lens: remedy.Lens[*world, string]{
			Client: func(context.Context, remedy.Target) (*world, error) { return w, nil },
			Read: func(_ context.Context, w *world, t remedy.Target) (string, error) {
				return w.doors[t.ID], w.step(func() error { return nil })
			},
			Write: func(_ context.Context, w *world, t remedy.Target, _, to string) error {
				return w.step(func() error { w.doors[t.ID] = to; return nil })
			},
		},
		Find: func(f detect.Finding) (remedy.Target, error) { return remedy.TargetOf(f), nil },
		Want: func(context.Context, *world, detect.Finding, remedy.Target, string) (string, error) {
			return "shut", nil
		},
		Summary: func(t remedy.Target, before, after string) string { return t.ID + ": " + before + " → " + after },
		Nothing: func(t remedy.Target, live string) string { return t.ID + " is " + live },
	})
}
