package simaws_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"riposte/internal/simaws"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// A fate ends a process at one of its steps: its calls of AWS, its writes of the ledger, and its messages.
type fate struct {
	dieAt int
	at    simaws.Moment

	mu    sync.Mutex
	steps int
	dead  bool
}

var errDead = errors.New("the process is dead")

// step counts a step before it, and ends the process where it is to die. What a dead process defers does nothing.
func (f *fate) step(m simaws.Moment) error {
	f.mu.Lock()
	if f.dead {
		f.mu.Unlock()
		return errDead
	}
	if m == simaws.Before {
		f.steps++
	}
	f.dead = f.steps == f.dieAt && m == f.at
	dies := f.dead
	f.mu.Unlock()
	if dies {
		runtime.Goexit()
	}
	return nil
}

// around takes a step. One that fails has no moment after it.
func (f *fate) around(do func() error) error {
	if err := f.step(simaws.Before); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return f.step(simaws.After)
}

// A mortalStore is a ledger as a process sees it that dies.
type mortalStore struct {
	ledger.Store
	fate *fate
}

func (s mortalStore) Open(ctx context.Context, in ledger.Incident) (stored ledger.Incident, created bool, err error) {
	err = s.fate.around(func() (err error) { stored, created, err = s.Store.Open(ctx, in); return err })
	return stored, created, err
}

func (s mortalStore) Update(ctx context.Context, id string, change func(*ledger.Incident) error) (in ledger.Incident, err error) {
	err = s.fate.around(func() (err error) { in, err = s.Store.Update(ctx, id, change); return err })
	return in, err
}

func (s mortalStore) Count(ctx context.Context, key string, ttl time.Duration) (n int64, err error) {
	err = s.fate.around(func() (err error) { n, err = s.Store.Count(ctx, key, ttl); return err })
	return n, err
}

func (s mortalStore) Begin(ctx context.Context, key string, lease time.Duration) (done bool, err error) {
	err = s.fate.around(func() (err error) { done, err = s.Store.Begin(ctx, key, lease); return err })
	return done, err
}

func (s mortalStore) Finish(ctx context.Context, key string, ttl time.Duration) error {
	return s.fate.around(func() error { return s.Store.Finish(ctx, key, ttl) })
}

func (s mortalStore) Release(ctx context.Context, key string) error {
	return s.fate.around(func() error { return s.Store.Release(ctx, key) })
}

func (s mortalStore) SetSwitch(ctx context.Context, to ledger.Switch) error {
	return s.fate.around(func() error { return s.Store.SetSwitch(ctx, to) })
}

func (s mortalStore) Touch(ctx context.Context, key, incident string, at time.Time) error {
	return s.fate.around(func() error { return s.Store.Touch(ctx, key, incident, at) })
}

func (s mortalStore) Observe(ctx context.Context, key string, seen []ledger.Sighting, keep time.Duration) error {
	return s.fate.around(func() error { return s.Store.Observe(ctx, key, seen, keep) })
}

func (s mortalStore) Thread(ctx context.Context, key, candidate string, at time.Time, window time.Duration) (lead string, err error) {
	err = s.fate.around(func() (err error) { lead, err = s.Store.Thread(ctx, key, candidate, at, window); return err })
	return lead, err
}

func (s mortalStore) Remember(ctx context.Context, key string, b ledger.Baseline) error {
	return s.fate.around(func() error { return s.Store.Remember(ctx, key, b) })
}

// A mortalBus takes messages from a process that dies.
type mortalBus struct {
	fate *fate
	told *[]notify.Message
}

func (b mortalBus) Publish(_ context.Context, m notify.Message) error {
	return b.fate.around(func() error { *b.told = append(*b.told, m); return nil })
}
