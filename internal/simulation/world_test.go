package simulation_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"riposte/internal/simaws"
	"riposte/pkg/catalog"
	"riposte/pkg/config"
	"riposte/pkg/decide"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/notify"
	"riposte/pkg/remedies"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

const (
	account = "111122223333"
	region  = "us-east-1"
)

// world is the deployed system: what EventBridge, SQS and the bus still have to deliver, the ledger, and the account.
type world struct {
	t       *testing.T
	random  *rand.Rand
	now     time.Time
	account *simaws.Account
	store   ledger.Store
	events  [][]byte
	jobs    []engine.Job
	bus     []notify.Message
	told    []notify.Message
	fragile bool // the process may die and calls may fail
	dead    bool // the process that runs has died: what it defers does not happen
	crew    *crew
	log     []string
}

func newWorld(t *testing.T, random *rand.Rand) *world {
	w := emptyWorld(t, random)
	for _, a := range attacks() {
		a.stage(w.account)
	}
	w.happen(w.story()...)
	return w
}

// happen lets records come one to three times each.
func (w *world) happen(records ...[]byte) {
	for _, raw := range records {
		for range 1 + w.random.IntN(3) {
			w.events = append(w.events, raw)
		}
	}
}

// emptyWorld is one in which nothing has happened yet.
func emptyWorld(t *testing.T, random *rand.Rand) *world {
	w := &world{t: t, random: random, now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	w.store = &mortalStore{memory.New(w.clock), w}
	w.account = simaws.New(account, w.clock)
	w.account.OnCall(func(c simaws.Call, m simaws.Moment) error {
		w.crew.sees(c, m)
		switch w.fate() {
		case dies:
			w.die()
		case fails:
			return fmt.Errorf("%s %s: connection reset, %s it took effect", c.Service, c.Operation, map[simaws.Moment]string{simaws.Before: "before", simaws.After: "after"}[m])
		}
		return nil
	})
	return w
}

func (w *world) clock() time.Time {
	w.now = w.now.Add(time.Millisecond)
	return w.now
}

// The fates of a step.
const (
	lives = iota
	dies
	fails
)

// fate draws what becomes of a step that leaves the process.
func (w *world) fate() int {
	if !w.fragile {
		return lives
	}
	switch n := w.random.IntN(100); {
	case n < 4:
		return dies
	case n < 10:
		return fails
	}
	return lives
}

// chaos does one thing that may happen next.
func (w *world) chaos() {
	w.fragile = true
	switch w.random.IntN(12) {
	case 0:
		w.account.Throttle(w.random.IntN(6))
	case 1:
		w.account.StaleReads(w.random.IntN(4))
	case 2:
		w.now = w.now.Add(time.Duration(w.random.IntN(90)) * time.Second)
	default:
		w.deliver()
	}
}

// calm delivers everything that is left while nothing goes wrong.
func (w *world) calm() {
	w.fragile = false
	w.account.Throttle(0)
	w.account.StaleReads(0)
	for n := 0; len(w.events)+len(w.jobs)+len(w.bus) > 0; n++ {
		if n > 10_000 {
			w.t.Fatalf("%d events, %d jobs and %d messages are never done", len(w.events), len(w.jobs), len(w.bus))
		}
		w.now = w.now.Add(time.Minute)
		w.deliver()
	}
}

// deliver delivers something that waits: an event, a job or a message. What fails comes again, and so does, sometimes, what
// was done.
func (w *world) deliver() {
	n := w.random.IntN(max(len(w.events)+len(w.jobs)+len(w.bus), 1))
	switch {
	case n < len(w.events):
		if w.survives("event", func() error {
			_, err := w.detector().Handle(w.t.Context(), w.events[n])
			return err
		}) {
			w.events = append(w.events[:n], w.events[n+1:]...)
		}
	case n < len(w.events)+len(w.jobs):
		n -= len(w.events)
		job := w.jobs[n]
		if w.survives("job "+job.Incident, func() error {
			_, err := w.remediator().Handle(w.t.Context(), job, false)
			return err
		}) {
			w.jobs = append(w.jobs[:n], w.jobs[n+1:]...)
		}
	case n < len(w.events)+len(w.jobs)+len(w.bus):
		n -= len(w.events) + len(w.jobs)
		m := w.bus[n]
		if w.survives("message "+m.Key(), func() error { return w.notifications().Handle(w.t.Context(), m) }) {
			w.bus = append(w.bus[:n], w.bus[n+1:]...)
		}
	}
}

// survives runs a delivery and reports whether it is over: neither dead nor failed, nor delivered a second time by chance.
func (w *world) survives(what string, deliver func() error) (over bool) {
	err := errors.New("died")
	ended := make(chan struct{})
	go func() { // stands for the process: its death ends this goroutine
		defer close(ended)
		err = deliver()
	}()
	<-ended
	w.dead = false
	if err != nil {
		w.log = append(w.log, what+": "+err.Error())
		return false
	}
	w.log = append(w.log, what+": done")
	return !w.fragile || w.random.IntN(5) > 0
}

func (w *world) trace() string { return strings.Join(w.log, "\n") }

func (w *world) detector() *engine.Detector {
	cfg, err := config.Parse("simulation.yaml", []byte("stance: enforce\n"))
	if err != nil {
		w.t.Fatal(err)
	}
	unlimited := engine.Breaker{PerRule: -1, PerAccount: -1, Total: -1}
	noAge := time.Duration(0)
	return &engine.Detector{
		Index: catalog.Index(cfg, ownRole), Policy: decide.New(cfg, decide.Options{MaxEventAge: &noAge, OwnRoles: []string{ownRole}}), Breaker: unlimited,
		Accounts: []string{account}, Store: w.store, Queue: w, Bus: w, Now: w.clock, Log: slog.New(slog.DiscardHandler),
	}
}

func (w *world) remediator() *engine.Remediator {
	all := remedies.All(access.HomeAccount(w.account.Config(region), access.Known(account)))
	return &engine.Remediator{
		Remedies: remedy.ByAction(all), Store: w.store, Bus: w, Now: w.clock, Sleep: w.sleep, Log: slog.New(slog.DiscardHandler),
	}
}

func (w *world) notifications() *engine.Notifications {
	return &engine.Notifications{Notifiers: []notify.Notifier{w}, Store: w.store, Sleep: w.sleep, Log: slog.New(slog.DiscardHandler)}
}

func (w *world) sleep(_ context.Context, d time.Duration) error {
	if w.crew == nil {
		w.now = w.now.Add(d)
	}
	w.crew.sleep(d)
	return nil
}

func (w *world) die() {
	w.dead = true
	runtime.Goexit()
}

// step does something that leaves the process and may be the last thing that it does.
func (w *world) step(do func() error) error {
	w.crew.others()
	switch w.fate() {
	case dies:
		if w.random.IntN(2) == 0 {
			_ = do()
		}
		w.die()
	case fails:
		if w.random.IntN(2) == 0 {
			_ = do()
		}
		return errors.New("the connection broke")
	}
	return do()
}

// Send puts a job into the queue.
func (w *world) Send(_ context.Context, j engine.Job) error {
	return w.step(func() error { w.jobs = append(w.jobs, j); return nil })
}

// Publish puts a message on the bus.
func (w *world) Publish(_ context.Context, m notify.Message) error {
	return w.step(func() error { w.bus = append(w.bus, m); return nil })
}

// Name names the way of telling.
func (w *world) Name() string { return "people" }

// Notify tells people.
func (w *world) Notify(_ context.Context, m notify.Message) error {
	return w.step(func() error { w.told = append(w.told, m); return nil })
}

// mortalStore is a ledger whose writes are steps.
type mortalStore struct {
	ledger.Store
	w *world
}

func (s *mortalStore) Open(ctx context.Context, in ledger.Incident) (stored ledger.Incident, created bool, err error) {
	err = s.w.step(func() (err error) { stored, created, err = s.Store.Open(ctx, in); return err })
	return stored, created, err
}

func (s *mortalStore) Update(ctx context.Context, id string, change func(*ledger.Incident) error) (in ledger.Incident, err error) {
	err = s.w.step(func() (err error) { in, err = s.Store.Update(ctx, id, change); return err })
	return in, err
}

func (s *mortalStore) Touch(ctx context.Context, key, incident string, at time.Time) error {
	return s.w.step(func() error { return s.Store.Touch(ctx, key, incident, at) })
}

func (s *mortalStore) Finish(ctx context.Context, key string, ttl time.Duration) error {
	return s.w.step(func() error { return s.Store.Finish(ctx, key, ttl) })
}

func (s *mortalStore) Thread(ctx context.Context, key, candidate string, at time.Time, window time.Duration) (lead string, err error) {
	err = s.w.step(func() (err error) { lead, err = s.Store.Thread(ctx, key, candidate, at, window); return err })
	return lead, err
}

func (s *mortalStore) Observe(ctx context.Context, key string, seen []ledger.Sighting, keep time.Duration) error {
	return s.w.step(func() error { return s.Store.Observe(ctx, key, seen, keep) })
}

func (s *mortalStore) Begin(ctx context.Context, key string, lease time.Duration) (done bool, err error) {
	err = s.w.step(func() (err error) { done, err = s.Store.Begin(ctx, key, lease); return err })
	return done, err
}

func (s *mortalStore) Release(ctx context.Context, key string) error {
	if s.w.dead {
		return nil
	}
	return s.w.step(func() error { return s.Store.Release(ctx, key) })
}
