package memory

import (
	"context"
	"time"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

type thread struct {
	record.Thread
	deadline record.Deadline
}

// Thread returns the incident that leads what happened under a key around a time.
func (s *Store) Thread(ctx context.Context, key, candidate string, at time.Time, window time.Duration) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if err := record.CheckID(candidate); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.thread(key)
	lead, next := old.Join(candidate, at, window)
	if next != old {
		s.threads[key] = thread{next, record.In(s.now(), ledger.ThreadRetention)}
	}
	return lead, nil
}

// Threaded returns the incident that leads what happened under a key around a time, or "".
func (s *Store) Threaded(ctx context.Context, key string, at time.Time, window time.Duration) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.thread(key).Leads(at, window), nil
}

// thread finds a thread that is not over. The caller holds the lock.
func (s *Store) thread(key string) record.Thread {
	if t := s.threads[key]; !t.deadline.Over(s.now()) {
		return t.Thread
	}
	return record.Thread{}
}
