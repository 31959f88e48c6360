package engine_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"riposte/pkg/actions"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/notify"
	"riposte/pkg/remedy"
)

// workshop is an account in which several processes work at once. It writes down which of them touched what, in order.
type workshop struct {
	mu    sync.Mutex
	now   time.Time
	lamps map[string]string
	log   map[string][]string // by lamp: who read or wrote it
}

type processKey struct{}

func (s *workshop) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(time.Millisecond)
	return s.now
}

func (s *workshop) sleep(ctx context.Context, d time.Duration) error {
	s.mu.Lock()
	s.now = s.now.Add(d / 1000) // so that nobody's claim ends while they work
	s.mu.Unlock()
	runtime.Gosched()
	return ctx.Err()
}

// at notes that a process is at a lamp, and lets others run.
func (s *workshop) at(ctx context.Context, lamp string, do func()) {
	s.mu.Lock()
	s.log[lamp] = append(s.log[lamp], ctx.Value(processKey{}).(string))
	do()
	s.mu.Unlock()
	for range 5 {
		runtime.Gosched()
	}
}

func (s *workshop) remedy() remedy.Remedy {
	return remedy.Bind(remedy.Spec[*workshop, string]{
		Action: actions.Action{ID: "switch-off", Reversible: true},
		Lens: remedy.Lens[*workshop, string]{
			Client: func(context.Context, remedy.Target) (*workshop, error) { return s, nil },
			Read: func(ctx context.Context, s *workshop, t remedy.Target) (live string, err error) {
				s.at(ctx, t.ID, func() { live = s.lamps[t.ID] })
				return live, nil
			},
			Write: func(ctx context.Context, s *workshop, t remedy.Target, _, to string) error {
				s.at(ctx, t.ID, func() { s.lamps[t.ID] = to })
				return nil
			},
		},
		Find: func(f detect.Finding) (remedy.Target, error) { return remedy.TargetOf(f), nil },
		Want: func(context.Context, *workshop, detect.Finding, remedy.Target, string) (string, error) {
			return "off", nil
		},
		Summary: func(t remedy.Target, before, after string) string { return t.ID + ": " + before + " → " + after },
		Nothing: func(t remedy.Target, live string) string { return t.ID + " is " + live },
	})
}

// TestNeverTwoAtOnce lets jobs, each delivered twice, undos, approvals and the settling of silence run at once. Of those that
// are about one resource only one is at work at a time, from its first reading to its last.
func TestNeverTwoAtOnce(t *testing.T) {
	for round := range 20 {
		s := &workshop{now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), lamps: map[string]string{"hall": "on", "attic": "on"}, log: map[string][]string{}}
		store := memory.New(s.clock)
		remediator := &engine.Remediator{
			Remedies: remedy.ByAction([]remedy.Remedy{s.remedy()}), Store: store, Bus: deafBus{}, Now: s.clock, Sleep: s.sleep, Log: silent(),
		}
		var jobs []engine.Job
		for n := range 6 {
			lamp := []string{"hall", "attic"}[n%2]
			f := detect.Finding{
				Rule: "LAMP-001", Resource: detect.Resource{Type: "Lamp", ID: lamp}, Actions: []string{"switch-off"},
				Event: detect.EventRef{ID: fmt.Sprint(n), Account: "111122223333", Region: "us-east-1", Time: s.now.Add(-time.Hour)},
			}
			in := ledger.Incident{
				ID: f.Incident(), State: ledger.Open, Mode: string(decide.Contain), Finding: f, Action: "switch-off", Account: "111122223333",
				Resource: f.Resource.String(), Times: ledger.Times{Received: s.now, Decided: s.now},
			}
			if _, _, err := store.Open(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			jobs = append(jobs, engine.Job{Incident: in.ID, Group: f.Group()})
		}
		var wg sync.WaitGroup
		process := func(name string, do func(context.Context) error) {
			wg.Go(func() {
				err := do(context.WithValue(t.Context(), processKey{}, name))
				if err != nil && !errors.Is(err, ledger.ErrTransition) && !errors.Is(err, ledger.ErrBusy) && !strings.Contains(err.Error(), "undone") {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		for n, job := range jobs {
			for delivery := range 2 {
				process(fmt.Sprint("job ", n, ".", delivery), func(ctx context.Context) error {
					_, err := remediator.Handle(ctx, job, false)
					return err
				})
			}
			process(fmt.Sprint("undo ", n), func(ctx context.Context) error {
				_, err := remediator.Undo(ctx, job.Incident, engine.Person{Name: "ann"})
				return err
			})
			process(fmt.Sprint("approval ", n), func(ctx context.Context) error {
				_, err := remediator.Approve(ctx, job.Incident, engine.Person{Name: "ann"})
				return err
			})
		}
		wg.Wait()
		for lamp, log := range s.log {
			// An approval may be followed by another of the same process only where it has let go in between.
			if blocks := slices.Compact(slices.Clone(log)); len(blocks) != len(unique(blocks)) {
				t.Fatalf("round %d: at %s several were at work at once: %v", round, lamp, log)
			}
		}
	}
}

func unique(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

type deafBus struct{}

func (deafBus) Publish(context.Context, notify.Message) error { return nil }

// TestBusy holds that a job whose resource somebody else works on comes again rather than fail, also the last time, that an
// undo says so, and that the claim of one who died ends.
func TestBusy(t *testing.T) {
	w := newWorld(t)
	job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
	in := w.incident(job.Incident)
	key := "work/" + in.Finding.Group()
	r := w.remediator()
	r.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() } // the other works on
	if _, err := w.store.Begin(t.Context(), key, time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Handle(t.Context(), job, true); !errors.Is(err, ledger.ErrBusy) || w.writes != 0 {
		t.Errorf("%v after %d writes; want it busy", err, w.writes)
	}
	if _, err := r.Undo(t.Context(), job.Incident, engine.Person{}); !errors.Is(err, ledger.ErrBusy) {
		t.Errorf("undo: %v; want it busy", err)
	}
	w.onlyIncident(ledger.Open, "")
	w.now = w.now.Add(2 * time.Minute)
	w.work()
	w.onlyIncident(ledger.Remediated, ledger.Verified)
}

// leases is a ledger that writes down for how long claims are made.
type leases struct {
	ledger.Store
	made []time.Duration
}

func (s *leases) Begin(ctx context.Context, key string, lease time.Duration) (bool, error) {
	s.made = append(s.made, lease)
	return s.Store.Begin(ctx, key, lease)
}

// TestLease holds that a claim stands a little longer than its process can live, and that no work outlives its claim.
func TestLease(t *testing.T) {
	const grace = 5 * time.Second
	for name, tt := range map[string]struct {
		lives time.Duration // 0 for as long as it likes
		want  time.Duration
	}{
		"without an end":       {0, 2 * time.Minute},
		"an invocation":        {time.Minute, time.Minute + grace},
		"a long time":          {time.Hour, 2 * time.Minute},
		"hardly any time left": {10 * time.Second, 10*time.Second + grace},
	} {
		w := newWorld(t)
		w.now = time.Now()
		job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
		store := &leases{Store: w.store}
		r := w.remediator()
		r.Store, r.Now = store, time.Now
		ctx := t.Context()
		if tt.lives > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, tt.lives)
			defer cancel()
		}
		var works time.Duration
		r.Sleep = func(ctx context.Context, _ time.Duration) error {
			if end, bounded := ctx.Deadline(); bounded {
				works = time.Until(end)
			}
			return ctx.Err()
		}
		if _, err := r.Handle(ctx, job, true); err != nil {
			t.Fatal(err)
		}
		if len(store.made) != 1 || (tt.want-store.made[0]).Abs() > time.Second {
			t.Errorf("%s: claims for %v, want one for %s", name, store.made, tt.want)
		}
		if works == 0 || works > store.made[0]-grace+time.Second {
			t.Errorf("%s: the work may take %s and its claim stands for %v", name, works, store.made)
		}
	}
}

// hourglass is a context whose time is up when somebody says so.
type hourglass struct {
	context.Context
	empty bool
}

func (h *hourglass) Err() error {
	if h.empty {
		return context.DeadlineExceeded
	}
	return h.Context.Err()
}

// TestNoTimeLeft holds that a job comes again when the time of its process or of its claim is up, and that people are told
// where it will not.
func TestNoTimeLeft(t *testing.T) {
	for _, whole := range []bool{false, true} {
		for _, last := range []bool{false, true} {
			w := newWorld(t)
			job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
			ctx := &hourglass{Context: t.Context()}
			r := w.remediator()
			r.Sleep = func(context.Context, time.Duration) error {
				ctx.empty = whole
				return context.DeadlineExceeded
			}
			_, err := r.Handle(ctx, job, last)
			if last {
				if in := w.onlyIncident(ledger.Failed, ""); err != nil || !strings.Contains(in.Error, context.DeadlineExceeded.Error()) {
					t.Errorf("whole %v, the last time: %v, %q", whole, err, in.Error)
				}
				continue
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("whole %v: %v", whole, err)
			}
			w.work()
			w.onlyIncident(ledger.Remediated, ledger.Verified)
		}
	}
}

// TestChangedToSomethingElse holds that a job does not wait for what somebody has made of a resource after it was reversed: people
// are told, and the job of that other change need not wait.
func TestChangedToSomethingElse(t *testing.T) {
	w := newWorld(t)
	job := w.detectOnly(lampEvent("1", "hall", w.now, bob()))
	r := w.remediator()
	r.Sleep = func(context.Context, time.Duration) error {
		if w.writes > 0 {
			w.lamps["hall"] = "flickering"
		}
		return nil
	}
	if _, err := r.Handle(t.Context(), job, false); err != nil {
		t.Fatal(err)
	}
	if in := w.onlyIncident(ledger.Failed, ""); w.writes != 1 || w.lamps["hall"] != "flickering" || !strings.Contains(in.Error, "does not hold") {
		t.Errorf("%d writes, lamp %s, error %q", w.writes, w.lamps["hall"], in.Error)
	}
}
