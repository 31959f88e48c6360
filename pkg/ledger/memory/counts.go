package memory

import (
	"context"
	"slices"
	"strings"
	"time"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

type counter struct {
	n        int64
	deadline record.Deadline
}

// delivery is a claim until its lease ends, or a receipt until its deadline.
type delivery struct {
	done     bool
	lease    time.Time
	deadline record.Deadline
}

type touch struct {
	ledger.Touch
	deadline record.Deadline
}

// Count adds one to a counter.
func (s *Store) Count(ctx context.Context, key string, ttl time.Duration) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.counters[key]
	if now := s.now(); !ok || c.deadline.Over(now) {
		c = counter{deadline: record.In(now, ttl)}
	}
	c.n++
	s.counters[key] = c
	return c.n, nil
}

// Begin claims a delivery.
func (s *Store) Begin(ctx context.Context, key string, lease time.Duration) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	switch d, ok := s.deliveries[key]; {
	case ok && d.done && !d.deadline.Over(now):
		return true, nil
	case ok && !d.done && now.Before(d.lease):
		return false, ledger.ErrBusy
	}
	s.deliveries[key] = delivery{lease: now.Add(lease)}
	return false, nil
}

// Finish marks a delivery as done.
func (s *Store) Finish(ctx context.Context, key string, ttl time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	deadline := record.In(s.now(), ttl)
	if old := s.deliveries[key]; old.done {
		deadline = max(deadline, old.deadline)
	}
	s.deliveries[key] = delivery{done: true, deadline: deadline}
	return nil
}

// Release gives up a claim.
func (s *Store) Release(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.deliveries[key].done {
		delete(s.deliveries, key)
	}
	return nil
}

// Switch returns the kill switch.
func (s *Store) Switch(ctx context.Context) (ledger.Switch, error) {
	if err := ctx.Err(); err != nil {
		return ledger.Switch{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sw, nil
}

// SetSwitch moves the kill switch.
func (s *Store) SetSwitch(ctx context.Context, sw ledger.Switch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sw = record.Switch(sw)
	return nil
}

// Touch records a touch of a resource.
func (s *Store) Touch(ctx context.Context, key, incident string, at time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t, err := record.Touch(incident, at)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.DeleteFunc(s.touches[key], func(o touch) bool { return o.Touch == t || o.deadline.Over(s.now()) })
	list = append(list, touch{t, record.In(s.now(), ledger.TouchRetention)})
	slices.SortFunc(list, func(a, b touch) int { return strings.Compare(record.TouchKey(b.Touch), record.TouchKey(a.Touch)) })
	s.touches[key] = list
	return nil
}

// Touched returns the last touch of a resource.
func (s *Store) Touched(ctx context.Context, key string) (string, time.Time, error) {
	list, err := s.Touches(ctx, key, time.Time{}, record.Forever())
	if err != nil || len(list) == 0 {
		return "", time.Time{}, err
	}
	return list[0].Incident, list[0].At, nil
}

// Touches returns the touches of a resource between two times.
func (s *Store) Touches(ctx context.Context, key string, from, to time.Time) ([]ledger.Touch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []ledger.Touch
	for _, t := range s.touches[key] {
		if !t.deadline.Over(s.now()) && !t.At.Before(from) && !t.At.After(to) && len(list) < ledger.MaxTouches {
			list = append(list, t.Touch)
		}
	}
	return list, nil
}
